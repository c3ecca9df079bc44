//===- Contractions.cpp - What matrix products and convolutions share -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/Contractions.h"

using namespace mlir;

namespace onnxc {

Type getSumType(Type type) {
  if (type.isF16() || type.isBF16())
    return Float32Type::get(type.getContext());
  return getStorageType(type);
}

Value widenInteger(OpBuilder &b, Location loc, Value stored, Type type) {
  if (type.getIntOrFloatBitWidth() >= 32)
    return stored;
  if (type.isUnsignedInteger())
    return arith::ExtUIOp::create(b, loc, b.getI32Type(), stored);
  return arith::ExtSIOp::create(b, loc, b.getI32Type(), stored);
}

Value createZeros(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                  Type elementType) {
  Value empty = tensor::EmptyOp::create(b, loc, sizes, elementType);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(elementType));
  return linalg::FillOp::create(b, loc, zero, empty).getResult(0);
}

Value buildMultiplyAdd(OpBuilder &b, Location loc, Value l, Value r, Value c) {
  if (isa<FloatType>(c.getType())) {
    // `contract` lets the fallback's loops use fused multiply-add, as the
    // register-tiled code does; `reassoc` lets them vectorise.
    auto flags = arith::FastMathFlags::contract | arith::FastMathFlags::reassoc;
    Value product = arith::MulFOp::create(b, loc, l, r, flags);
    return arith::AddFOp::create(b, loc, c, product, flags);
  }
  return arith::AddIOp::create(b, loc, c, arith::MulIOp::create(b, loc, l, r));
}

Value extractOnlyElement(OpBuilder &b, Location loc, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.hasStaticShape() || type.getNumElements() != 1)
    return {};
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  SmallVector<Value> indices(type.getRank(), zero);
  return tensor::ExtractOp::create(b, loc, tensor, indices);
}

Value mapElements(
    OpBuilder &b, Location loc, ValueRange inputs, ArrayRef<AffineMap> maps,
    Value init, function_ref<Value(OpBuilder &, Location, ValueRange)> build) {
  int64_t rank = cast<RankedTensorType>(init.getType()).getRank();
  SmallVector<AffineMap> all(maps);
  all.push_back(b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, loc, init.getType(), inputs, init, all, loops,
             [&](OpBuilder &nested, Location l, ValueRange args) {
               linalg::YieldOp::create(nested, l,
                                       build(nested, l, args.drop_back()));
             })
      .getResult(0);
}

Value roundSums(OpBuilder &b, Location loc, Value sums, OpResult result) {
  Type type = onnx::getElementType(result);
  auto sumsType = cast<RankedTensorType>(sums.getType());
  if (sumsType.getElementType() == getStorageType(type))
    return sums;
  return mapElements(b, loc, sums, b.getMultiDimIdentityMap(sumsType.getRank()),
                     createEmpty(b, loc, result),
                     [&](OpBuilder &nested, Location l, ValueRange args) {
                       return storeElement(nested, l, args[0], type);
                     });
}

Value buildRequantize(OpBuilder &b, Location loc, Value sum, Value scale,
                      Value zeroPoint, Type type) {
  Type f32 = b.getF32Type();
  unsigned width = type.getIntOrFloatBitWidth();
  bool isUnsigned = type.isUnsignedInteger();
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value));
  };
  Value scaled = arith::MulFOp::create(
      b, loc, arith::SIToFPOp::create(b, loc, f32, sum), scale);
  Value rounded = math::RoundEvenOp::create(b, loc, scaled);
  Value shifted = arith::AddFOp::create(
      b, loc, rounded,
      arith::SIToFPOp::create(b, loc, f32,
                              widenInteger(b, loc, zeroPoint, type)));
  double low = isUnsigned ? 0 : -double(1ull << (width - 1));
  double high = double((1ull << (isUnsigned ? width : width - 1)) - 1);
  Value clamped = arith::MaximumFOp::create(b, loc, shifted, constant(low));
  clamped = arith::MinimumFOp::create(b, loc, clamped, constant(high));
  Value integer = arith::FPToSIOp::create(b, loc, b.getI32Type(), clamped);
  return arith::TruncIOp::create(b, loc, getStorageType(type), integer);
}

} // namespace onnxc

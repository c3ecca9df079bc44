//===- RowLoops.cpp - Loops over tensors ----------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/RowLoops.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"

using namespace mlir;

namespace onnxc {

bool isComputable(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() >= 8 || integer.getWidth() == 1;
  auto real = dyn_cast<FloatType>(type);
  return real && real.getWidth() >= 16;
}

Type getComputeType(Type type) {
  if (type.isF16() || type.isBF16())
    return Float32Type::get(type.getContext());
  if (type.isInteger(1))
    return type;
  return getStorageType(type);
}

Value convertElement(OpBuilder &b, Location loc, Value x, Type type,
                     bool isUnsigned) {
  Type from = x.getType();
  if (from == type)
    return x;
  if (from.isIndex() && isa<FloatType>(type)) {
    x = arith::IndexCastOp::create(b, loc, b.getI64Type(), x);
    from = x.getType();
  }
  if (from.isIndex() || type.isIndex())
    return isUnsigned
               ? arith::IndexCastUIOp::create(b, loc, type, x).getResult()
               : arith::IndexCastOp::create(b, loc, type, x).getResult();
  if (isa<FloatType>(from) && isa<FloatType>(type))
    return from.getIntOrFloatBitWidth() < type.getIntOrFloatBitWidth()
               ? arith::ExtFOp::create(b, loc, type, x).getResult()
               : arith::TruncFOp::create(b, loc, type, x).getResult();
  if (isa<FloatType>(from))
    return isUnsigned ? arith::FPToUIOp::create(b, loc, type, x).getResult()
                      : arith::FPToSIOp::create(b, loc, type, x).getResult();
  isUnsigned |= from.isInteger(1);
  if (isa<FloatType>(type))
    return isUnsigned ? arith::UIToFPOp::create(b, loc, type, x).getResult()
                      : arith::SIToFPOp::create(b, loc, type, x).getResult();
  if (from.getIntOrFloatBitWidth() > type.getIntOrFloatBitWidth())
    return arith::TruncIOp::create(b, loc, type, x);
  return isUnsigned ? arith::ExtUIOp::create(b, loc, type, x).getResult()
                    : arith::ExtSIOp::create(b, loc, type, x).getResult();
}

Value buildSum(OpBuilder &b, Location loc, Value sum, Value x) {
  if (isa<FloatType>(x.getType()))
    return arith::AddFOp::create(b, loc, sum, x, arith::FastMathFlags::reassoc);
  return arith::AddIOp::create(b, loc, sum, x);
}

Value buildProduct(OpBuilder &b, Location loc, Value product, Value x) {
  if (isa<FloatType>(x.getType()))
    return arith::MulFOp::create(b, loc, product, x,
                                 arith::FastMathFlags::reassoc);
  return arith::MulIOp::create(b, loc, product, x);
}

Value narrow(OpBuilder &b, Location loc, Value tensor, OpResult onnxResult) {
  Value init = createEmpty(b, loc, onnxResult);
  int64_t rank = cast<RankedTensorType>(init.getType()).getRank();
  SmallVector<AffineMap> maps(2, b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  Type element = onnx::getElementType(onnxResult);
  return linalg::GenericOp::create(
             b, loc, init.getType(), tensor, init, maps, loops,
             [&](OpBuilder &n, Location l, ValueRange args) {
               linalg::YieldOp::create(n, l,
                                       storeElement(n, l, args[0], element));
             })
      .getResult(0);
}

SmallVector<Value> buildLoops(OpBuilder &b, Location loc, ValueRange from,
                              ValueRange to, ValueRange carried,
                              LoopBody body) {
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  SmallVector<Value> steps(from.size(), one);
  return scf::buildLoopNest(b, loc, from, to, steps, carried,
                            [&](OpBuilder &nested, Location l, ValueRange ivs,
                                ValueRange values) {
                              return scf::ValueVector(
                                  body(nested, l, ivs, values));
                            })
      .results;
}

SmallVector<Value> buildLoops(OpBuilder &b, Location loc,
                              ArrayRef<OpFoldResult> sizes, ValueRange carried,
                              LoopBody body) {
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  SmallVector<Value> from(sizes.size(), zero), to;
  for (OpFoldResult size : sizes)
    to.push_back(getValueOrCreateConstantIndexOp(b, loc, size));
  return buildLoops(b, loc, from, to, carried, body);
}

Value buildIndex(OpBuilder &b, Location loc, AffineExpr expr,
                 ValueRange operands) {
  return getValueOrCreateConstantIndexOp(
      b, loc,
      affine::makeComposedFoldedAffineApply(
          b, loc, AffineMap::get(operands.size(), 0, expr),
          getAsOpFoldResult(operands)));
}

SmallVector<Value>
buildParallel(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> counts,
              ValueRange results,
              llvm::function_ref<Tile(OpBuilder &, ValueRange, unsigned)> tile,
              TileBody body) {
  // A forall has at least one dimension.
  SmallVector<OpFoldResult> bounds(counts);
  if (bounds.empty())
    bounds.push_back(b.getIndexAttr(1));
  auto forall = scf::ForallOp::create(
      b, loc, bounds, results, /*mapping=*/std::nullopt,
      [&](OpBuilder &nested, Location l, ValueRange args) {
        ValueRange ivs = args.take_front(counts.size());
        ValueRange shared = args.drop_front(bounds.size());
        SmallVector<Value> tiles;
        SmallVector<Tile> places;
        for (auto [i, tensor] : llvm::enumerate(shared)) {
          Tile &place = places.emplace_back(tile(nested, ivs, i));
          auto type = cast<RankedTensorType>(tensor.getType());
          SmallVector<int64_t> shape;
          for (auto [size, kept] : llvm::zip(place.sizes, place.kept))
            if (kept)
              shape.push_back(
                  getConstantIntValue(size).value_or(ShapedType::kDynamic));
          SmallVector<OpFoldResult> strides(type.getRank(),
                                            nested.getIndexAttr(1));
          tiles.push_back(tensor::ExtractSliceOp::create(
              nested, l, RankedTensorType::get(shape, type.getElementType()),
              tensor, place.offsets, place.sizes, strides));
        }
        SmallVector<Value> computed = body(nested, l, ivs, tiles);
        auto done = scf::InParallelOp::create(nested, l);
        nested.setInsertionPointToStart(&done.getRegion().front());
        for (auto [value, tensor, place] :
             llvm::zip(computed, shared, places)) {
          SmallVector<OpFoldResult> strides(place.sizes.size(),
                                            nested.getIndexAttr(1));
          tensor::ParallelInsertSliceOp::create(
              nested, l, value, tensor, place.offsets, place.sizes, strides);
        }
      });
  return SmallVector<Value>(forall.getResults());
}

} // namespace onnxc

//===- IndexedLoops.cpp - Loops that compute with indices -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/IndexedLoops.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace onnxc {

Value IndexBuilder::constant(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value IndexBuilder::materialize(OpFoldResult value) {
  return getValueOrCreateConstantIndexOp(b, loc, value);
}

Value IndexBuilder::add(Value l, Value r) {
  return b.createOrFold<arith::AddIOp>(loc, l, r);
}

Value IndexBuilder::sub(Value l, Value r) {
  return b.createOrFold<arith::SubIOp>(loc, l, r);
}

Value IndexBuilder::mul(Value l, Value r) {
  return b.createOrFold<arith::MulIOp>(loc, l, r);
}

Value IndexBuilder::div(Value l, Value r) {
  return b.createOrFold<arith::DivUIOp>(loc, l, r);
}

Value IndexBuilder::rem(Value l, Value r) {
  return b.createOrFold<arith::RemUIOp>(loc, l, r);
}

Value IndexBuilder::min(Value l, Value r) {
  return b.createOrFold<arith::MinSIOp>(loc, l, r);
}

Value IndexBuilder::max(Value l, Value r) {
  return b.createOrFold<arith::MaxSIOp>(loc, l, r);
}

Value IndexBuilder::lt(Value l, Value r) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, l, r);
}

Value IndexBuilder::eq(Value l, Value r) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, l, r);
}

Value IndexBuilder::land(Value l, Value r) {
  return b.createOrFold<arith::AndIOp>(loc, l, r);
}

Value IndexBuilder::select(Value condition, Value l, Value r) {
  return b.createOrFold<arith::SelectOp>(loc, condition, l, r);
}

Value IndexBuilder::fromInteger(Value integer, bool isUnsigned) {
  if (isUnsigned)
    return b.createOrFold<arith::IndexCastUIOp>(loc, b.getIndexType(), integer);
  return b.createOrFold<arith::IndexCastOp>(loc, b.getIndexType(), integer);
}

Value IndexBuilder::toInteger(Value index, Type type) {
  return b.createOrFold<arith::IndexCastOp>(loc, type, index);
}

Value IndexBuilder::wrap(Value index, Value size) {
  Value zero = constant(0);
  Value fromEnd = add(index, size);
  Value counted = select(lt(index, zero), fromEnd, index);
  return max(min(counted, sub(size, constant(1))), zero);
}

Value IndexBuilder::dim(Value tensor, int64_t number) {
  return b.createOrFold<tensor::DimOp>(loc, tensor, number);
}

Value IndexBuilder::extract(Value tensor, ValueRange indices) {
  return tensor::ExtractOp::create(b, loc, tensor, indices);
}

Value IndexBuilder::insert(Value element, Value tensor, ValueRange indices) {
  return tensor::InsertOp::create(b, loc, element, tensor, indices);
}

Value IndexBuilder::extractScalar(Value tensor) {
  SmallVector<Value> zeros(cast<RankedTensorType>(tensor.getType()).getRank(),
                           constant(0));
  return extract(tensor, zeros);
}

Value IndexBuilder::zero(Type type) {
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
}

bool canCompute(Type onnxElementType) {
  if (auto integer = dyn_cast<IntegerType>(onnxElementType))
    return integer.getWidth() == 1 || integer.getWidth() >= 8;
  auto real = dyn_cast<FloatType>(onnxElementType);
  return real && real.getWidth() > 8;
}

SmallVector<Value> readSizes(OpBuilder &b, Operation *insideKernel,
                             Value onnxValue) {
  IndexBuilder builder(b, insideKernel->getLoc());
  SmallVector<Value> sizes;
  for (OpFoldResult size : getSizes(b, insideKernel, onnxValue))
    sizes.push_back(builder.materialize(size));
  return sizes;
}

Value generate(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
               Type elementType, ElementBuilder element) {
  Value init = tensor::EmptyOp::create(b, loc, sizes, elementType);
  int64_t rank = sizes.size();
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  auto body = [&](OpBuilder &inner, Location l, ValueRange) {
    SmallVector<Value> indices;
    for (int64_t i = 0; i < rank; ++i)
      indices.push_back(linalg::IndexOp::create(inner, l, i));
    IndexBuilder builder(inner, l);
    linalg::YieldOp::create(inner, l, element(builder, indices));
  };
  return linalg::GenericOp::create(
             b, loc, TypeRange{init.getType()}, ValueRange{}, ValueRange{init},
             {b.getMultiDimIdentityMap(rank)}, loops, body)
      .getResult(0);
}

Value generate(OpBuilder &b, OpResult onnxResult, ElementBuilder element) {
  Operation *op = onnxResult.getOwner();
  return generate(b, op->getLoc(), getSizes(b, op, onnxResult),
                  getStorageType(onnx::getElementType(onnxResult)), element);
}

SmallVector<Value>
buildLoopNest(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
              ValueRange carried,
              llvm::function_ref<SmallVector<Value>(IndexBuilder &, ValueRange,
                                                    ValueRange)>
                  body) {
  IndexBuilder outside(b, loc);
  Value zero = outside.constant(0), one = outside.constant(1);
  SmallVector<Value> lower(sizes.size(), zero), steps(sizes.size(), one), upper;
  for (OpFoldResult size : sizes)
    upper.push_back(outside.materialize(size));
  scf::LoopNest nest =
      scf::buildLoopNest(b, loc, lower, upper, steps, carried,
                         [&](OpBuilder &inner, Location l, ValueRange indices,
                             ValueRange tensors) -> scf::ValueVector {
                           IndexBuilder builder(inner, l);
                           SmallVector<Value> next =
                               body(builder, indices, tensors);
                           return scf::ValueVector(next.begin(), next.end());
                         });
  return SmallVector<Value>(nest.results);
}

Value createFilled(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                   Value element) {
  Value init = tensor::EmptyOp::create(b, loc, sizes, element.getType());
  return linalg::FillOp::create(b, loc, ValueRange{element}, ValueRange{init})
      .getResult(0);
}

Value createCopy(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                 Value tensor) {
  Type element = cast<TensorType>(tensor.getType()).getElementType();
  Value init = tensor::EmptyOp::create(b, loc, sizes, element);
  return linalg::CopyOp::create(b, loc, ValueRange{tensor}, ValueRange{init})
      .getResult(0);
}

} // namespace onnxc

//===- GraphBuilder.cpp - Short graphs of onnx ops ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/OpenTypes.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;

namespace onnxc::onnx {

Value GraphBuilder::ints(ArrayRef<int64_t> ints) {
  return ConstantOp::create(b, loc, ints);
}

Value GraphBuilder::repeat(int64_t value, int64_t count) {
  return ints(SmallVector<int64_t>(count, value));
}

Value GraphBuilder::iota(int64_t count) {
  return ints(llvm::to_vector(llvm::seq<int64_t>(0, count)));
}

Value GraphBuilder::number(double value, Type element) {
  auto type = RankedTensorType::get({}, element);
  Attribute attribute;
  if (isa<FloatType>(element))
    attribute = b.getFloatAttr(element, value);
  else
    attribute = b.getIntegerAttr(element, int64_t(value));
  return ConstantOp::create(b, loc, DenseElementsAttr::get(type, attribute));
}

Value GraphBuilder::integer(int64_t value) {
  return number(double(value), b.getI64Type());
}

Value GraphBuilder::floats(ArrayRef<float> values, ArrayRef<int64_t> shape,
                           Type element) {
  auto type = RankedTensorType::get(shape, element);
  if (element.isF32())
    return ConstantOp::create(b, loc, DenseElementsAttr::get(type, values));
  SmallVector<Attribute> rounded;
  for (float value : values)
    rounded.push_back(b.getFloatAttr(element, value));
  return ConstantOp::create(b, loc, DenseElementsAttr::get(type, rounded));
}

Value GraphBuilder::dims(ArrayRef<AffineExpr> dims) {
  return DimsOp::create(b, loc, dims);
}

Value GraphBuilder::shape(Value data) {
  return ShapeOp::create(b, loc, data, IntegerAttr(), b.getI64IntegerAttr(0));
}

Value GraphBuilder::size(Value data, int64_t dim) {
  return ShapeOp::create(b, loc, data, b.getI64IntegerAttr(dim + 1),
                         b.getI64IntegerAttr(dim));
}

Value GraphBuilder::count(Value data) {
  return reshape(SizeOp::create(b, loc, data), ArrayRef<int64_t>{1});
}

Value GraphBuilder::cast(Value x, Type element) {
  return CastOp::create(b, loc, x, element);
}

Value GraphBuilder::list(Value x) {
  return reshape(cast(x, b.getI64Type()), ArrayRef<int64_t>{1});
}

Value GraphBuilder::add(Value l, Value r) {
  return AddOp::create(b, loc, l, r);
}
Value GraphBuilder::sub(Value l, Value r) {
  return SubOp::create(b, loc, l, r);
}
Value GraphBuilder::mul(Value l, Value r) {
  return MulOp::create(b, loc, l, r);
}
Value GraphBuilder::div(Value l, Value r) {
  return DivOp::create(b, loc, l, r);
}
Value GraphBuilder::mod(Value l, Value r) {
  return ModOp::create(b, loc, l, r, /*fmod=*/0);
}
Value GraphBuilder::max(Value l, Value r) {
  return MaxOp::create(b, loc, ValueRange{l, r});
}
Value GraphBuilder::min(Value l, Value r) {
  return MinOp::create(b, loc, ValueRange{l, r});
}
Value GraphBuilder::neg(Value x) { return NegOp::create(b, loc, x); }
Value GraphBuilder::less(Value l, Value r) {
  return LessOp::create(b, loc, l, r);
}
Value GraphBuilder::lessOrEqual(Value l, Value r) {
  return LessOrEqualOp::create(b, loc, l, r);
}
Value GraphBuilder::equal(Value l, Value r) {
  return EqualOp::create(b, loc, l, r);
}
Value GraphBuilder::both(Value l, Value r) {
  return AndOp::create(b, loc, l, r);
}
Value GraphBuilder::either(Value l, Value r) {
  return OrOp::create(b, loc, l, r);
}
Value GraphBuilder::select(Value condition, Value l, Value r) {
  return WhereOp::create(b, loc, condition, l, r);
}
Value GraphBuilder::exp(Value x) { return ExpOp::create(b, loc, x); }
Value GraphBuilder::log(Value x) { return LogOp::create(b, loc, x); }
Value GraphBuilder::cos(Value x) { return CosOp::create(b, loc, x); }
Value GraphBuilder::sin(Value x) { return SinOp::create(b, loc, x); }
Value GraphBuilder::floor(Value x) { return FloorOp::create(b, loc, x); }
Value GraphBuilder::matmul(Value l, Value r) {
  return MatMulOp::create(b, loc, l, r);
}

Value GraphBuilder::product(Value list) {
  return ReduceProdOp::create(b, loc, list, Value(), /*keepdims=*/1,
                              /*noop_with_empty_axes=*/0);
}

Value GraphBuilder::sum(Value x, int64_t axis, bool keepdims) {
  return ReduceSumOp::create(b, loc, x, ints(axis), keepdims,
                             /*noop_with_empty_axes=*/0);
}

Value GraphBuilder::reshape(Value x, Value shape) {
  return ReshapeOp::create(b, loc, x, shape, /*allowzero=*/1);
}

Value GraphBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  return reshape(x, ints(shape));
}

Value GraphBuilder::transpose(Value x, ArrayRef<int64_t> perm) {
  return TransposeOp::create(b, loc, x, b.getDenseI64ArrayAttr(perm));
}

Value GraphBuilder::concat(ArrayRef<Value> parts, int64_t axis) {
  return ConcatOp::create(b, loc, ValueRange(parts), axis);
}

Value GraphBuilder::gather(Value x, Value indices, int64_t axis) {
  return GatherOp::create(b, loc, x, indices, axis);
}

Value GraphBuilder::slice(Value x, Value from, Value to, int64_t axis) {
  return SliceOp::create(b, loc, x, from, to, ints(axis), Value());
}

Value GraphBuilder::scatter(Value into, Value places, Value values) {
  return ScatterElementsOp::create(b, loc, into, places, values, /*axis=*/0,
                                   "none");
}

Value GraphBuilder::range(Value count) {
  Value end = reshape(count, ArrayRef<int64_t>());
  return RangeOp::create(b, loc, integer(0), end, integer(1),
                         /*stash_type=*/1);
}

Value GraphBuilder::expand(Value x, Value shape) {
  return ExpandOp::create(b, loc, x, shape);
}

SmallVector<Value> refuseExpansion(Operation *op, const Twine &why) {
  op->emitError(why);
  SmallVector<Type> none;
  (void)OpenTypesScope::recover(op->getOperands(), 0, none);
  return {};
}

} // namespace onnxc::onnx

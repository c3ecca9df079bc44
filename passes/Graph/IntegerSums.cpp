//===- IntegerSums.cpp - Sums of bytes as an instruction takes them -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/IntegerSums.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "passes/Graph/Quantization.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

Value buildInteger(OpBuilder &b, Location loc, int64_t value) {
  auto type = RankedTensorType::get({}, b.getI32Type());
  return ConstantOp::create(
      b, loc, type, DenseElementsAttr::get(type, b.getI32IntegerAttr(value)));
}

/// In i32; what has one element as a scalar.
Value widen(OpBuilder &b, Location loc, Value value) {
  Value wide = value;
  if (!getElementType(value).isInteger(32))
    wide = CastOp::create(b, loc, value, b.getI32Type());
  if (!hasOneElement(value) || getRank(value) == 0)
    return wide;
  return ReshapeOp::create(b, loc, wide,
                           ConstantOp::create(b, loc, ArrayRef<int64_t>()));
}

} // namespace

int64_t onnxc::getLeftOffset(const DotInstruction &dot, Type element) {
  bool isUnsigned = element.isUnsignedInteger();
  if (dot.group != 4)
    return 0;
  return dot.leftOffset > 0 ? (isUnsigned ? 0 : dot.leftOffset)
                            : (isUnsigned ? dot.leftOffset : 0);
}

bool IntegerFactors::isSupported() const {
  if (xZeroPoint && !hasOneElement(xZeroPoint))
    return false;
  return !wZeroPoint || hasOneElement(wZeroPoint) || getRank(wZeroPoint) == 1;
}

Value IntegerFactors::getSignedWeights(OpBuilder &b, Location loc) const {
  if (!areWeightsUnsigned())
    return w;
  Value wide = CastOp::create(b, loc, w, b.getI32Type());
  wide = SubOp::create(b, loc, wide, buildInteger(b, loc, 128));
  return CastOp::create(b, loc, wide, b.getIntegerType(8));
}

Value IntegerFactors::getSignedZeroPoint(OpBuilder &b, Location loc) const {
  if (!areWeightsUnsigned())
    return isZero(wZeroPoint) ? Value() : widen(b, loc, wZeroPoint);
  if (!wZeroPoint)
    return buildInteger(b, loc, -128);
  if (auto constant = wZeroPoint.getDefiningOp<ConstantOp>())
    if (auto dense =
            dyn_cast_or_null<DenseIntElementsAttr>(constant.getElements()))
      if (llvm::all_of(dense.getValues<APInt>(),
                       [](const APInt &zero) { return zero == 128; }))
        return {};
  return SubOp::create(b, loc, widen(b, loc, wZeroPoint),
                       buildInteger(b, loc, 128));
}

Value IntegerFactors::correct(OpBuilder &b, Location loc, Value sums,
                              Value weights, ArrayRef<int64_t> weightAxes,
                              int64_t offset, int64_t numProducts,
                              function_ref<Value()> sumOfLeft,
                              function_ref<Value(Value)> align) const {
  auto aligned = [&](Value value) {
    return align && !hasOneElement(value) ? align(value) : value;
  };
  Value zero = isZero(xZeroPoint) ? Value() : widen(b, loc, xZeroPoint);
  if (zero || offset) {
    Value shift = buildInteger(b, loc, offset);
    if (zero)
      shift = AddOp::create(b, loc, shift, zero);
    Value total = ReduceSumOp::create(
        b, loc, CastOp::create(b, loc, weights, b.getI32Type()),
        ConstantOp::create(b, loc, weightAxes));
    // Of filters alone: a vector.
    total = ReshapeOp::create(
        b, loc, total, ConstantOp::create(b, loc, ArrayRef<int64_t>{-1}));
    Value less = MulOp::create(b, loc, shift, total);
    sums = SubOp::create(b, loc, sums, aligned(less));
  }
  Value weightZero = getSignedZeroPoint(b, loc);
  if (!weightZero)
    return sums;
  Value left = sumOfLeft();
  if (zero)
    left = SubOp::create(
        b, loc, left,
        MulOp::create(b, loc, zero, buildInteger(b, loc, numProducts)));
  return SubOp::create(b, loc, sums,
                       MulOp::create(b, loc, left, aligned(weightZero)));
}

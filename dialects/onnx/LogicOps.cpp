//===- LogicOps.cpp - Comparisons, bool and bits --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/NarrowFloat.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/ScalarBuilder.h"
#include "dialects/onnx/TextGraph.h"
#include "dialects/onnx/TextOps.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Bool
//===----------------------------------------------------------------------===//

Value AndOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return arith::AndIOp::create(b, loc, args[0], args[1]);
}

Value OrOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return arith::OrIOp::create(b, loc, args[0], args[1]);
}

Value XorOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return arith::XOrIOp::create(b, loc, args[0], args[1]);
}

Value NotOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  Value ones = ScalarBuilder(b, loc, *this).integer(args[0], -1);
  return arith::XOrIOp::create(b, loc, args[0], ones);
}

Value WhereOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return arith::SelectOp::create(b, loc, args[0], args[1], args[2]);
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

Value EqualOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).eq(args[0], args[1]);
}

SmallVector<Value> EqualOp::expand(OpBuilder &b) {
  if (!isa<StringType>(onnxc::onnx::getElementType(getA())) ||
      !isa<StringType>(onnxc::onnx::getElementType(getB())))
    return {};
  GraphBuilder g{b, getLoc()};
  auto [left, right] = broadcastTexts(g, getA(), getB());
  return {EqualTextOp::create(b, getLoc(), left, right)};
}

Value LessOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).lt(args[0], args[1]);
}

Value LessOrEqualOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).le(args[0], args[1]);
}

Value GreaterOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).gt(args[0], args[1]);
}

Value GreaterOrEqualOp::buildScalar(OpBuilder &b, Location loc,
                                    ValueRange args) {
  return ScalarBuilder(b, loc, *this).ge(args[0], args[1]);
}

Value IsNaNOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  Type type = onnxc::onnx::getElementType(getX());
  if (isNarrowFloat(type))
    x = decodeNarrowFloat(s, x, type);
  return s.ne(x, x);
}

Value IsInfOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0];
  Type type = onnxc::onnx::getElementType(getX());
  if (isNarrowFloat(type))
    x = decodeNarrowFloat(s, x, type);
  double inf = std::numeric_limits<double>::infinity();
  Value result = s.integer(s.eq(x, x), 0);
  if (getDetectPositive())
    result = arith::OrIOp::create(b, loc, result, s.eq(x, s.constant(x, inf)));
  if (getDetectNegative())
    result = arith::OrIOp::create(b, loc, result, s.eq(x, s.constant(x, -inf)));
  return result;
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

LogicalResult BitShiftOp::verify() {
  if (getDirection() != "LEFT" && getDirection() != "RIGHT")
    return emitOpError("direction must be LEFT or RIGHT, not '")
           << getDirection() << "'";
  return success();
}

// Shifting by the width or more, or by a negative number, leaves nothing but
// the fill.
Value BitShiftOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], y = args[1];
  int64_t last = getElementTypeOrSelf(x).getIntOrFloatBitWidth() - 1;
  Value lastBit = s.integer(y, last);
  Value isWithin =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ule, y, lastBit);
  Value amount = s.select(isWithin, y, lastBit);
  if (getDirection() == "RIGHT" && !s.isUnsigned)
    return arith::ShRSIOp::create(b, loc, x, amount);
  Value shifted;
  if (getDirection() == "LEFT")
    shifted = arith::ShLIOp::create(b, loc, x, amount);
  else
    shifted = arith::ShRUIOp::create(b, loc, x, amount);
  return s.select(isWithin, shifted, s.integer(x, 0));
}

Value BitwiseAndOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return arith::AndIOp::create(b, loc, args[0], args[1]);
}

Value BitwiseOrOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return arith::OrIOp::create(b, loc, args[0], args[1]);
}

Value BitwiseXorOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return arith::XOrIOp::create(b, loc, args[0], args[1]);
}

Value BitwiseNotOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  Value ones = ScalarBuilder(b, loc, *this).integer(args[0], -1);
  return arith::XOrIOp::create(b, loc, args[0], ones);
}

//===----------------------------------------------------------------------===//
// On expressions
//===----------------------------------------------------------------------===//

// Bools are expressions that are 0 or 1.

std::optional<Dims> LessOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return isLess(x[0], x[1]); });
}

std::optional<Dims>
LessOrEqualOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return isLessOrEqual(x[0], x[1]); });
}

std::optional<Dims>
GreaterOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return isLess(x[1], x[0]); });
}

std::optional<Dims>
GreaterOrEqualOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return isLessOrEqual(x[1], x[0]); });
}

std::optional<Dims> EqualOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return isEqual(x[0], x[1]); });
}

std::optional<Dims> AndOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return x[0] * x[1]; });
}

std::optional<Dims> OrOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands, [](auto x) {
    return getNot(getNot(x[0]) * getNot(x[1]));
  });
}

std::optional<Dims> NotOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return getNot(x[0]); });
}

std::optional<Dims> WhereOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) { return getSelect(x[0], x[1], x[2]); });
}

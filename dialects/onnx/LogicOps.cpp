//===- LogicOps.cpp - Comparisons, bool and bits --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/NarrowFloat.h"
#include "dialects/onnx/ScalarBuilder.h"

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

static AffineExpr getBool(AffineExpr like, bool value) {
  return getConstant(like.getContext(), value);
}

/// Whether l < r, where that is known for all sizes.
static std::optional<bool> isLess(AffineExpr l, AffineExpr r) {
  if (isKnownPositive(simplify(r - l)))
    return true;
  if (isKnownNonNegative(simplify(l - r)))
    return false;
  return std::nullopt;
}

static std::optional<AffineExpr> getLess(AffineExpr l, AffineExpr r,
                                         bool negate) {
  std::optional<bool> less = isLess(l, r);
  if (!less)
    return std::nullopt;
  return getBool(l, *less != negate);
}

std::optional<Dims> LessOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return getLess(x[0], x[1], false); });
}

std::optional<Dims>
LessOrEqualOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return getLess(x[1], x[0], true); });
}

std::optional<Dims>
GreaterOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return getLess(x[1], x[0], false); });
}

std::optional<Dims>
GreaterOrEqualOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return getLess(x[0], x[1], true); });
}

std::optional<Dims> EqualOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) -> std::optional<AffineExpr> {
                               if (x[0] == x[1])
                                 return getBool(x[0], true);
                               AffineExpr difference = simplify(x[0] - x[1]);
                               if (getConstant(difference) == 0)
                                 return getBool(x[0], true);
                               if (isKnownPositive(difference) ||
                                   isKnownPositive(simplify(x[1] - x[0])))
                                 return getBool(x[0], false);
                               return std::nullopt;
                             });
}

std::optional<Dims> AndOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) -> std::optional<AffineExpr> {
        if (getConstant(x[0]) && getConstant(x[1]))
          return getBool(x[0], *getConstant(x[0]) && *getConstant(x[1]));
        return std::nullopt;
      });
}

std::optional<Dims> OrOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) -> std::optional<AffineExpr> {
        if (getConstant(x[0]) && getConstant(x[1]))
          return getBool(x[0], *getConstant(x[0]) || *getConstant(x[1]));
        return std::nullopt;
      });
}

std::optional<Dims> NotOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) -> std::optional<AffineExpr> {
        if (std::optional<int64_t> value = getConstant(x[0]))
          return getBool(x[0], !*value);
        return std::nullopt;
      });
}

std::optional<Dims> WhereOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) -> std::optional<AffineExpr> {
        if (x[1] == x[2])
          return x[1];
        if (std::optional<int64_t> condition = getConstant(x[0]))
          return *condition ? x[1] : x[2];
        return std::nullopt;
      });
}

//===- MathOps.cpp - Elementwise arithmetic -------------------------------===//
//
// The scalar bodies. Transcendental functions are left to the math dialect:
// what they become on a target is decided once for all, when code is made.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/ScalarBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value AddOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).add(args[0], args[1]);
}

Value SubOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).sub(args[0], args[1]);
}

Value MulOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).mul(args[0], args[1]);
}

Value DivOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).div(args[0], args[1]);
}

Value ModOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], y = args[1];
  Value rem = s.rem(x, y);
  if (getFmod() || s.isUnsigned)
    return rem;
  // The divisor's sign: one more divisor where the signs differ.
  Value zero = s.constant(y, 0);
  Value isZero = s.eq(rem, zero);
  Value differ = arith::XOrIOp::create(b, loc, s.lt(rem, zero), s.lt(y, zero));
  Value shifted = s.select(differ, s.add(rem, y), rem);
  if (!s.isFloat(x))
    return s.select(isZero, rem, shifted);
  // A zero has the divisor's sign, and of an infinite divisor one is enough.
  Value signedZero = math::CopySignOp::create(b, loc, zero, y);
  return s.select(isZero, signedZero, shifted);
}

Value NegOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).neg(args[0]);
}

Value AbsOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  return ScalarBuilder(b, loc, *this).abs(args[0]);
}

Value SignOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], zero = s.constant(x, 0);
  // NaN is neither and stays.
  Value sign = s.select(s.eq(x, zero), zero, x);
  if (!s.isUnsigned)
    sign = s.select(s.lt(x, zero), s.integer(x, -1), sign);
  return s.select(s.gt(x, zero), s.constant(x, 1), sign);
}

Value ReciprocalOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  return s.div(s.constant(args[0], 1), args[0]);
}

Value MaxOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value result = args.front();
  for (Value arg : args.drop_front())
    result = s.max(result, arg);
  return result;
}

Value MinOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value result = args.front();
  for (Value arg : args.drop_front())
    result = s.min(result, arg);
  return result;
}

Value SumOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value result = args.front();
  for (Value arg : args.drop_front())
    result = s.add(result, arg);
  return result;
}

Value MeanOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value result = args.front();
  for (Value arg : args.drop_front())
    result = s.add(result, arg);
  return s.div(result, s.constant(result, args.size()));
}

Value ClipOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args.front();
  args = args.drop_front();
  if (getMin()) {
    x = s.atLeast(x, args.front());
    args = args.drop_front();
  }
  if (getMax())
    x = s.atMost(x, args.front());
  return x;
}

//===----------------------------------------------------------------------===//
// Powers
//===----------------------------------------------------------------------===//

/// Squares and multiplies, modulo 2^n as integers are. A negative exponent
/// gives the integer part of 1 / x^|y|.
static Value buildIntegerPower(ScalarBuilder &s, Value x, Value y,
                               bool isExponentUnsigned) {
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  unsigned bits = getElementTypeOrSelf(y).getIntOrFloatBitWidth();
  Value zero = s.integer(y, 0), one = s.integer(x, 1);
  Value result = one, square = x;
  // x^(2^(n-2)) is 1 for odd x and 0 for even ones.
  for (unsigned bit = 0, e = std::min(bits, width - 2); bit < e; ++bit) {
    if (bit)
      square = s.mul(square, square);
    Value mask = arith::AndIOp::create(
        s.b, s.loc, y, s.integer(y, int64_t(uint64_t(1) << bit)));
    result = s.select(s.ne(mask, zero), s.mul(result, square), result);
  }
  if (isExponentUnsigned)
    return result;
  Value isOdd =
      s.ne(arith::AndIOp::create(s.b, s.loc, y, s.integer(y, 1)), zero);
  Value minusOne = s.integer(x, -1);
  Value inverse =
      s.select(s.eq(x, one), one,
               s.select(s.eq(x, minusOne), s.select(isOdd, minusOne, one),
                        s.integer(x, 0)));
  return s.select(s.lt(y, zero), inverse, result);
}

/// The one value of a constant exponent.
static std::optional<double> getExponent(Value y) {
  auto constant = y.getDefiningOp<ConstantOp>();
  auto elements =
      constant ? dyn_cast_or_null<DenseElementsAttr>(constant.getElements())
               : nullptr;
  if (!elements || !elements.isSplat())
    return std::nullopt;
  Type type = elements.getElementType();
  if (isa<FloatType>(type))
    return elements.getSplatValue<APFloat>().convertToDouble();
  if (!isa<IntegerType>(type))
    return std::nullopt;
  APInt value = elements.getSplatValue<APInt>();
  return type.isUnsignedInteger() ? value.roundToDouble()
                                  : value.signedRoundToDouble();
}

/// x to a power that needs no logarithm; null for others.
static Value buildConstantPower(ScalarBuilder &s, Value x, double y) {
  if (y == 1)
    return x;
  if (y == 2)
    return s.mul(x, x);
  if (y == 3)
    return s.mul(s.mul(x, x), x);
  if (y == -1)
    return s.div(s.constant(x, 1), x);
  if (y != 0.5)
    return {};
  // Unlike the square root's, (-inf)^0.5 is inf and (-0)^0.5 is 0.
  double inf = std::numeric_limits<double>::infinity();
  Value root = math::SqrtOp::create(s.b, s.loc, s.add(x, s.constant(x, 0)));
  return s.select(s.eq(x, s.constant(x, -inf)), s.constant(x, inf), root);
}

Value PowOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Value x = args[0], y = args[1];
  bool isExponentUnsigned =
      onnxc::onnx::getElementType(getY()).isUnsignedInteger();
  if (!s.isFloat(x)) {
    if (!s.isFloat(y))
      return buildIntegerPower(s, x, y, isExponentUnsigned);
    // In double, as the integer may need it.
    Type real = s.likeType(x, b.getF64Type());
    Value base = arith::SIToFPOp::create(b, loc, real, x);
    if (!getElementTypeOrSelf(y).isF64())
      y = arith::ExtFOp::create(b, loc, real, y);
    Value power = math::PowFOp::create(b, loc, base, y);
    return arith::FPToSIOp::create(b, loc, x.getType(), power);
  }
  if (std::optional<double> exponent = getExponent(getY()))
    if (Value power = buildConstantPower(s, x, *exponent))
      return power;
  if (!s.isFloat(y)) {
    if (isExponentUnsigned)
      y = arith::UIToFPOp::create(b, loc, x.getType(), y);
    else
      y = arith::SIToFPOp::create(b, loc, x.getType(), y);
  } else if (getElementTypeOrSelf(y) != getElementTypeOrSelf(x)) {
    // The wider of the two types, as the exponent would lose bits.
    if (getElementTypeOrSelf(y).isF64()) {
      Value wide = arith::ExtFOp::create(b, loc, y.getType(), x);
      Value power = math::PowFOp::create(b, loc, wide, y);
      return arith::TruncFOp::create(b, loc, x.getType(), power);
    }
    y = arith::ExtFOp::create(b, loc, x.getType(), y);
  }
  return math::PowFOp::create(b, loc, x, y);
}

//===----------------------------------------------------------------------===//
// Functions of the math dialect
//===----------------------------------------------------------------------===//

#define ONNXC_MATH_FUNCTION(OP, MATH_OP)                                       \
  Value OP::buildScalar(OpBuilder &b, Location loc, ValueRange args) {         \
    return math::MATH_OP::create(b, loc, args[0]);                             \
  }
ONNXC_MATH_FUNCTION(FloorOp, FloorOp)
ONNXC_MATH_FUNCTION(CeilOp, CeilOp)
ONNXC_MATH_FUNCTION(RoundOp, RoundEvenOp)
ONNXC_MATH_FUNCTION(SqrtOp, SqrtOp)
ONNXC_MATH_FUNCTION(ExpOp, ExpOp)
ONNXC_MATH_FUNCTION(LogOp, LogOp)
ONNXC_MATH_FUNCTION(ErfOp, ErfOp)
ONNXC_MATH_FUNCTION(SinOp, SinOp)
ONNXC_MATH_FUNCTION(CosOp, CosOp)
ONNXC_MATH_FUNCTION(TanOp, TanOp)
ONNXC_MATH_FUNCTION(AsinOp, AsinOp)
ONNXC_MATH_FUNCTION(AcosOp, AcosOp)
ONNXC_MATH_FUNCTION(AtanOp, AtanOp)
ONNXC_MATH_FUNCTION(SinhOp, SinhOp)
ONNXC_MATH_FUNCTION(CoshOp, CoshOp)
ONNXC_MATH_FUNCTION(TanhOp, TanhOp)
ONNXC_MATH_FUNCTION(AsinhOp, AsinhOp)
ONNXC_MATH_FUNCTION(AcoshOp, AcoshOp)
ONNXC_MATH_FUNCTION(AtanhOp, AtanhOp)
#undef ONNXC_MATH_FUNCTION

//===----------------------------------------------------------------------===//
// On expressions
//===----------------------------------------------------------------------===//

std::optional<Dims> AddOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return x[0] + x[1]; });
}

std::optional<Dims> SubOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return x[0] - x[1]; });
}

std::optional<Dims> MulOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return x[0] * x[1]; });
}

std::optional<Dims> DivOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) -> std::optional<AffineExpr> {
        std::optional<int64_t> l = getConstant(x[0]), r = getConstant(x[1]);
        if (r == 0 || (r == -1 && l == INT64_MIN))
          return std::nullopt;
        return getQuotient(x[0], x[1]);
      });
}

std::optional<Dims> ModOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [&](auto x) -> std::optional<AffineExpr> {
        std::optional<int64_t> l = getConstant(x[0]), r = getConstant(x[1]);
        if (!r || *r <= 0 || (getFmod() && l && *l < 0))
          return std::nullopt;
        if (!l && getFmod() && !isKnownNonNegative(x[0]))
          return std::nullopt;
        return x[0] % x[1];
      });
}

std::optional<Dims> NegOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands, [](auto x) { return -x[0]; });
}

std::optional<Dims> AbsOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands,
                             [](auto x) { return getMax(x[0], -x[0]); });
}

static AffineExpr reduce(ArrayRef<AffineExpr> values,
                         AffineExpr (*combine)(AffineExpr, AffineExpr)) {
  AffineExpr result = values.front();
  for (AffineExpr value : values.drop_front())
    result = combine(result, value);
  return result;
}

std::optional<Dims> MaxOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) { return reduce(x, onnxc::onnx::getMax); });
}

std::optional<Dims> MinOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(
      *this, operands, [](auto x) { return reduce(x, onnxc::onnx::getMin); });
}

std::optional<Dims> ClipOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands, [&](auto x) {
    AffineExpr result = x[0];
    if (getMin())
      result = onnxc::onnx::getMax(result, x[1]);
    if (getMax())
      result = onnxc::onnx::getMin(result, x.back());
    return result;
  });
}

std::optional<Dims> SumOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateElementwise(*this, operands, [](auto x) {
    return reduce(x, [](AffineExpr a, AffineExpr b) { return a + b; });
  });
}

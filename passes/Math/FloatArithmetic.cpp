//===- FloatArithmetic.cpp - Operations that functions are built of -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Math/FloatArithmetic.h"

using namespace mlir;
using namespace mlir::arith;
using namespace onnxc;

Type FloatArithmetic::shaped(Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return vector.clone(element);
  return element;
}

static Value buildConstant(OpBuilder &b, Location loc, Type type,
                           TypedAttr scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        b, loc, type, DenseElementsAttr::get(vector, Attribute(scalar)));
  return arith::ConstantOp::create(b, loc, type, scalar);
}

Value FloatArithmetic::constant(Value likeValue, double value) {
  Type element = getElementTypeOrSelf(likeValue);
  return buildConstant(b, loc, likeValue.getType(),
                       b.getFloatAttr(element, value));
}

Value FloatArithmetic::integer(Value likeValue, int64_t value) {
  Type element = getElementTypeOrSelf(likeValue);
  return buildConstant(b, loc, likeValue.getType(),
                       b.getIntegerAttr(element, value));
}

static constexpr FastMathFlags kContract = FastMathFlags::contract;

Value FloatArithmetic::add(Value l, Value r) {
  return AddFOp::create(b, loc, l, r, kContract);
}
Value FloatArithmetic::sub(Value l, Value r) {
  return SubFOp::create(b, loc, l, r, kContract);
}
Value FloatArithmetic::mul(Value l, Value r) {
  return MulFOp::create(b, loc, l, r, kContract);
}
Value FloatArithmetic::div(Value l, Value r) {
  return DivFOp::create(b, loc, l, r);
}
Value FloatArithmetic::neg(Value x) { return NegFOp::create(b, loc, x); }
Value FloatArithmetic::abs(Value x) { return math::AbsFOp::create(b, loc, x); }
Value FloatArithmetic::sqrt(Value x) { return math::SqrtOp::create(b, loc, x); }
Value FloatArithmetic::copySign(Value x, Value sign) {
  return math::CopySignOp::create(b, loc, x, sign);
}
Value FloatArithmetic::mulAdd(Value x, Value y, Value z) {
  return add(mul(x, y), z);
}

Value FloatArithmetic::exact(Value x) {
  Operation *op = x.getDefiningOp();
  if (auto flags = dyn_cast_or_null<ArithFastMathInterface>(op))
    op->setAttr(flags.getFastMathAttrName(),
                FastMathFlagsAttr::get(b.getContext(), FastMathFlags::none));
  return x;
}

Value FloatArithmetic::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = constant(x, coefficients.front());
  for (double coefficient : coefficients.drop_front())
    sum = mulAdd(sum, x, constant(x, coefficient));
  return sum;
}

Value FloatArithmetic::lt(Value l, Value r) {
  return CmpFOp::create(b, loc, CmpFPredicate::OLT, l, r);
}
Value FloatArithmetic::gt(Value l, Value r) { return lt(r, l); }
Value FloatArithmetic::eq(Value l, Value r) {
  return CmpFOp::create(b, loc, CmpFPredicate::OEQ, l, r);
}
Value FloatArithmetic::ne(Value l, Value r) {
  return CmpFOp::create(b, loc, CmpFPredicate::UNE, l, r);
}
Value FloatArithmetic::eqBits(Value x, int64_t value) {
  return CmpIOp::create(b, loc, CmpIPredicate::eq, x, integer(x, value));
}
Value FloatArithmetic::neBits(Value x, int64_t value) {
  return CmpIOp::create(b, loc, CmpIPredicate::ne, x, integer(x, value));
}
Value FloatArithmetic::ltBits(Value x, int64_t value) {
  return CmpIOp::create(b, loc, CmpIPredicate::slt, x, integer(x, value));
}
Value FloatArithmetic::both(Value l, Value r) {
  return AndIOp::create(b, loc, l, r);
}
Value FloatArithmetic::either(Value l, Value r) {
  return OrIOp::create(b, loc, l, r);
}
Value FloatArithmetic::select(Value condition, Value l, Value r) {
  return SelectOp::create(b, loc, condition, l, r);
}

Value FloatArithmetic::clamp(Value x, double low, double high) {
  Value l = constant(x, low), h = constant(x, high);
  x = select(lt(x, l), l, x);
  return select(gt(x, h), h, x);
}

Value FloatArithmetic::toF64(Value x) {
  return ExtFOp::create(b, loc, shaped(b.getF64Type()), x);
}
Value FloatArithmetic::toF32(Value x) {
  return TruncFOp::create(b, loc, shaped(b.getF32Type()), x);
}
Value FloatArithmetic::toBits(Value x) {
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  return BitcastOp::create(b, loc, shaped(b.getIntegerType(width)), x);
}
Value FloatArithmetic::toFloat(Value x) {
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  Type element = width == 64 ? Type(b.getF64Type()) : Type(b.getF32Type());
  return BitcastOp::create(b, loc, shaped(element), x);
}
Value FloatArithmetic::iadd(Value l, Value r) {
  return AddIOp::create(b, loc, l, r);
}
Value FloatArithmetic::isub(Value l, Value r) {
  return SubIOp::create(b, loc, l, r);
}
Value FloatArithmetic::iand(Value l, Value r) {
  return AndIOp::create(b, loc, l, r);
}
Value FloatArithmetic::ior(Value l, Value r) {
  return OrIOp::create(b, loc, l, r);
}
Value FloatArithmetic::shl(Value x, unsigned by) {
  return ShLIOp::create(b, loc, x, integer(x, by));
}
Value FloatArithmetic::shr(Value x, unsigned by) {
  return ShRUIOp::create(b, loc, x, integer(x, by));
}
Value FloatArithmetic::sar(Value x, unsigned by) {
  return ShRSIOp::create(b, loc, x, integer(x, by));
}

FloatArithmetic::Rounded FloatArithmetic::roundNear(Value x) {
  bool isF64 = getElementTypeOrSelf(x).isF64();
  Value magic = constant(x, isF64 ? 0x1.8p52 : 0x1.8p23);
  Value sum = add(x, magic);
  return {sub(sum, magic), isub(toBits(sum), toBits(magic))};
}

Value FloatArithmetic::powerOfTwo(Value n, Value likeFloat) {
  bool isF64 = getElementTypeOrSelf(likeFloat).isF64();
  Value biased = iadd(n, integer(n, isF64 ? 1023 : 127));
  return toFloat(shl(biased, isF64 ? 52 : 23));
}

Value FloatArithmetic::roundEven(Value x) {
  bool isF64 = getElementTypeOrSelf(x).isF64();
  Value magic = constant(x, isF64 ? 0x1p52 : 0x1p23);
  Value a = abs(x);
  Value rounded = exact(sub(exact(add(a, magic)), magic));
  return select(lt(a, magic), copySign(rounded, x), x);
}

Value FloatArithmetic::trunc(Value x) {
  Value a = abs(x);
  Value rounded = roundEven(a);
  Value below = sub(rounded, constant(x, 1));
  return copySign(select(gt(rounded, a), below, rounded), x);
}

Value FloatArithmetic::floor(Value x) {
  Value rounded = roundEven(x);
  Value below = sub(rounded, constant(x, 1));
  return copySign(select(gt(rounded, x), below, rounded), x);
}

Value FloatArithmetic::ceil(Value x) {
  Value rounded = roundEven(x);
  Value above = add(rounded, constant(x, 1));
  return copySign(select(lt(rounded, x), above, rounded), x);
}

Value FloatArithmetic::selectPower(Value x, Value y, Value result) {
  Value zero = constant(x, 0), one = constant(x, 1);
  Value inf = constant(x, std::numeric_limits<double>::infinity());
  Value notANumber = constant(x, std::numeric_limits<double>::quiet_NaN());
  Value magnitude = abs(x);
  // Negative bases: the sign is that of odd exponents.
  Value halved = mul(y, constant(y, 0.5));
  Value isInteger = eq(trunc(y), y);
  Value isOdd = both(isInteger, ne(trunc(halved), halved));
  Value isNegative = ltBits(toBits(x), 0);
  result = select(both(isNegative, isOdd), neg(result), result);
  Value isFinite = both(lt(x, zero), lt(magnitude, inf));
  Value hasNone = both(isFinite, ne(trunc(y), y));
  result = select(both(hasNone, lt(abs(y), inf)), notANumber, result);
  // 1^y and x^0 are 1 even for NaN; (-1)^inf too.
  Value isOne = either(eq(x, one), eq(y, zero));
  isOne = either(isOne, both(eq(magnitude, one), eq(abs(y), inf)));
  return select(isOne, one, result);
}

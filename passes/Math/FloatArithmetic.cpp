//===- FloatArithmetic.cpp - Operations that functions are built of -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Math/FloatArithmetic.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::arith;
using namespace onnxc;

static constexpr double kLn2 = 0x1.62e42fefa39efp-1;

Type FloatArithmetic::shaped(Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return vector.clone(element);
  return element;
}

Value FloatArithmetic::copySign(Value x, Value sign) {
  return create<math::CopySignOp>(x, sign);
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

Value FloatArithmetic::clamp(Value x, double low, double high) {
  Value l = constant(x, low), h = constant(x, high);
  x = select(lt(x, l), l, x);
  return select(gt(x, h), h, x);
}

Value FloatArithmetic::toF64(Value x) {
  return create<ExtFOp>(shaped(b.getF64Type()), x);
}
Value FloatArithmetic::toF32(Value x) {
  return create<TruncFOp>(shaped(b.getF32Type()), x);
}
Value FloatArithmetic::toBits(Value x) {
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  return create<BitcastOp>(shaped(b.getIntegerType(width)), x);
}
Value FloatArithmetic::toFloat(Value x) {
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  Type element = width == 64 ? Type(b.getF64Type()) : Type(b.getF32Type());
  return create<BitcastOp>(shaped(element), x);
}
Value FloatArithmetic::shl(Value x, unsigned by) {
  return create<ShLIOp>(x, integer(x, by));
}
Value FloatArithmetic::shr(Value x, unsigned by) {
  return create<ShRUIOp>(x, integer(x, by));
}
Value FloatArithmetic::sar(Value x, unsigned by) {
  return create<ShRSIOp>(x, integer(x, by));
}

FloatArithmetic::Rounded FloatArithmetic::roundNear(Value x) {
  bool isF64 = getElementTypeOrSelf(x).isF64();
  Value magic = constant(x, isF64 ? 0x1.8p52 : 0x1.8p23);
  Value sum = add(x, magic);
  return {sub(sum, magic), sub(toBits(sum), toBits(magic))};
}

Value FloatArithmetic::powerOfTwo(Value n, Value likeFloat) {
  bool isF64 = getElementTypeOrSelf(likeFloat).isF64();
  Value biased = add(n, integer(n, isF64 ? 1023 : 127));
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

// log1p(a + a^2 / (1 + sqrt(1 + a^2))); log(2 a) for large a.
Value FloatArithmetic::asinhBy(Value x, double large, Function log1p) {
  Value a = abs(x), one = constant(x, 1);
  Value isLarge = gt(a, constant(x, large));
  Value square = mul(a, a);
  Value root = add(one, sqrt(add(one, square)));
  Value argument = add(a, div(square, root));
  Value result = log1p(select(isLarge, a, argument));
  result = select(isLarge, add(result, constant(x, kLn2)), result);
  return copySign(result, x);
}

Value FloatArithmetic::acoshBy(Value x, double large, Function log1p) {
  Value isLarge = gt(x, constant(x, large));
  Value t = sub(x, constant(x, 1));
  Value root = sqrt(mulAdd(t, t, add(t, t)));
  Value result = log1p(select(isLarge, x, add(t, root)));
  return select(isLarge, add(result, constant(x, kLn2)), result);
}

Value FloatArithmetic::atanhBy(Value x, Function log1p) {
  Value a = abs(x);
  Value ratio = div(add(a, a), sub(constant(x, 1), a));
  return copySign(mul(constant(x, 0.5), log1p(ratio)), x);
}

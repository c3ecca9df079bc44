//===- FloatMath.cpp - Elementary functions on f32 scalars and vectors ----===//
//
// Reductions are Cody and Waite's, polynomials mostly those of the Cephes
// library. Rounding to integers adds and subtracts 1.5 * 2^23 (2^52 for f64):
// it needs no instruction beyond SSE2, and no value is undefined for NaN.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Math/FloatMath.h"
#include <cmath>

using namespace mlir;
using namespace onnxc;

static constexpr double kInf = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
static constexpr double kLn2 = 0.69314718055994530942;
static constexpr double kHalfPi = 1.57079632679489661923;

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

// ln 2 in two parts; n times the first, of few bits, is exact.
std::pair<Value, Value> FloatMath::reduceExp(Value x) {
  Rounded n = roundNear(mul(x, constant(x, 1 / kLn2)));
  Value r = mulAdd(n.real, constant(x, -0.693359375), x);
  r = mulAdd(n.real, constant(x, 2.12194440054690583e-4), r);
  return {r, n.bits};
}

static constexpr double kExpCoefficients[] = {1.9875691500e-4, 1.3981999507e-3,
                                              8.3334519073e-3, 4.1665795894e-2,
                                              1.6666665459e-1, 5.0000001201e-1};

// 2^n in two factors: each is a normal number where their product is not.
Value FloatMath::scaledExp(Value x, int shift) {
  x = clamp(x, -110, 100);
  auto [r, n] = reduceExp(x);
  Value p = polynomial(r, kExpCoefficients);
  p = add(mulAdd(mul(r, r), p, r), constant(x, 1));
  n = add(n, integer(n, shift));
  Value half = sar(n, 1);
  Value rest = sub(n, half);
  return mul(mul(p, powerOfTwo(half, x)), powerOfTwo(rest, x));
}

Value FloatMath::exp(Value x) { return scaledExp(x, 0); }

Value FloatMath::exp2(Value x) {
  return toF32(exp2InF64(toF64(clamp(x, -200, 200))));
}

// e^x - 1 = 2 (2^(n-1) (e^r - 1) + (2^(n-1) - 1/2)); 2^n might overflow.
Value FloatMath::expm1(Value x) {
  Value clamped = clamp(x, -20, 100);
  auto [r, n] = reduceExp(clamped);
  Value p = polynomial(r, kExpCoefficients);
  p = mulAdd(mul(r, r), p, r);
  // Exponents above 128 would leave the type: the result is infinite there.
  Value scale = powerOfTwo(sub(n, integer(n, 1)), x);
  Value sum = mulAdd(scale, p, sub(scale, constant(x, 0.5)));
  Value result = add(sum, sum);
  result = select(eqBits(n, 0), p, result);
  result = select(gt(x, constant(x, 88.8)), constant(x, kInf), result);
  return copySign(result, x);
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

Value FloatMath::log(Value x) {
  // Denormals times 2^23 are normal.
  Value isTiny = lt(x, constant(x, 0x1p-126));
  Value scaled = select(isTiny, mul(x, constant(x, 0x1p23)), x);
  Value bits = toBits(scaled);
  // x = 2^e m with m from sqrt(1/2) to sqrt(2).
  Value e = sar(sub(bits, integer(bits, 0x3f3504f3)), 23);
  Value m = toFloat(sub(bits, shl(e, 23)));
  e = sub(e, select(isTiny, integer(e, 23), integer(e, 0)));
  Value n = create<arith::SIToFPOp>(x.getType(), e);
  Value f = sub(m, constant(x, 1)), z = mul(f, f);
  Value p = polynomial(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1,
                           -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
                           2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  Value y = mul(mul(p, f), z);
  y = mulAdd(n, constant(x, -2.12194440054690583e-4), y);
  y = mulAdd(z, constant(x, -0.5), y);
  Value result = mulAdd(n, constant(x, 0.693359375), add(f, y));
  // x itself for infinity and NaN.
  result = select(lt(x, constant(x, kInf)), result, x);
  result = select(eq(x, constant(x, 0)), constant(x, -kInf), result);
  return select(lt(x, constant(x, 0)), constant(x, kNaN), result);
}

// log(u) with u = 1 + x rounded, and what was lost relative to u.
Value FloatMath::log1p(Value x) {
  Value one = constant(x, 1);
  Value u = exact(add(x, one));
  Value lost = exact(sub(x, exact(sub(u, one))));
  Value main = log(u);
  Value isRegular = both(gt(u, constant(x, 0)), lt(u, constant(x, kInf)));
  return select(isRegular, add(main, div(lost, u)), main);
}

//===----------------------------------------------------------------------===//
// Powers, in double
//===----------------------------------------------------------------------===//

// Of a positive normal double (any positive float is one).
Value FloatMath::log2InF64(Value x) {
  Value bits = toBits(x);
  Value e = sar(sub(bits, integer(bits, 0x3fe6a09e667f3bcd)), 52);
  Value m = toFloat(sub(bits, shl(e, 52)));
  // The exponent as a double without an instruction for 64-bit integers.
  Value magic = constant(x, 0x1.8p52);
  Value n = sub(toFloat(add(e, toBits(magic))), magic);
  Value one = constant(x, 1);
  Value s = div(sub(m, one), add(m, one)), z = mul(s, s);
  double scale = 2 / kLn2;
  Value p = polynomial(z, {scale / 17, scale / 15, scale / 13, scale / 11,
                           scale / 9, scale / 7, scale / 5, scale / 3, scale});
  return mulAdd(s, p, n);
}

Value FloatMath::exp2InF64(Value x) {
  Rounded n = roundNear(x);
  Value f = mul(sub(x, n.real), constant(x, kLn2));
  Value p = polynomial(f, {1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
                           1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1});
  return mul(p, powerOfTwo(n.bits, x));
}

Value FloatMath::pow(Value x, Value y) {
  Value zero = constant(x, 0), inf = constant(x, kInf);
  Value magnitude = abs(x);
  Value wide = toF64(magnitude);
  Value log2 = log2InF64(wide);
  log2 = select(eq(magnitude, zero), constant(wide, -kInf), log2);
  log2 = select(lt(magnitude, inf), log2, wide); // infinity and NaN
  Value product = mul(toF64(y), log2);
  Value result = toF32(exp2InF64(clamp(product, -300, 300)));

  return selectPower(x, y, result);
}

//===----------------------------------------------------------------------===//
// Circular functions
//===----------------------------------------------------------------------===//

// x * 2/pi modulo 4 in double. 2/pi is cut into parts of 24 bits, whose
// products with x are exact, and of which whole multiples of 4 are dropped:
// so it works for any float.
std::pair<Value, Value> FloatMath::reduceTurns(Value x) {
  static constexpr uint32_t kTwoOverPi[] = {0xa2f983, 0x6e4e44, 0x1529fc,
                                            0x2757d1, 0xf534dd, 0xc0db62,
                                            0x95993c, 0x439041};
  Value wide = toF64(x);
  Value big = constant(wide, 0x1p53), zero = constant(wide, 0);
  SmallVector<Value> parts;
  Value sum;
  for (auto [i, bits] : llvm::enumerate(kTwoOverPi)) {
    double part = std::ldexp(bits, -24 * (static_cast<int>(i) + 1));
    Value product = exact(mul(wide, constant(wide, part)));
    Value fours = exact(roundNear(mul(product, constant(wide, 0.25))).real);
    Value rest = sub(product, exact(mul(fours, constant(wide, 4))));
    // The last bit of what is this large is at least 4. NaN stays NaN.
    rest = select(gt(abs(product), big), zero, rest);
    parts.push_back(rest);
    sum = i == 0 ? rest : add(sum, rest);
  }
  Rounded turns = roundNear(sum);
  Value rest = sub(parts.front(), turns.real);
  for (Value part : ArrayRef(parts).drop_front())
    rest = add(rest, part);
  Value reduced = toF32(mul(rest, constant(wide, kHalfPi)));
  reduced = select(eq(abs(x), constant(x, kInf)), constant(x, kNaN), reduced);
  Value quarter = create<arith::TruncIOp>(shaped(b.getI32Type()), turns.bits);
  return {reduced, quarter};
}

Value FloatMath::sinPolynomial(Value r) {
  Value z = mul(r, r);
  Value p =
      polynomial(z, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1});
  return mulAdd(mul(p, z), r, r);
}

Value FloatMath::cosPolynomial(Value r) {
  Value z = mul(r, r);
  Value p = polynomial(
      z, {2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2});
  Value below = mulAdd(z, constant(r, -0.5), constant(r, 1));
  return mulAdd(mul(p, z), z, below);
}

Value FloatMath::sin(Value x) {
  auto [r, quarter] = reduceTurns(x);
  Value isOdd = neBits(iand(quarter, integer(quarter, 1)), 0);
  Value isBelow = neBits(iand(quarter, integer(quarter, 2)), 0);
  Value result = select(isOdd, cosPolynomial(r), sinPolynomial(r));
  return select(isBelow, neg(result), result);
}

Value FloatMath::cos(Value x) {
  auto [r, quarter] = reduceTurns(x);
  quarter = add(quarter, integer(quarter, 1));
  Value isOdd = neBits(iand(quarter, integer(quarter, 1)), 0);
  Value isBelow = neBits(iand(quarter, integer(quarter, 2)), 0);
  Value result = select(isOdd, cosPolynomial(r), sinPolynomial(r));
  return select(isBelow, neg(result), result);
}

Value FloatMath::tan(Value x) {
  auto [r, quarter] = reduceTurns(x);
  Value isOdd = neBits(iand(quarter, integer(quarter, 1)), 0);
  Value s = sinPolynomial(r), c = cosPolynomial(r);
  return div(select(isOdd, neg(c), s), select(isOdd, s, c));
}

//===----------------------------------------------------------------------===//
// Inverse circular functions
//===----------------------------------------------------------------------===//

static constexpr double kAsinCoefficients[] = {4.2163199048e-2, 2.4181311049e-2,
                                               4.5470025998e-2, 7.4953002686e-2,
                                               1.6666752422e-1};

// Above 1/2: pi/2 - 2 asin(sqrt((1 - x) / 2)).
Value FloatMath::asin(Value x) {
  Value a = abs(x), half = constant(x, 0.5);
  Value isLarge = gt(a, half);
  Value z = select(isLarge, mul(half, sub(constant(x, 1), a)), mul(a, a));
  Value s = select(isLarge, sqrt(z), a);
  Value p = mulAdd(mul(polynomial(z, kAsinCoefficients), z), s, s);
  Value large = sub(constant(x, kHalfPi), add(p, p));
  return copySign(select(isLarge, large, p), x);
}

Value FloatMath::acos(Value x) {
  Value a = abs(x), half = constant(x, 0.5);
  Value isLarge = gt(a, half);
  Value z = select(isLarge, mul(half, sub(constant(x, 1), a)), mul(a, a));
  Value s = select(isLarge, sqrt(z), x);
  Value p = mulAdd(mul(polynomial(z, kAsinCoefficients), z), s, s);
  Value twice = add(p, p);
  Value large = select(lt(x, constant(x, 0)),
                       sub(constant(x, 2 * kHalfPi), twice), twice);
  return select(isLarge, large, sub(constant(x, kHalfPi), p));
}

// From tan(pi/8) on pi/4 + atan((a - 1) / (a + 1)), from tan(3 pi/8) on
// pi/2 - atan(1 / a).
Value FloatMath::atan(Value x) {
  Value a = abs(x), one = constant(x, 1), zero = constant(x, 0);
  Value isMiddle = gt(a, constant(x, 0.4142135623730950));
  Value isLarge = gt(a, constant(x, 2.414213562373095));
  Value above =
      select(isLarge, constant(x, -1), select(isMiddle, sub(a, one), a));
  Value below = select(isLarge, a, select(isMiddle, add(a, one), one));
  Value r = div(above, below), z = mul(r, r);
  Value offset = select(isLarge, constant(x, kHalfPi),
                        select(isMiddle, constant(x, kHalfPi / 2), zero));
  Value p = polynomial(z, {8.05374449538e-2, -1.38776856032e-1,
                           1.99777106478e-1, -3.33329491539e-1});
  Value result = add(offset, mulAdd(mul(p, z), r, r));
  return copySign(result, x);
}

//===----------------------------------------------------------------------===//
// Hyperbolic functions
//===----------------------------------------------------------------------===//

Value FloatMath::sinh(Value x) {
  Value a = abs(x), z = mul(x, x);
  Value half = scaledExp(a, -1); // e^a / 2
  Value large = sub(half, div(constant(x, 0.25), half));
  Value p =
      polynomial(z, {2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1});
  Value small = mulAdd(mul(p, z), a, a);
  return copySign(select(gt(a, constant(x, 1)), large, small), x);
}

Value FloatMath::cosh(Value x) {
  Value half = scaledExp(abs(x), -1);
  return add(half, div(constant(x, 0.25), half));
}

Value FloatMath::tanh(Value x) {
  Value a = abs(x), z = mul(x, x), one = constant(x, 1);
  Value e = exp(add(a, a));
  Value large = sub(one, div(constant(x, 2), add(e, one)));
  Value p =
      polynomial(z, {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                     1.33314422036e-1, -3.33332819422e-1});
  Value small = mulAdd(mul(p, z), a, a);
  return copySign(select(lt(a, constant(x, 0.625)), small, large), x);
}

Value FloatMath::asinh(Value x) {
  return asinhBy(x, 1e9, [&](Value v) { return log1p(v); });
}

Value FloatMath::acosh(Value x) {
  return acoshBy(x, 1e9, [&](Value v) { return log1p(v); });
}

Value FloatMath::atanh(Value x) {
  return atanhBy(x, [&](Value v) { return log1p(v); });
}

//===----------------------------------------------------------------------===//
// Error function
//===----------------------------------------------------------------------===//

// Below 0.93 a polynomial, above 1 - e^p; from 4 on it is 1.
Value FloatMath::erf(Value x) {
  Value a = abs(x);
  Value t = select(gt(a, constant(x, 4)), constant(x, 4), a);
  Value p = polynomial(t, {-1.72853470e-5, 3.83197126e-4, -3.88396438e-3,
                           2.42546219e-2, -1.06777877e-1, -6.34846687e-1,
                           -1.28717512e-1});
  p = sub(mul(p, t), t);
  Value large = sub(constant(x, 1), exp(p));
  Value z = mul(x, x);
  Value q = polynomial(z, {-5.96761703e-4, 4.99119423e-3, -2.67681349e-2,
                           1.12819925e-1, -3.76125336e-1, 1.28379166e-1});
  Value small = mulAdd(q, a, a);
  Value isLarge = gt(a, constant(x, 0.927734375));
  return copySign(select(isLarge, large, small), x);
}

//===----------------------------------------------------------------------===//
// Remainder
//===----------------------------------------------------------------------===//

// Long division in double, 28 bits of the quotient a step: the products and
// differences are exact.
Value FloatMath::remainder(Value x, Value y) {
  Value rest = toF64(x), divisor = abs(toF64(y));
  for (int step = 9; step >= 0; --step) {
    Value scaled = mul(divisor, constant(divisor, std::ldexp(1, 28 * step)));
    Value quotient = exact(roundNear(div(rest, scaled)).real);
    rest = sub(rest, exact(mul(quotient, scaled)));
  }
  // The quotients were rounded to the nearest; the sign must be the dividend's.
  Value zero = constant(rest, 0);
  Value magnitude = abs(rest);
  Value isOther = either(both(lt(rest, zero), gt(toF64(x), zero)),
                         both(gt(rest, zero), lt(toF64(x), zero)));
  magnitude = select(isOther, sub(divisor, magnitude), magnitude);
  Value result = copySign(toF32(magnitude), x);
  Value inf = constant(x, kInf);
  Value keeps = both(lt(abs(x), inf), eq(abs(y), inf));
  return select(keeps, x, result);
}

//===- DoubleMath.cpp - Exponentials, logarithms and what is made of them -===//
//
// The polynomials interpolate at Chebyshev's nodes; their errors are below a
// tenth of a unit in the last place of the result.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Math/DoubleMath.h"

using namespace mlir;
using namespace onnxc;

static constexpr double kInf = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// ln 2, whole and in two parts: n times the first, of 32 bits, is exact.
static constexpr double kLn2 = 0x1.62e42fefa39efp-1;
static constexpr double kLn2High = 0x1.62e42feep-1;
static constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

//===----------------------------------------------------------------------===//
// Unevaluated sums
//===----------------------------------------------------------------------===//

DoubleMath::Pair DoubleMath::twoSum(Value l, Value r) {
  Value sum = exact(add(l, r));
  Value right = exact(sub(sum, l));
  Value left = exact(sub(sum, right));
  return {sum, exact(add(exact(sub(l, left)), exact(sub(r, right))))};
}

DoubleMath::Pair DoubleMath::fastTwoSum(Value l, Value r) {
  Value sum = exact(add(l, r));
  return {sum, exact(sub(r, exact(sub(sum, l))))};
}

Value DoubleMath::cutHigh(Value x) {
  Value bits = toBits(x);
  return toFloat(iand(bits, integer(bits, ~((int64_t(1) << 27) - 1))));
}

// The parts' products have 53 bits at most: that they contract changes nothing.
DoubleMath::Pair DoubleMath::twoProduct(Value l, Value r) {
  Value product = exact(mul(l, r));
  Value lHigh = cutHigh(l), rHigh = cutHigh(r);
  Value lLow = sub(l, lHigh), rLow = sub(r, rHigh);
  Value error = sub(mul(lHigh, rHigh), product);
  error = mulAdd(lHigh, rLow, error);
  error = mulAdd(lLow, rHigh, error);
  return {product, mulAdd(lLow, rLow, error)};
}

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

DoubleMath::ExpReduction DoubleMath::reduceExp(Pair x) {
  Value real = x.high;
  Rounded n = roundNear(mul(real, constant(real, 1 / kLn2)));
  Value high = mulAdd(n.real, constant(real, -kLn2High), real);
  Value low = mul(n.real, constant(real, kLn2Low));
  if (x.low)
    low = sub(low, x.low);
  Value r = sub(high, low);
  return {{r, sub(sub(high, r), low)}, n.bits};
}

Value DoubleMath::expTail(Pair r) {
  Value q =
      polynomial(r.high, {0x1.1f7340dbc337ep-29, 0x1.af4e554377204p-26,
                          0x1.27e4db46cddd1p-22, 0x1.71de01fdbf9cap-19,
                          0x1.a01a01a6e1e2ap-16, 0x1.a01a01abf85abp-13,
                          0x1.6c16c16c162c3p-10, 0x1.11111111100bep-7,
                          0x1.5555555555556p-5, 0x1.5555555555557p-3, 0.5});
  return mulAdd(mul(r.high, r.high), q, r.low);
}

// 2^n in two factors: each is a normal number where their product is not. (A
// shift of what has been made positive is one instruction everywhere.)
Value DoubleMath::scaledExp(Pair x, int shift) {
  auto [r, n] = reduceExp({clamp(x.high, -760, 720), x.low});
  Value p = add(constant(r.high, 1), add(r.high, expTail(r)));
  Value half = shr(add(n, integer(n, 4096 + shift)), 1);
  half = sub(half, integer(n, 2048));
  Value rest = sub(add(n, integer(n, shift)), half);
  return mul(mul(p, powerOfTwo(half, p)), powerOfTwo(rest, p));
}

Value DoubleMath::scaledExp(Value x, int shift) {
  return scaledExp(Pair{x, Value()}, shift);
}

Value DoubleMath::exp(Value x) { return scaledExp(x, 0); }

// e^x - 1 = 2 ((2^(n-1) - 1/2) + 2^(n-1) r + 2^(n-1) tail); 2^n might overflow.
Value DoubleMath::expm1(Value x) {
  auto [r, n] = reduceExp({clamp(x, -60, 710), Value()});
  Value scale = powerOfTwo(sub(n, integer(n, 1)), x);
  Value sum = mulAdd(scale, r.high, sub(scale, constant(x, 0.5)));
  sum = mulAdd(scale, expTail(r), sum);
  Value result = add(sum, sum);
  Value isLarge = gt(x, constant(x, 0x1.62e42fefa39efp9));
  result = select(isLarge, constant(x, kInf), result);
  // Half of a denormal may be none.
  return select(lt(abs(x), constant(x, 0x1p-54)), x, result);
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

DoubleMath::LogReduction DoubleMath::reduceLog(Value x) {
  // Denormals times 2^54 are normal.
  Value isTiny = lt(x, constant(x, 0x1p-1022));
  Value scaled = select(isTiny, mul(x, constant(x, 0x1p54)), x);
  Value bits = toBits(scaled);
  // The exponent, relative to sqrt(1/2), plus 1024.
  Value e = sub(bits, integer(bits, 0x3fe6a09e667f3bcd - (int64_t(1) << 62)));
  e = sub(shr(e, 52), integer(bits, 1024));
  Value m = toFloat(sub(bits, shl(e, 52)));
  e = sub(e, select(isTiny, integer(e, 54), integer(e, 0)));
  // As a number without an instruction for 64-bit integers.
  Value magic = constant(x, 0x1.8p52);
  Value n = exact(sub(toFloat(add(e, toBits(magic))), magic));
  return {exact(sub(m, constant(x, 1))), n};
}

// With s = f / (2 + f), log(1 + f) = 2 s + s R(s^2) = f - f^2/2 + s (f^2/2 +
// R).
Value DoubleMath::logTail(Value f) {
  Value s = div(f, add(constant(f, 2), f)), z = mul(s, s);
  Value p = polynomial(z, {0x1.0c0aff044a970p-3, 0x1.0fbde0f4ad17bp-3,
                           0x1.3b1c3c1c81c8fp-3, 0x1.745cf8e4bba1bp-3,
                           0x1.c71c7201a55d7p-3, 0x1.2492492476a1ap-2,
                           0x1.9999999999a39p-2, 0x1.5555555555555p-1});
  Value half = mul(mul(f, f), constant(f, 0.5));
  return sub(half, mul(s, mulAdd(z, p, half)));
}

Value DoubleMath::selectLog(Value x, Value regular) {
  Value result = select(lt(x, constant(x, kInf)), regular, x);
  result = select(eq(x, constant(x, 0)), constant(x, -kInf), result);
  return select(lt(x, constant(x, 0)), constant(x, kNaN), result);
}

Value DoubleMath::correctedLog(Value x, Value correction) {
  auto [f, n] = reduceLog(x);
  Value low = mulAdd(n, constant(x, kLn2Low), correction);
  Value sum = sub(sub(logTail(f), low), f);
  return selectLog(x, mulAdd(n, constant(x, kLn2High), neg(sum)));
}

Value DoubleMath::log(Value x) { return correctedLog(x, constant(x, 0)); }

Value DoubleMath::log1p(Value x) {
  auto [sum, lost] = twoSum(x, constant(x, 1));
  Value isRegular = both(gt(sum, constant(x, 0)), lt(sum, constant(x, kInf)));
  Value correction = select(isRegular, div(lost, sum), constant(x, 0));
  // What is below a unit of 1 is its own logarithm, of either sign of 0.
  Value isTiny = lt(abs(x), constant(x, 0x1p-54));
  return select(isTiny, x, correctedLog(sum, correction));
}

//===----------------------------------------------------------------------===//
// Powers
//===----------------------------------------------------------------------===//

// As log; s, its cube and 2/3 of that are pairs. What follows is less than
// 2^-12 of the sum and needs no more than 53 bits for 65 of that.
DoubleMath::Pair DoubleMath::pairLog(Value x) {
  auto [f, n] = reduceLog(x);
  Pair divisor = fastTwoSum(constant(x, 2), f);
  Value s = div(f, divisor.high);
  Pair product = twoProduct(s, divisor.high);
  Value rest = exact(sub(exact(sub(f, product.high)), product.low));
  Value sLow = div(sub(rest, mul(s, divisor.low)), divisor.high);

  Pair square = twoProduct(s, s);
  Value z = square.high;
  Value zLow = add(square.low, mul(add(s, s), sLow));
  Pair cube = twoProduct(s, z);
  Value cubeLow = add(cube.low, mulAdd(s, zLow, mul(sLow, z)));
  Pair third = twoProduct(cube.high, constant(x, 0x1.5555555555555p-1));
  Value thirdLow = mulAdd(cube.high, constant(x, 0x1.5555555555555p-55),
                          mul(cubeLow, constant(x, 0x1.5555555555555p-1)));
  thirdLow = add(third.low, thirdLow);
  Value p = polynomial(z, {0x1.e03a7acf07f85p-4, 0x1.df7ba1f4809c3p-4,
                           0x1.1118cd67251c5p-3, 0x1.3b1395b82701ep-3,
                           0x1.745d177ad436ap-3, 0x1.c71c71c6ea5acp-3,
                           0x1.2492492492522p-2, 0x1.999999999999ap-2});
  Value tail = mul(mul(cube.high, z), p);

  Pair sum = fastTwoSum(add(s, s), third.high);
  Value low = add(add(sLow, sLow), add(thirdLow, tail));
  low = add(sum.low, low);
  Pair whole = twoSum(mul(n, constant(x, kLn2High)), sum.high);
  low = add(whole.low, mulAdd(n, constant(x, kLn2Low), low));
  return fastTwoSum(whole.high, low);
}

Value DoubleMath::pow(Value x, Value y) {
  Value zero = constant(x, 0), inf = constant(x, kInf);
  Value magnitude = abs(x);
  Pair log = pairLog(magnitude);
  // No base but 1 has a finite power beyond this.
  Value bounded = clamp(y, -0x1p66, 0x1p66);
  Pair product = twoProduct(bounded, log.high);
  Value low = mulAdd(bounded, log.low, product.low);
  Value limit =
      lt(select(eq(magnitude, zero), constant(x, -kInf), magnitude), inf);
  Value isRegular = both(limit, gt(magnitude, zero));
  Value special = select(eq(magnitude, zero), constant(x, -kInf), magnitude);
  Value high = select(isRegular, product.high, mul(y, special));
  Value hasLow = both(isRegular, lt(abs(high), constant(x, 1000)));
  Value result = scaledExp({high, select(hasLow, low, zero)}, 0);

  return selectPower(x, y, result);
}

//===----------------------------------------------------------------------===//
// Hyperbolic functions
//===----------------------------------------------------------------------===//

Value DoubleMath::sinh(Value x) {
  Value a = abs(x);
  Value t = expm1(a);
  Value small = mul(constant(x, 0.5), add(t, div(t, add(t, constant(x, 1)))));
  Value isLarge = gt(a, constant(x, 22));
  return copySign(select(isLarge, scaledExp(a, -1), small), x);
}

Value DoubleMath::cosh(Value x) {
  Value half = scaledExp(abs(x), -1); // e^|x| / 2
  return add(half, div(constant(x, 0.25), half));
}

Value DoubleMath::tanh(Value x) {
  Value a = clamp(abs(x), 0, 22);
  Value t = expm1(add(a, a));
  return copySign(div(t, add(t, constant(x, 2))), x);
}

Value DoubleMath::asinh(Value x) {
  return asinhBy(x, 0x1p60, [&](Value v) { return log1p(v); });
}

Value DoubleMath::acosh(Value x) {
  return acoshBy(x, 0x1p60, [&](Value v) { return log1p(v); });
}

Value DoubleMath::atanh(Value x) {
  return atanhBy(x, [&](Value v) { return log1p(v); });
}

//===----------------------------------------------------------------------===//
// Error function
//===----------------------------------------------------------------------===//

// Below 1 a polynomial; above 1 - e^(-a^2) q((a - 3) / (a + 3)); from 6 on it
// is 1.
Value DoubleMath::erf(Value x) {
  Value a = abs(x), three = constant(x, 3);
  Value t = select(gt(a, constant(x, 6)), constant(x, 6), a);
  Value q = polynomial(
      div(sub(t, three), add(t, three)),
      {0x1.0a435e5566e52p-25, 0x1.68e57723cb833p-26, -0x1.ed1488caf1972p-23,
       -0x1.37ab7da225e1ap-22, 0x1.500fb532221eap-20, 0x1.1c720654f7f7ep-19,
       -0x1.0bb38610b33f3p-17, -0x1.af862eaeda59cp-17, 0x1.0cac346a7930ap-14,
       0x1.7ba1010d69b2dp-15, -0x1.39084c5845ec4p-11, 0x1.73101e7a20acfp-11,
       0x1.17c838ee8494fp-8, -0x1.8fa58eb5d99f5p-6, 0x1.258b13b017a98p-4,
       -0x1.336ffbef08b4ap-3, 0x1.f6ff204105974p-3, -0x1.4e102b9cf8513p-2,
       0x1.6e9827d229d2dp-3});
  Value large = sub(constant(x, 1), mul(exp(neg(mul(t, t))), q));
  Value p = polynomial(
      mul(x, x),
      {-0x1.ac9585a44fe29p-31, 0x1.d76af6ca49787p-27, -0x1.5c131500d3f88p-23,
       0x1.b981d78881a5dp-20, -0x1.f4ca838adb73bp-17, 0x1.f9a2be4f731a1p-14,
       -0x1.c02db0665e53dp-11, 0x1.565bccfa44156p-8, -0x1.b82ce31203772p-6,
       0x1.ce2f21a040f66p-4, -0x1.812746b0379c1p-2, 0x1.06eba8214db68p-3});
  Value small = mulAdd(p, a, a);
  return copySign(select(gt(a, constant(x, 1)), large, small), x);
}

//===- DoubleTrigonometry.cpp - Circular functions and their inverses -----===//
//
// Arguments of any size are reduced by Payne and Hanek's method ("Radian
// Reduction for Trigonometric Functions", 1983), in integers. x is m 2^(e-52);
// of x 2/pi only what remains modulo 4 matters, and of that 126 bits behind the
// point: the product of m and a window of 192 bits of 2/pi, which e places.
// Integers that overflow do the modulo. The window's bits come out of a table
// by halving: each bit of the index selects one of two halves of what is left,
// so that there is no memory to read, and vectors do as scalars do.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Math/DoubleMath.h"

using namespace mlir;
using namespace onnxc;

static constexpr double kInf = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
static constexpr double kHalfPi = 0x1.921fb54442d18p+0;
static constexpr double kHalfPiLow = 0x1.1a62633145c07p-54;

// 64 zeros and the first 1216 bits of 2/pi behind the point.
static constexpr uint64_t kTwoOverPi[] = {0,
                                          0xa2f9836e4e441529,
                                          0xfc2757d1f534ddc0,
                                          0xdb6295993c439041,
                                          0xfe5163abdebbc561,
                                          0xb7246e3a424dd2e0,
                                          0x06492eea09d1921c,
                                          0xfe1deb1cb129a73e,
                                          0xe88235f52ebb4484,
                                          0xe99c7026b45f7e41,
                                          0x3991d639835339f4,
                                          0x9c845f8bbdf9283b,
                                          0x1ff897ffde05980f,
                                          0xef2f118b5a0a6d1f,
                                          0x6d367ecf27cb09b7,
                                          0x4f463f669e5fea2d,
                                          0x7527bac7ebe5f17b,
                                          0x3d0739f78a5292ea,
                                          0x6bfb5fb11f8d5d08,
                                          0x56033046fc7b6bab};

//===----------------------------------------------------------------------===//
// Reduction
//===----------------------------------------------------------------------===//

Value DoubleMath::multiplyHigh(Value l, Value r) {
  Value mask = integer(l, 0xffffffff);
  Value lHigh = shr(l, 32), lLow = iand(l, mask);
  Value rHigh = shr(r, 32), rLow = iand(r, mask);
  Value cross = add(mul(lHigh, rLow), shr(mul(lLow, rLow), 32));
  Value other = add(mul(lLow, rHigh), iand(cross, mask));
  Value high = add(mul(lHigh, rHigh), shr(cross, 32));
  return add(high, shr(other, 32));
}

// As the last bits of 2^52.
Value DoubleMath::lowerHalf(Value bits) {
  Value magic = toBits(constant(toFloat(bits), 0x1p52));
  Value low = ior(iand(bits, integer(bits, 0xffffffff)), magic);
  return exact(sub(toFloat(low), constant(toFloat(bits), 0x1p52)));
}

Value DoubleMath::upperHalf(Value bits) { return lowerHalf(shr(bits, 32)); }

DoubleMath::Turns DoubleMath::reduceTurns(Value x) {
  Value a = abs(x), bits = toBits(a);
  // Below pi/4 the window would begin too early, and nothing is to be done.
  Value isSmall = lt(a, constant(x, kHalfPi / 2));
  Value e = sub(shr(bits, 52), integer(bits, 1023));
  e = select(isSmall, integer(e, 0), e);
  Value mantissa = integer(bits, (int64_t(1) << 52) - 1);
  Value m = ior(iand(bits, mantissa), integer(bits, int64_t(1) << 52));

  // Four words from bit e + 10 of the table on, cut to three.
  Value at = add(e, integer(e, 10));
  SmallVector<Value> words;
  for (uint64_t word : kTwoOverPi)
    words.push_back(integer(bits, word));
  for (int64_t step : {16, 8, 4, 2, 1}) {
    Value isBeyond = neBits(iand(at, integer(at, 64 * step)), 0);
    size_t left = std::min<size_t>(step + 3, words.size());
    for (size_t i = 0; i < left; ++i)
      if (i + step < words.size())
        words[i] = select(isBeyond, words[i + step], words[i]);
    words.resize(left);
  }
  Value shift = iand(at, integer(at, 63));
  Value back = sub(integer(at, 63), shift);
  Value window[3];
  for (int i = 0; i < 3; ++i)
    window[i] = ior(create<arith::ShLIOp>(words[i], shift),
                    shr(create<arith::ShRUIOp>(words[i + 1], back), 1));

  // The product's upper 128 of 192 bits, modulo 2^128: units of 2^-126.
  Value middle = mul(m, window[1]);
  Value low = add(middle, multiplyHigh(m, window[2]));
  Value carry = create<arith::ExtUIOp>(
      low.getType(),
      create<arith::CmpIOp>(arith::CmpIPredicate::ult, low, middle));
  Value high = add(mul(m, window[0]), multiplyHigh(m, window[1]));
  high = add(high, carry);

  // To the nearest quarter; the rest, plus 2^63, is positive.
  Value quarter = shr(add(high, integer(high, int64_t(1) << 61)), 62);
  Value rest = sub(high, shl(quarter, 62));
  rest = add(rest, integer(rest, std::numeric_limits<int64_t>::min()));
  Value first = sub(upperHalf(rest), constant(x, 0x1p31));
  Pair sum = fastTwoSum(mul(first, constant(x, 0x1p-30)),
                        mul(lowerHalf(rest), constant(x, 0x1p-62)));
  Value end = mulAdd(upperHalf(low), constant(x, 0x1p-94),
                     mul(lowerHalf(low), constant(x, 0x1p-126)));
  sum = fastTwoSum(sum.high, exact(add(sum.low, end)));

  Pair product = twoProduct(sum.high, constant(x, kHalfPi));
  Value tail = mulAdd(sum.high, constant(x, kHalfPiLow), product.low);
  tail = mulAdd(sum.low, constant(x, kHalfPi), tail);
  Pair result = fastTwoSum(product.high, tail);
  result.high = select(isSmall, a, result.high);
  result.low = select(isSmall, constant(x, 0), result.low);
  quarter = select(isSmall, integer(quarter, 0), quarter);
  Value isFinite = lt(a, constant(x, kInf));
  result.high = select(isFinite, result.high, constant(x, kNaN));
  // Of a negative number all is negated.
  Value isNegative = ltBits(toBits(x), 0);
  result.high = select(isNegative, neg(result.high), result.high);
  result.low = select(isNegative, neg(result.low), result.low);
  quarter = select(isNegative, sub(integer(quarter, 0), quarter), quarter);
  return {result, quarter};
}

//===----------------------------------------------------------------------===//
// Circular functions
//===----------------------------------------------------------------------===//

Value DoubleMath::sinPolynomial(Pair r) {
  Value x = r.high, z = mul(x, x);
  Value p = polynomial(z, {-0x1.ab16f5caa198ap-41, 0x1.61217d9252c03p-33,
                           -0x1.ae645410e937bp-26, 0x1.71de3a545f836p-19,
                           -0x1.a01a01a01992fp-13, 0x1.111111111111p-7,
                           -0x1.5555555555555p-3});
  // sin(x + y) is sin(x) + y (1 - x^2 / 2).
  Value tail = mulAdd(
      mul(x, z), p, mul(r.low, sub(constant(x, 1), mul(z, constant(x, 0.5)))));
  return add(x, tail);
}

Value DoubleMath::cosPolynomial(Pair r) {
  Value x = r.high, z = mul(x, x), one = constant(x, 1);
  Value p = polynomial(z, {0x1.ab779550c8d9bp-45, -0x1.9394b8bd50ae1p-37,
                           0x1.1eed8deac3dfep-29, -0x1.27e4fb77125c5p-22,
                           0x1.a01a01a019d06p-16, -0x1.6c16c16c16c16p-10,
                           0x1.5555555555555p-5});
  // What 1 - z / 2 loses goes to the rest.
  Value half = exact(mul(z, constant(x, 0.5)));
  Value main = exact(sub(one, half));
  Value lost = exact(sub(exact(sub(one, main)), half));
  Value tail = sub(mul(mul(z, z), p), mul(x, r.low));
  return add(main, add(lost, tail));
}

Value DoubleMath::sinOfTurn(Value x, int turn) {
  auto [r, quarter] = reduceTurns(x);
  if (turn)
    quarter = add(quarter, integer(quarter, turn));
  Value isOdd = neBits(iand(quarter, integer(quarter, 1)), 0);
  Value isBelow = neBits(iand(quarter, integer(quarter, 2)), 0);
  Value result = select(isOdd, cosPolynomial(r), sinPolynomial(r));
  return select(isBelow, neg(result), result);
}

// The sign of 0 is kept.
Value DoubleMath::sin(Value x) {
  return select(eq(x, constant(x, 0)), x, sinOfTurn(x, 0));
}

Value DoubleMath::cos(Value x) { return sinOfTurn(x, 1); }

Value DoubleMath::tan(Value x) {
  auto [r, quarter] = reduceTurns(x);
  Value isOdd = neBits(iand(quarter, integer(quarter, 1)), 0);
  Value s = sinPolynomial(r), c = cosPolynomial(r);
  Value result = div(select(isOdd, neg(c), s), select(isOdd, s, c));
  return select(eq(x, constant(x, 0)), x, result);
}

//===----------------------------------------------------------------------===//
// Inverse circular functions
//===----------------------------------------------------------------------===//

Value DoubleMath::asinTail(Value z) {
  return mul(z, polynomial(z, {0x1.d72b2bc8155f8p-6, -0x1.e6aaa8a0a04ccp-7,
                               0x1.1d189408314eep-6, 0x1.65a9c4dfcf8b2p-8,
                               0x1.52420b04b37bep-7, 0x1.782651caa6547p-7,
                               0x1.c9cf07674736ap-7, 0x1.1c4d35cf95421p-6,
                               0x1.6e8bb1c8209a2p-6, 0x1.f1c71c1db0623p-6,
                               0x1.6db6db6e31f13p-5, 0x1.3333333332ecap-4,
                               0x1.5555555555556p-3}));
}

// Above 1/2: pi/2 - 2 asin(sqrt((1 - x) / 2)), whose root is a pair.
Value DoubleMath::asin(Value x) {
  Value a = abs(x), half = constant(x, 0.5);
  Value small = mulAdd(a, asinTail(mul(a, a)), a);
  Value z = mul(half, sub(constant(x, 1), a));
  Value s = sqrt(z), high = cutHigh(s);
  Value low = div(sub(z, mul(high, high)), add(s, high));
  low = select(gt(s, constant(x, 0)), low, s);
  Value rest = mulAdd(s, asinTail(z), low);
  Value main = sub(constant(x, kHalfPi / 2), add(high, high));
  Value tail = sub(add(rest, rest), constant(x, kHalfPiLow));
  Value large = sub(constant(x, kHalfPi / 2), sub(tail, main));
  Value isLarge = either(gt(a, half), ne(a, a));
  return copySign(select(isLarge, large, small), x);
}

Value DoubleMath::acos(Value x) {
  Value a = abs(x), half = constant(x, 0.5);
  Value tail = mulAdd(neg(x), asinTail(mul(x, x)), constant(x, kHalfPiLow));
  Value small = sub(constant(x, kHalfPi), sub(x, tail));
  Value z = mul(half, sub(constant(x, 1), a));
  Value s = sqrt(z), high = cutHigh(s);
  Value low = div(sub(z, mul(high, high)), add(s, high));
  low = select(gt(s, constant(x, 0)), low, s);
  Value rest = mulAdd(s, asinTail(z), low);
  Value above = add(high, rest);
  Value below = add(high, sub(rest, constant(x, kHalfPiLow)));
  Value large = select(lt(x, constant(x, 0)),
                       sub(constant(x, 2 * kHalfPi), add(below, below)),
                       add(above, above));
  return select(lt(a, half), small, large);
}

// atan(a) = atan(c) + atan((a - c) / (1 + a c)) for the nearest c of 0, 1/2, 1,
// 3/2 and infinity.
Value DoubleMath::atan(Value x) {
  static constexpr struct {
    double from, c, high, low;
  } parts[] = {
      {7.0 / 16, 0.5, 0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
      {11.0 / 16, 1, kHalfPi / 2, kHalfPiLow / 2},
      {19.0 / 16, 1.5, 0x1.f730bd281f69bp-1, 0x1.007887af0cbbdp-56},
  };
  Value a = abs(x), one = constant(x, 1), zero = constant(x, 0);
  Value above = a, below = one, high = zero, low = zero;
  for (const auto &part : parts) {
    Value isHere = gt(a, constant(x, part.from)), c = constant(x, part.c);
    above = select(isHere, sub(a, c), above);
    below = select(isHere, mulAdd(a, c, one), below);
    high = select(isHere, constant(x, part.high), high);
    low = select(isHere, constant(x, part.low), low);
  }
  Value isLarge = gt(a, constant(x, 39.0 / 16));
  above = select(isLarge, constant(x, -1), above);
  below = select(isLarge, a, below);
  high = select(isLarge, constant(x, kHalfPi), high);
  low = select(isLarge, constant(x, kHalfPiLow), low);
  Value r = div(above, below), z = mul(r, r);
  Value p = polynomial(
      z, {0x1.e3a2a8148facep-7, -0x1.0f4592322c26bp-5, 0x1.6ff4d8c8faf06p-5,
          -0x1.ab569af6606b8p-5, 0x1.e17007d034c5dp-5, -0x1.110c971163314p-4,
          0x1.3b13757177a9ep-4, -0x1.745d1548eea0bp-4, 0x1.c71c71bd16f05p-4,
          -0x1.249249248532p-3, 0x1.99999999998c3p-3, -0x1.5555555555555p-2});
  Value tail = mulAdd(mul(z, p), r, low);
  return copySign(add(high, add(tail, r)), x);
}

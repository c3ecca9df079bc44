//===- Decimal.cpp - Numbers as decimal digits ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/Decimal.h"

using namespace mlir;
using namespace onnxc;

/// The most that one multiplication or division takes: ten times as much still
/// fits in 64 bits.
static constexpr int64_t kMostBits = 60;
/// Of a float64: its mantissa, and the least exponent of a number in [1/2, 1)
/// times a power of 2 that has all of it.
static constexpr int64_t kMantissa = 53, kLeastExponent = -1021;

Value DecimalBuilder::emptyDigits() const {
  return empty(OpFoldResult(b.getIndexAttr(kSize)), b.getI8Type());
}

Decimal DecimalBuilder::none(Value digits) const {
  return {digits, index(kFirst), index(kFirst),
          ValueBuilder::integer(b.getI1Type(), 0)};
}

Decimal DecimalBuilder::append(const Decimal &x, Value digit) const {
  // What no more fits tells only whether it is 0.
  Value fits = lt(sub(x.end, x.begin), index(kMostDigits));
  Value isMore =
      both(eq(fits, zero(b.getI1Type())), ne(digit, zero(b.getI8Type())));
  Value to = min(x.end, index(kSize - 1));
  Value digits = ifElse(
      fits, [&] { return Values{insert(digit, x.digits, to)}; },
      [&] { return Values{x.digits}; })[0];
  return {digits, x.begin, select(fits, add(x.end, 1), x.end),
          either(x.hasMore, isMore)};
}

Decimal DecimalBuilder::trim(const Decimal &x) const {
  Value none = zero(b.getI8Type());
  Value begin = repeatWhile(
      x.begin,
      [&](ValueRange at) {
        Value last = index(kSize - 1);
        return both(lt(at[0], x.end),
                    eq(extract(x.digits, min(at[0], last)), none));
      },
      [&](ValueRange at) { return Values{add(at[0], 1)}; })[0];
  Value end = repeatWhile(
      x.end,
      [&](ValueRange at) {
        Value before = max(sub(at[0], 1), index(0));
        return both(lt(begin, at[0]), eq(extract(x.digits, before), none));
      },
      [&](ValueRange at) { return Values{sub(at[0], 1)}; })[0];
  return {x.digits, begin, end, x.hasMore};
}

Decimal DecimalBuilder::fromInteger(Value digits, Value integer) const {
  Decimal start = none(digits);
  // From the last digit to the first, in front of kFirst.
  Values done = repeatWhile(
      {digits, start.begin, integer},
      [&](ValueRange now) { return ne(now[2], wide(0)); },
      [&](ValueRange now) -> Values {
        Value rest = create<arith::DivUIOp>(now[2], wide(10));
        Value digit = create<arith::RemUIOp>(now[2], wide(10));
        Value to = sub(now[1], 1);
        return {insert(toDigit(digit), now[0], to), to, rest};
      });
  return {done[0], done[1], start.end, start.hasMore};
}

Decimal DecimalBuilder::multiply(const Decimal &x, Value bits) const {
  auto put = [&](Value digits, Value sum, Value at) -> Values {
    Value digit = create<arith::RemUIOp>(sum, wide(10));
    return {insert(toDigit(digit), digits, at),
            create<arith::DivUIOp>(sum, wide(10))};
  };
  Values done =
      loops(x.begin, x.end, {x.digits, wide(0)},
            [&](ValueRange i, ValueRange now) -> Values {
              Value at = sub(add(x.begin, sub(x.end, i[0])), 1);
              Value digit =
                  create<arith::ExtUIOp>(b.getI64Type(), extract(now[0], at));
              return put(now[0], add(now[1], shiftLeft(digit, bits)), at);
            });
  // What is carried goes in front.
  done = repeatWhile(
      {done[0], x.begin, done[1]},
      [&](ValueRange now) {
        return both(ne(now[2], wide(0)), lt(index(0), now[1]));
      },
      [&](ValueRange now) -> Values {
        Value at = sub(now[1], 1);
        Values next = put(now[0], now[2], at);
        return {next[0], at, next[1]};
      });
  return trim({done[0], done[1], x.end, x.hasMore});
}

Decimal DecimalBuilder::divide(const Decimal &x, Value bits) const {
  Value mask = sub(shiftLeft(wide(1), bits), wide(1));
  Value last = index(kSize - 1);
  // As by hand: what is left over goes on with the next digit, or a 0.
  Values done = repeatWhile(
      {x.digits, x.begin, wide(0)},
      [&](ValueRange now) {
        Value isLeft = either(lt(now[1], x.end), ne(now[2], wide(0)));
        return both(isLeft, lt(now[1], index(kSize)));
      },
      [&](ValueRange now) -> Values {
        Value at = min(now[1], last);
        Value digit =
            create<arith::ExtUIOp>(b.getI64Type(), extract(now[0], at));
        digit = select(lt(now[1], x.end), digit, wide(0));
        Value sum = add(mul(now[2], wide(10)), digit);
        Value digits = insert(toDigit(shiftRight(sum, bits)), now[0], at);
        return {digits, add(now[1], 1), create<arith::AndIOp>(sum, mask)};
      });
  Value hasMore = either(x.hasMore, ne(done[2], wide(0)));
  return trim({done[0], x.begin, done[1], hasMore});
}

Value DecimalBuilder::digitAt(const Decimal &x, Value p) const {
  Value isInside = both(le(x.begin, p), lt(p, x.end));
  Value at = min(max(p, index(0)), index(kSize - 1));
  Value digit = create<arith::ExtUIOp>(b.getI64Type(), extract(x.digits, at));
  return select(isInside, digit, wide(0));
}

Value DecimalBuilder::readInteger(const Decimal &x, Value end) const {
  return loop(x.begin, max(x.begin, end), wide(0), [&](Value p, Value sum) {
    return add(mul(sum, wide(10)), digitAt(x, p));
  });
}

Value DecimalBuilder::isAnyFrom(const Decimal &x, Value from) const {
  // The last digit is not 0.
  return either(x.hasMore, both(lt(from, x.end), lt(x.begin, x.end)));
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

SmallVector<Value> DecimalBuilder::normalize(const Decimal &x,
                                             Value point) const {
  // Digits in front of the point are a bit more than three bits each.
  Values start = values(x);
  start.push_back(wide(0));
  Values smaller = repeatWhile(
      start, [&](ValueRange now) { return lt(now[1], point); },
      [&](ValueRange now) -> Values {
        Value places = toWide(sub(point, now[1]));
        Value bits = min(add(mul(places, wide(3)), wide(1)), wide(kMostBits));
        Values next = values(divide(decimal(now), bits));
        next.push_back(add(now[4], bits));
        return next;
      });
  auto isSmall = [&](ValueRange now) {
    Value isBelow = lt(digitAt(decimal(now), point), wide(5));
    return both(lt(now[1], now[2]), either(lt(point, now[1]), isBelow));
  };
  return repeatWhile(smaller, isSmall, [&](ValueRange now) -> Values {
    Value zeros = toWide(sub(now[1], point));
    Value bits = max(min(mul(zeros, wide(3)), wide(kMostBits)), wide(1));
    Values next = values(multiply(decimal(now), bits));
    next.push_back(sub(now[4], bits));
    return next;
  });
}

/// A whole number of what is in front of the point.
Value DecimalBuilder::round(const Decimal &x, Value point, bool toOdd) const {
  Value whole = readInteger(x, point);
  Value isOdd = ne(create<arith::AndIOp>(whole, wide(1)), wide(0));
  if (toOdd)
    return select(isAnyFrom(x, point), create<arith::OrIOp>(whole, wide(1)),
                  whole);
  Value first = digitAt(x, point);
  Value isHalf = eq(first, wide(5)), isMore = lt(wide(5), first);
  Value decides = either(isAnyFrom(x, add(point, 1)), isOdd);
  return select(either(isMore, both(isHalf, decides)), add(whole, wide(1)),
                whole);
}

Value DecimalBuilder::toFloatBits(const Decimal &number, Value point,
                                  bool toOdd) const {
  Decimal x = trim(number);
  Value infinite = wide(0x7ff0000000000000);
  constexpr int64_t kHuge = 310, kTiny = -330;
  Value places = sub(point, x.begin);
  Value isHuge = lt(index(kHuge), places);
  Value isTiny = either(lt(places, index(kTiny)), le(x.end, x.begin));
  return ifElse(
      either(isHuge, isTiny),
      [&] {
        return Values{
            select(both(isHuge, lt(x.begin, x.end)), infinite, wide(0))};
      },
      [&]() -> Values {
        Values now = normalize(x, point);
        Value exponent = now[4];
        // Below the least exponent the mantissa has fewer bits.
        Value missing = max(sub(wide(kLeastExponent), exponent), wide(0));
        Value bits = sub(wide(kMantissa), missing);
        Value kept = max(bits, wide(0));
        Value mantissa = round(multiply(decimal(now), kept), point, toOdd);
        mantissa = select(lt(bits, wide(0)), wide(toOdd ? 1 : 0), mantissa);
        // The mantissa's first bit adds 1 to the exponent.
        Value raised = max(sub(exponent, wide(kLeastExponent)), wide(0));
        Value all = add(shiftLeft(raised, wide(kMantissa - 1)), mantissa);
        Value isOver = lt(wide(1024), exponent);
        return {select(isOver, infinite, all)};
      })[0];
}

Decimal DecimalBuilder::fromFloatBits(Value digits, Value bits,
                                      Value &point) const {
  Value field =
      create<arith::AndIOp>(shiftRight(bits, wide(kMantissa - 1)), wide(0x7ff));
  Value mantissa = create<arith::AndIOp>(bits, wide((1LL << 52) - 1));
  Value isNormal = ne(field, wide(0));
  mantissa = select(isNormal, add(mantissa, wide(1LL << 52)), mantissa);
  Value exponent = sub(max(field, wide(1)), wide(1075));
  Decimal x = trim(fromInteger(digits, mantissa));
  point = index(kFirst);
  auto next = [&](Value left) { return min(left, wide(kMostBits)); };
  Values start = values(x);
  start.push_back(exponent);
  Values now = repeatWhile(
      start, [&](ValueRange s) { return lt(wide(0), s[4]); },
      [&](ValueRange s) -> Values {
        Value step = next(s[4]);
        Values result = values(multiply(decimal(s), step));
        result.push_back(sub(s[4], step));
        return result;
      });
  now = repeatWhile(
      now, [&](ValueRange s) { return lt(s[4], wide(0)); },
      [&](ValueRange s) -> Values {
        Value step = next(sub(wide(0), s[4]));
        Values result = values(divide(decimal(s), step));
        result.push_back(add(s[4], step));
        return result;
      });
  return decimal(now);
}

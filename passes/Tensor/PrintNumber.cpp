//===- PrintNumber.cpp - The digits of numbers ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TextOps.h"
#include "passes/Tensor/Decimal.h"
#include <limits>

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Writes one number into a text, from a place on.
class NumberPrinter : public DecimalBuilder {
public:
  using DecimalBuilder::DecimalBuilder;

  /// The text, and the place behind what is printed. These are what the others
  /// are given and give, too.
  Values printFloat(Value x, Value text, Value place) const;
  Values printInteger(Value x, bool isUnsigned, Value text, Value place) const;

private:
  /// A float is rounded to so many digits.
  static constexpr int64_t kDigits = 8, kPower = 100000000;

  Value letter(char c) const { return ValueBuilder::integer(b.getI8Type(), c); }
  Value divide(Value x, int64_t by) const {
    return create<arith::DivUIOp>(x, wide(by));
  }
  Value remainder(Value x, int64_t by) const {
    return create<arith::RemUIOp>(x, wide(by));
  }
  Values put(Value byte, ValueRange to) const {
    return {insert(byte, to[0], to[1]), add(to[1], 1)};
  }
  Values putIf(Value condition, Value byte, ValueRange to) const {
    return ifThen(condition, to, [&] { return put(byte, to); });
  }
  /// A digit, of an i64.
  Value toLetter(Value digit) const {
    return add(create<arith::TruncIOp>(b.getI8Type(), digit), letter('0'));
  }
  Values putWord(Value isNaN, ValueRange to) const;
  Values putFinite(Value bits, ValueRange to) const;
  Values putPlaces(Value number, Value count, Value shown, ValueRange to) const;
  Values putExponent(Value exponent, ValueRange to) const;
};

} // namespace

SmallVector<Value> NumberPrinter::putWord(Value isNaN, ValueRange to) const {
  Values now(to);
  for (auto [nan, infinite] : llvm::zip(StringRef("NaN"), StringRef("INF")))
    now = put(select(isNaN, letter(nan), letter(infinite)), now);
  return now;
}

/// The `count` digits of a number; digit `shown` is the last in front of the
/// point. There are zeros in place of those in front of digit 0.
SmallVector<Value> NumberPrinter::putPlaces(Value number, Value count,
                                            Value shown, ValueRange to) const {
  Value none = index(0), from = min(none, shown);
  Value end = max(count, add(shown, 1));
  // 10^(count - 1), the worth of the first digit.
  Value worth = loop(index(1), count, wide(1),
                     [&](Value, Value power) { return mul(power, wide(10)); });
  Values done =
      loops(from, end, {to[0], to[1], worth},
            [&](ValueRange i, ValueRange now) -> Values {
              Value isPoint = eq(i[0], add(shown, 1));
              Values next = putIf(isPoint, letter('.'), now.take_front(2));
              Value isInside = both(le(none, i[0]), lt(i[0], count));
              Value power = select(eq(now[2], wide(0)), wide(1), now[2]);
              Value digit = create<arith::RemUIOp>(
                  create<arith::DivUIOp>(number, power), wide(10));
              next = put(toLetter(select(isInside, digit, wide(0))), next);
              next.push_back(select(isInside, divide(now[2], 10), now[2]));
              return next;
            });
  return {done[0], done[1]};
}

SmallVector<Value> NumberPrinter::putExponent(Value exponent,
                                              ValueRange to) const {
  Value isMinus = lt(exponent, wide(0));
  Value x = select(isMinus, sub(wide(0), exponent), exponent);
  Values now = put(letter('e'), to);
  now = put(select(isMinus, letter('-'), letter('+')), now);
  now = putIf(le(wide(100), x), toLetter(divide(x, 100)), now);
  now = put(toLetter(remainder(divide(x, 10), 10)), now);
  return put(toLetter(remainder(x, 10)), now);
}

SmallVector<Value> NumberPrinter::putFinite(Value bits, ValueRange to) const {
  Value point;
  Decimal x = fromFloatBits(emptyDigits(), bits, point);
  Value isZero = le(x.end, x.begin);
  Value number = round(x, add(x.begin, kDigits), /*toOdd=*/false);
  Value exponent = toInteger(sub(sub(point, x.begin), 1), b.getI64Type());
  // 9.9999999 and more is the next power of ten.
  Value isPower = eq(number, wide(kPower));
  number = select(isPower, wide(kPower / 10), number);
  exponent = select(isPower, add(exponent, wide(1)), exponent);
  exponent = select(isZero, wide(0), exponent);
  // Zeros at the end are not printed.
  Values kept = repeatWhile(
      {number, index(kDigits)},
      [&](ValueRange now) {
        return both(ne(now[0], wide(0)), eq(remainder(now[0], 10), wide(0)));
      },
      [&](ValueRange now) -> Values {
        return {divide(now[0], 10), sub(now[1], 1)};
      });
  Value count = select(isZero, index(1), kept[1]);
  Value hasExponent =
      either(lt(exponent, wide(-4)), le(wide(kDigits), exponent));
  Value shown =
      select(hasExponent, index(0), ValueBuilder::fromInteger(exponent));
  Values now = putPlaces(kept[0], count, shown, to);
  return ifThen(hasExponent, now, [&] { return putExponent(exponent, now); });
}

SmallVector<Value> NumberPrinter::printFloat(Value x, Value text,
                                             Value place) const {
  Value bits = create<arith::BitcastOp>(b.getI64Type(), x);
  Value size =
      create<arith::AndIOp>(bits, wide(std::numeric_limits<int64_t>::max()));
  Value infinite = wide(0x7ff0000000000000), isNaN = lt(infinite, size);
  Value isMinus = both(lt(bits, wide(0)), le(size, infinite));
  Values now = putIf(isMinus, letter('-'), {text, place});
  return ifElse(
      lt(size, infinite), [&] { return putFinite(size, now); },
      [&] { return putWord(isNaN, now); });
}

SmallVector<Value> NumberPrinter::printInteger(Value x, bool isUnsigned,
                                               Value text, Value place) const {
  Values now = {text, place};
  if (!isUnsigned) {
    Value isMinus = lt(x, wide(0));
    now = putIf(isMinus, letter('-'), now);
    x = select(isMinus, sub(wide(0), x), x);
  }
  Value count = repeatWhile(
      {divide(x, 10), index(1)},
      [&](ValueRange s) { return ne(s[0], wide(0)); },
      [&](ValueRange s) -> Values {
        return {divide(s[0], 10), add(s[1], 1)};
      })[1];
  return putPlaces(x, count, sub(count, 1), now);
}

namespace {

struct LowerPrintNumber : OpConversionPattern<PrintNumberOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(PrintNumberOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    NumberPrinter v(rewriter, op.getLoc());
    Type type = getElementType(op.getX());
    SmallVector<Value> results;
    for (OpResult result : op->getResults())
      results.push_back(createEmpty(rewriter, op.getLoc(), result));
    results = v.loops(
        getSizes(rewriter, op, op.getX()), results,
        [&](ValueRange at, ValueRange kept) -> SmallVector<Value> {
          Value begin = v.mul(at[0], PrintNumberOp::kBytes);
          Value x = v.extract(adaptor.getX(), at);
          SmallVector<Value> printed =
              isa<FloatType>(type)
                  ? v.printFloat(x, kept[0], begin)
                  : v.printInteger(x, type.isUnsignedInteger(), kept[0], begin);
          Value bytes =
              v.toInteger(v.sub(printed[1], begin), rewriter.getI64Type());
          return {printed[0], v.insert(bytes, kept[1], at)};
        });
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void onnxc::populatePrintNumberLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerPrintNumber>(types, patterns.getContext());
}

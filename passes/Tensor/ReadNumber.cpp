//===- ReadNumber.cpp - Numbers that strings are --------------------------===//
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

/// Reads one string.
class NumberReader : public DecimalBuilder {
public:
  NumberReader(OpBuilder &b, Location loc, Value text, bool toOdd)
      : DecimalBuilder(b, loc), start(address(text)), count(length(text)),
        toOdd(toOdd) {}

  /// The number, a f64 or an i64, and whether there is none (i1).
  Values readFloat() const;
  Values readInteger(bool isUnsigned) const;

private:
  Value start, count;
  bool toOdd;

  Value letter(char c) const { return ValueBuilder::integer(b.getI8Type(), c); }
  Value no() const { return zero(b.getI1Type()); }
  Value negate(Value condition) const { return eq(condition, no()); }
  /// The byte at a place, 0 behind the last.
  Value at(Value place) const;
  /// The same, a large letter as the small one.
  Value small(Value place) const {
    return create<arith::OrIOp>(at(place), letter(0x20));
  }
  Value isDigit(Value byte) const {
    return both(le(letter('0'), byte), le(byte, letter('9')));
  }
  Value digit(Value byte) const { return sub(byte, letter('0')); }
  Value isWord(Value place, StringRef word) const;
  Value isHexadecimal(Value place) const {
    return both(eq(at(place), letter('0')),
                eq(small(add(place, 1)), letter('x')));
  }
  /// Behind white space and a sign, and whether that is a minus.
  Values readSign() const;
  /// The decimal, its point relative to its first digit, the place behind it
  /// and whether there is a digit.
  Values readDigits(Value place) const;
  /// The exponent that is at a place, 0 for none.
  Value readExponent(Value place) const;
};

} // namespace

Value NumberReader::at(Value place) const {
  return ifElse(
      lt(place, count), [&] { return Values{byte(start, place)}; },
      [&] { return Values{zero(b.getI8Type())}; })[0];
}

Value NumberReader::isWord(Value place, StringRef word) const {
  Value is = eq(zero(b.getI1Type()), no());
  for (auto [i, c] : llvm::enumerate(word))
    is = both(is, eq(small(add(place, int64_t(i))), letter(c)));
  return is;
}

SmallVector<Value> NumberReader::readSign() const {
  Value place = repeatWhile(
      index(0),
      [&](ValueRange now) {
        Value c = at(now[0]);
        return either(eq(c, letter(' ')),
                      both(le(letter('\t'), c), le(c, letter('\r'))));
      },
      [&](ValueRange now) { return Values{add(now[0], 1)}; })[0];
  Value c = at(place);
  Value isMinus = eq(c, letter('-')), isPlus = eq(c, letter('+'));
  return {select(either(isMinus, isPlus), add(place, 1), place), isMinus};
}

SmallVector<Value> NumberReader::readDigits(Value place) const {
  Decimal first = none(emptyDigits());
  Value one = index(1);
  return repeatWhile(
      {first.digits, first.begin, first.end, first.hasMore, index(0), place,
       no(), no()},
      [&](ValueRange now) {
        Value c = at(now[5]);
        return either(isDigit(c), both(eq(c, letter('.')), negate(now[7])));
      },
      [&](ValueRange now) -> Values {
        Value c = at(now[5]), next = add(now[5], 1), hasPoint = now[7];
        Decimal x{now[0], now[1], now[2], now[3]};
        return ifElse(
            isDigit(c),
            [&]() -> Values {
              Value d = digit(c);
              // Zeros in front of all others only move the point.
              Value isFront = both(eq(x.begin, x.end), eq(d, letter(0)));
              Values with = ifElse(
                  isFront, [&] { return Values{x.digits, x.end, x.hasMore}; },
                  [&] {
                    Decimal more = append(x, d);
                    return Values{more.digits, more.end, more.hasMore};
                  });
              Value moved = select(isFront, sub(now[4], one), now[4]);
              Value grown = select(isFront, now[4], add(now[4], one));
              return {with[0],
                      x.begin,
                      with[1],
                      with[2],
                      select(hasPoint, moved, grown),
                      next,
                      negate(no()),
                      hasPoint};
            },
            [&]() -> Values {
              return {x.digits, x.begin, x.end,  x.hasMore,
                      now[4],   next,    now[6], negate(no())};
            });
      });
}

Value NumberReader::readExponent(Value place) const {
  Value sign = at(add(place, 1));
  Value isMinus = eq(sign, letter('-'));
  Value hasSign = either(isMinus, eq(sign, letter('+')));
  Value from = add(place, select(hasSign, index(2), index(1)));
  Value isThere = both(eq(small(place), letter('e')), isDigit(at(from)));
  // Beyond this no number is other than 0 or infinite, however many digits.
  constexpr int64_t kMost = 1000000000000;
  Values read = repeatWhile(
      {from, index(0)},
      [&](ValueRange now) { return both(isThere, isDigit(at(now[0]))); },
      [&](ValueRange now) -> Values {
        Value d = ValueBuilder::fromInteger(digit(at(now[0])));
        Value next = add(mul(now[1], 10), d);
        return {add(now[0], 1), min(next, index(kMost))};
      });
  return select(isMinus, sub(index(0), read[1]), read[1]);
}

SmallVector<Value> NumberReader::readFloat() const {
  Values sign = readSign();
  Value place = sign[0];
  Value isInfinite = isWord(place, "inf"), isNaN = isWord(place, "nan");
  Values digits = readDigits(place);
  Decimal x{digits[0], digits[1], digits[2], digits[3]};
  Value point = add(add(x.begin, digits[4]), readExponent(digits[5]));
  Value bits = toFloatBits(x, point, toOdd);
  bits = select(isInfinite, wide(0x7ff0000000000000), bits);
  bits = select(isNaN, wide(0x7ff8000000000000), bits);
  Value high =
      select(sign[1], wide(std::numeric_limits<int64_t>::min()), wide(0));
  bits = create<arith::OrIOp>(bits, high);
  Value isNone = negate(either(digits[6], either(isInfinite, isNaN)));
  return {create<arith::BitcastOp>(b.getF64Type(), bits),
          either(isNone, isHexadecimal(place))};
}

SmallVector<Value> NumberReader::readInteger(bool isUnsigned) const {
  Values sign = readSign();
  Value ten = wide(10);
  // What no more fits in 64 bits is too much.
  Value most = wide(-1), quotient = create<arith::DivUIOp>(most, ten),
        rest = create<arith::RemUIOp>(most, ten);
  Values read = repeatWhile(
      {sign[0], wide(0), no()},
      [&](ValueRange now) { return isDigit(at(now[0])); },
      [&](ValueRange now) -> Values {
        Value d = create<arith::ExtUIOp>(b.getI64Type(), digit(at(now[0])));
        auto compare = [&](arith::CmpIPredicate is, Value l, Value r) -> Value {
          return create<arith::CmpIOp>(is, l, r);
        };
        Value over =
            either(compare(arith::CmpIPredicate::ugt, now[1], quotient),
                   both(eq(now[1], quotient),
                        compare(arith::CmpIPredicate::ugt, d, rest)));
        return {add(now[0], 1), add(mul(now[1], ten), d), either(now[2], over)};
      });
  Value x = read[1], isBad = either(read[2], eq(read[0], sign[0]));
  if (!isUnsigned) {
    Value least = wide(std::numeric_limits<int64_t>::min());
    Value isLeast = both(sign[1], eq(x, least));
    isBad = either(isBad, both(lt(x, wide(0)), negate(isLeast)));
  }
  return {select(sign[1], sub(wide(0), x), x),
          either(isBad, isHexadecimal(sign[0]))};
}

namespace {

struct LowerReadNumber : OpConversionPattern<ReadNumberOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(ReadNumberOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    Type type = op.getReadAs();
    SmallVector<Value> results;
    for (OpResult result : op->getResults())
      results.push_back(createEmpty(rewriter, op.getLoc(), result));
    results = v.loops(
        getSizes(rewriter, op, op.getX()), results,
        [&](ValueRange at, ValueRange kept) -> SmallVector<Value> {
          NumberReader reader(rewriter, op.getLoc(),
                              v.extract(adaptor.getX(), at), op.getToOdd());
          SmallVector<Value> read =
              isa<FloatType>(type)
                  ? reader.readFloat()
                  : reader.readInteger(type.isUnsignedInteger());
          return {v.insert(read[0], kept[0], at),
                  v.store(read[1], kept[1], at, rewriter.getI1Type())};
        });
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void onnxc::populateReadNumberLowering(RewritePatternSet &patterns,
                                       TypeConverter &types) {
  patterns.add<LowerReadNumber>(types, patterns.getContext());
}

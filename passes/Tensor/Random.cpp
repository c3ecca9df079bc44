//===- Random.cpp - The Mersenne Twister ----------------------------------===//
//
// MT19937 keeps 624 words of 32 bits. A twist makes the next 624 of them, each
// word is then tempered as it is taken, and two words make a double:
//
//   ((w1 >> 5) * 2^26 + (w2 >> 6)) / 2^53
//
// Normally distributed numbers come in pairs of a point within the unit circle
// (Marsaglia's polar method), of which numpy gives the second one first.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RandomOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

constexpr int64_t kWords = 624, kShift = 397;

/// The words, and how many of them were taken.
struct State {
  Value words, taken;
};

/// The generator, and arithmetic on its words.
class MersenneTwister : public TensorBuilder {
public:
  using TensorBuilder::TensorBuilder;

  Value seed(uint32_t seed) const {
    Value words = insert(
        word(seed), empty(OpFoldResult(b.getIndexAttr(kWords)), b.getI32Type()),
        index(0));
    return loop(index(1), index(kWords), words, [&](Value i, Value words) {
      Value last = extract(words, sub(i, 1));
      Value mixed = bitXor(last, shiftRight(last, 30));
      Value next =
          add(mul(mixed, word(1812433253)), toInteger(i, b.getI32Type()));
      return insert(next, words, i);
    });
  }

  Value takeDouble(State &state) const {
    auto take = [&](int64_t drop) {
      return convert(shiftRight(takeWord(state), drop), b.getF64Type(),
                     /*isUnsigned=*/true);
    };
    Value high = take(5), low = take(6);
    return mul(add(mul(high, real(67108864.0)), low),
               real(1.0 / 9007199254740992.0));
  }

  /// Two independent numbers, the first one to be used first.
  std::pair<Value, Value> takeNormals(State &state) const {
    Value zero = real(0);
    SmallVector<Value> init = {state.words, state.taken, zero, zero, zero};
    SmallVector<Type> types(ValueRange(init).getTypes());
    auto draw = [&](OpBuilder &, Location, ValueRange carried) {
      State s{carried[0], carried[1]};
      auto take = [&] { return add(mul(real(2), takeDouble(s)), real(-1)); };
      Value x = take(), y = take();
      Value square = add(mul(x, x), mul(y, y));
      Value again = either(ge(square, real(1)), eq(square, real(0)));
      create<scf::ConditionOp>(again,
                               ValueRange{s.words, s.taken, x, y, square});
    };
    auto again = [&](OpBuilder &, Location, ValueRange carried) {
      create<scf::YieldOp>(carried);
    };
    auto drawn = create<scf::WhileOp>(types, init, draw, again);
    state = {drawn.getResult(0), drawn.getResult(1)};
    Value square = drawn.getResult(4);
    Value factor = sqrt(div(mul(real(-2), log(square)), square));
    return {mul(factor, drawn.getResult(3)), mul(factor, drawn.getResult(2))};
  }

private:
  Value word(uint32_t bits) const {
    return integer(b.getI32Type(), int32_t(bits));
  }
  Value real(double value) const { return constant(b.getF64Type(), value); }
  Value bitAnd(Value l, uint32_t bits) const { return both(l, word(bits)); }
  Value bitXor(Value l, Value r) const { return fold<arith::XOrIOp>(l, r); }
  Value shiftRight(Value x, int64_t bits) const {
    return fold<arith::ShRUIOp>(x, word(bits));
  }
  Value shiftLeft(Value x, int64_t bits) const {
    return fold<arith::ShLIOp>(x, word(bits));
  }

  /// The next kWords words.
  Value twist(Value words) const {
    return loop(index(0), index(kWords), words, [&](Value i, Value words) {
      auto at = [&](int64_t distance) {
        return extract(words, rem(add(i, distance), kWords));
      };
      Value upper = bitAnd(at(0), 0x80000000);
      Value joined = either(upper, bitAnd(at(1), 0x7fffffff));
      Value isOdd = eq(bitAnd(joined, 1), word(1));
      Value next = bitXor(at(kShift), shiftRight(joined, 1));
      next = bitXor(next, select(isOdd, word(0x9908b0df), word(0)));
      return insert(next, words, i);
    });
  }

  Value takeWord(State &state) const {
    SmallVector<Value> renewed = ifThen(
        eq(state.taken, index(kWords)), {state.words, state.taken},
        [&]() -> SmallVector<Value> { return {twist(state.words), index(0)}; });
    state = {renewed[0], renewed[1]};
    Value y = extract(state.words, state.taken);
    state.taken = add(state.taken, 1);
    y = bitXor(y, shiftRight(y, 11));
    y = bitXor(y, bitAnd(shiftLeft(y, 7), 0x9d2c5680));
    y = bitXor(y, bitAnd(shiftLeft(y, 15), 0xefc60000));
    return bitXor(y, shiftRight(y, 18));
  }
};

struct LowerMersenneTwister : OpConversionPattern<MersenneTwisterOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(MersenneTwisterOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    MersenneTwister v(rewriter, op.getLoc());
    bool isNormal = op.getNormal() != 0;
    Value count = readSizes(rewriter, op, op.getNumbers()).front();
    auto body = [&](OpBuilder &, Location, Value i, ValueRange carried) {
      State state{carried[1], carried[2]};
      Value result = carried[0];
      if (!isNormal) {
        result = v.insert(v.takeDouble(state), result, i);
      } else {
        auto [first, second] = v.takeNormals(state);
        result = v.insert(first, result, i);
        Value next = v.add(i, 1);
        result = v.ifThen(v.lt(next, count), result,
                          [&, second = second]() -> SmallVector<Value> {
                            return {v.insert(second, result, next)};
                          })[0];
      }
      v.create<scf::YieldOp>(ValueRange{result, state.words, state.taken});
    };
    Value numbers = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    Value words = v.seed(op.getSeed()), taken = v.index(kWords);
    auto loop =
        v.create<scf::ForOp>(v.index(0), count, v.index(isNormal ? 2 : 1),
                             ValueRange{numbers, words, taken}, body);
    rewriter.replaceOp(op, loop.getResult(0));
    return success();
  }
};

} // namespace

void onnxc::populateRandomLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerMersenneTwister>(types, patterns.getContext());
}

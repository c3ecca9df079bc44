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
#include "passes/Tensor/IndexedLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

constexpr int64_t kWords = 624, kShift = 397;

/// The words, and how many of them were taken.
struct State {
  Value words, taken;
};

/// Arithmetic at one place of the code.
struct Builder : IndexBuilder {
  using IndexBuilder::IndexBuilder;

  Value word(uint32_t bits) {
    return arith::ConstantIntOp::create(b, loc, int32_t(bits), 32);
  }
  Value bitAnd(Value l, Value r) {
    return b.createOrFold<arith::AndIOp>(loc, l, r);
  }
  Value bitOr(Value l, Value r) {
    return b.createOrFold<arith::OrIOp>(loc, l, r);
  }
  Value bitXor(Value l, Value r) {
    return b.createOrFold<arith::XOrIOp>(loc, l, r);
  }
  Value shiftRight(Value x, int64_t bits) {
    return b.createOrFold<arith::ShRUIOp>(loc, x, word(bits));
  }
  Value shiftLeft(Value x, int64_t bits) {
    return b.createOrFold<arith::ShLIOp>(loc, x, word(bits));
  }
  Value real(double value) {
    return arith::ConstantOp::create(b, loc, b.getF64FloatAttr(value));
  }
  Value fmul(Value l, Value r) {
    return b.createOrFold<arith::MulFOp>(loc, l, r);
  }
  Value fadd(Value l, Value r) {
    return b.createOrFold<arith::AddFOp>(loc, l, r);
  }

  Value loop(int64_t from, int64_t to, Value tensor,
             llvm::function_ref<Value(Builder, Value, Value)> body) {
    auto loop = scf::ForOp::create(
        b, loc, constant(from), constant(to), constant(1), tensor,
        [&](OpBuilder &inner, Location l, Value i, ValueRange carried) {
          scf::YieldOp::create(inner, l,
                               body(Builder(inner, l), i, carried[0]));
        });
    return loop.getResult(0);
  }

  Value seed(uint32_t seed) {
    Value words = tensor::EmptyOp::create(b, loc, {kWords}, b.getI32Type());
    words = insert(word(seed), words, constant(0));
    return loop(1, kWords, words, [](Builder n, Value i, Value words) {
      Value last = n.extract(words, n.sub(i, n.constant(1)));
      Value mixed = n.bitXor(last, n.shiftRight(last, 30));
      Value next = n.add(n.mul(mixed, n.word(1812433253)),
                         n.toInteger(i, n.b.getI32Type()));
      return n.insert(next, words, i);
    });
  }

  Value twist(Value words) {
    return loop(0, kWords, words, [](Builder n, Value i, Value words) {
      Value size = n.constant(kWords);
      auto at = [&](int64_t distance) {
        return n.extract(words, n.rem(n.add(i, n.constant(distance)), size));
      };
      Value joined = n.bitOr(n.bitAnd(at(0), n.word(0x80000000)),
                             n.bitAnd(at(1), n.word(0x7fffffff)));
      Value isOdd = n.eq(n.bitAnd(joined, n.word(1)), n.word(1));
      Value next = n.bitXor(at(kShift), n.shiftRight(joined, 1));
      next = n.bitXor(next, n.select(isOdd, n.word(0x9908b0df), n.word(0)));
      return n.insert(next, words, i);
    });
  }

  Value takeWord(State &state) {
    Value isUsedUp = eq(state.taken, constant(kWords));
    auto renewed = scf::IfOp::create(
        b, loc, isUsedUp,
        [&](OpBuilder &inner, Location l) {
          Builder n(inner, l);
          scf::YieldOp::create(inner, l,
                               ValueRange{n.twist(state.words), n.constant(0)});
        },
        [&](OpBuilder &inner, Location l) {
          scf::YieldOp::create(inner, l, ValueRange{state.words, state.taken});
        });
    state = {renewed.getResult(0), renewed.getResult(1)};
    Value y = extract(state.words, state.taken);
    state.taken = add(state.taken, constant(1));
    y = bitXor(y, shiftRight(y, 11));
    y = bitXor(y, bitAnd(shiftLeft(y, 7), word(0x9d2c5680)));
    y = bitXor(y, bitAnd(shiftLeft(y, 15), word(0xefc60000)));
    return bitXor(y, shiftRight(y, 18));
  }

  Value takeDouble(State &state) {
    auto convert = [&](Value x) -> Value {
      return arith::UIToFPOp::create(b, loc, b.getF64Type(), x);
    };
    Value high = convert(shiftRight(takeWord(state), 5));
    Value low = convert(shiftRight(takeWord(state), 6));
    return fmul(fadd(fmul(high, real(67108864.0)), low),
                real(1.0 / 9007199254740992.0));
  }

  /// Two independent numbers, the first one to be used first.
  std::pair<Value, Value> takeNormals(State &state) {
    Value zero = real(0);
    SmallVector<Value> init = {state.words, state.taken, zero, zero, zero};
    SmallVector<Type> types(ValueRange(init).getTypes());
    auto loop = scf::WhileOp::create(
        b, loc, types, init,
        [&](OpBuilder &inner, Location l, ValueRange carried) {
          Builder n(inner, l);
          State s{carried[0], carried[1]};
          auto take = [&] {
            return n.fadd(n.fmul(n.real(2), n.takeDouble(s)), n.real(-1));
          };
          Value x = take(), y = take();
          Value square = n.fadd(n.fmul(x, x), n.fmul(y, y));
          auto compare = [&](arith::CmpFPredicate predicate, double value) {
            return arith::CmpFOp::create(inner, l, predicate, square,
                                         n.real(value));
          };
          Value again = n.bitOr(compare(arith::CmpFPredicate::OGE, 1),
                                compare(arith::CmpFPredicate::OEQ, 0));
          scf::ConditionOp::create(inner, l, again,
                                   ValueRange{s.words, s.taken, x, y, square});
        },
        [&](OpBuilder &inner, Location l, ValueRange carried) {
          scf::YieldOp::create(inner, l, carried);
        });
    state = {loop.getResult(0), loop.getResult(1)};
    Value square = loop.getResult(4);
    Value log = math::LogOp::create(b, loc, square);
    Value factor = math::SqrtOp::create(
        b, loc, arith::DivFOp::create(b, loc, fmul(real(-2), log), square));
    return {fmul(factor, loop.getResult(3)), fmul(factor, loop.getResult(2))};
  }
};

struct LowerMersenneTwister : OpConversionPattern<MersenneTwisterOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(MersenneTwisterOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Builder b(rewriter, loc);
    Value count = readSizes(rewriter, op, op.getNumbers()).front();
    Value numbers = createEmpty(rewriter, loc, op->getResult(0));
    Value words = b.seed(op.getSeed()), taken = b.constant(kWords);
    bool isNormal = op.getNormal() != 0;
    auto loop = scf::ForOp::create(
        rewriter, loc, b.constant(0), count, b.constant(isNormal ? 2 : 1),
        ValueRange{numbers, words, taken},
        [&](OpBuilder &inner, Location l, Value i, ValueRange carried) {
          Builder n(inner, l);
          State state{carried[1], carried[2]};
          Value result = carried[0];
          if (!isNormal) {
            Value x = n.takeDouble(state);
            result = n.insert(x, result, i);
          } else {
            auto [first, second] = n.takeNormals(state);
            result = n.insert(first, result, i);
            Value next = n.add(i, n.constant(1));
            result = insertBelow(n, second, result, next, count);
          }
          scf::YieldOp::create(inner, l,
                               ValueRange{result, state.words, state.taken});
        });
    rewriter.replaceOp(op, loop.getResult(0));
    return success();
  }

private:
  static Value insertBelow(Builder &b, Value x, Value tensor, Value at,
                           Value count) {
    auto inserted = scf::IfOp::create(
        b.b, b.loc, b.lt(at, count),
        [&](OpBuilder &inner, Location l) {
          scf::YieldOp::create(inner, l,
                               IndexBuilder(inner, l).insert(x, tensor, at));
        },
        [&](OpBuilder &inner, Location l) {
          scf::YieldOp::create(inner, l, tensor);
        });
    return inserted.getResult(0);
  }
};

} // namespace

void onnxc::populateRandomLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerMersenneTwister>(types, patterns.getContext());
}

//===- Tokens.cpp - The matches of an automaton in strings ----------------===//
//
// From each place, the automaton reads on until nothing can match any more; the
// last place where it accepted is the end of the longest match, behind which it
// goes on. Where nothing matches, the next byte is the next place. A string of
// n bytes costs n steps as long as no match is much shorter than what was read
// for it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RegexAutomaton.h"
#include "dialects/onnx/TextOps.h"
#include "passes/Tensor/TextBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;
using Values = TensorBuilder::Values;

namespace {

/// The tables, and what of the matches are tokens.
struct TokenSettings {
  Value classes, next, accepts, contexts;
  ArrayRef<int64_t> starts;
  int64_t least;
  bool splits;

  template <typename Op>
  TokenSettings(Op op, typename Op::Adaptor adaptor)
      : classes(adaptor.getClasses()), next(adaptor.getNext()),
        accepts(adaptor.getAccepts()), contexts(adaptor.getContexts()),
        starts(op.getStarts()), least(op.getLeast()), splits(op.getSplits()) {}
};

class Tokens {
public:
  Tokens(const TextBuilder &v, const TokenSettings &settings, Value string)
      : v(v), settings(settings), string(string), address(v.address(string)),
        length(v.length(string)) {}

  /// Calls `emit` with each token, its number, and the tensor that is carried,
  /// if one is. Returns the tensor, and the number of tokens.
  using Emit = llvm::function_ref<Value(Value token, Value number, Value into)>;
  Values visit(ValueRange tensor, Emit emit) const {
    // Behind them: where what lies before a match begins, and the place.
    Values state(tensor);
    state.append(3, v.index(0));
    auto goesOn = [&](ValueRange now) { return v.lt(now.back(), length); };
    auto step = [&](ValueRange now) {
      Value at = now.back(), end = findEnd(at), isMatch = v.lt(at, end);
      Value from = settings.splits ? now[now.size() - 2] : at;
      Value to = settings.splits ? at : end;
      Values after = take(v.both(isMatch, isLong(from, to)), from, to,
                          now.drop_back(2), emit);
      after.push_back(v.select(isMatch, end, now[now.size() - 2]));
      after.push_back(v.select(isMatch, end, v.add(at, 1)));
      return after;
    };
    state = v.repeatWhile(state, goesOn, step);
    Value begin = state[state.size() - 2];
    state.truncate(state.size() - 2);
    return settings.splits
               ? take(isLong(begin, length), begin, length, state, emit)
               : state;
  }

private:
  const TextBuilder &v;
  const TokenSettings &settings;
  Value string, address, length;

  Values take(Value isToken, Value from, Value to, ValueRange carried,
              Emit emit) const {
    return v.ifThen(isToken, carried, [&] {
      Values after;
      if (carried.size() > 1)
        after.push_back(emit(v.part(string, from, v.sub(to, from)),
                             carried.back(), carried.front()));
      after.push_back(v.add(carried.back(), 1));
      return after;
    });
  }

  /// Whether as many code points as asked for lie between two places. A byte
  /// that continues one begins none.
  Value isLong(Value from, Value to) const {
    if (settings.least <= 1)
      return v.lt(from, to);
    Type byte = v.b.getI8Type();
    Value points =
        v.loop(from, to, v.index(0), [&](Value at, Value count) -> Value {
          Value lead = v.create<arith::AndIOp>(v.byte(address, at),
                                               v.integer(byte, -64));
          Value begins = v.ne(lead, v.integer(byte, -128));
          return v.select(begins, v.add(count, 1), count);
        });
    return v.ge(points, v.index(settings.least));
  }

  Value loadByte(Value at) const {
    return v.fromInteger(v.byte(address, at), /*isUnsigned=*/true);
  }
  Value loadClass(Value at) const {
    return v.fromInteger(v.extract(settings.classes, loadByte(at)),
                         /*isUnsigned=*/true);
  }

  /// The state to begin in, by the byte before.
  Value findStart(Value at) const {
    auto starts = settings.starts;
    Value first = v.index(starts[unsigned(RegexContext::BeginOfText)]);
    if (llvm::all_equal(starts))
      return first;
    Value before = v.max(v.sub(at, 1), v.index(0));
    Value context =
        v.fromInteger(v.extract(settings.contexts, loadByte(before)));
    Value start = v.index(starts[unsigned(RegexContext::Other)]);
    for (RegexContext kind : {RegexContext::Newline, RegexContext::Word})
      start = v.select(v.eq(context, v.index(int64_t(kind))),
                       v.index(starts[unsigned(kind)]), start);
    return v.select(v.eq(at, v.index(0)), first, start);
  }

  /// Where the longest match ends that begins here; here if none does.
  Value findEnd(Value begin) const {
    auto isAccepted = [&](Value state, Value kind) {
      Value flag = v.extract(settings.accepts, {state, kind});
      return v.ne(flag, v.zero(flag.getType()));
    };
    // The state, the place, and where it accepted last.
    auto goesOn = [&](ValueRange now) {
      return v.both(v.ne(now[0], v.index(0)), v.lt(now[1], length));
    };
    auto step = [&](ValueRange now) -> Values {
      Value kind = loadClass(now[1]);
      Value end = v.select(isAccepted(now[0], kind), now[1], now[2]);
      Value next = v.fromInteger(v.extract(settings.next, {now[0], kind}));
      return {next, v.add(now[1], 1), end};
    };
    Values state =
        v.repeatWhile({findStart(begin), begin, begin}, goesOn, step);
    int64_t classes =
        cast<RankedTensorType>(settings.next.getType()).getDimSize(1);
    Value isAtEnd =
        v.both(v.eq(state[1], length), isAccepted(state[0], v.index(classes)));
    return v.select(isAtEnd, length, state[2]);
  }
};

struct LowerCountTokens : OpConversionPattern<CountTokensOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(CountTokensOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    TokenSettings settings(op, adaptor);
    auto body = [&](ValueRange i) {
      Tokens tokens(v, settings, v.extract(adaptor.getX(), i));
      return v.toInteger(tokens.visit(ValueRange(), nullptr)[0],
                         rewriter.getI64Type());
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

struct LowerTakeTokens : OpConversionPattern<TakeTokensOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(TakeTokensOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    TokenSettings settings(op, adaptor);
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op->getResult(0));
    Value init = v.filled(sizes, v.extractScalar(adaptor.getPad()));
    auto body = [&](ValueRange i, ValueRange carried) -> Values {
      auto emit = [&](Value token, Value number, Value into) {
        SmallVector<Value> at(i);
        at.push_back(number);
        return v.insert(token, into, at);
      };
      Tokens tokens(v, settings, v.extract(adaptor.getX(), i));
      return {tokens.visit(carried, emit)[0]};
    };
    sizes.pop_back();
    rewriter.replaceOp(op, v.loops(sizes, init, body));
    return success();
  }
};

} // namespace

void onnxc::populateTokensLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerCountTokens, LowerTakeTokens>(types, patterns.getContext());
}

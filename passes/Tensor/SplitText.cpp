//===- SplitText.cpp - Parts of strings -----------------------------------===//
//
// A string is read once, byte by byte. With a delimiter, a part begins behind
// the last one, and ends where the next one is found. Without, code points are
// read: it begins at one that is no space and ends at the next that is one.
// Where as many have ended as may, what is left is the last part.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TextOps.h"
#include "passes/Tensor/TextBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

class Splitter {
public:
  Splitter(const TextBuilder &v, StringRef delimiter, int64_t maxsplit)
      : v(v), delimiter(delimiter), maxsplit(maxsplit) {}

  /// Calls `emit` with each part, its number, and the tensor that is carried,
  /// if one is. Returns the tensor, and the number of parts.
  using Emit = llvm::function_ref<Value(Value part, Value number, Value into)>;
  SmallVector<Value> split(Value string, ValueRange tensor, Emit emit) const {
    return delimiter.empty() ? splitAtSpaces(string, tensor, emit)
                             : splitAtDelimiters(string, tensor, emit);
  }

private:
  const TextBuilder &v;
  StringRef delimiter;
  int64_t maxsplit;

  // Carried: the tensor if there is one, the number of parts that have ended,
  // and where the next one begins.
  static Value count(ValueRange carried) { return carried[carried.size() - 2]; }
  static Value begin(ValueRange carried) { return carried.back(); }

  SmallVector<Value> end(Value string, Value at, Value next, ValueRange carried,
                         Emit emit) const {
    SmallVector<Value> after;
    Value number = count(carried), from = begin(carried);
    if (carried.size() > 2)
      after.push_back(
          emit(v.part(string, from, v.sub(at, from)), number, carried[0]));
    after.push_back(v.add(number, 1));
    after.push_back(next);
    return after;
  }

  Value maySplit(ValueRange carried) const {
    return maxsplit < 0 ? v.integer(v.b.getI1Type(), 1)
                        : v.lt(count(carried), v.index(maxsplit));
  }

  SmallVector<Value> splitAtDelimiters(Value string, ValueRange tensor,
                                       Emit emit) const {
    Value address = v.address(string), length = v.length(string);
    int64_t width = delimiter.size();
    auto isHere = [&](Value at) {
      Value same = v.integer(v.b.getI1Type(), 1);
      for (auto [k, letter] : llvm::enumerate(delimiter.bytes()))
        same = v.both(same, v.eq(v.byte(address, v.add(at, k)),
                                 v.integer(v.b.getI8Type(), int8_t(letter))));
      return same;
    };
    // A delimiter does not begin in its last bytes.
    Value places = v.max(v.sub(length, width - 1), v.index(0));
    SmallVector<Value> state(tensor);
    state.append({v.index(0), v.index(0)});
    auto step = [&](ValueRange i, ValueRange now) -> SmallVector<Value> {
      Value mayBe = v.both(v.ge(i[0], begin(now)), maySplit(now));
      return v.ifThen(v.both(mayBe, isHere(i[0])), now, [&] {
        return end(string, i[0], v.add(i[0], width), now, emit);
      });
    };
    state = v.loops(OpFoldResult(places), state, step);
    state = end(string, length, length, state, emit);
    state.pop_back();
    return state;
  }

  /// What Python calls so, whose split() ONNX refers to.
  Value isSpace(Value point) const {
    static constexpr std::pair<int64_t, int64_t> kSpaces[] = {
        {0x09, 0x0d},     {0x1c, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
        {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
        {0x205f, 0x205f}, {0x3000, 0x3000}};
    Value is = v.integer(v.b.getI1Type(), 0);
    for (auto [first, last] : kSpaces)
      is = v.either(is, v.both(v.ge(point, v.integer(point, first)),
                               v.le(point, v.integer(point, last))));
    return is;
  }

  /// Between parts `begin` is -1. Before the rest are carried where the next
  /// code point begins, and where the last one that was no space ended: spaces
  /// at the end belong to no part.
  SmallVector<Value> splitAtSpaces(Value string, ValueRange tensor,
                                   Emit emit) const {
    Value address = v.address(string), length = v.length(string);
    Value none = v.index(-1);
    SmallVector<Value> state{v.index(0), v.index(0)};
    llvm::append_range(state, tensor);
    state.append({v.index(0), none});
    auto read = [&](Value at, ValueRange now) {
      auto [point, size] = v.decode(address, at, length);
      Value space = isSpace(point), isInside = v.ne(begin(now), none);
      Value ends = v.both(v.both(space, isInside), maySplit(now));
      SmallVector<Value> begun(now.drop_front(2));
      begun.back() = v.select(v.either(space, isInside), begin(now), at);
      SmallVector<Value> next = v.ifThen(
          ends, begun, [&] { return end(string, at, none, begun, emit); });
      Value behind = v.add(at, size);
      next.insert(next.begin(), v.select(space, now[1], behind));
      next.insert(next.begin(), behind);
      return next;
    };
    auto step = [&](ValueRange i, ValueRange now) -> SmallVector<Value> {
      return v.ifThen(v.eq(i[0], now.front()), now,
                      [&] { return read(i[0], now); });
    };
    state = v.loops(OpFoldResult(length), state, step);
    Value last = state[1];
    state.erase(state.begin(), state.begin() + 2);
    state = v.ifThen(v.ne(begin(state), none), state,
                     [&] { return end(string, last, none, state, emit); });
    state.pop_back();
    return state;
  }
};

struct LowerCountParts : OpConversionPattern<CountPartsOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(CountPartsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    Splitter splitter(v, op.getDelimiter(), op.getMaxsplit());
    auto body = [&](ValueRange i) {
      Value string = v.extract(adaptor.getX(), i);
      Value count = splitter.split(string, ValueRange(), nullptr)[0];
      return v.toInteger(count, rewriter.getI64Type());
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), body));
    return success();
  }
};

struct LowerSplitParts : OpConversionPattern<SplitPartsOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(SplitPartsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TextBuilder v(rewriter, op.getLoc());
    Splitter splitter(v, op.getDelimiter(), op.getMaxsplit());
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op->getResult(0));
    Value init = v.filled(sizes, v.emptyString());
    auto body = [&](ValueRange i, ValueRange carried) -> SmallVector<Value> {
      auto emit = [&](Value part, Value number, Value into) {
        SmallVector<Value> at(i);
        at.push_back(number);
        return v.insert(part, into, at);
      };
      Value string = v.extract(adaptor.getX(), i);
      return {splitter.split(string, carried, emit)[0]};
    };
    sizes.pop_back();
    rewriter.replaceOp(op, v.loops(sizes, init, body));
    return success();
  }
};

} // namespace

void onnxc::populateSplitTextLowering(RewritePatternSet &patterns,
                                      TypeConverter &types) {
  patterns.add<LowerCountParts, LowerSplitParts>(types, patterns.getContext());
}

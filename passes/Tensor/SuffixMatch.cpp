//===- SuffixMatch.cpp - The last words, looked for in others -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftDraftOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct SuffixMatch {
  TensorBuilder v;
  Value source, words, length, count;
  using Values = TensorBuilder::Values;

  /// Where n last words occur first, -1 for nowhere, and whether they do again.
  Values find(Value n) const;
  /// The end of the match of all n up to `most`.
  Value build(int64_t least, int64_t most) const;
};

} // namespace

SmallVector<Value> SuffixMatch::find(Value n) const {
  Value yes = v.integer(v.b.getI1Type(), 1), no = v.integer(v.b.getI1Type(), 0);
  Value none = v.index(-1), from = v.sub(count, n);
  Value places = v.max(v.add(v.sub(length, n), 1), v.index(0));
  return v.loops(
      v.index(0), places, {none, no},
      [&](ValueRange at, ValueRange found) -> Values {
        Value isHere = v.loop(v.index(0), n, yes, [&](Value i, Value kept) {
          Value l = v.extract(source, v.add(at[0], i)),
                r = v.extract(words, v.add(from, i));
          return v.both(kept, v.eq(l, r));
        });
        Value isFirst = v.both(isHere, v.eq(found[0], none));
        Value again = v.both(isHere, v.ne(found[0], none));
        return {v.select(isFirst, at[0], found[0]), v.either(found[1], again)};
      });
}

Value SuffixMatch::build(int64_t least, int64_t most) const {
  Value yes = v.integer(v.b.getI1Type(), 1), no = v.integer(v.b.getI1Type(), 0);
  // More words than there are match nothing.
  Value last = v.min(v.index(most), v.min(count, length));
  return v.loops(
      v.index(least), v.add(last, 1), {v.index(-1), yes},
      [&](ValueRange n, ValueRange kept) -> Values {
        return v.ifThen(kept[1], kept, [&]() -> Values {
          Values found = find(n[0]);
          Value isThere = v.ne(found[0], v.index(-1));
          Value end = v.select(found[1], v.index(-1), v.add(found[0], n[0]));
          return {v.select(isThere, end, kept[0]),
                  v.both(isThere, v.select(v.eq(end, length), no, yes))};
        });
      })[0];
}

namespace {

struct LowerSuffixMatch : OpConversionPattern<SuffixMatchOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(SuffixMatchOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    SuffixMatch match{v, adaptor.getSource(), adaptor.getWords(),
                      readSizes(rewriter, op, op.getSource())[0],
                      readSizes(rewriter, op, op.getWords())[0]};
    Value end = v.toInteger(match.build(op.getLeast(), op.getMost()),
                            rewriter.getI64Type());
    rewriter.replaceOp(
        op, v.generate(op->getResult(0), [&](ValueRange) { return end; }));
    return success();
  }
};

} // namespace

void onnxc::populateSuffixMatchLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerSuffixMatch>(types, patterns.getContext());
}

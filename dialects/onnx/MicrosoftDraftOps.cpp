//===- MicrosoftDraftOps.cpp - Words that a draft foretold ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftDraftOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/RunTimeChecks.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult MicrosoftBifurcationDetectorOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftBifurcationDetectorOp>(loc, adaptor)))
    return failure();
  types.assign(2, getUnrankedType(IntegerType::get(context, 64)));
  for (Value x : adaptor.getOperands())
    if (!getElementType(x).isSignlessInteger(64))
      return emitOptionalError(loc, "an input is of ", getElementType(x),
                               ", not int64");
  return success();
}

LogicalResult MicrosoftBifurcationDetectorOp::verify() {
  if (getMinNgramSize() < 1 || getMaxNgramSize() < getMinNgramSize())
    return emitError("min_ngram_size is ")
           << getMinNgramSize() << " and max_ngram_size " << getMaxNgramSize()
           << "; it takes 1 <= min <= max";
  return success();
}

void MicrosoftBifurcationDetectorOp::requireSizes(SizeRequirements &r) {
  r.rank("src_tokens", getSrcTokens(), 1);
  r.rank("cur_tokens", getCurTokens(), 1);
  r.single("prev_suffix_match_idx", getPrevSuffixMatchIdx());
  if (!getPredTokens())
    return;
  r.rank("pred_tokens", getPredTokens(), 1);
  if (std::optional<Dims> dims = getDims(getPredTokens());
      dims && dims->size() == 1)
    r.atMost(r.constant(1), dims->front(), "the least size of pred_tokens");
}

/// As many of the predicted words as the draft has from `from` on, and the one
/// behind them.
static Value takePredicted(GraphBuilder &g, Value source, AffineExpr length,
                           Value predicted, AffineExpr count, Value from) {
  AffineExpr zero = getConstant(g.b.getContext(), 0);
  Value place = g.range(g.dims({count}));
  Value at = g.add(place, from);
  // An empty draft has a word that is never looked at.
  Value padded = g.concat({source, g.ints(0)}, 0);
  Value draft =
      g.gather(padded, g.max(g.min(at, g.dims({length})), g.dims({zero})), 0);
  Value goesOn =
      g.both(g.equal(draft, predicted), g.less(at, g.dims({length})));
  // As many as the draft has left, and one.
  Value left = g.sub(g.dims({length}), from);
  require(g, g.equal(g.dims({simplify(count - 1)}), left));
  Value last = g.dims({simplify(count - 1)});
  Value leaves = ReduceMinOp::create(g.b, g.loc, g.select(goesOn, last, place),
                                     g.ints(0), /*keepdims=*/1,
                                     /*noop_with_empty_axes=*/0);
  Value end = g.add(leaves, g.ints(1));
  return g.slice(predicted, g.ints(0), end, 0);
}

SmallVector<Value> MicrosoftBifurcationDetectorOp::expand(OpBuilder &b) {
  std::optional<Dims> source = getDims(getSrcTokens()),
                      before = getDims(getPrevSuffixMatchIdx());
  if (!source || source->size() != 1 || !getDims(getCurTokens()) || !before)
    return {};
  GraphBuilder g{b, getLoc()};
  Value tokens = getCurTokens();
  if (getPredTokens()) {
    std::optional<Dims> predicted = getDims(getPredTokens());
    if (!predicted || predicted->size() != 1)
      return {};
    Value taken =
        takePredicted(g, getSrcTokens(), source->front(), getPredTokens(),
                      predicted->front(), g.list(getPrevSuffixMatchIdx()));
    tokens = g.concat({tokens, taken}, 0);
  }
  Value end =
      SuffixMatchOp::create(b, getLoc(), getSrcTokens(), tokens,
                            getMinNgramSizeAttr(), getMaxNgramSizeAttr());
  return {tokens, g.reshape(end, g.dims(*before))};
}

LogicalResult SuffixMatchOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location>, Adaptor,
                                              SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({1}, IntegerType::get(context, 64)));
  return success();
}

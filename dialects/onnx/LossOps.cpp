//===- LossOps.cpp - Losses of classifications ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LossOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

/// The scores' shape without the classes.
static Dims dropClasses(ArrayRef<AffineExpr> input) {
  Dims samples(input);
  samples.erase(samples.begin() + 1);
  return samples;
}

LogicalResult NegativeLogLikelihoodLossOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  StringRef reduction = adaptor.getReduction();
  if (!llvm::is_contained({"none", "sum", "mean"}, reduction))
    return emitOptionalError(loc, "unknown reduction '", reduction, "'");
  Type element = getElementType(adaptor.getInput());
  std::optional<Dims> dims = getDims(adaptor.getInput());
  if (dims && dims->size() < 2)
    return emitOptionalError(loc, "input has rank ", dims->size(),
                             ", but needs samples and classes");
  if (reduction != "none")
    types.push_back(getTensorType({}, element));
  else
    types.push_back(dims ? getTensorType(dropClasses(*dims), element)
                         : getUnrankedType(element));
  return success();
}

void NegativeLogLikelihoodLossOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims)
    return;
  r.shape("target", getTarget(), dropClasses(*dims));
  r.shape("weight", getWeight(), {(*dims)[1]});
}

namespace {

/// Samples, each with its loss and its share in the mean.
struct Samples {
  Value losses, shares;
};

} // namespace

/// A target that is ignored is of no loss and no share. Without weights and
/// targets to ignore all shares are alike, and none are given.
static Samples buildSamples(GraphBuilder &g, NegativeLogLikelihoodLossOp op) {
  Dims dims = *getDims(op.getInput());
  Type element = getElementType(op.getInput());
  Value target = g.cast(op.getTarget(), g.b.getI64Type()), ignored;
  if (std::optional<int64_t> index = op.getIgnoreIndex()) {
    ignored = g.equal(target, g.integer(*index));
    target = g.select(ignored, g.integer(0), target);
  }
  Dims places = dims, samples = dropClasses(dims);
  places[1] = onnxc::onnx::getConstant(g.b.getContext(), 1);
  Value scores = GatherElementsOp::create(g.b, g.loc, op.getInput(),
                                          g.reshape(target, g.dims(places)),
                                          /*axis=*/1);
  Samples result{g.neg(g.reshape(scores, g.dims(samples))), Value()};
  if (op.getWeight())
    result.shares = g.gather(op.getWeight(), target, 0);
  else if (ignored)
    result.shares = g.number(1, element);
  if (ignored) {
    Value zero = g.number(0, element);
    result.losses = g.select(ignored, zero, result.losses);
    result.shares = g.select(ignored, zero, result.shares);
  }
  if (result.shares)
    result.losses = g.mul(result.losses, result.shares);
  return result;
}

SmallVector<Value> NegativeLogLikelihoodLossOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims || !getDims(getTarget()))
    return {};
  GraphBuilder g{b, getLoc()};
  Samples samples = buildSamples(g, *this);
  auto sum = [&](Value x) { return g.sum(g.reshape(x, {-1}), 0); };
  if (getReduction() == "none")
    return {samples.losses};
  if (getReduction() == "sum")
    return {sum(samples.losses)};
  if (samples.shares)
    return {g.div(sum(samples.losses), sum(samples.shares))};
  return {ReduceMeanOp::create(b, getLoc(), samples.losses, /*axes=*/Value(),
                               /*keepdims=*/0, /*noop_with_empty_axes=*/0)};
}

//===- Softmax.cpp - Exponentials divided by their sum --------------------===//
//
//   power = Exp(Sub(x, ReduceMax(x)))
//   Div(power, ReduceSum(power))
//
// along one axis. Without the maximum it is another function for large x.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Reduction.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SoftmaxOps.h"
#include "passes/Graph/Idioms/Idioms.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Of a reduction of `data` along one axis, which is kept, that axis.
template <typename Reduce>
std::optional<int64_t> matchReduction(Value value, Value data) {
  auto reduce = value.getDefiningOp<Reduce>();
  if (!reduce || reduce.getData() != data || !reduce.getKeepdims())
    return std::nullopt;
  std::optional<SmallVector<bool>> reduced =
      getReducedDims(data, reduce.getAxes(), reduce.getNoopWithEmptyAxes());
  if (!reduced || llvm::count(*reduced, true) != 1)
    return std::nullopt;
  return llvm::find(*reduced, true) - reduced->begin();
}

struct RecognizeSoftmax : OpRewritePattern<DivOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &b) const override {
    auto power = op.getA().getDefiningOp<ExpOp>();
    auto shifted = power ? power.getInput().getDefiningOp<SubOp>() : SubOp();
    if (!shifted || !isFloat(shifted.getA()))
      return b.notifyMatchFailure(op, "not an exponential of differences");
    Value x = shifted.getA();
    std::optional<int64_t> axis =
        matchReduction<ReduceMaxOp>(shifted.getB(), x);
    if (!axis || axis != matchReduction<ReduceSumOp>(op.getB(), op.getA()))
      return b.notifyMatchFailure(op, "not by maximum and sum along an axis");
    return replaceIdiom(b, op, x, [&](Location loc) -> Value {
      return SoftmaxOp::create(b, loc, x, *axis);
    });
  }
};

} // namespace

void onnxc::populateSoftmaxIdiom(RewritePatternSet &patterns) {
  patterns.add<RecognizeSoftmax>(patterns.getContext());
}

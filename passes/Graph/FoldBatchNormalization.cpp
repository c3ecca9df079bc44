//===- FoldBatchNormalization.cpp - Constant statistics are arithmetic ----===//
//
// With constant statistics, normalisation of a channel is y = x * s + t:
//
//   s = scale / sqrt(variance + epsilon), t = B - mean * s
//
// After a convolution of constant weights, s goes into the weights and t into
// the bias, and nothing is left of it. s and t are built of ops on constants,
// which are folded. Only in f32 and f64: rounding s to 16 bits would show.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/NormalizationOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/Quantization.h"
#include "passes/Graph/ReshapeTo.h"

namespace onnxc {
#define GEN_PASS_DEF_FOLDBATCHNORMALIZATION
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The factor of each channel.
FailureOr<Value> buildFactors(PatternRewriter &b, BatchNormalizationOp op) {
  Type element = getElementType(op.getY());
  if (op.getTrainingMode() || !(element.isF32() || element.isF64()))
    return b.notifyMatchFailure(op, "not inference in f32 or f64");
  std::optional<Dims> dims = getDims(op.getX());
  if (!dims || dims->size() < 2)
    return b.notifyMatchFailure(op, "input has no channels");
  for (Value given :
       {op.getScale(), op.getB(), op.getInputMean(), op.getInputVar()}) {
    auto type = dyn_cast<RankedTensorType>(given.getType());
    if (!isConstant(given) || !type || type.getRank() != 1 ||
        type.getElementType() != element)
      return b.notifyMatchFailure(op, "a statistic is not constant");
  }
  Location loc = op.getLoc();
  auto type = RankedTensorType::get({}, element);
  Value epsilon = ConstantOp::create(
      b, loc, type,
      DenseElementsAttr::get(type, b.getFloatAttr(element, op.getEpsilon())));
  Value deviation =
      SqrtOp::create(b, loc, AddOp::create(b, loc, op.getInputVar(), epsilon));
  return Value(DivOp::create(b, loc, op.getScale(), deviation));
}

struct FoldIntoConv : OpRewritePattern<BatchNormalizationOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(BatchNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    auto conv = op.getX().getDefiningOp<ConvOp>();
    if (!conv || !conv->hasOneUse() || !isConstant(conv.getW()) ||
        (conv.getB() && !isConstant(conv.getB())))
      return rewriter.notifyMatchFailure(op, "no convolution of its own");
    FailureOr<Value> factors = buildFactors(rewriter, op);
    if (failed(factors))
      return failure();
    Location loc = rewriter.getFusedLoc({conv.getLoc(), op.getLoc()});
    int64_t rank = *getRank(conv.getW());
    Value weights =
        MulOp::create(rewriter, loc, conv.getW(),
                      alignChannels(rewriter, loc, *factors, rank - 1));
    Value shift = op.getInputMean();
    shift = conv.getB()
                ? Value(SubOp::create(rewriter, loc, conv.getB(), shift))
                : Value(NegOp::create(rewriter, loc, shift));
    Value bias =
        AddOp::create(rewriter, loc,
                      MulOp::create(rewriter, loc, shift, *factors), op.getB());
    rewriter.setInsertionPoint(op);
    auto folded = cast<ConvOp>(rewriter.clone(*conv));
    folded->setLoc(loc);
    folded->setOperands({conv.getX(), weights, bias});
    rewriter.replaceAllUsesWith(op.getY(), folded.getY());
    rewriter.eraseOp(op);
    rewriter.eraseOp(conv);
    return success();
  }
};

struct SimplifyToArithmetic : OpRewritePattern<BatchNormalizationOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(BatchNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Value> factors = buildFactors(rewriter, op);
    if (failed(factors))
      return failure();
    Location loc = op.getLoc();
    Value shift = SubOp::create(
        rewriter, loc, op.getB(),
        MulOp::create(rewriter, loc, op.getInputMean(), *factors));
    int64_t ones = *getRank(op.getX()) - 2;
    Value scaled = MulOp::create(rewriter, loc, op.getX(),
                                 alignChannels(rewriter, loc, *factors, ones));
    Value result = AddOp::create(rewriter, loc, scaled,
                                 alignChannels(rewriter, loc, shift, ones));
    // The constants may tell how many channels there are, X need not.
    scaled.setType(op.getY().getType());
    result.setType(op.getY().getType());
    rewriter.replaceAllUsesWith(op.getY(), result);
    rewriter.eraseOp(op);
    return success();
  }
};

struct FoldBatchNormalization
    : onnxc::impl::FoldBatchNormalizationBase<FoldBatchNormalization> {
  using FoldBatchNormalizationBase::FoldBatchNormalizationBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldIntoConv>(&getContext(), /*benefit=*/2);
    patterns.add<SimplifyToArithmetic>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

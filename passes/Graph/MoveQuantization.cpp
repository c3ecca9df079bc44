//===- MoveQuantization.cpp - Ops that move elements move narrow ones -----===//
//
//   DequantizeLinear -> Reshape -> QuantizeLinear
//
// computes nothing where both scales are the same: dequantisation moves below
// ops that only move elements, quantisation above Concat, and where they meet
// nothing is left. A maximum is the same before and after, too.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/ResizeOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "passes/Graph/Quantization.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Ops whose first operand alone gives the elements of all results.
bool movesElements(Operation *op) {
  if (auto pool = dyn_cast<MaxPoolOp>(op))
    return pool.getIndices().use_empty();
  if (auto resize = dyn_cast<ResizeOp>(op))
    return resize.getMode() == "nearest" &&
           resize.getCoordinateTransformationMode() != "tf_crop_and_resize";
  if (auto pad = dyn_cast<PadOp>(op))
    return pad.getMode() != "constant";
  return isa<ReshapeOp, TransposeOp, FlattenOp, SqueezeOp, UnsqueezeOp,
             IdentityOp, SliceOp, GatherOp, GatherElementsOp, GatherNDOp,
             SplitOp, ExpandOp, TileOp, DepthToSpaceOp, SpaceToDepthOp>(op);
}

Value dequantizeLike(PatternRewriter &b, DequantizeLinearOp like, Value x) {
  return DequantizeLinearOp::create(b, like.getLoc(), x, like.getXScale(),
                                    like.getXZeroPoint(), like.getAxis(),
                                    like.getBlockSize(), like.getOutputDtype());
}

/// op(DequantizeLinear(x)) -> DequantizeLinear(op(x))
struct MoveDequantizeBelow : RewritePattern {
  explicit MoveDequantizeBelow(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!movesElements(op))
      return rewriter.notifyMatchFailure(op, "computes");
    auto dequantize = op->getOperand(0).getDefiningOp<DequantizeLinearOp>();
    std::optional<QuantizedValue> value = getQuantized(op->getOperand(0));
    if (!value || !value->isPerTensor)
      return rewriter.notifyMatchFailure(op, "no operand with one scale");
    Type element = getElementType(value->x);
    if (element.getIntOrFloatBitWidth() > 8 ||
        (isa<MaxPoolOp>(op) && element.getIntOrFloatBitWidth() != 8))
      return rewriter.notifyMatchFailure(op, "not of 8 bits");
    // A scale has one sign; where it is negative the largest is the smallest.
    std::optional<SmallVector<float>> scale = getConstantFloats(value->scale);
    if (isa<MaxPoolOp>(op) && !(scale && scale->front() > 0))
      return rewriter.notifyMatchFailure(op, "the scale is not known");
    Operation *narrow = rewriter.clone(*op);
    narrow->setOperand(0, value->x);
    SmallVector<Value> results;
    for (OpResult result : narrow->getResults()) {
      if (op->getResult(result.getResultNumber()).use_empty()) {
        results.push_back(result);
        continue;
      }
      result.setType(
          withElementType(cast<TensorType>(result.getType()), element));
      results.push_back(dequantizeLike(rewriter, dequantize, result));
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// The same of a Pad by zeros, which are zero points.
struct MoveDequantizeBelowPad : OpRewritePattern<PadOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> value = getQuantized(op.getData());
    if (!value || !value->isPerTensor || op.getMode() != "constant" ||
        getElementType(value->x).getIntOrFloatBitWidth() != 8)
      return rewriter.notifyMatchFailure(op, "no bytes with one scale");
    if (Value padding = op.getConstantValue()) {
      std::optional<QuantizedValue> stored = getQuantized(padding);
      bool isZeroPoint = stored && stored->isPerTensor &&
                         areEqual(stored->x, stored->zeroPoint);
      std::optional<SmallVector<float>> floats = getConstantFloats(padding);
      if (!isZeroPoint && !(floats && llvm::all_equal(*floats) &&
                            floats->size() == 1 && floats->front() == 0.0f))
        return rewriter.notifyMatchFailure(op, "padded by more than zeros");
    }
    Location loc = op.getLoc();
    Value zero = value->zeroPoint;
    if (zero && getRank(zero) != 0)
      zero = ReshapeOp::create(
          rewriter, loc, zero,
          ConstantOp::create(rewriter, loc, ArrayRef<int64_t>()));
    Value narrow = PadOp::create(rewriter, loc, value->x, op.getPads(), zero,
                                 op.getAxes(), op.getMode());
    auto like = op.getData().getDefiningOp<DequantizeLinearOp>();
    rewriter.replaceOp(op, dequantizeLike(rewriter, like, narrow));
    return success();
  }
};

/// The same of a scale along an axis, which a transposition moves.
struct MoveDequantizeBelowTranspose : OpRewritePattern<TransposeOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> value = getQuantized(op.getData());
    std::optional<ArrayRef<int64_t>> order = op.getPerm();
    if (!value || value->isPerTensor)
      return rewriter.notifyMatchFailure(op, "no operand with several scales");
    int64_t rank = *getRank(value->x), axis = rank - 1 - value->axis;
    if (order)
      axis = llvm::find(*order, value->axis) - order->begin();
    if (axis >= rank)
      return rewriter.notifyMatchFailure(op, "the order is none");
    Value narrow =
        TransposeOp::create(rewriter, op.getLoc(), value->x, op.getPermAttr());
    auto like = op.getData().getDefiningOp<DequantizeLinearOp>();
    rewriter.replaceOpWithNewOp<DequantizeLinearOp>(
        op, narrow, value->scale, value->zeroPoint, axis, like.getBlockSize(),
        like.getOutputDtype());
    return success();
  }
};

/// Concat(DequantizeLinear(x)...) -> DequantizeLinear(Concat(x...))
struct MoveDequantizeBelowConcat : OpRewritePattern<ConcatOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> narrow;
    DequantizeLinearOp first;
    for (Value operand : op.getInputs()) {
      std::optional<QuantizedValue> value = getQuantized(operand);
      if (!value || !value->isPerTensor)
        return rewriter.notifyMatchFailure(op, "an operand has no one scale");
      auto dequantize = operand.getDefiningOp<DequantizeLinearOp>();
      if (!first)
        first = dequantize;
      if (getElementType(value->x) != getElementType(first.getX()) ||
          !areEqual(value->scale, first.getXScale()) ||
          !areEqual(value->zeroPoint, first.getXZeroPoint()))
        return rewriter.notifyMatchFailure(op, "scales differ");
      narrow.push_back(value->x);
    }
    Value joined =
        ConcatOp::create(rewriter, op.getLoc(), narrow, op.getAxis());
    rewriter.replaceOp(op, dequantizeLike(rewriter, first, joined));
    return success();
  }
};

/// QuantizeLinear(Concat(a...)) -> Concat(QuantizeLinear(a)...)
struct MoveQuantizeAboveConcat : OpRewritePattern<QuantizeLinearOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(QuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat || !concat->hasOneUse() || !hasOneElement(op.getYScale()) ||
        op.getBlockSize() != 0)
      return rewriter.notifyMatchFailure(op, "no Concat of its own");
    SmallVector<Value> narrow;
    for (Value operand : concat.getInputs()) {
      Operation *quantize = rewriter.clone(*op);
      quantize->setOperand(0, operand);
      quantize->getResult(0).setType(
          withElementType(operand.getType(), getElementType(op.getY())));
      narrow.push_back(quantize->getResult(0));
    }
    rewriter.replaceOp(op, ConcatOp::create(rewriter, concat.getLoc(), narrow,
                                            concat.getAxis()));
    return success();
  }
};

/// QuantizeLinear(DequantizeLinear(x)) with the same scale is x.
struct RemoveQuantizePair : OpRewritePattern<QuantizeLinearOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(QuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> value = getQuantized(op.getX());
    if (!value || !value->isPerTensor || op.getBlockSize() != 0 ||
        value->x.getType() != op.getY().getType() ||
        getElementType(value->x).getIntOrFloatBitWidth() > 16 ||
        !areEqual(value->scale, op.getYScale()) ||
        !areEqual(value->zeroPoint, op.getYZeroPoint()))
      return rewriter.notifyMatchFailure(op, "no pair of one scale");
    rewriter.replaceOp(op, value->x);
    return success();
  }
};

} // namespace

void onnxc::populateMoveQuantization(RewritePatternSet &patterns) {
  patterns.add<MoveDequantizeBelow, MoveDequantizeBelowPad,
               MoveDequantizeBelowTranspose, MoveDequantizeBelowConcat,
               MoveQuantizeAboveConcat, RemoveQuantizePair>(
      patterns.getContext());
}

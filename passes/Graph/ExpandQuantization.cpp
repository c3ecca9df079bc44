//===- ExpandQuantization.cpp - Quantisation becomes elementwise ops ------===//
//
//   DequantizeLinear(x, s, z) = Cast(Cast(x) - Cast(z)) * s
//   QuantizeLinear(x, s, z)   = Saturate(x / s, z)
//
// so that both join the kernels around them. The division goes up into the
// scales of sums of integers,
//
//   Relu(Cast(sums) * k + b) / s = Relu(Cast(sums) * (k / s) + b / s)
//
// where all that is left of them is one product and, of the rectifier, a bound
// of Saturate. So do sums of two dequantised tensors, where it also rounds
// less: x sx + 1 with sx = 2 / 255, quantised by the same scale, lies next to
// the middle of two quanta for every x. Scales are positive.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/Quantization.h"

namespace onnxc {
#define GEN_PASS_DEF_EXPANDQUANTIZATION
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// A scale or zero point so that it broadcasts with x: a scalar, or [C, 1, ...]
/// of a vector along the axis.
Value align(OpBuilder &b, Location loc, Value value, int64_t axis,
            int64_t rank) {
  SmallVector<int64_t> shape;
  if (hasOneElement(value)) {
    if (getRank(value) == 0)
      return value;
  } else {
    shape.assign(rank - axis, 1);
    shape[0] = cast<RankedTensorType>(value.getType()).getDimSize(0);
    if (shape.size() == 1)
      return value;
  }
  return ReshapeOp::create(b, loc, value, ConstantOp::create(b, loc, shape));
}

struct ExpandDequantize : OpRewritePattern<DequantizeLinearOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(DequantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> value = getQuantized(op.getY());
    auto scaleType = dyn_cast<RankedTensorType>(op.getXScale().getType());
    if (!value || !scaleType || !scaleType.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "not of integers");
    Location loc = op.getLoc();
    int64_t rank = *getRank(value->x);
    Value x = value->x;
    if (!isZero(value->zeroPoint)) {
      Type i32 = rewriter.getI32Type();
      auto widen = [&](Value narrow) -> Value {
        if (getElementType(narrow) == i32)
          return narrow;
        return CastOp::create(rewriter, loc, narrow, i32);
      };
      x = SubOp::create(
          rewriter, loc, widen(x),
          widen(align(rewriter, loc, value->zeroPoint, value->axis, rank)));
    }
    Value real = CastOp::create(rewriter, loc, x, rewriter.getF32Type());
    rewriter.replaceOpWithNewOp<MulOp>(
        op, real, align(rewriter, loc, value->scale, value->axis, rank));
    return success();
  }
};

/// Whether the reals are those of a stored tensor, which is as well read twice.
bool isDequantized(CastOp cast) {
  Value x = cast.getInput();
  if (auto sub = x.getDefiningOp<SubOp>())
    if (auto widened = sub.getA().getDefiningOp<CastOp>())
      x = widened.getInput();
  return getElementType(x).getIntOrFloatBitWidth() <= 16;
}

/// A chain of ops over integers times scales, divided: the scales are. Null,
/// and nothing built that is used, where it is none, or would be computed
/// twice.
Value divide(PatternRewriter &b, Value chain, Value scale) {
  Operation *op = chain.getDefiningOp();
  if (!op)
    return {};
  Location loc = op->getLoc();
  if (auto mul = dyn_cast<MulOp>(op)) {
    auto cast = mul.getA().getDefiningOp<CastOp>();
    if (cast && isFoldable(mul.getB()) &&
        getElementType(cast.getInput()).isInteger() &&
        (op->hasOneUse() || isDequantized(cast))) {
      // Of a mean: s / count / s is 1 / count rounded once.
      if (auto mean = mul.getB().getDefiningOp<DivOp>())
        return MulOp::create(
            b, loc, mul.getA(),
            DivOp::create(b, loc, DivOp::create(b, loc, mean.getA(), scale),
                          mean.getB()));
      return MulOp::create(b, loc, mul.getA(),
                           DivOp::create(b, loc, mul.getB(), scale));
    }
  }
  if (isFoldable(chain))
    return DivOp::create(b, loc, chain, scale);
  if (!op->hasOneUse())
    return {};
  auto binary = [&](auto kind) -> Value {
    Value left = divide(b, op->getOperand(0), scale);
    Value right = left ? divide(b, op->getOperand(1), scale) : Value();
    return right ? decltype(kind)::create(b, loc, left, right) : Value();
  };
  if (isa<AddOp>(op))
    return binary(AddOp());
  if (isa<SubOp>(op))
    return binary(SubOp());
  if (auto relu = dyn_cast<ReluOp>(op)) {
    Value x = divide(b, relu.getX(), scale);
    return x ? ReluOp::create(b, loc, x) : Value();
  }
  if (auto clip = dyn_cast<ClipOp>(op)) {
    if ((clip.getMin() && !isFoldable(clip.getMin())) ||
        (clip.getMax() && !isFoldable(clip.getMax())))
      return {};
    Value x = divide(b, clip.getInput(), scale);
    auto bound = [&](Value value) {
      return value ? Value(DivOp::create(b, loc, value, scale)) : Value();
    };
    return x ? ClipOp::create(b, loc, x, bound(clip.getMin()),
                              bound(clip.getMax()))
             : Value();
  }
  return {};
}

struct ExpandQuantize : OpRewritePattern<QuantizeLinearOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(QuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementType(op.getY());
    auto scaleType = dyn_cast<RankedTensorType>(op.getYScale().getType());
    std::optional<int64_t> rank = getRank(op.getX());
    if (!element.isInteger() || element.getIntOrFloatBitWidth() > 16 || !rank ||
        op.getBlockSize() != 0 || !getElementType(op.getX()).isF32() ||
        !scaleType || !scaleType.hasStaticShape() ||
        !scaleType.getElementType().isF32() ||
        (op.getPrecision() && op.getPrecision() != 1) ||
        (op.getYZeroPoint() && !hasOneElement(op.getYZeroPoint())))
      return rewriter.notifyMatchFailure(op, "not from f32 to integers");
    std::optional<int64_t> axis = normalizeAxis(op.getAxis(), *rank);
    bool isPerTensor = hasOneElement(op.getYScale());
    if (!isPerTensor && (!axis || scaleType.getRank() != 1))
      return rewriter.notifyMatchFailure(op, "the axis is not known");
    Location loc = op.getLoc();
    Value scale = align(rewriter, loc, op.getYScale(), axis.value_or(0), *rank);
    Value quotient;
    std::optional<SmallVector<float>> scales =
        getConstantFloats(op.getYScale());
    if (isPerTensor && scales && scales->front() > 0)
      quotient = divide(rewriter, op.getX(), scale);
    if (!quotient)
      quotient = DivOp::create(rewriter, loc, op.getX(), scale);
    Value zeroPoint = isZero(op.getYZeroPoint()) ? Value() : op.getYZeroPoint();
    if (zeroPoint)
      zeroPoint = align(rewriter, loc, zeroPoint, 0, *rank);
    rewriter.replaceOpWithNewOp<SaturateOp>(op, quotient, zeroPoint, element);
    return success();
  }
};

/// Saturate(Relu(x)) has the zero point as its lowest value.
struct FoldReluIntoSaturate : OpRewritePattern<SaturateOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(SaturateOp op,
                                PatternRewriter &rewriter) const override {
    auto relu = op.getX().getDefiningOp<ReluOp>();
    if (!relu)
      return rewriter.notifyMatchFailure(op, "no rectifier");
    std::optional<int64_t> zero = onnxc::getZeroPoint(op.getZeroPoint());
    if (!zero)
      return rewriter.notifyMatchFailure(op, "the zero point is not known");
    rewriter.modifyOpInPlace(op, [&] {
      op.setLow(std::max<int64_t>(op.getLow(), *zero));
      op.getXMutable().assign(relu.getX());
    });
    return success();
  }
};

struct ExpandQuantization
    : onnxc::impl::ExpandQuantizationBase<ExpandQuantization> {
  using ExpandQuantizationBase::ExpandQuantizationBase;

  void runOnOperation() override {
    RewritePatternSet weights(&getContext());
    populateFuseNBitsWeights(weights);
    // A quotient goes into scales, which have to be there.
    RewritePatternSet products(&getContext());
    products.add<ExpandDequantize>(&getContext());
    populateUnpackNBits(products);
    RewritePatternSet quotients(&getContext());
    quotients.add<ExpandQuantize, FoldReluIntoSaturate>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(weights))) ||
        failed(applyPatternsGreedily(getOperation(), std::move(products))) ||
        failed(applyPatternsGreedily(getOperation(), std::move(quotients))))
      signalPassFailure();
  }
};

} // namespace

//===- FuseQuantization.cpp - Quantised operators compute in integers -----===//
//
// A model quantised in pairs computes on dequantised tensors:
//
//   y = QuantizeLinear(Conv(DequantizeLinear(x, sx, zx),
//                           DequantizeLinear(w, sw, zw), b))
//
// The scales leave the sum: with exact sums of integers (in 32 bits, as the
// operators ConvInteger and MatMulInteger have them),
//
//   Conv(...) = sx sw (ConvInteger(x, w, zx, zw) + b / (sx sw))
//
// where b / (sx sw) is how the bias is stored. What follows is elementwise and
// joins the kernel: `expand-quantization` makes one product of all scales. The
// operators QLinearConv and QLinearMatMul are the same in one.
//
// Jacob et al., Quantization and Training of Neural Networks for Efficient
// Integer-Arithmetic-Only Inference, 2017.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/MathOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/Quantization.h"
#include "passes/Graph/ReshapeTo.h"

namespace onnxc {
#define GEN_PASS_DEF_FUSEQUANTIZATION
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

bool isByte(Value value) {
  Type type = getElementType(value);
  return type.isInteger() && type.getIntOrFloatBitWidth() == 8;
}

/// What has one element broadcasts as it is.
Value alignScale(OpBuilder &b, Location loc, Value scale, int64_t ones) {
  return hasOneElement(scale) || ones == 0 ? scale
                                           : alignChannels(b, loc, scale, ones);
}

/// Whether the bias was stored in units of the sums.
bool isInUnitsOf(const QuantizedValue &bias, Value xScale, Value wScale) {
  if (!getElementType(bias.x).isInteger(32) || !isZero(bias.zeroPoint))
    return false;
  std::optional<SmallVector<float>> unit = getConstantFloats(bias.scale),
                                    sx = getConstantFloats(xScale),
                                    sw = getConstantFloats(wScale);
  if (!unit || !sx || !sw || sx->size() != 1 ||
      (unit->size() != 1 && unit->size() != sw->size()))
    return false;
  for (auto [i, w] : llvm::enumerate(*sw)) {
    float expected = (*unit)[unit->size() == 1 ? 0 : i];
    if (std::abs(sx->front() * w - expected) > 1e-6f * std::abs(expected))
      return false;
  }
  return true;
}

/// Sums of integers and what brings them back to reals.
struct IntegerSums {
  Value sums;
  Value xScale, wScale;
  /// The bias, aligned with the sums by `ones` dimensions behind: dequantised,
  /// or of real numbers, or none.
  Value bias;
  int64_t ones;
};

Value buildReal(PatternRewriter &b, Location loc, IntegerSums in) {
  Value sums = in.sums, bias = in.bias;
  if (std::optional<QuantizedValue> stored = getQuantized(bias))
    if (isInUnitsOf(*stored, in.xScale, in.wScale)) {
      sums =
          AddOp::create(b, loc, sums, alignScale(b, loc, stored->x, in.ones));
      bias = {};
    }
  Value real = CastOp::create(b, loc, sums, b.getF32Type());
  Value scale = MulOp::create(b, loc, in.xScale, in.wScale);
  real = MulOp::create(b, loc, real, alignScale(b, loc, scale, in.ones));
  if (bias)
    real = AddOp::create(b, loc, real, alignScale(b, loc, bias, in.ones));
  return real;
}

Value nonZero(Value zeroPoint) {
  return isZero(zeroPoint) ? Value() : zeroPoint;
}

template <typename ConvLikeOp>
Value createConvInteger(PatternRewriter &b, ConvLikeOp like, Value x, Value w,
                        Value xZero, Value wZero) {
  return ConvIntegerOp::create(
      b, like.getLoc(), x, w, nonZero(xZero), nonZero(wZero),
      like.getAutoPadAttr(), like.getDilationsAttr(), like.getGroupAttr(),
      like.getKernelShapeAttr(), like.getPadsAttr(), like.getStridesAttr());
}

struct FuseConv : OpRewritePattern<ConvOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> x = getQuantized(op.getX()),
                                  w = getQuantized(op.getW());
    if (!x || !w || !x->isPerTensor || !isByte(x->x) || !isByte(w->x) ||
        !(w->isPerTensor || w->axis == 0))
      return rewriter.notifyMatchFailure(op, "not of quantised bytes");
    std::optional<int64_t> rank = getRank(op.getX());
    if (!rank || *rank < 3)
      return rewriter.notifyMatchFailure(op, "of unknown rank");
    Value sums =
        createConvInteger(rewriter, op, x->x, w->x, x->zeroPoint, w->zeroPoint);
    rewriter.replaceOp(
        op, buildReal(rewriter, op.getLoc(),
                      {sums, x->scale, w->scale, op.getB(), *rank - 2}));
    return success();
  }
};

/// The columns' scale of a matrix; a scale of rows cannot leave the sum.
bool hasScaleOfColumns(const QuantizedValue &value, int64_t columnAxis) {
  return value.isPerTensor || value.axis == columnAxis;
}

struct FuseMatMul : OpRewritePattern<MatMulOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> a = getQuantized(op.getA()),
                                  b = getQuantized(op.getB());
    if (!a || !b || !a->isPerTensor || !isByte(a->x) || !isByte(b->x) ||
        !isFoldable(b->x) || getRank(b->x) != 2 || !hasScaleOfColumns(*b, 1) ||
        getRank(a->x).value_or(0) < 2)
      return rewriter.notifyMatchFailure(op, "no quantised constant matrix");
    Location loc = op.getLoc();
    Value sums =
        MatMulIntegerOp::create(rewriter, loc, a->x, b->x,
                                nonZero(a->zeroPoint), nonZero(b->zeroPoint));
    rewriter.replaceOp(
        op, buildReal(rewriter, loc, {sums, a->scale, b->scale, {}, 0}));
    return success();
  }
};

/// A free size is an addition's, and not the product's.
bool broadcastsTo(Value bias, Value result) {
  std::optional<Dims> from = getDims(bias), to = getDims(result);
  if (!from || !to || from->size() > to->size())
    return false;
  return llvm::all_of(
      llvm::zip(*from, ArrayRef(*to).take_back(from->size())), [](auto pair) {
        auto [size, whole] = pair;
        return size == whole || onnxc::onnx::getConstant(size) == 1;
      });
}

struct FuseGemm : OpRewritePattern<GemmOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(GemmOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> a = getQuantized(op.getA()),
                                  b = getQuantized(op.getB());
    if (!a || !b || !a->isPerTensor || !isByte(a->x) || !isByte(b->x) ||
        !isFoldable(b->x) || !hasScaleOfColumns(*b, op.getTransB() ? 0 : 1))
      return rewriter.notifyMatchFailure(op, "no quantised constant matrix");
    if (op.getTransA() || op.getAlpha() != 1.0f ||
        (op.getC() && op.getBeta() != 1.0f))
      return rewriter.notifyMatchFailure(op, "scaled, or A is transposed");
    if (op.getC() && !broadcastsTo(op.getC(), op.getY()))
      return rewriter.notifyMatchFailure(op, "C's sizes are known by a run");
    // A bias that is no row stays with the reals.
    Location loc = op.getLoc();
    Value matrix = b->x;
    if (op.getTransB())
      matrix = TransposeOp::create(rewriter, loc, matrix,
                                   rewriter.getDenseI64ArrayAttr({1, 0}));
    Value sums =
        MatMulIntegerOp::create(rewriter, loc, a->x, matrix,
                                nonZero(a->zeroPoint), nonZero(b->zeroPoint));
    rewriter.replaceOp(
        op, buildReal(rewriter, loc, {sums, a->scale, b->scale, op.getC(), 0}));
    return success();
  }
};

Value quantize(OpBuilder &b, Location loc, Value real, Value scale,
               Value zeroPoint) {
  return QuantizeLinearOp::create(b, loc, real, scale, zeroPoint, /*axis=*/1,
                                  /*block_size=*/0, /*output_dtype=*/0,
                                  /*precision=*/0, /*saturate=*/1);
}

bool isF32(ValueRange scales) {
  return llvm::all_of(
      scales, [](Value scale) { return getElementType(scale).isF32(); });
}

struct FuseQLinearConv : OpRewritePattern<QLinearConvOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(QLinearConvOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<int64_t> rank = getRank(op.getX());
    if (!rank || !hasOneElement(op.getXScale()) ||
        !hasOneElement(op.getYScale()) ||
        !isF32({op.getXScale(), op.getWScale(), op.getYScale()}))
      return rewriter.notifyMatchFailure(op, "not one scale for x and y");
    Location loc = op.getLoc();
    Value sums = createConvInteger(rewriter, op, op.getX(), op.getW(),
                                   op.getXZeroPoint(), op.getWZeroPoint());
    if (op.getB())
      sums = AddOp::create(rewriter, loc, sums,
                           alignScale(rewriter, loc, op.getB(), *rank - 2));
    Value real = buildReal(
        rewriter, loc, {sums, op.getXScale(), op.getWScale(), {}, *rank - 2});
    rewriter.replaceOp(
        op, quantize(rewriter, loc, real, op.getYScale(), op.getYZeroPoint()));
    return success();
  }
};

struct FuseQLinearMatMul : OpRewritePattern<QLinearMatMulOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(QLinearMatMulOp op,
                                PatternRewriter &rewriter) const override {
    bool isRow = getRank(op.getBScale()) == 1 && getRank(op.getB()) == 2;
    if (!hasOneElement(op.getAScale()) || !hasOneElement(op.getYScale()) ||
        !(hasOneElement(op.getBScale()) || isRow) ||
        !isF32({op.getAScale(), op.getBScale(), op.getYScale()}) ||
        !isByte(op.getA()) || !isByte(op.getB()))
      return rewriter.notifyMatchFailure(op, "not of bytes with such scales");
    Location loc = op.getLoc();
    Value sums = MatMulIntegerOp::create(rewriter, loc, op.getA(), op.getB(),
                                         nonZero(op.getAZeroPoint()),
                                         nonZero(op.getBZeroPoint()));
    Value real =
        buildReal(rewriter, loc, {sums, op.getAScale(), op.getBScale(), {}, 0});
    rewriter.replaceOp(
        op, quantize(rewriter, loc, real, op.getYScale(), op.getYZeroPoint()));
    return success();
  }
};

struct FuseQuantization : onnxc::impl::FuseQuantizationBase<FuseQuantization> {
  using FuseQuantizationBase::FuseQuantizationBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseConv, FuseMatMul, FuseGemm, FuseQLinearConv,
                 FuseQLinearMatMul>(&getContext());
    populateQuantizedPooling(patterns);
    populateMoveQuantization(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

//===- ExpandConvTranspose.cpp - Transposed convolutions by plain ones ----===//
//
// Each result of a transposed convolution of stride s takes only every s-th
// element of the kernel, always the same ones for results s apart. Results of
// one such phase are a plain convolution with the part of the kernel that they
// take, turned around; all phases are one with s times as many filters, whose
// results are put between each other. In one dimension, with u = o + pad:
//
//   y[o] = sum over t of x[u / s - t] * w[u % s + s * t]
//
//   W [C, F, k]   -> [C, F, T, s], T = k / s rounded up, zeros behind
//                 -> [F, s, C, T], T reversed: filters of a Conv, pads T - 1
//   [N, F * s, Q] -> [N, F, s, Q] -> [N, F, Q, s] -> [N, F, Q * s] -> Slice
//
// It costs T * s / k of the multiplications, and runs as fast as convolutions
// do; only constant weights, whose part is folded.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Graph/GraphPasses.h"
#include "passes/Graph/ReshapeTo.h"

namespace onnxc {
#define GEN_PASS_DEF_EXPANDCONVTRANSPOSE
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

Value transpose(OpBuilder &b, Location loc, Value value,
                ArrayRef<int64_t> order) {
  return TransposeOp::create(b, loc, value, b.getDenseI64ArrayAttr(order));
}

/// What the convolution of all phases is like in each dimension.
struct Phases {
  SmallVector<int64_t> strides, taps, padsBefore, padsAfter, firsts;
};

struct ExpandWithConstantWeights : OpRewritePattern<ConvTransposeOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(ConvTransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto weights = dyn_cast<RankedTensorType>(op.getW().getType());
    std::optional<Dims> x = getDims(op.getX()), y = getDims(op.getY());
    auto constant = op.getW().getDefiningOp<ConstantOp>();
    if (!constant || !constant.getElements() || !weights || !x || !y ||
        !weights.hasStaticShape() || weights.getNumElements() == 0 ||
        !isa<FloatType>(weights.getElementType()))
      return rewriter.notifyMatchFailure(op, "weights are not constant");
    unsigned spatial = x->size() - 2;
    ConvWindow window = getConvWindow(op, spatial);
    if (window.isSame() || op.getOutputShape() ||
        llvm::any_of(window.dilations, [](int64_t d) { return d != 1; }))
      return rewriter.notifyMatchFailure(op, "padding follows from sizes, or "
                                             "the kernel is dilated");
    FailureOr<Phases> phases = getPhases(rewriter, op, window);
    if (failed(phases))
      return failure();

    Location loc = op.getLoc();
    Value filters = buildFilters(rewriter, op, *phases);
    SmallVector<int64_t> pads(phases->padsBefore);
    llvm::append_range(pads, phases->padsAfter);
    SmallVector<int64_t> ones(spatial, 1);
    Value sums = ConvOp::create(
        rewriter, loc, op.getX(), filters, Value(),
        rewriter.getStringAttr("NOTSET"), rewriter.getDenseI64ArrayAttr(ones),
        rewriter.getI64IntegerAttr(op.getGroup()), DenseI64ArrayAttr(),
        rewriter.getDenseI64ArrayAttr(pads),
        rewriter.getDenseI64ArrayAttr(ones));
    Value result = interleave(rewriter, loc, sums, *phases, *y);
    if (op.getB()) {
      Dims bias(x->size() - 1, onnx::getConstant(rewriter.getContext(), 1));
      bias[0] = (*y)[1];
      result = AddOp::create(rewriter, loc, result,
                             reshapeTo(rewriter, loc, op.getB(), bias));
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static FailureOr<Phases> getPhases(PatternRewriter &rewriter,
                                     ConvTransposeOp op,
                                     const ConvWindow &window) {
    auto weights = cast<RankedTensorType>(op.getW().getType());
    Phases phases;
    for (auto [i, stride] : llvm::enumerate(window.strides)) {
      int64_t kernel = weights.getDimSize(i + 2);
      int64_t taps = llvm::divideCeil(kernel, stride);
      int64_t extra = op.getOutputPadding() ? (*op.getOutputPadding())[i] : 0;
      int64_t first = window.padBegin[i], before = taps - 1;
      // Whole steps that the padding takes away need not be computed.
      int64_t skipped = std::min(first / stride, before);
      before -= skipped;
      first -= skipped * stride;
      // Results end at stride * (in - 1) + kernel + extra - padEnd.
      int64_t after = llvm::divideCeil(
          std::max<int64_t>(kernel + extra - window.padEnd[i], 1), stride);
      after = std::max<int64_t>(after - 1, 0);
      if (first < 0 || kernel < 1)
        return rewriter.notifyMatchFailure(op, "negative padding");
      phases.strides.push_back(stride);
      phases.taps.push_back(taps);
      phases.padsBefore.push_back(before);
      phases.padsAfter.push_back(after);
      phases.firsts.push_back(first);
    }
    return phases;
  }

  /// [C, F/g, k...] as filters [F * s..., C/g, T...].
  static Value buildFilters(OpBuilder &b, ConvTransposeOp op,
                            const Phases &phases) {
    Location loc = op.getLoc();
    Value value = op.getW();
    auto type = cast<RankedTensorType>(value.getType());
    int64_t group = op.getGroup(), spatial = phases.strides.size();
    int64_t channels = type.getDimSize(0), perGroup = type.getDimSize(1);
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t i = 0; i < spatial; ++i) {
      int64_t missing = phases.taps[i] * phases.strides[i] - shape[i + 2];
      if (!missing)
        continue;
      shape[i + 2] = missing;
      auto zeros = RankedTensorType::get(shape, type.getElementType());
      Value none = ConstantOp::create(
          b, loc, zeros,
          DenseElementsAttr::get(zeros, b.getZeroAttr(type.getElementType())));
      value = ConcatOp::create(b, loc, ValueRange{value, none}, i + 2);
      shape[i + 2] = phases.taps[i] * phases.strides[i];
    }
    // [g, C/g, F/g, T0, s0, T1, s1, ...]
    SmallVector<int64_t> cut = {group, channels / group, perGroup};
    SmallVector<int64_t> order = {0, 2},
                         filters = {perGroup * group, channels / group};
    for (int64_t i = 0; i < spatial; ++i) {
      cut.append({phases.taps[i], phases.strides[i]});
      order.push_back(4 + 2 * i);
      filters[0] *= phases.strides[i];
      filters.push_back(phases.taps[i]);
    }
    order.push_back(1);
    for (int64_t i = 0; i < spatial; ++i)
      order.push_back(3 + 2 * i);
    value = ReshapeOp::create(b, loc, value, ConstantOp::create(b, loc, cut));
    value = transpose(b, loc, value, order);
    value =
        ReshapeOp::create(b, loc, value, ConstantOp::create(b, loc, filters));
    // The kernel is walked backwards.
    SmallVector<int64_t> starts(spatial, -1), ends(spatial, INT64_MIN),
        steps(spatial, -1), axes;
    for (int64_t i = 0; i < spatial; ++i)
      axes.push_back(i + 2);
    return SliceOp::create(b, loc, value, ConstantOp::create(b, loc, starts),
                           ConstantOp::create(b, loc, ends),
                           ConstantOp::create(b, loc, axes),
                           ConstantOp::create(b, loc, steps));
  }

  static Value interleave(OpBuilder &b, Location loc, Value sums,
                          const Phases &phases, const Dims &result) {
    MLIRContext *context = b.getContext();
    Dims computed = *getDims(sums), cut = {result[0], result[1]};
    Dims whole = cut;
    int64_t spatial = phases.strides.size();
    SmallVector<int64_t> order = {0, 1};
    for (int64_t i = 0; i < spatial; ++i) {
      AffineExpr stride = onnx::getConstant(context, phases.strides[i]);
      cut.insert(cut.begin() + 2 + i, stride);
      cut.push_back(computed[i + 2]);
      whole.push_back(simplify(computed[i + 2] * stride));
      order.append({2 + spatial + i, 2 + i});
    }
    if (llvm::any_of(phases.strides, [](int64_t s) { return s != 1; })) {
      sums = transpose(b, loc, reshapeTo(b, loc, sums, cut), order);
      sums = reshapeTo(b, loc, sums, whole);
    }
    if (whole == result)
      return sums;
    Dims ends;
    SmallVector<int64_t> axes;
    for (int64_t i = 0; i < spatial; ++i) {
      ends.push_back(simplify(result[i + 2] + phases.firsts[i]));
      axes.push_back(i + 2);
    }
    auto slice = SliceOp::create(
        b, loc, sums, ConstantOp::create(b, loc, phases.firsts),
        buildInts(b, loc, ends), ConstantOp::create(b, loc, axes), Value());
    slice.getOutput().setType(getTensorType(result, getElementType(sums)));
    return slice;
  }
};

struct ExpandConvTranspose
    : onnxc::impl::ExpandConvTransposeBase<ExpandConvTranspose> {
  using ExpandConvTransposeBase::ExpandConvTransposeBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandWithConstantWeights>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace

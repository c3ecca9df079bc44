//===- QuantizedPooling.cpp - Means of quantised tensors, in integers -----===//
//
// A mean leaves its scale outside as any sum does:
//
//   AveragePool(DequantizeLinear(x, s, z)) = (sum of x - z) * (s / count)
//
// The sum over a window is a depthwise ConvInteger by weights of one, which
// brings padding, blocked layouts and what follows along. Of a large window
// there would be more weights than results: it is SumPool, and ReduceSum where
// it is a whole plane. Where padding is not counted, the elements at the border
// have counts of their own. Sums are exact, so that a mean in the middle
// between two quanta, as every second mean of two is, rounds to the even one as
// specified.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/PoolingWindow.h"
#include "dialects/onnx/ReductionOps.h"
#include "passes/Graph/Quantization.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

// Sums of so many bytes fit in 32 bits.
constexpr int64_t kMaxCount = int64_t(1) << 23;
// Windows of more are large.
constexpr int64_t kMaxTaps = 25;

bool isQuantizedByte(const std::optional<QuantizedValue> &value) {
  return value && value->isPerTensor &&
         getElementType(value->x).getIntOrFloatBitWidth() == 8;
}

Value buildMean(PatternRewriter &b, Location loc, Value sums, Value scale,
                Value counts) {
  Value real = CastOp::create(b, loc, sums, b.getF32Type());
  return MulOp::create(b, loc, real, DivOp::create(b, loc, scale, counts));
}

Value buildScalar(PatternRewriter &b, Location loc, float value) {
  auto type = RankedTensorType::get({}, b.getF32Type());
  return ConstantOp::create(b, loc, DenseElementsAttr::get(type, value));
}

/// A window along one dimension: its pads, and how many elements each output
/// counts, of which none are known where the sizes are not.
struct WindowSide {
  int64_t padBegin = 0, padEnd = 0;
  SmallVector<int64_t> counts;
};

/// None where it depends on a free size.
std::optional<WindowSide> getSide(const PoolingWindow &window, unsigned i,
                                  AffineExpr in, bool countsPads) {
  std::optional<int64_t> begin = getConstant(window.padsBegin[i]),
                         end = getConstant(window.padsEnd[i]),
                         size = getConstant(in),
                         outputs = getConstant(window.outputs[i]);
  if (!begin || !end)
    return std::nullopt;
  WindowSide side{*begin, *end, {}};
  int64_t kernel = window.kernel[i], dilation = window.dilations[i];
  if (!size || !outputs) {
    if (!countsPads && (*begin != 0 || *end != 0))
      return std::nullopt;
    return side;
  }
  int64_t extent = (kernel - 1) * dilation + 1;
  int64_t first = countsPads ? -*begin : 0;
  int64_t limit = countsPads ? *size + *end : *size;
  for (int64_t o = 0; o < *outputs; ++o) {
    int64_t start = o * window.strides[i] - *begin;
    int64_t count = 0;
    for (int64_t k = 0; k < kernel; ++k) {
      int64_t at = start + k * dilation;
      count += at >= first && at < limit;
    }
    side.counts.push_back(count);
    // A window that ceil_mode lets stand over the end.
    side.padEnd = std::max(side.padEnd, start + extent - *size);
  }
  return side;
}

/// The sum over axes of known sizes.
LogicalResult fuseMean(PatternRewriter &rewriter, Operation *op, Value data,
                       ArrayRef<int64_t> axes, bool keepsDims) {
  std::optional<QuantizedValue> x = getQuantized(data);
  if (!isQuantizedByte(x) || axes.empty())
    return rewriter.notifyMatchFailure(op, "not of quantised bytes");
  std::optional<Dims> dims = getDims(data);
  if (!dims)
    return rewriter.notifyMatchFailure(op, "of unknown rank");
  int64_t count = 1;
  for (int64_t axis : axes) {
    std::optional<int64_t> at = normalizeAxis(axis, dims->size());
    std::optional<int64_t> size = at ? getConstant((*dims)[*at]) : at;
    if (!size || *size < 1 || *size > kMaxCount / count)
      return rewriter.notifyMatchFailure(op, "how many are not known");
    count *= *size;
  }
  Location loc = op->getLoc();
  Type i32 = rewriter.getI32Type();
  Value elements = CastOp::create(rewriter, loc, x->x, i32);
  if (!isZero(x->zeroPoint))
    elements = SubOp::create(rewriter, loc, elements,
                             CastOp::create(rewriter, loc, x->zeroPoint, i32));
  Value sums = ReduceSumOp::create(rewriter, loc, elements,
                                   ConstantOp::create(rewriter, loc, axes),
                                   keepsDims, /*noop_with_empty_axes=*/0);
  rewriter.replaceOp(op, buildMean(rewriter, loc, sums, x->scale,
                                   buildScalar(rewriter, loc, float(count))));
  return success();
}

struct FuseAveragePool : OpRewritePattern<AveragePoolOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(AveragePoolOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<QuantizedValue> x = getQuantized(op.getX());
    if (!isQuantizedByte(x))
      return rewriter.notifyMatchFailure(op, "not of quantised bytes");
    std::optional<Dims> dims = getDims(op.getX());
    std::optional<int64_t> channels =
        dims && dims->size() >= 3 ? getConstant((*dims)[1]) : std::nullopt;
    std::optional<PoolingWindow> window =
        dims ? PoolingWindow::get(*dims, op.getAutoPad(), op.getCeilMode(),
                                  op.getKernelShape(), op.getDilations(),
                                  op.getPads(), op.getStrides())
             : std::nullopt;
    if (!window || !channels || *channels <= 0)
      return rewriter.notifyMatchFailure(op, "channels or window not known");
    bool countsPads = op.getCountIncludePad() != 0;
    SmallVector<WindowSide> sides;
    int64_t taps = 1;
    bool isUniform = true;
    for (auto [i, kernel] : llvm::enumerate(window->kernel)) {
      std::optional<WindowSide> side =
          getSide(*window, i, (*dims)[i + 2], countsPads);
      if (!side)
        return rewriter.notifyMatchFailure(op, "counts depend on free sizes");
      if (llvm::is_contained(side->counts, 0))
        return rewriter.notifyMatchFailure(op, "a window of nothing");
      for (int64_t count : side->counts)
        isUniform &= count == kernel;
      sides.push_back(*side);
      if (kernel > kMaxCount / taps)
        return rewriter.notifyMatchFailure(op, "sums need more bits");
      taps *= kernel;
    }
    if (!isUniform && llvm::any_of(sides, [](const WindowSide &side) {
          return side.counts.empty();
        }))
      return rewriter.notifyMatchFailure(op, "counts depend on free sizes");
    SmallVector<int64_t> axes;
    for (auto [i, side] : llvm::enumerate(sides))
      if (isUniform && side.padBegin == 0 && side.padEnd == 0 &&
          getConstant((*dims)[i + 2]) == window->kernel[i])
        axes.push_back(i + 2);
    if (axes.size() == sides.size())
      return fuseMean(rewriter, op, op.getX(), axes, /*keepsDims=*/true);
    SmallVector<int64_t> pads;
    for (const WindowSide &side : sides)
      pads.push_back(side.padBegin);
    for (const WindowSide &side : sides)
      pads.push_back(side.padEnd);
    if (llvm::any_of(pads, [](int64_t pad) { return pad < 0; }))
      return rewriter.notifyMatchFailure(op, "pads remove elements");

    Location loc = op.getLoc();
    bool hasPads = llvm::any_of(pads, [](int64_t pad) { return pad != 0; });
    Value sums = taps > kMaxTaps && !hasPads
                     ? buildSumPool(rewriter, op, *x, *window, taps)
                     : buildConv(rewriter, op, *x, *window, *channels, pads);
    Value counts = isUniform ? buildScalar(rewriter, loc, float(taps))
                             : buildCounts(rewriter, loc, sides);
    rewriter.replaceOp(op, buildMean(rewriter, loc, sums, x->scale, counts));
    return success();
  }

private:
  static Value buildSumPool(PatternRewriter &b, AveragePoolOp op,
                            const QuantizedValue &x,
                            const PoolingWindow &window, int64_t taps) {
    Location loc = op.getLoc();
    Value sums = SumPoolOp::create(b, loc, x.x, "NOTSET", /*ceil_mode=*/0,
                                   b.getDenseI64ArrayAttr(window.dilations),
                                   b.getDenseI64ArrayAttr(window.kernel),
                                   DenseI64ArrayAttr(),
                                   b.getDenseI64ArrayAttr(window.strides));
    if (isZero(x.zeroPoint))
      return sums;
    Type i32 = b.getI32Type();
    Value count = ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(RankedTensorType::get({}, i32), int32_t(taps)));
    Value zero = CastOp::create(b, loc, x.zeroPoint, i32);
    return SubOp::create(b, loc, sums, MulOp::create(b, loc, zero, count));
  }

  static Value buildConv(PatternRewriter &b, AveragePoolOp op,
                         const QuantizedValue &x, const PoolingWindow &window,
                         int64_t channels, ArrayRef<int64_t> pads) {
    Location loc = op.getLoc();
    SmallVector<int64_t> shape = {channels, 1};
    shape.append(window.kernel);
    Type byte = b.getIntegerType(8);
    Value ones = ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(RankedTensorType::get(shape, byte),
                               APInt(8, 1)));
    return ConvIntegerOp::create(
        b, loc, x.x, ones, isZero(x.zeroPoint) ? Value() : x.zeroPoint, Value(),
        b.getStringAttr("NOTSET"), b.getDenseI64ArrayAttr(window.dilations),
        b.getI64IntegerAttr(channels), b.getDenseI64ArrayAttr(window.kernel),
        b.getDenseI64ArrayAttr(pads), b.getDenseI64ArrayAttr(window.strides));
  }

  /// The products of the sides' counts, [1, 1, outputs...].
  static Value buildCounts(PatternRewriter &b, Location loc,
                           ArrayRef<WindowSide> sides) {
    SmallVector<int64_t> shape = {1, 1};
    SmallVector<float> counts = {1.0f};
    for (const WindowSide &side : sides) {
      shape.push_back(side.counts.size());
      SmallVector<float> next;
      for (float count : counts)
        for (int64_t here : side.counts)
          next.push_back(count * float(here));
      counts = std::move(next);
    }
    auto type = RankedTensorType::get(shape, b.getF32Type());
    return ConstantOp::create(b, loc,
                              DenseElementsAttr::get(type, ArrayRef(counts)));
  }
};

struct FuseGlobalAveragePool : OpRewritePattern<GlobalAveragePoolOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(GlobalAveragePoolOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> axes;
    for (int64_t i = 2, e = getRank(op.getX()).value_or(0); i < e; ++i)
      axes.push_back(i);
    return fuseMean(rewriter, op, op.getX(), axes, /*keepsDims=*/true);
  }
};

struct FuseReduceMean : OpRewritePattern<ReduceMeanOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(ReduceMeanOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<SmallVector<int64_t>> axes =
        op.getAxes() ? getConstantInts(op.getAxes()) : std::nullopt;
    if (!axes)
      return rewriter.notifyMatchFailure(op, "the axes are not known");
    return fuseMean(rewriter, op, op.getData(), *axes, op.getKeepdims() != 0);
  }
};

} // namespace

void onnxc::populateQuantizedPooling(RewritePatternSet &patterns) {
  patterns.add<FuseAveragePool, FuseGlobalAveragePool, FuseReduceMean>(
      patterns.getContext());
}

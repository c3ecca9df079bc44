//===- Resize.cpp - Interpolation between elements ------------------------===//
//
// Axis after axis, from the last: for each place of the result a small table
// says which elements of the input it is made of, and with what weights. The
// loops over the data then only read, multiply and add:
//
//   index[o, t], weight[o, t]   for the result's o and t-th element (tap)
//   Y[.., o, ..] = sum over t of weight[o, t] * X[.., index[o, t], ..]
//
// Nearest has one tap without weight, so all axes go at once. An antialiasing
// filter has as many taps as the scale asks for; where that is known at run
// time only, indices and weights are computed where they are used.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ResizeOps.h"
#include "passes/Tensor/FloatBuilder.h"
#include <cmath>

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// One axis: how places of the result map to places of the input.
class AxisSampler {
public:
  AxisSampler(const TensorBuilder &builder, ResizeOp op,
              const ResizeOp::Axis &axis, int64_t number, int64_t count,
              ResizeOp::Adaptor adaptor, Value commonScale)
      : v(builder), op(op), axis(axis) {
    inSize = v.index(onnxc::getSizes(v.b, op, op.getX())[axis.axis]);
    outSize = v.index(onnxc::getSizes(v.b, op, op.getY())[axis.axis]);
    Value in = v.fromIndex(inSize);
    if (axis.scale)
      scale = v.constant(*axis.scale);
    else if (op.hasScales())
      scale = v.extract(adaptor.getScales(), v.index(number));
    else
      scale = commonScale ? commonScale : v.div(v.fromIndex(outSize), in);
    // What the specification calls length_resized; not always an integer.
    bool isExact = !op.hasScales() && !op.keepsAspectRatio();
    resized = isExact ? v.fromIndex(outSize) : v.mul(scale, in);
    if (op.getAntialias()) {
      double reach = op.getMode() == "cubic" ? 2 : 1;
      Value one = v.constant(1);
      stretch = axis.scale ? v.constant(std::min(*axis.scale, 1.0f))
                           : v.minNumber(scale, one);
      // The first of the filter's taps, counted from the place's floor.
      if (axis.scale)
        firstTap =
            v.constant(std::floor(-reach / std::min(*axis.scale, 1.0f)) + 1);
      else
        firstTap = v.add(v.floor(v.div(v.constant(-reach), stretch)), one);
    } else {
      stretch = v.constant(1);
      firstTap = v.constant(op.getMode() == "cubic" ? -1 : 0);
    }
    if (!isCrop())
      return;
    Type type = onnxc::onnx::getElementType(op.getRoi());
    auto bound = [&](int64_t i) -> Value {
      return v.convert(v.load(adaptor.getRoi(), v.index(i), type),
                       v.b.getF32Type());
    };
    roiStart = bound(number);
    roiEnd = bound(count + number);
  }

  bool isCrop() {
    return op.getCoordinateTransformationMode() == "tf_crop_and_resize";
  }
  OpFoldResult getOutSize() {
    return onnxc::getSizes(v.b, op, op.getY())[axis.axis];
  }

  /// The place in the input of a place of the result.
  Value buildCoordinate(Value place) {
    StringRef mode = op.getCoordinateTransformationMode();
    Value x = v.fromIndex(place), in = v.fromIndex(inSize);
    Value half = v.constant(0.5), one = v.constant(1), zero = v.constant(0);
    Value last = v.sub(in, one);
    if (mode == "asymmetric")
      return v.div(x, scale);
    if (mode == "align_corners")
      return v.select(v.le(resized, one), zero,
                      v.div(v.mul(x, last), v.sub(resized, one)));
    if (isCrop()) {
      Value step =
          v.div(v.mul(v.sub(roiEnd, roiStart), last), v.sub(resized, one));
      Value spread = v.add(v.mul(roiStart, last), v.mul(x, step));
      Value middle = v.mul(v.mul(half, v.add(roiStart, roiEnd)), last);
      return v.select(v.lt(one, resized), spread, middle);
    }
    Value centered = v.sub(v.div(v.add(x, half), scale), half);
    if (mode == "pytorch_half_pixel")
      return v.select(v.lt(one, resized), centered, zero);
    if (mode == "half_pixel_symmetric") {
      Value adjustment = v.div(v.fromIndex(outSize), v.mul(scale, in));
      Value offset = v.mul(v.mul(in, half), v.sub(one, adjustment));
      return v.add(offset, centered);
    }
    return centered;
  }

  /// The index nearest to a place, -1 where that is outside of a crop.
  Value buildNearest(Value place) {
    Value x = buildCoordinate(place), half = v.constant(0.5);
    StringRef mode = op.getNearestMode();
    Value rounded = mode == "floor"               ? v.floor(x)
                    : mode == "ceil"              ? v.ceil(x)
                    : mode == "round_prefer_ceil" ? v.floor(v.add(x, half))
                                                  : v.ceil(v.sub(x, half));
    return mark(x, limit(rounded));
  }

  /// How many taps there are, where that is known.
  std::optional<int64_t> getNumTaps() {
    if (!op.getAntialias())
      return op.getMode() == "cubic" ? 4 : 2;
    if (!axis.scale)
      return std::nullopt;
    double reach = op.getMode() == "cubic" ? 2 : 1;
    return -2 * std::floor(-reach / std::min(*axis.scale, 1.0f));
  }
  Value buildNumTaps() {
    if (std::optional<int64_t> count = getNumTaps())
      return v.index(*count);
    Value count = v.mul(v.constant(2), v.sub(v.constant(1), firstTap));
    return v.fromInteger(v.convert(count, v.b.getI64Type()));
  }

  /// Makes what buildTap reads.
  void buildTables() {
    Type i64 = v.b.getI64Type(), f32 = v.b.getF32Type();
    std::optional<int64_t> count = getNumTaps();
    if (isNormalized())
      sums = v.generate(getOutSize(), f32, [&](ValueRange i) {
        return buildSum(buildCoordinate(i[0]));
      });
    if (!count)
      return;
    SmallVector<OpFoldResult> sizes = {getOutSize(), v.b.getIndexAttr(*count)};
    indices = v.generate(sizes, i64, [&](ValueRange i) {
      return v.toInteger(computeTap(i[0], i[1]).first, i64);
    });
    weights = v.generate(sizes, f32, [&](ValueRange i) {
      return computeTap(i[0], i[1]).second;
    });
  }

  /// The index and the weight of a place's tap.
  std::pair<Value, Value> buildTap(Value place, Value t) {
    if (!indices)
      return computeTap(place, t);
    return {v.fromInteger(v.extract(indices, {place, t})),
            v.extract(weights, {place, t})};
  }

private:
  bool isNormalized() { return op.getAntialias() || op.getExcludeOutside(); }

  std::pair<Value, Value> computeTap(Value place, Value t) {
    Value x = buildCoordinate(place);
    Value tap = v.add(v.floor(x), buildOffset(t));
    Value weight = buildWeight(x, t);
    if (isNormalized())
      weight = v.div(weight, v.extract(sums, {place}));
    return {mark(x, limit(tap)), weight};
  }

  Value buildSum(Value x) {
    return v.loop(
        v.index(0), buildNumTaps(), v.constant(0),
        [&](Value t, Value sum) { return v.add(sum, buildWeight(x, t)); });
  }

  Value buildOffset(Value t) { return v.add(v.fromIndex(t), firstTap); }

  Value buildWeight(Value x, Value t) {
    Value base = v.floor(x), tap = buildOffset(t);
    Value one = v.constant(1), zero = v.constant(0);
    Value d = v.abs(v.mul(v.sub(tap, v.sub(x, base)), stretch));
    Value weight;
    if (op.getMode() == "linear") {
      weight = v.select(v.lt(d, one), v.sub(one, d), zero);
    } else {
      auto [near, far] = v.getCubic(d, op.getCubicCoeffA());
      weight = v.select(v.le(d, one), near,
                        v.select(v.lt(d, v.constant(2)), far, zero));
    }
    if (!op.getExcludeOutside())
      return weight;
    Value place = v.add(base, tap);
    Value inside = v.both(v.le(zero, place), v.lt(place, v.fromIndex(inSize)));
    return v.select(inside, weight, zero);
  }

  Value limit(Value place) { return v.toIndex(place, inSize); }

  /// -1 in place of the index where a crop's coordinate is outside.
  Value mark(Value x, Value index) {
    if (!isCrop())
      return index;
    Value last = v.sub(v.fromIndex(inSize), v.constant(1));
    Value inside = v.both(v.le(v.constant(0), x), v.le(x, last));
    return v.select(inside, index, v.index(-1));
  }

  FloatBuilder v;
  ResizeOp op;
  ResizeOp::Axis axis;
  Value inSize, outSize, scale, resized, roiStart, roiEnd;
  Value stretch, firstTap; // of an antialiasing filter: at most 1, at most 0
  Value indices, weights, sums;
};

struct LowerResize : OpConversionPattern<ResizeOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(ResizeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getX());
    std::optional<SmallVector<ResizeOp::Axis>> axes = op.getResizedAxes();
    if (!axes)
      return rewriter.notifyMatchFailure(
          op,
          "scales or sizes are known at run time only: make them a constant");
    if (!isComputable(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    if (op.keepsAspectRatio() && !axes->empty() && !axes->front().scale &&
        !getKnownInts(op.getSizes()))
      return rewriter.notifyMatchFailure(
          op, "the number of sizes is free: bind their dimension with --dim");
    bool isCrop = op.getCoordinateTransformationMode() == "tf_crop_and_resize";
    if (isCrop && !op.getRoi())
      return rewriter.notifyMatchFailure(
          op, "tf_crop_and_resize needs the input roi");
    TensorBuilder v(rewriter, op.getLoc());
    SmallVector<AxisSampler> samplers;
    SmallVector<int64_t> numbers;
    Dims dims = *getDims(op.getX());
    Value commonScale = buildCommonScale(v, op, *axes);
    for (auto [i, axis] : llvm::enumerate(*axes)) {
      if (!isCrop && axis.scale == 1.0f && axis.size == dims[axis.axis])
        continue;
      samplers.emplace_back(v, op, axis, i, axes->size(), adaptor, commonScale);
      numbers.push_back(axis.axis);
    }
    rewriter.replaceOp(
        op, op.getMode() == "nearest"
                ? buildNearest(v, op, adaptor.getX(), samplers, numbers)
                : buildWeighted(v, op, adaptor.getX(), samplers, numbers));
    return success();
  }

private:
  /// The scale of all axes, where it is known at run time only.
  static Value buildCommonScale(const TensorBuilder &v, ResizeOp op,
                                ArrayRef<ResizeOp::Axis> axes) {
    if (!op.keepsAspectRatio() || axes.empty() || axes.front().scale)
      return Value();
    FloatBuilder f(v);
    SmallVector<OpFoldResult> from = onnxc::getSizes(v.b, op, op.getX());
    Dims to = *getKnownInts(op.getSizes());
    Value common;
    for (auto [axis, size] : llvm::zip(axes, to)) {
      Value ratio = f.div(f.fromIndex(v.index(getSize(v.b, op, size))),
                          f.fromIndex(v.index(from[axis.axis])));
      if (!common)
        common = ratio;
      else
        common = op.getKeepAspectRatioPolicy() == "not_smaller"
                     ? f.maxNumber(common, ratio)
                     : f.minNumber(common, ratio);
    }
    return common;
  }

  static Value buildNearest(const TensorBuilder &v, ResizeOp op, Value x,
                            MutableArrayRef<AxisSampler> samplers,
                            ArrayRef<int64_t> axes) {
    Type i64 = v.b.getI64Type();
    SmallVector<Value> tables;
    for (AxisSampler &sampler : samplers)
      tables.push_back(v.generate(sampler.getOutSize(), i64, [&](ValueRange i) {
        return v.toInteger(sampler.buildNearest(i[0]), i64);
      }));
    Value outside =
        v.constant(getElementTypeOrSelf(x), op.getExtrapolationValue());
    bool isCrop = !samplers.empty() && samplers.front().isCrop();
    return v.generate(op->getResult(0), [&](ValueRange i) {
      SmallVector<Value> from(i);
      Value zero = v.index(0), any;
      for (auto [axis, table] : llvm::zip(axes, tables)) {
        Value index = v.fromInteger(v.extract(table, i[axis]));
        Value missing = v.lt(index, zero);
        any = any ? v.either(any, missing) : missing;
        from[axis] = isCrop ? v.max(index, zero) : index;
      }
      Value element = v.extract(x, from);
      return isCrop ? v.select(any, outside, element) : element;
    });
  }

  /// From an element to what one computes with, and back.
  static Value widen(const TensorBuilder &v, Value stored, Type type,
                     Type compute) {
    Value x = loadElement(v.b, v.loc, stored, type);
    return v.isFloat(x) ? x : v.convert(x, compute, type.isUnsignedInteger());
  }
  /// Integers are rounded to the nearest and limited to their type.
  static Value narrow(const TensorBuilder &v, Value x, Type type) {
    if (isa<FloatType>(type))
      return storeElement(v.b, v.loc, x, type);
    ScalarBuilder s(v, type);
    unsigned width = type.getIntOrFloatBitWidth();
    double low = s.isUnsigned ? 0 : -std::ldexp(1, width - 1);
    double high = std::ldexp(1, s.isUnsigned ? width : width - 1);
    high = width > 32 ? std::nextafter(high, 0) : high - 1;
    x = v.create<math::RoundEvenOp>(x);
    x = s.atMost(s.atLeast(x, s.constant(x, low)), s.constant(x, high));
    return v.convert(x, getStorageType(type), s.isUnsigned);
  }

  static Value buildWeighted(const TensorBuilder &v, ResizeOp op, Value x,
                             MutableArrayRef<AxisSampler> samplers,
                             ArrayRef<int64_t> axes) {
    Type type = onnxc::onnx::getElementType(op.getX());
    bool isWide = type.isF64() ||
                  (isa<IntegerType>(type) && type.getIntOrFloatBitWidth() > 16);
    Type compute = isWide ? v.b.getF64Type() : Type(v.b.getF32Type());
    SmallVector<OpFoldResult> sizes = onnxc::getSizes(v.b, op, op.getX());
    if (samplers.empty())
      return v.copy(sizes, x);
    Value outside = v.constant(compute, op.getExtrapolationValue());
    bool isFirst = true;
    for (int64_t s = samplers.size() - 1; s >= 0; --s) {
      AxisSampler &sampler = samplers[s];
      sampler.buildTables();
      sizes[axes[s]] = sampler.getOutSize();
      auto load = [&, isFirst](ValueRange at) {
        Value loaded = v.extract(x, at);
        return isFirst ? widen(v, loaded, type, compute) : loaded;
      };
      auto element = [&](ValueRange i) {
        Value sum = addTaps(v, sampler, axes[s], i, compute, outside, load);
        return s == 0 ? narrow(v, sum, type) : sum;
      };
      x = v.generate(sizes, s == 0 ? getStorageType(type) : compute, element);
      isFirst = false;
    }
    return x;
  }

  /// One axis' sum at a place of the result.
  static Value addTaps(const TensorBuilder &v, AxisSampler &sampler,
                       int64_t axis, ValueRange place, Type compute,
                       Value outside,
                       llvm::function_ref<Value(ValueRange at)> load) {
    Value missing;
    auto term = [&](Value t) {
      auto [index, weight] = sampler.buildTap(place[axis], t);
      if (sampler.isCrop()) {
        missing = v.lt(index, v.index(0));
        index = v.max(index, v.index(0));
      }
      SmallVector<Value> from(place);
      from[axis] = index;
      return v.mul(load(from), v.convert(weight, compute));
    };
    Value sum = term(v.index(0)), firstMissing = missing;
    int64_t taps = sampler.getNumTaps().value_or(ShapedType::kDynamic);
    if (taps > 0 && taps <= 4)
      for (int64_t t = 1; t < taps; ++t)
        sum = v.add(sum, term(v.index(t)));
    else
      sum = v.loop(v.index(1), sampler.buildNumTaps(), sum,
                   [&](Value t, Value soFar) { return v.add(soFar, term(t)); });
    return firstMissing ? v.select(firstMissing, outside, sum) : sum;
  }
};

} // namespace

void onnxc::populateResizeLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerResize>(types, patterns.getContext());
}

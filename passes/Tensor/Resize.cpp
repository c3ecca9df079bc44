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
#include "dialects/onnx/ScalarBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/FloatBuilder.h"
#include <cmath>

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// One axis: how places of the result map to places of the input.
class AxisSampler {
public:
  AxisSampler(ResizeOp op, const ResizeOp::Axis &axis, int64_t number,
              int64_t count, ResizeOp::Adaptor adaptor, Value commonScale,
              OpBuilder &builder)
      : op(op), axis(axis) {
    IndexBuilder b(builder, op.getLoc());
    FloatBuilder f(b);
    inSize = b.materialize(onnxc::getSizes(builder, op, op.getX())[axis.axis]);
    outSize = b.materialize(onnxc::getSizes(builder, op, op.getY())[axis.axis]);
    Value in = f.fromIndex(inSize);
    if (axis.scale)
      scale = f.constant(*axis.scale);
    else if (op.hasScales())
      scale = b.extract(adaptor.getScales(), b.constant(number));
    else
      scale = commonScale ? commonScale : f.div(f.fromIndex(outSize), in);
    // What the specification calls length_resized; not always an integer.
    bool isExact = !op.hasScales() && !op.keepsAspectRatio();
    resized = isExact ? f.fromIndex(outSize) : f.mul(scale, in);
    if (op.getAntialias()) {
      double reach = op.getMode() == "cubic" ? 2 : 1;
      Value one = f.constant(1);
      stretch = axis.scale ? f.constant(std::min(*axis.scale, 1.0f))
                           : f.min(scale, one);
      // The first of the filter's taps, counted from the place's floor.
      if (axis.scale)
        firstTap =
            f.constant(std::floor(-reach / std::min(*axis.scale, 1.0f)) + 1);
      else
        firstTap = f.add(f.floor(f.div(f.constant(-reach), stretch)), one);
    } else {
      stretch = f.constant(1);
      firstTap = f.constant(op.getMode() == "cubic" ? -1 : 0);
    }
    if (!isCrop())
      return;
    Type type = onnxc::onnx::getElementType(op.getRoi());
    auto bound = [&](int64_t i) -> Value {
      Value x = loadElement(builder, op.getLoc(),
                            b.extract(adaptor.getRoi(), b.constant(i)), type);
      if (type.isF64())
        x = arith::TruncFOp::create(builder, op.getLoc(), builder.getF32Type(),
                                    x);
      return x;
    };
    roiStart = bound(number);
    roiEnd = bound(count + number);
  }

  bool isCrop() {
    return op.getCoordinateTransformationMode() == "tf_crop_and_resize";
  }
  OpFoldResult getOutSize(OpBuilder &b) {
    return onnxc::getSizes(b, op, op.getY())[axis.axis];
  }

  /// The place in the input of a place of the result.
  Value buildCoordinate(IndexBuilder &b, Value place) {
    FloatBuilder f(b);
    StringRef mode = op.getCoordinateTransformationMode();
    Value x = f.fromIndex(place), in = f.fromIndex(inSize);
    Value half = f.constant(0.5), one = f.constant(1), zero = f.constant(0);
    Value last = f.sub(in, one);
    if (mode == "asymmetric")
      return f.div(x, scale);
    if (mode == "align_corners")
      return f.select(f.le(resized, one), zero,
                      f.div(f.mul(x, last), f.sub(resized, one)));
    if (isCrop()) {
      Value step =
          f.div(f.mul(f.sub(roiEnd, roiStart), last), f.sub(resized, one));
      Value spread = f.add(f.mul(roiStart, last), f.mul(x, step));
      Value middle = f.mul(f.mul(half, f.add(roiStart, roiEnd)), last);
      return f.select(f.lt(one, resized), spread, middle);
    }
    Value centered = f.sub(f.div(f.add(x, half), scale), half);
    if (mode == "pytorch_half_pixel")
      return f.select(f.lt(one, resized), centered, zero);
    if (mode == "half_pixel_symmetric") {
      Value adjustment = f.div(f.fromIndex(outSize), f.mul(scale, in));
      Value offset = f.mul(f.mul(in, half), f.sub(one, adjustment));
      return f.add(offset, centered);
    }
    return centered;
  }

  /// The index nearest to a place, -1 where that is outside of a crop.
  Value buildNearest(IndexBuilder &b, Value place) {
    FloatBuilder f(b);
    Value x = buildCoordinate(b, place), half = f.constant(0.5);
    StringRef mode = op.getNearestMode();
    Value rounded = mode == "floor"               ? f.floor(x)
                    : mode == "ceil"              ? f.ceil(x)
                    : mode == "round_prefer_ceil" ? f.floor(f.add(x, half))
                                                  : f.ceil(f.sub(x, half));
    return mark(b, x, limit(b, rounded));
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
  Value buildNumTaps(IndexBuilder &b) {
    if (std::optional<int64_t> count = getNumTaps())
      return b.constant(*count);
    FloatBuilder f(b);
    Value count = f.mul(f.constant(2), f.sub(f.constant(1), firstTap));
    return b.fromInteger(
        arith::FPToSIOp::create(b.b, b.loc, b.b.getI64Type(), count));
  }

  /// Makes what buildTap reads.
  void buildTables(OpBuilder &builder) {
    Location loc = op.getLoc();
    std::optional<int64_t> count = getNumTaps();
    if (isNormalized())
      sums = generate(builder, loc, {getOutSize(builder)}, builder.getF32Type(),
                      [&](IndexBuilder &b, ValueRange i) {
                        return buildSum(b, buildCoordinate(b, i[0]));
                      });
    if (!count)
      return;
    SmallVector<OpFoldResult> sizes = {getOutSize(builder),
                                       builder.getIndexAttr(*count)};
    indices = generate(builder, loc, sizes, builder.getI64Type(),
                       [&](IndexBuilder &b, ValueRange i) {
                         return b.toInteger(computeTap(b, i[0], i[1]).first,
                                            builder.getI64Type());
                       });
    weights = generate(builder, loc, sizes, builder.getF32Type(),
                       [&](IndexBuilder &b, ValueRange i) {
                         return computeTap(b, i[0], i[1]).second;
                       });
  }

  /// The index and the weight of a place's tap.
  std::pair<Value, Value> buildTap(IndexBuilder &b, Value place, Value t) {
    if (!indices)
      return computeTap(b, place, t);
    return {b.fromInteger(b.extract(indices, {place, t})),
            b.extract(weights, {place, t})};
  }

private:
  bool isNormalized() { return op.getAntialias() || op.getExcludeOutside(); }

  std::pair<Value, Value> computeTap(IndexBuilder &b, Value place, Value t) {
    FloatBuilder f(b);
    Value x = buildCoordinate(b, place);
    Value tap = f.add(f.floor(x), buildOffset(b, t));
    Value weight = buildWeight(b, x, t);
    if (isNormalized())
      weight = f.div(weight, b.extract(sums, {place}));
    return {mark(b, x, limit(b, tap)), weight};
  }

  Value buildSum(IndexBuilder &b, Value x) {
    auto sum = scf::ForOp::create(
        b.b, b.loc, b.constant(0), buildNumTaps(b), b.constant(1),
        ValueRange{FloatBuilder(b).constant(0)},
        [&](OpBuilder &inner, Location l, Value t, ValueRange carried) {
          IndexBuilder n(inner, l);
          scf::YieldOp::create(
              inner, l, FloatBuilder(n).add(carried[0], buildWeight(n, x, t)));
        });
    return sum.getResult(0);
  }

  Value buildOffset(IndexBuilder &b, Value t) {
    FloatBuilder f(b);
    return f.add(f.fromIndex(t), firstTap);
  }

  Value buildWeight(IndexBuilder &b, Value x, Value t) {
    FloatBuilder f(b);
    Value base = f.floor(x), tap = buildOffset(b, t);
    Value one = f.constant(1), zero = f.constant(0);
    Value d = f.abs(f.mul(f.sub(tap, f.sub(x, base)), stretch));
    Value weight;
    if (op.getMode() == "linear") {
      weight = f.select(f.lt(d, one), f.sub(one, d), zero);
    } else {
      // Two cubic polynomials, of distances up to 1 and up to 2.
      double a = op.getCubicCoeffA();
      Value d2 = f.mul(d, d), d3 = f.mul(d2, d);
      Value near = f.add(
          f.sub(f.mul(f.constant(a + 2), d3), f.mul(f.constant(a + 3), d2)),
          one);
      Value far = f.sub(
          f.add(f.sub(f.mul(f.constant(a), d3), f.mul(f.constant(5 * a), d2)),
                f.mul(f.constant(8 * a), d)),
          f.constant(4 * a));
      weight = f.select(f.le(d, one), near,
                        f.select(f.lt(d, f.constant(2)), far, zero));
    }
    if (!op.getExcludeOutside())
      return weight;
    Value place = f.add(base, tap);
    Value inside = b.land(f.le(zero, place), f.lt(place, f.fromIndex(inSize)));
    return f.select(inside, weight, zero);
  }

  Value limit(IndexBuilder &b, Value place) {
    return FloatBuilder(b).toIndex(b, place, inSize);
  }

  /// -1 in place of the index where a crop's coordinate is outside.
  Value mark(IndexBuilder &b, Value x, Value index) {
    if (!isCrop())
      return index;
    FloatBuilder f(b);
    Value last = f.sub(f.fromIndex(inSize), f.constant(1));
    Value inside = b.land(f.le(f.constant(0), x), f.le(x, last));
    return b.select(inside, index, b.constant(-1));
  }

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
    if (!canCompute(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    if (op.keepsAspectRatio() && !axes->empty() && !axes->front().scale &&
        !getKnownInts(op.getSizes()))
      return rewriter.notifyMatchFailure(
          op, "the number of sizes is free: bind their dimension with --dim");
    bool isCrop = op.getCoordinateTransformationMode() == "tf_crop_and_resize";
    if (isCrop && !op.getRoi())
      return rewriter.notifyMatchFailure(
          op, "tf_crop_and_resize needs the input roi");
    SmallVector<AxisSampler> samplers;
    SmallVector<int64_t> numbers;
    Dims dims = *getDims(op.getX());
    Value commonScale = buildCommonScale(op, *axes, rewriter);
    for (auto [i, axis] : llvm::enumerate(*axes)) {
      if (!isCrop && axis.scale == 1.0f && axis.size == dims[axis.axis])
        continue;
      samplers.emplace_back(op, axis, i, axes->size(), adaptor, commonScale,
                            rewriter);
      numbers.push_back(axis.axis);
    }
    rewriter.replaceOp(
        op,
        op.getMode() == "nearest"
            ? buildNearest(op, adaptor.getX(), samplers, numbers, rewriter)
            : buildWeighted(op, adaptor.getX(), samplers, numbers, rewriter));
    return success();
  }

private:
  /// The scale of all axes, where it is known at run time only.
  static Value buildCommonScale(ResizeOp op, ArrayRef<ResizeOp::Axis> axes,
                                OpBuilder &builder) {
    if (!op.keepsAspectRatio() || axes.empty() || axes.front().scale)
      return Value();
    IndexBuilder b(builder, op.getLoc());
    FloatBuilder f(b);
    SmallVector<OpFoldResult> from = onnxc::getSizes(builder, op, op.getX());
    Dims to = *getKnownInts(op.getSizes());
    Value common;
    for (auto [axis, size] : llvm::zip(axes, to)) {
      Value ratio =
          f.div(f.fromIndex(b.materialize(getSize(builder, op, size))),
                f.fromIndex(b.materialize(from[axis.axis])));
      if (!common)
        common = ratio;
      else
        common = op.getKeepAspectRatioPolicy() == "not_smaller"
                     ? f.max(common, ratio)
                     : f.min(common, ratio);
    }
    return common;
  }

  static Value buildExtrapolation(ResizeOp op, OpBuilder &b, Type type) {
    return arith::ConstantOp::create(
        b, op.getLoc(),
        isa<FloatType>(type)
            ? TypedAttr(b.getFloatAttr(type, op.getExtrapolationValue()))
            : TypedAttr(
                  b.getIntegerAttr(type, int64_t(op.getExtrapolationValue()))));
  }

  static Value buildNearest(ResizeOp op, Value x,
                            MutableArrayRef<AxisSampler> samplers,
                            ArrayRef<int64_t> axes, OpBuilder &builder) {
    SmallVector<Value> tables;
    for (AxisSampler &sampler : samplers)
      tables.push_back(generate(
          builder, op.getLoc(), {sampler.getOutSize(builder)},
          builder.getI64Type(), [&](IndexBuilder &b, ValueRange i) {
            return b.toInteger(sampler.buildNearest(b, i[0]), b.b.getI64Type());
          }));
    Type storage = cast<TensorType>(x.getType()).getElementType();
    Value outside = buildExtrapolation(op, builder, storage);
    bool isCrop = !samplers.empty() && samplers.front().isCrop();
    return generate(
        builder, op->getResult(0), [&](IndexBuilder &b, ValueRange i) {
          SmallVector<Value> from(i);
          Value zero = b.constant(0), any;
          for (auto [axis, table] : llvm::zip(axes, tables)) {
            Value index = b.fromInteger(b.extract(table, i[axis]));
            Value missing = b.lt(index, zero);
            any = any ? Value(arith::OrIOp::create(b.b, b.loc, any, missing))
                      : missing;
            from[axis] = isCrop ? b.max(index, zero) : index;
          }
          Value element = b.extract(x, from);
          return isCrop ? b.select(any, outside, element) : element;
        });
  }

  /// From an element to what one computes with, and back.
  static Value widen(IndexBuilder &b, Value stored, Type type, Type compute) {
    Value x = loadElement(b.b, b.loc, stored, type);
    if (isa<FloatType>(x.getType()))
      return x;
    if (type.isUnsignedInteger() || type.isInteger(1))
      return arith::UIToFPOp::create(b.b, b.loc, compute, x);
    return arith::SIToFPOp::create(b.b, b.loc, compute, x);
  }
  /// Integers are rounded to the nearest and limited to their type.
  static Value narrow(IndexBuilder &b, Value x, Type type) {
    if (isa<FloatType>(type))
      return storeElement(b.b, b.loc, x, type);
    Type storage = getStorageType(type);
    ScalarBuilder s(b.b, b.loc, type);
    unsigned width = type.getIntOrFloatBitWidth();
    double low = s.isUnsigned ? 0 : -std::ldexp(1, width - 1);
    double high = std::ldexp(1, s.isUnsigned ? width : width - 1);
    high = width > 32 ? std::nextafter(high, 0) : high - 1;
    x = math::RoundEvenOp::create(b.b, b.loc, x);
    x = s.atMost(s.atLeast(x, s.constant(x, low)), s.constant(x, high));
    if (s.isUnsigned)
      return arith::FPToUIOp::create(b.b, b.loc, storage, x);
    return arith::FPToSIOp::create(b.b, b.loc, storage, x);
  }

  static Value buildWeighted(ResizeOp op, Value x,
                             MutableArrayRef<AxisSampler> samplers,
                             ArrayRef<int64_t> axes, OpBuilder &builder) {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    bool isWide = type.isF64() ||
                  (isa<IntegerType>(type) && type.getIntOrFloatBitWidth() > 16);
    Type compute = isWide ? builder.getF64Type() : Type(builder.getF32Type());
    SmallVector<OpFoldResult> sizes = onnxc::getSizes(builder, op, op.getX());
    if (samplers.empty())
      return createCopy(builder, loc, sizes, x);
    bool isFirst = true;
    Value outside = buildExtrapolation(op, builder, compute);
    for (int64_t s = samplers.size() - 1; s >= 0; --s) {
      AxisSampler &sampler = samplers[s];
      int64_t axis = axes[s];
      int64_t taps = sampler.getNumTaps().value_or(ShapedType::kDynamic);
      sampler.buildTables(builder);
      sizes[axis] = sampler.getOutSize(builder);
      Value source = x;
      auto element = [&](IndexBuilder &b, ValueRange i) -> Value {
        Value missing;
        auto term = [&](IndexBuilder &n, Value t, Value sum) -> Value {
          auto [index, weight] = sampler.buildTap(n, i[axis], t);
          if (sampler.isCrop()) {
            missing = n.lt(index, n.constant(0));
            index = n.max(index, n.constant(0));
          }
          SmallVector<Value> from(i);
          from[axis] = index;
          Value loaded = n.extract(source, from);
          if (isFirst)
            loaded = widen(n, loaded, type, compute);
          if (compute.isF64())
            weight = arith::ExtFOp::create(n.b, n.loc, compute, weight);
          Value product = arith::MulFOp::create(n.b, n.loc, loaded, weight);
          return sum ? Value(arith::AddFOp::create(n.b, n.loc, sum, product))
                     : product;
        };
        Value sum;
        if (taps > 0 && taps <= 4) {
          for (int64_t t = 0; t < taps; ++t)
            sum = term(b, b.constant(t), sum);
        } else {
          sum = term(b, b.constant(0), Value());
          Value firstMissing = missing;
          sum = scf::ForOp::create(
                    b.b, b.loc, b.constant(1), sampler.buildNumTaps(b),
                    b.constant(1), ValueRange{sum},
                    [&](OpBuilder &inner, Location l, Value t,
                        ValueRange carried) {
                      IndexBuilder n(inner, l);
                      scf::YieldOp::create(inner, l, term(n, t, carried[0]));
                    })
                    .getResult(0);
          missing = firstMissing;
        }
        if (missing)
          sum = b.select(missing, outside, sum);
        return s == 0 ? narrow(b, sum, type) : sum;
      };
      x = generate(builder, loc, sizes, s == 0 ? getStorageType(type) : compute,
                   element);
      isFirst = false;
    }
    return x;
  }
};

} // namespace

void onnxc::populateResizeLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerResize>(types, patterns.getContext());
}

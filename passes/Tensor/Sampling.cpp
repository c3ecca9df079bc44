//===- Sampling.cpp - Images read at places given by data -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SamplingOps.h"
#include "passes/Tensor/FloatBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The type to compute with for elements of these types.
Type getRealType(Type a, Type b) {
  auto isWide = [](Type type) {
    return type.isF64() ||
           (isa<IntegerType>(type) && type.getIntOrFloatBitWidth() > 16);
  };
  return isWide(a) || isWide(b) ? Type(Float64Type::get(a.getContext()))
                                : Type(Float32Type::get(a.getContext()));
}

/// An element of a tensor as that type.
Value loadReal(const TensorBuilder &v, Value tensor, ValueRange at, Type type,
               Type real) {
  return v.convert(v.load(tensor, at, type), real, type.isUnsignedInteger());
}

/// And back; integers are truncated, a bool is whether it is not 0.
Value storeReal(const TensorBuilder &v, Value x, Type type) {
  if (type.isInteger(1))
    return storeElement(v.b, v.loc, v.ne(x, v.zero(x.getType())), type);
  Type computed = getComputeType(type);
  return storeElement(v.b, v.loc,
                      v.convert(x, computed, type.isUnsignedInteger()), type);
}

/// Per dimension a few taps, each an index, a weight and whether it is in the
/// image; a place's value is the sum over all combinations.
struct LowerGridSample : OpConversionPattern<GridSampleOp> {
  using Base::Base;

  struct Tap {
    Value index, weight, inside;
  };

  LogicalResult
  matchAndRewrite(GridSampleOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getX());
    Type gridType = onnxc::onnx::getElementType(op.getGrid());
    if (!isComputable(type) || !isComputable(gridType))
      return rewriter.notifyMatchFailure(
          op, refuseElements(isComputable(type) ? gridType : type));
    Type real = getRealType(type, gridType);
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    int64_t spatial = sizes.size() - 2;
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      SmallVector<SmallVector<Tap>> taps;
      for (int64_t d = 0; d < spatial; ++d) {
        // A grid's point states the last dimension first.
        SmallVector<Value> at = {i[0]};
        llvm::append_range(at, i.drop_front(2));
        at.push_back(v.index(spatial - 1 - d));
        Value x = loadReal(v, adaptor.getGrid(), at, gridType, real);
        taps.push_back(buildTaps(v, op, x, sizes[2 + d]));
      }
      SmallVector<Value> from(i.take_front(2));
      Value sum =
          addTaps(v, op, adaptor.getX(), type, taps, from, Value(), Value());
      return storeReal(v, sum, type);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }

private:
  static Value addTaps(const TensorBuilder &v, GridSampleOp op, Value x,
                       Type type, ArrayRef<SmallVector<Tap>> taps,
                       SmallVector<Value> &from, Value weight, Value inside) {
    FloatBuilder f(v, weight ? weight.getType() : Type());
    if (taps.empty()) {
      Value read = loadReal(v, x, from, type, f.real);
      if (op.getPaddingMode() == "zeros")
        read = v.select(inside, read, f.constant(0));
      return f.mul(read, weight);
    }
    Value sum;
    for (const Tap &tap : taps.front()) {
      from.push_back(tap.index);
      Value term = addTaps(v, op, x, type, taps.drop_front(), from,
                           weight ? f.mul(weight, tap.weight) : tap.weight,
                           inside ? v.both(inside, tap.inside) : tap.inside);
      from.pop_back();
      sum = sum ? f.add(sum, term) : term;
    }
    return sum;
  }

  /// Reflects at the borders until within them.
  static Value reflect(const FloatBuilder &f, Value x, Value low, Value high) {
    Value range = f.sub(high, low), two = f.constant(2);
    auto fold = [&](Value beyond, Value near, Value far, bool fromLow) {
      Value times = f.floor(f.div(beyond, range));
      Value rest = f.sub(beyond, f.mul(times, range));
      Value odd = f.lt(f.constant(0),
                       f.sub(times, f.mul(two, f.floor(f.div(times, two)))));
      Value even = fromLow ? f.add(near, rest) : f.sub(near, rest);
      Value turned = fromLow ? f.sub(far, rest) : f.add(far, rest);
      return f.select(odd, turned, even);
    };
    Value below = fold(f.sub(low, x), low, high, true);
    Value above = fold(f.sub(x, high), high, low, false);
    return f.select(f.lt(x, low), below, f.select(f.lt(high, x), above, x));
  }

  static SmallVector<Tap> buildTaps(const TensorBuilder &v, GridSampleOp op,
                                    Value x, Value size) {
    FloatBuilder f(v, x.getType());
    bool align = op.getAlignCorners() != 0;
    StringRef padding = op.getPaddingMode(), mode = op.getMode();
    Value length = f.fromIndex(size), one = f.constant(1),
          half = f.constant(0.5);
    Value zero = f.constant(0), last = f.sub(length, one);
    Value low = align ? zero : f.constant(-0.5);
    Value high = align ? last : f.sub(length, half);
    Value shifted = f.add(x, one);
    Value place = align ? f.mul(f.mul(shifted, half), last)
                        : f.mul(f.sub(f.mul(shifted, length), one), half);
    // Far outside is as good as anywhere outside, and infinity would make the
    // weights NaN. NaN is outside, too.
    bool reflects = padding == "reflection";
    Value least = f.constant(reflects ? -0x1p30 : -4);
    Value most = reflects ? f.constant(0x1p30) : f.add(length, f.constant(4));
    place = f.select(f.lt(least, place), place, least);
    place = f.select(f.lt(place, most), place, most);
    auto makeTap = [&](Value at, Value weight) {
      Value inside = v.both(f.le(zero, at), f.le(at, last));
      if (padding == "reflection")
        at = reflect(f, at, low, high);
      return Tap{f.toIndex(at, size), weight, inside};
    };
    // Cubic taps are padded one by one, as PyTorch and onnxruntime do: a point
    // moved to the border would lose the taps within the image.
    if (mode == "cubic")
      return buildCubicTaps(f, place, makeTap);
    if (mode == "nearest")
      place = v.create<math::RoundEvenOp>(place);
    if (padding == "border")
      place = f.minNumber(f.maxNumber(place, zero), last);
    else if (padding == "reflection")
      place = reflect(f, place, low, high);

    if (mode == "nearest")
      return {makeTap(v.create<math::RoundEvenOp>(place), one)};
    Value base = f.floor(place), part = f.sub(place, base);
    return {makeTap(base, f.sub(one, part)), makeTap(f.add(base, one), part)};
  }

  static SmallVector<Tap>
  buildCubicTaps(const FloatBuilder &f, Value place,
                 function_ref<Tap(Value at, Value weight)> makeTap) {
    Value base = f.floor(place), part = f.sub(place, base);
    SmallVector<Tap> taps;
    const double a = -0.75;
    for (int64_t t = -1; t <= 2; ++t) {
      Value d = f.abs(f.sub(part, f.constant(t)));
      auto [near, far] = f.getCubic(d, a);
      Value weight = t == 0 || t == 1 ? near : far;
      taps.push_back(makeTap(f.add(base, f.constant(t)), weight));
    }
    return taps;
  }
};

/// Each bin is the mean (or maximum) of samples on a regular grid in it.
class RegionSampler {
public:
  RegionSampler(OpBuilder &b, RoiAlignOp op, RoiAlignOp::Adaptor adaptor,
                Type real)
      : f(TensorBuilder(b, op.getLoc()), real), op(op), adaptor(adaptor),
        type(getElementType(op.getX())), sizes(readSizes(b, op, op.getX())) {}

  Value build(ValueRange i) {
    Grid grids[2];
    for (int64_t d = 0; d < 2; ++d)
      grids[d] = buildGrid(d, i[0], i[2 + d]);
    Value index = f.extract(adaptor.getBatchIndices(), i[0]);
    Value batch = f.wrap(f.fromInteger(index), sizes[0]);
    bool isMax = op.getMode() == "max";
    Value zero = f.constant(0);
    Value lowest =
        isMax ? f.constant(-std::numeric_limits<float>::infinity()) : zero;
    auto body = [&](ValueRange k, ValueRange soFar) -> SmallVector<Value> {
      Value place[2];
      for (int64_t d = 0; d < 2; ++d)
        place[d] =
            f.add(grids[d].first, f.mul(f.fromIndex(k[d]), grids[d].step));
      auto join = [&](Value l, Value r) {
        return isMax ? f.maxNumber(l, r) : f.add(l, r);
      };
      std::array<Value, 4> corners = sample(batch, i[1], place);
      Value upper = join(corners[0], corners[1]);
      return {join(soFar[0], join(upper, join(corners[2], corners[3])))};
    };
    Value counts[] = {grids[0].count, grids[1].count};
    Value total =
        f.loops(getAsOpFoldResult(ValueRange(counts)), lowest, body)[0];
    if (isMax)
      return f.select(f.lt(lowest, total), total, zero);
    Value count = f.fromIndex(f.mul(counts[0], counts[1]));
    return f.div(total, f.maxNumber(count, f.constant(1)));
  }

private:
  /// The places of a bin's samples in one dimension.
  struct Grid {
    Value first, step, count;
  };
  Grid buildGrid(int64_t d, Value region, Value bin) {
    bool halfPixel = op.getCoordinateTransformationMode() == "half_pixel";
    auto bound = [&](int64_t number) {
      Value x = loadReal(f, adaptor.getRois(), {region, f.index(number)},
                         getElementType(op.getRois()), f.real);
      return f.sub(f.mul(x, f.constant(op.getSpatialScale())),
                   f.constant(halfPixel ? 0.5 : 0));
    };
    // A region is x1, y1, x2, y2.
    Value start = bound(1 - d), end = bound(3 - d);
    Value extent = f.sub(end, start), one = f.constant(1);
    if (!halfPixel)
      extent = f.maxNumber(extent, one);
    int64_t bins = d == 0 ? op.getOutputHeight() : op.getOutputWidth();
    Value size = f.div(extent, f.constant(bins));
    Value count = op.getSamplingRatio() > 0
                      ? f.index(op.getSamplingRatio())
                      : f.toIndex(f.ceil(size), f.index(1 << 20));
    Value step = f.div(size, f.maxNumber(f.fromIndex(count), one));
    Value origin = f.add(start, f.mul(f.fromIndex(bin), size));
    return {f.add(origin, f.mul(step, f.constant(0.5))), step, count};
  }

  /// The four elements around a place, weighted; zeros outside of the image.
  std::array<Value, 4> sample(Value batch, Value channel,
                              ArrayRef<Value> place) {
    Value zero = f.constant(0), one = f.constant(1), inside;
    Value indices[2][2], weights[2][2];
    for (int64_t d = 0; d < 2; ++d) {
      Value length = f.fromIndex(sizes[2 + d]), last = f.sub(length, one);
      Value fits =
          f.both(f.le(f.constant(-1), place[d]), f.le(place[d], length));
      inside = inside ? f.both(inside, fits) : fits;
      Value at = f.minNumber(f.maxNumber(place[d], zero), last);
      Value base = f.floor(at), part = f.sub(at, base);
      indices[d][0] = f.toIndex(base, sizes[2 + d]);
      indices[d][1] = f.toIndex(f.add(base, one), sizes[2 + d]);
      weights[d][0] = f.sub(one, part);
      weights[d][1] = part;
    }
    std::array<Value, 4> corners;
    for (int64_t c = 0; c < 4; ++c) {
      Value read = loadReal(
          f, adaptor.getX(),
          {batch, channel, indices[0][c / 2], indices[1][c % 2]}, type, f.real);
      Value weighted = f.mul(read, f.mul(weights[0][c / 2], weights[1][c % 2]));
      corners[c] = f.select(inside, weighted, zero);
    }
    return corners;
  }

  FloatBuilder f;
  RoiAlignOp op;
  RoiAlignOp::Adaptor adaptor;
  Type type;
  SmallVector<Value> sizes;
};

struct LowerRoiAlign : OpConversionPattern<RoiAlignOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(RoiAlignOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getX());
    Type roiType = onnxc::onnx::getElementType(op.getRois());
    if (!isComputable(type) || !isComputable(roiType))
      return rewriter.notifyMatchFailure(
          op, refuseElements(isComputable(type) ? roiType : type));
    RegionSampler sampler(rewriter, op, adaptor, getRealType(type, roiType));
    TensorBuilder v(rewriter, op.getLoc());
    auto element = [&](ValueRange i) {
      return storeReal(v, sampler.build(i), type);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }
};

} // namespace

void onnxc::populateSamplingLowering(RewritePatternSet &patterns,
                                     TypeConverter &types) {
  patterns.add<LowerGridSample, LowerRoiAlign>(types, patterns.getContext());
}

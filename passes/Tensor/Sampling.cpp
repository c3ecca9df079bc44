//===- Sampling.cpp - Images read at places given by data -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SamplingOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/FloatBuilder.h"
#include "passes/Tensor/RowLoops.h"

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

bool isUnsigned(Type type) {
  return type.isUnsignedInteger() || type.isInteger(1);
}

/// An element of a tensor as that type.
Value loadReal(IndexBuilder &b, Value tensor, ValueRange at, Type type,
               Type real) {
  Value x = loadElement(b.b, b.loc, b.extract(tensor, at), type);
  if (isa<FloatType>(x.getType()) && x.getType() != real)
    return arith::ExtFOp::create(b.b, b.loc, real, x);
  return convertElement(b.b, b.loc, x, real, isUnsigned(type));
}

/// And back; integers are truncated, a bool is whether it is not 0.
Value storeReal(IndexBuilder &b, Value x, Type type) {
  if (type.isInteger(1)) {
    Value zero = FloatBuilder(b, x.getType()).constant(0);
    Value isSet =
        arith::CmpFOp::create(b.b, b.loc, arith::CmpFPredicate::UNE, x, zero);
    return storeElement(b.b, b.loc, isSet, type);
  }
  if (isa<IntegerType>(type))
    return convertElement(b.b, b.loc, x, getStorageType(type),
                          isUnsigned(type));
  if (x.getType().isF64() && !type.isF64())
    x = arith::TruncFOp::create(b.b, b.loc, b.b.getF32Type(), x);
  return storeElement(b.b, b.loc, x, type);
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
    if (!canCompute(type) || !canCompute(gridType))
      return rewriter.notifyMatchFailure(
          op, refuseElements(canCompute(type) ? gridType : type));
    Type real = getRealType(type, gridType);
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    int64_t spatial = sizes.size() - 2;
    auto element = [&](IndexBuilder &b, ValueRange i) {
      SmallVector<SmallVector<Tap>> taps;
      for (int64_t d = 0; d < spatial; ++d) {
        // A grid's point states the last dimension first.
        SmallVector<Value> at = {i[0]};
        llvm::append_range(at, i.drop_front(2));
        at.push_back(b.constant(spatial - 1 - d));
        Value x = loadReal(b, adaptor.getGrid(), at, gridType, real);
        taps.push_back(buildTaps(op, b, x, sizes[2 + d]));
      }
      SmallVector<Value> from(i.take_front(2));
      Value sum =
          addTaps(op, b, adaptor.getX(), type, taps, from, Value(), Value());
      return storeReal(b, sum, type);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }

private:
  static Value addTaps(GridSampleOp op, IndexBuilder &b, Value x, Type type,
                       ArrayRef<SmallVector<Tap>> taps,
                       SmallVector<Value> &from, Value weight, Value inside) {
    FloatBuilder f(b, weight ? weight.getType() : Type());
    if (taps.empty()) {
      Value read = loadReal(b, x, from, type, f.real);
      if (op.getPaddingMode() == "zeros")
        read = b.select(inside, read, f.constant(0));
      return f.mul(read, weight);
    }
    Value sum;
    for (const Tap &tap : taps.front()) {
      from.push_back(tap.index);
      Value term = addTaps(op, b, x, type, taps.drop_front(), from,
                           weight ? f.mul(weight, tap.weight) : tap.weight,
                           inside ? b.land(inside, tap.inside) : tap.inside);
      from.pop_back();
      sum = sum ? f.add(sum, term) : term;
    }
    return sum;
  }

  /// Reflects at the borders until within them.
  static Value reflect(FloatBuilder &f, Value x, Value low, Value high) {
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

  static SmallVector<Tap> buildTaps(GridSampleOp op, IndexBuilder &b, Value x,
                                    Value size) {
    FloatBuilder f(b, x.getType());
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
    if (mode == "nearest")
      place = math::RoundEvenOp::create(b.b, b.loc, place);
    if (padding == "border")
      place = f.min(f.max(place, zero), last);
    else if (padding == "reflection")
      place = reflect(f, place, low, high);

    auto makeTap = [&](Value at, Value weight) {
      Value inside = b.land(f.le(zero, at), f.le(at, last));
      if (padding == "reflection")
        at = reflect(f, at, low, high);
      return Tap{f.toIndex(b, at, size), weight, inside};
    };
    if (mode == "nearest")
      return {makeTap(math::RoundEvenOp::create(b.b, b.loc, place), one)};
    Value base = f.floor(place), part = f.sub(place, base);
    if (mode == "linear")
      return {makeTap(base, f.sub(one, part)), makeTap(f.add(base, one), part)};
    SmallVector<Tap> taps;
    const double a = -0.75;
    for (int64_t t = -1; t <= 2; ++t) {
      Value d = f.abs(f.sub(part, f.constant(t)));
      Value d2 = f.mul(d, d), d3 = f.mul(d2, d), weight;
      if (t == 0 || t == 1)
        weight = f.add(
            f.sub(f.mul(f.constant(a + 2), d3), f.mul(f.constant(a + 3), d2)),
            one);
      else
        weight = f.sub(
            f.add(f.sub(f.mul(f.constant(a), d3), f.mul(f.constant(5 * a), d2)),
                  f.mul(f.constant(8 * a), d)),
            f.constant(4 * a));
      taps.push_back(makeTap(f.add(base, f.constant(t)), weight));
    }
    return taps;
  }
};

/// Each bin is the mean (or maximum) of samples on a regular grid in it.
struct LowerRoiAlign : OpConversionPattern<RoiAlignOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(RoiAlignOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getX());
    Type roiType = onnxc::onnx::getElementType(op.getRois());
    if (!canCompute(type) || !canCompute(roiType))
      return rewriter.notifyMatchFailure(
          op, refuseElements(canCompute(type) ? roiType : type));
    Type real = getRealType(type, roiType);
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    bool halfPixel = op.getCoordinateTransformationMode() == "half_pixel";
    bool isMax = op.getMode() == "max";
    const int64_t bins[] = {op.getOutputHeight(), op.getOutputWidth()};

    auto element = [&](IndexBuilder &b, ValueRange i) -> Value {
      FloatBuilder f(b, real);
      Value zero = f.constant(0), one = f.constant(1);
      Value first[2], step[2], counts[2];
      for (int64_t d = 0; d < 2; ++d) {
        auto bound = [&](int64_t number) -> Value {
          Value x = loadReal(b, adaptor.getRois(), {i[0], b.constant(number)},
                             roiType, real);
          return f.sub(f.mul(x, f.constant(op.getSpatialScale())),
                       f.constant(halfPixel ? 0.5 : 0));
        };
        // A region is x1, y1, x2, y2.
        Value start = bound(1 - d), end = bound(3 - d);
        Value extent = f.sub(end, start);
        if (!halfPixel)
          extent = f.max(extent, one);
        Value bin = f.div(extent, f.constant(bins[d]));
        if (op.getSamplingRatio() > 0)
          counts[d] = b.constant(op.getSamplingRatio());
        else
          counts[d] = f.toIndex(b, f.ceil(bin), b.constant(1 << 20));
        step[d] = f.div(bin, f.max(f.fromIndex(counts[d]), one));
        first[d] = f.add(f.add(start, f.mul(f.fromIndex(i[2 + d]), bin)),
                         f.mul(step[d], f.constant(0.5)));
      }
      Value batch = b.wrap(
          b.fromInteger(b.extract(adaptor.getBatchIndices(), i[0])), sizes[0]);
      Value lowest =
          isMax ? f.constant(-std::numeric_limits<float>::infinity()) : zero;
      Value total = buildLoopNest(
          b.b, b.loc, {OpFoldResult(counts[0]), OpFoldResult(counts[1])},
          lowest, [&](IndexBuilder &n, ValueRange k, ValueRange carried) {
            FloatBuilder g(n, real);
            Value place[2];
            for (int64_t d = 0; d < 2; ++d)
              place[d] = g.add(first[d], g.mul(g.fromIndex(k[d]), step[d]));
            Value corners[4];
            sample(n, adaptor.getX(), type, batch, i[1], place, &sizes[2],
                   corners);
            Value element = isMax ? g.max(g.max(corners[0], corners[1]),
                                          g.max(corners[2], corners[3]))
                                  : g.add(g.add(corners[0], corners[1]),
                                          g.add(corners[2], corners[3]));
            return SmallVector<Value>{isMax ? g.max(carried[0], element)
                                            : g.add(carried[0], element)};
          })[0];
      if (isMax) {
        total = f.select(f.lt(lowest, total), total, zero);
      } else {
        Value count = f.max(f.fromIndex(b.mul(counts[0], counts[1])), one);
        total = f.div(total, count);
      }
      return storeReal(b, total, type);
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }

private:
  /// The four elements around a place, weighted; zeros outside of the image.
  static void sample(IndexBuilder &b, Value x, Type type, Value batch,
                     Value channel, ArrayRef<Value> place, const Value *sizes,
                     MutableArrayRef<Value> corners) {
    FloatBuilder f(b, place.front().getType());
    Value zero = f.constant(0), one = f.constant(1), inside;
    Value indices[2][2], weights[2][2];
    for (int64_t d = 0; d < 2; ++d) {
      Value length = f.fromIndex(sizes[d]), last = f.sub(length, one);
      Value fits =
          b.land(f.le(f.constant(-1), place[d]), f.le(place[d], length));
      inside = inside ? b.land(inside, fits) : fits;
      Value at = f.min(f.max(place[d], zero), last);
      Value base = f.floor(at), part = f.sub(at, base);
      indices[d][0] = f.toIndex(b, base, sizes[d]);
      indices[d][1] = f.toIndex(b, f.add(base, one), sizes[d]);
      weights[d][0] = f.sub(one, part);
      weights[d][1] = part;
    }
    for (int64_t c = 0; c < 4; ++c) {
      Value read =
          loadReal(b, x, {batch, channel, indices[0][c / 2], indices[1][c % 2]},
                   type, f.real);
      Value weighted = f.mul(read, f.mul(weights[0][c / 2], weights[1][c % 2]));
      corners[c] = f.select(inside, weighted, zero);
    }
  }
};

} // namespace

void onnxc::populateSamplingLowering(RewritePatternSet &patterns,
                                     TypeConverter &types) {
  patterns.add<LowerGridSample, LowerRoiAlign>(types, patterns.getContext());
}

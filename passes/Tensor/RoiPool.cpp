//===- RoiPool.cpp - Maxima of regions of interest ------------------------===//
//
// A region is the number of an image and two corners, both within it, scaled
// and rounded to pixels. It is cut into bins of equal real size; a bin takes
// the maximum of the pixels that it touches, and is 0 where it touches none.
//
// Source: the operator's specification, and onnxruntime, which clips bins to
// the image.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SamplingOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Away from zero where it is in the middle; numbers that are no place of any
/// image are limited before they become integers.
Value roundToPixel(TensorBuilder &v, Value x) {
  Value half = v.constant(x, 0.5), limit = v.constant(x, double(1 << 20));
  Value isNegative = v.lt(x, v.zero(x.getType()));
  Value rounded =
      v.select(isNegative, v.ceil(v.sub(x, half)), v.floor(v.add(x, half)));
  return v.maxNumber(v.minNumber(rounded, limit), v.neg(limit));
}

/// An index of a whole number.
Value toIndex(TensorBuilder &v, Value real) {
  return v.fromInteger(v.convert(real, v.b.getI64Type()));
}

/// The pixels [first, end) of a dimension that a bin touches. The corners are
/// those of the region.
std::pair<Value, Value> findPixels(TensorBuilder &v, Value low, Value high,
                                   Value bin, int64_t numBins, Value size) {
  low = roundToPixel(v, low);
  high = roundToPixel(v, high);
  Type real = low.getType();
  Value one = v.constant(real, 1);
  Value extent = v.max(v.add(v.sub(high, low), one), one);
  Value step = v.div(extent, v.constant(real, double(numBins)));
  Value number = v.convert(v.toInteger(bin, v.b.getI64Type()), real);
  auto limit = [&](Value place) {
    Value pixel = toIndex(v, v.add(place, low));
    return v.min(v.max(pixel, v.index(0)), size);
  };
  return {limit(v.floor(v.mul(number, step))),
          limit(v.ceil(v.mul(v.add(number, one), step)))};
}

struct LowerMaxRoiPool : OpConversionPattern<MaxRoiPoolOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(MaxRoiPoolOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!isComputable(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    TensorBuilder v(rewriter, op.getLoc());
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    auto element = [&](ValueRange i) {
      Value best = buildMaximum(v, op, adaptor, sizes, i);
      return storeElement(v.b, v.loc, best, type);
    };
    rewriter.replaceOp(op, v.generate(op->getResult(0), element));
    return success();
  }

private:
  /// Of place [region, channel, row, column] of the result.
  static Value buildMaximum(TensorBuilder &v, MaxRoiPoolOp op,
                            OpAdaptor adaptor, ArrayRef<Value> sizes,
                            ValueRange i) {
    Type type = onnxc::onnx::getElementType(op.getX());
    Type roiType = onnxc::onnx::getElementType(op.getRois());
    auto number = [&](int64_t column) {
      return v.load(adaptor.getRois(), {i[0], v.index(column)}, roiType);
    };
    auto corner = [&](int64_t column) {
      Value place = number(column);
      double scale = op.getSpatialScale();
      return v.mul(place, v.constant(place, scale));
    };
    Value image = v.wrap(toIndex(v, roundToPixel(v, number(0))), sizes[0]);
    ArrayRef<int64_t> pooled = op.getPooledShape();
    auto [top, bottom] =
        findPixels(v, corner(2), corner(4), i[2], pooled[0], sizes[2]);
    auto [left, right] =
        findPixels(v, corner(1), corner(3), i[3], pooled[1], sizes[3]);
    Value none = v.constant(getComputeType(type),
                            -std::numeric_limits<double>::infinity());
    auto body = [&](ValueRange at, ValueRange best) -> TensorBuilder::Values {
      Value pixel = v.load(adaptor.getX(), {image, i[1], at[0], at[1]}, type);
      return {v.maxNumber(pixel, best[0])};
    };
    Value best = v.loops({top, left}, {bottom, right}, none, body)[0];
    Value isEmpty = v.either(v.ge(top, bottom), v.ge(left, right));
    return v.select(isEmpty, v.zero(best.getType()), best);
  }
};

} // namespace

void onnxc::populateRoiPoolLowering(RewritePatternSet &patterns,
                                    TypeConverter &types) {
  patterns.add<LowerMaxRoiPool>(types, patterns.getContext());
}

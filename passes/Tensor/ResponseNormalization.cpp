//===- ResponseNormalization.cpp - Normalisation over near channels -------===//
//
// y = x / (bias + alpha / size * (sum of squares over near channels))^beta
//
// X is [N, C, pixels]: LRNOp::expand sees to that. A task is a channel; vectors
// hold pixels side by side, so that all channels near are read at the same
// place. beta is 3/4 in all networks that are known: two roots, where a power
// takes a logarithm and an exponential.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/NormalizationOps.h"
#include "dialects/plan/MachineModel.h"
#include "passes/Tensor/LaneBuilder.h"
#include "passes/Tensor/NormalizationRows.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

class ResponseRow {
public:
  ResponseRow(OpBuilder &b, LRNOp op, Value x)
      : v(b, op.getLoc()), x(x), element(getElementType(op.getX())),
        computed(getComputeType(element)), size(op.getSize()),
        alpha(op.getAlpha()), beta(op.getBeta()), bias(op.getBias()),
        vectorBits(getMachine(op).vectorBits) {}

  /// Of one channel of an image.
  Value normalize(ValueRange at, ArrayRef<OpFoldResult> sizes, Value row) const;

private:
  Value load(ValueRange at, int64_t width) const {
    return width > 1 ? v.loadVector(x, at, width) : v.load(x, at, element);
  }
  Value store(Value value, Value row, Value at, int64_t width) const {
    return width > 1 ? v.storeVector(value, row, at)
                     : v.store(value, row, at, element);
  }
  Value constant(double value, int64_t width) const {
    Value number = v.constant(computed, value);
    return width > 1 ? v.splat(number, width) : number;
  }
  Value power(Value base, int64_t width) const;
  int64_t getWidth() const;

  LaneBuilder v;
  Value x;
  Type element, computed;
  int64_t size;
  double alpha, beta, bias;
  int64_t vectorBits;
};

Value ResponseRow::power(Value base, int64_t width) const {
  if (beta == 1)
    return base;
  if (beta != 0.5 && beta != 0.75)
    return v.pow(base, constant(beta, width));
  Value root = v.sqrt(base);
  return beta == 0.5 ? root : v.mul(root, v.sqrt(root));
}

int64_t ResponseRow::getWidth() const {
  bool isPlain = element.isF32() || element.isF64();
  return isPlain ? vectorBits / element.getIntOrFloatBitWidth() : 1;
}

Value ResponseRow::normalize(ValueRange at, ArrayRef<OpFoldResult> sizes,
                             Value row) const {
  int64_t before = (size - 1) / 2, after = size - before;
  AffineExpr channel = v.b.getAffineDimExpr(0);
  Value from = v.max(v.index(0), v.apply(channel - before, at[1]));
  Value to = v.min(v.index(sizes[1]), v.apply(channel + after, at[1]));
  auto body = [&](Value pixel, int64_t width, Value kept) -> Value {
    auto addSquare = [&](Value near, Value sum) {
      Value u = load({at[0], near, pixel}, width);
      return v.add(sum, v.mul(u, u));
    };
    Value squares = v.loop(from, to, constant(0, width), addSquare);
    Value base = v.add(v.mul(squares, constant(alpha / size, width)),
                       constant(bias, width));
    Value y = v.div(load({at[0], at[1], pixel}, width), power(base, width));
    return store(y, kept, pixel, width);
  };
  return v.forRange(v.index(0), v.index(sizes[2]),
                    std::max<int64_t>(getWidth(), 1), row, body);
}

struct LowerLRN : OpConversionPattern<LRNOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(LRNOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!NormalizationRows::canNormalize(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    if (getRank(op.getX()) != 3 || op.getSize() < 1)
      return rewriter.notifyMatchFailure(
          op, "X must have a dimension of channels, and size must be positive");
    NormalizationRows rows(rewriter, op, op.getX(), adaptor.getX(),
                           getOuterDims(3, 2));
    ResponseRow row(rewriter, op, adaptor.getX());
    auto body = [&](ValueRange at, ValueRange tiles) -> SmallVector<Value> {
      return {row.normalize(at, rows.sizes, tiles[0])};
    };
    rewriter.replaceOp(op, rows.build(cast<OpResult>(op.getY()), body));
    return success();
  }
};

} // namespace

void onnxc::populateResponseNormalizationLowering(RewritePatternSet &patterns,
                                                  TypeConverter &types) {
  patterns.add<LowerLRN>(types, patterns.getContext());
}

//===- Normalization.cpp - Normalisation by statistics of rows ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/NormalizationOps.h"
#include "passes/Tensor/NormalizationRows.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// y = (x - mean) / sqrt(variance + epsilon) * scale + bias
struct LowerLayerNorm : OpConversionPattern<LayerNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(LayerNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!NormalizationRows::canNormalize(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    int64_t rank = *getRank(op.getX());
    NormalizationRows rows(
        rewriter, op, op.getX(), adaptor.getX(),
        getOuterDims(rank, *normalizeAxis(op.getAxis(), rank)));
    const TensorBuilder &v = rows.v;
    auto body = [&](ValueRange row, ValueRange tiles) {
      auto [mean, variance] = rows.getStatistics(row);
      Value inverse = rows.inverseRoot(variance, op.getEpsilon());
      SmallVector<Value> results{
          normalize(rows, op, adaptor, row, tiles[0], mean, inverse)};
      if (tiles.size() > 1) {
        results.push_back(
            v.insert(rows.round(mean, op.getMean()), tiles[1], {}));
        results.push_back(
            v.insert(rows.round(inverse, op.getInvStdDev()), tiles[2], {}));
      }
      return results;
    };
    auto place = [&](ValueRange row) {
      SmallVector<OpFoldResult> at(rank, rewriter.getIndexAttr(0));
      llvm::copy(row, at.begin());
      return at;
    };
    SmallVector<OpResult> wanted{cast<OpResult>(op.getY())};
    if (!op.getMean().use_empty() || !op.getInvStdDev().use_empty()) {
      wanted.push_back(cast<OpResult>(op.getMean()));
      wanted.push_back(cast<OpResult>(op.getInvStdDev()));
    }
    SmallVector<Value> results = rows.build(wanted, body, place);
    while (results.size() < 3)
      results.push_back(
          createEmpty(rewriter, op.getLoc(), op->getResult(results.size())));
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  static Value normalize(const NormalizationRows &rows, LayerNormalizationOp op,
                         OpAdaptor adaptor, ValueRange row, Value tile,
                         Value mean, Value inverse) {
    const TensorBuilder &v = rows.v;
    return rows.map(row, tile, op.getY(), [&](Value x, ArrayRef<Value> at) {
      Value y = v.mul(v.sub(x, mean), inverse);
      y = v.mul(y, rows.loadBroadcast(op.getScale(), adaptor.getScale(), at));
      if (op.getB())
        y = v.add(y, rows.loadBroadcast(op.getB(), adaptor.getB(), at));
      return y;
    });
  }
};

/// y = x / sqrt(mean of x^2 + epsilon) * scale
struct LowerRMSNorm : OpConversionPattern<RMSNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(RMSNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!NormalizationRows::canNormalize(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    int64_t rank = *getRank(op.getX());
    NormalizationRows rows(
        rewriter, op, op.getX(), adaptor.getX(),
        getOuterDims(rank, *normalizeAxis(op.getAxis(), rank)));
    const TensorBuilder &v = rows.v;
    auto body = [&](ValueRange row, ValueRange tiles) -> SmallVector<Value> {
      Value squares = rows.sum(row, [&](Value x) { return v.mul(x, x); });
      Value mean = v.div(squares, rows.count());
      Value inverse = rows.inverseRoot(mean, op.getEpsilon());
      auto y = [&](Value x, ArrayRef<Value> at) {
        Value scaled = v.mul(x, inverse);
        return v.mul(scaled,
                     rows.loadBroadcast(op.getScale(), adaptor.getScale(), at));
      };
      return {rows.map(row, tiles[0], op.getY(), y)};
    };
    rewriter.replaceOp(op, rows.build(cast<OpResult>(op.getY()), body));
    return success();
  }
};

/// y = (x - mean) / sqrt(variance + epsilon) * scale[c] + bias[c]
struct LowerInstanceNorm : OpConversionPattern<InstanceNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(InstanceNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!NormalizationRows::canNormalize(getElementType(op.getInput())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getInput())));
    int64_t rank = *getRank(op.getInput());
    if (rank < 2)
      return rewriter.notifyMatchFailure(
          op, "the input must have a dimension of channels");
    NormalizationRows rows(rewriter, op, op.getInput(), adaptor.getInput(),
                           getOuterDims(rank, 2));
    const TensorBuilder &v = rows.v;
    auto body = [&](ValueRange row, ValueRange tiles) -> SmallVector<Value> {
      auto [mean, variance] = rows.getStatistics(row);
      Value channel = row[1];
      Value scale = rows.load(op.getScale(), adaptor.getScale(), channel);
      Value factor = v.mul(scale, rows.inverseRoot(variance, op.getEpsilon()));
      Value bias = rows.load(op.getB(), adaptor.getB(), channel);
      auto y = [&, mean = mean](Value x, ArrayRef<Value>) {
        return v.add(v.mul(v.sub(x, mean), factor), bias);
      };
      return {rows.map(row, tiles[0], op.getOutput(), y)};
    };
    rewriter.replaceOp(op, rows.build(cast<OpResult>(op.getOutput()), body));
    return success();
  }
};

/// y = x / (sum of |x|^p)^(1/p), 0 where all of x are
struct LowerLpNorm : OpConversionPattern<LpNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(LpNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!NormalizationRows::canNormalize(getElementType(op.getInput())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getInput())));
    if (op.getP() != 1 && op.getP() != 2)
      return rewriter.notifyMatchFailure(op, "p must be 1 or 2");
    int64_t rank = *getRank(op.getInput());
    SmallVector<bool> outer(rank, true);
    outer[*normalizeAxis(op.getAxis(), rank)] = false;
    NormalizationRows rows(rewriter, op, op.getInput(), adaptor.getInput(),
                           outer);
    const TensorBuilder &v = rows.v;
    auto body = [&](ValueRange row, ValueRange tiles) -> SmallVector<Value> {
      Value norm = rows.sum(row, [&](Value x) {
        return op.getP() == 1 ? v.abs(x) : v.mul(x, x);
      });
      if (op.getP() == 2)
        norm = v.sqrt(norm);
      Value zero = rows.constant(0);
      Value isZero = v.eq(norm, zero);
      auto y = [&](Value x, ArrayRef<Value>) {
        return v.select(isZero, zero, v.div(x, norm));
      };
      return {rows.map(row, tiles[0], op.getOutput(), y)};
    };
    rewriter.replaceOp(op, rows.build(cast<OpResult>(op.getOutput()), body));
    return success();
  }
};

} // namespace

void onnxc::populateNormalizationLowering(RewritePatternSet &patterns,
                                          TypeConverter &types) {
  patterns.add<LowerLayerNorm, LowerRMSNorm, LowerInstanceNorm, LowerLpNorm>(
      types, patterns.getContext());
}

//===- BatchNormalization.cpp - Normalisation of channels -----------------===//
//
//   y = (x - mean) * (scale / sqrt(variance + epsilon)) + bias
//
// for each channel, with the statistics of this batch in training, which also
// move the running ones, else with those given.
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

struct LowerBatchNorm : OpConversionPattern<BatchNormalizationOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(BatchNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!NormalizationRows::canNormalize(getElementType(op.getX())))
      return rewriter.notifyMatchFailure(
          op, refuseElements(getElementType(op.getX())));
    int64_t rank = *getRank(op.getX());
    // X of rank 1 is one channel's batch.
    if (rank < 2 && op.getTrainingMode())
      return rewriter.notifyMatchFailure(
          op, "the input must have a dimension of channels");
    SmallVector<bool> outer(rank, !op.getTrainingMode());
    if (op.getTrainingMode())
      outer[1] = true;
    NormalizationRows rows(rewriter, op, op.getX(), adaptor.getX(), outer);
    rewriter.replaceOp(op, op.getTrainingMode() ? train(op, adaptor, rows)
                                                : infer(op, adaptor, rows));
    return success();
  }

private:
  static Value normalize(const NormalizationRows &rows, Value x, Value mean,
                         Value variance, Value scale, Value bias,
                         double epsilon) {
    const TensorBuilder &v = rows.v;
    Value factor = v.mul(scale, rows.inverseRoot(variance, epsilon));
    return v.add(v.mul(v.sub(x, mean), factor), bias);
  }

  static SmallVector<Value> infer(BatchNormalizationOp op, OpAdaptor adaptor,
                                  const NormalizationRows &rows) {
    const TensorBuilder &v = rows.v;
    int64_t rank = rows.outer.size();
    Value init = createEmpty(v.b, v.loc, cast<OpResult>(op.getY()));
    AffineMap all = v.b.getMultiDimIdentityMap(rank);
    AffineMap channel = AffineMap::get(rank, 0,
                                       rank > 1 ? v.b.getAffineDimExpr(1)
                                                : v.b.getAffineConstantExpr(0));
    SmallVector<AffineMap> maps{all, channel, channel, channel, channel, all};
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    SmallVector<Value> inputs{adaptor.getX(), adaptor.getInputMean(),
                              adaptor.getInputVar(), adaptor.getScale(),
                              adaptor.getB()};
    Value onnxInputs[] = {op.getX(), op.getInputMean(), op.getInputVar(),
                          op.getScale(), op.getB()};
    auto body = [&](OpBuilder &, Location, ValueRange stored) {
      SmallVector<Value> in;
      for (auto [value, onnxInput] : llvm::zip(stored, onnxInputs))
        in.push_back(rows.convert(value, onnxInput));
      Value y =
          normalize(rows, in[0], in[1], in[2], in[3], in[4], op.getEpsilon());
      v.create<linalg::YieldOp>(rows.round(y, op.getY()));
    };
    auto y = v.create<linalg::GenericOp>(TypeRange{init.getType()}, inputs,
                                         ValueRange{init}, maps, loops, body);
    return {y.getResult(0), adaptor.getInputMean(), adaptor.getInputVar()};
  }

  static SmallVector<Value> train(BatchNormalizationOp op, OpAdaptor adaptor,
                                  const NormalizationRows &rows) {
    const TensorBuilder &v = rows.v;
    double momentum = op.getMomentum();
    auto move = [&](Value onnxOld, Value old, Value current, Value channel) {
      Value kept =
          v.mul(rows.load(onnxOld, old, channel), rows.constant(momentum));
      return v.add(kept, v.mul(current, rows.constant(1.0 - momentum)));
    };
    auto body = [&](ValueRange row, ValueRange tiles) -> SmallVector<Value> {
      Value channel = row[0];
      auto [mean, variance] = rows.getStatistics(row);
      Value scale = rows.load(op.getScale(), adaptor.getScale(), channel);
      Value bias = rows.load(op.getB(), adaptor.getB(), channel);
      Value y = rows.map(
          row, tiles[0], op.getY(),
          [&, mean = mean, variance = variance](Value x, ArrayRef<Value>) {
            return normalize(rows, x, mean, variance, scale, bias,
                             op.getEpsilon());
          });
      Value newMean =
          move(op.getInputMean(), adaptor.getInputMean(), mean, channel);
      Value newVariance =
          move(op.getInputVar(), adaptor.getInputVar(), variance, channel);
      return {
          y, v.insert(rows.round(newMean, op.getRunningMean()), tiles[1], {}),
          v.insert(rows.round(newVariance, op.getRunningVar()), tiles[2], {})};
    };
    return rows.build(
        SmallVector<OpResult>(op->getResults()), body,
        [](ValueRange row) { return SmallVector<OpFoldResult>{row[0]}; });
  }
};

} // namespace

void onnxc::populateBatchNormalizationLowering(RewritePatternSet &patterns,
                                               TypeConverter &types) {
  patterns.add<LowerBatchNorm>(types, patterns.getContext());
}

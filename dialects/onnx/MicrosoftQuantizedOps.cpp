//===- MicrosoftQuantizedOps.cpp - Functions of quantised tensors ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftQuantizedOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/QuantizeOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SoftmaxOps.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_ELEMENT(MicrosoftQLinearGlobalAveragePoolOp, X, 1)
ONNXC_INFER_ELEMENT(MicrosoftQLinearReduceMeanOp, Data, 1)
ONNXC_INFER_ELEMENT(MicrosoftQLinearSoftmaxOp, X, 1)

static Value dequantize(GraphBuilder &g, Value x, Value scale,
                        Value zeroPoint) {
  return DequantizeLinearOp::create(g.b, g.loc, x, scale, zeroPoint,
                                    /*axis=*/1, /*block_size=*/0,
                                    /*output_dtype=*/0);
}

/// As `like` is of, where no zero point says it.
static Value quantize(GraphBuilder &g, Value y, Value scale, Value zeroPoint,
                      Value like) {
  if (!zeroPoint)
    zeroPoint = g.number(0, getElementType(like));
  return QuantizeLinearOp::create(g.b, g.loc, y, scale, zeroPoint, /*axis=*/1,
                                  /*block_size=*/0, /*output_dtype=*/0,
                                  /*precision=*/0, /*saturate=*/1);
}

SmallVector<Value> MicrosoftQLinearGlobalAveragePoolOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getX());
  if (!rank || (getChannelsLast() && *rank < 3))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = getChannelsLast() ? moveChannelsFirst(g, getX(), *rank) : getX();
  Value y = GlobalAveragePoolOp::create(
      b, getLoc(), dequantize(g, x, getXScale(), getXZeroPoint()));
  y = quantize(g, y, getYScale(), getYZeroPoint(), getX());
  return {getChannelsLast() ? moveChannelsLast(g, y, *rank) : y};
}

SmallVector<Value> MicrosoftQLinearReduceMeanOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value x = dequantize(g, getData(), getDataScale(), getDataZeroPoint());
  Value y = ReduceMeanOp::create(b, getLoc(), x, g.ints(getAxes()),
                                 getKeepdimsAttr(), b.getI64IntegerAttr(0));
  return {quantize(g, y, getReducedScale(), getReducedZeroPoint(), getData())};
}

SmallVector<Value> MicrosoftQLinearSoftmaxOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  std::optional<int64_t> axis =
      dims ? normalizeAxis(getAxis(), dims->size()) : std::nullopt;
  if (!axis)
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = dequantize(g, getX(), getXScale(), getXZeroPoint()), y;
  if (getOpset() >= 13) {
    y = SoftmaxOp::create(b, getLoc(), x, b.getI64IntegerAttr(*axis));
  } else {
    MLIRContext *context = b.getContext();
    ArrayRef<AffineExpr> all = *dims;
    Value rows = g.dims({getProduct(context, all.take_front(*axis)),
                         getProduct(context, all.drop_front(*axis))});
    y = SoftmaxOp::create(b, getLoc(), g.reshape(x, rows),
                          b.getI64IntegerAttr(1));
    y = g.reshape(y, g.dims(*dims));
  }
  return {quantize(g, y, getYScale(), getYZeroPoint(), getX())};
}

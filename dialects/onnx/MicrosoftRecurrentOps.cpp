//===- MicrosoftRecurrentOps.cpp - Recurrences of quantised weights -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftRecurrentOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/RecurrentOps.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftDynamicQuantizeLSTMOp, X, 3)

/// Weights [directions, inputs, gates] as LSTM has them, [directions, gates,
/// inputs]. Scales and zero points are one a direction, or one a gate as well.
static Value getRealWeights(GraphBuilder &g, Value weights, Value scale,
                            Value zeroPoint) {
  Type element = getElementType(scale);
  auto spread = [&](Value x) {
    Dims dims = *getDims(x);
    dims.insert(dims.begin() + 1, getConstant(g.b.getContext(), 1));
    if (dims.size() == 2)
      dims.push_back(getConstant(g.b.getContext(), 1));
    return g.reshape(g.cast(x, element), g.dims(dims));
  };
  Value centered = g.sub(g.cast(weights, element), spread(zeroPoint));
  return g.transpose(g.mul(centered, spread(scale)), {0, 2, 1});
}

SmallVector<Value> MicrosoftDynamicQuantizeLSTMOp::expand(OpBuilder &b) {
  for (Value x : {getWScale(), getWZeroPoint(), getRScale(), getRZeroPoint()})
    if (std::optional<Dims> dims = getDims(x);
        !dims || (dims->size() != 1 && dims->size() != 2))
      return {};
  GraphBuilder g{b, getLoc()};
  auto op = LSTMOp::create(
      b, getLoc(), getX(),
      getRealWeights(g, getW(), getWScale(), getWZeroPoint()),
      getRealWeights(g, getR(), getRScale(), getRZeroPoint()), getB(),
      getSequenceLens(), getInitialH(), getInitialC(), getP(),
      getActivationAlphaAttr(), getActivationBetaAttr(), getActivationsAttr(),
      getClipAttr(), getDirectionAttr(), getHiddenSizeAttr(),
      getInputForgetAttr(), b.getI64IntegerAttr(0));
  return {op.getY(), op.getYH(), op.getYC()};
}

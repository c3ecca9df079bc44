//===- CausalConvOps.cpp - Convolutions over what came before -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CausalConvOps.h"
#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult CausalConvWithStateOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (!llvm::is_contained({"none", "silu", "swish"}, adaptor.getActivation()))
    return emitOptionalError(loc, "unknown activation '",
                             adaptor.getActivation(), "'");
  std::optional<Dims> input = getDims(adaptor.getInput()),
                      weight = getDims(adaptor.getWeight());
  Type element = getElementType(adaptor.getInput());
  if (!input || !weight) {
    types.append(2, getUnrankedType(element));
    return success();
  }
  if (input->size() != 3 || weight->size() != 3)
    return emitOptionalError(loc, "input and weight have ranks ", input->size(),
                             " and ", weight->size(), ", not 3");
  types.push_back(getTensorType(*input, element));
  types.push_back(getTensorType(
      {(*input)[0], (*input)[1], simplify((*weight)[2] - 1)}, element));
  return success();
}

void CausalConvWithStateOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> input = getDims(getInput()),
                      weight = getDims(getWeight());
  if (!input || !weight)
    return;
  AffineExpr channels = (*input)[1], length = (*weight)[2];
  r.positive(length, "the length of weight");
  r.shape("weight", getWeight(), {channels, r.constant(1), length});
  r.shape("bias", getBias(), {channels});
  r.shape("past_state", getPastState(),
          {(*input)[0], channels, simplify(length - 1)});
}

/// A convolution of one channel a group; their number has to be known.
SmallVector<Value> CausalConvWithStateOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput()),
                      weight = getDims(getWeight());
  if (!input || !weight)
    return {};
  std::optional<int64_t> channels = onnxc::onnx::getConstant((*weight)[0]);
  if (!channels)
    channels = onnxc::onnx::getConstant((*input)[1]);
  if (!channels)
    return refuseExpansion(
        *this, "the number of channels is free: bind it with --dim");
  GraphBuilder g{b, getLoc()};
  Type element = getElementType(getInput());
  AffineExpr kept = simplify((*weight)[2] - 1);
  Value past = getPastState();
  if (!past)
    past = g.expand(g.number(0, element),
                    g.dims({(*input)[0], (*input)[1], kept}));
  Value all = g.concat({past, getInput()}, 2);
  Value y = ConvOp::create(
      b, getLoc(), all, getWeight(), getBias(), b.getStringAttr("NOTSET"),
      /*dilations=*/DenseI64ArrayAttr(), b.getI64IntegerAttr(*channels),
      /*kernel_shape=*/DenseI64ArrayAttr(), /*pads=*/DenseI64ArrayAttr(),
      /*strides=*/DenseI64ArrayAttr());
  if (getActivation() != "none") {
    Value wide = g.cast(y, b.getF32Type());
    y = g.cast(g.mul(wide, SigmoidOp::create(b, getLoc(), wide)), element);
  }
  Value present = g.slice(all, g.dims({(*input)[2]}),
                          g.dims({simplify((*input)[2] + kept)}), 2);
  return {y, present};
}

//===- NormalizationOps.cpp - Normalisation by statistics, and dropout ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/NormalizationOps.h"
#include "dialects/onnx/ChannelSize.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace onnxc::onnx;

static LogicalResult checkAxis(std::optional<Location> loc, Value x,
                               int64_t axis) {
  std::optional<int64_t> rank = getRank(x);
  if (rank && !normalizeAxis(axis, *rank))
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             *rank);
  return success();
}

LogicalResult LayerNormalizationOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Value x = adaptor.getX();
  if (failed(checkAxis(loc, x, adaptor.getAxis())))
    return failure();
  types.push_back(x.getType());
  Type stash = Float32Type::get(context);
  if (adaptor.getStashType() == 11)
    stash = Float64Type::get(context);
  if (adaptor.getStashType() == 16)
    stash = BFloat16Type::get(context);
  Type statistics = getUnrankedType(stash);
  if (std::optional<Dims> dims = getDims(x)) {
    int64_t axis = *normalizeAxis(adaptor.getAxis(), dims->size());
    for (AffineExpr &dim : MutableArrayRef(*dims).drop_front(axis))
      dim = getConstant(context, 1);
    statistics = getTensorType(*dims, stash);
  }
  types.append(2, statistics);
  return success();
}

LogicalResult
RMSNormalizationOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                     Adaptor adaptor,
                                     SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getX().getType());
  return checkAxis(loc, adaptor.getX(), adaptor.getAxis());
}

LogicalResult InstanceNormalizationOp::inferReturnTypes(
    MLIRContext *, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

LogicalResult
BatchNormalizationOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  types.push_back(withSizeOf(adaptor.getX().getType(), 1, adaptor.getScale()));
  types.push_back(adaptor.getInputMean().getType());
  types.push_back(adaptor.getInputVar().getType());
  return success();
}

LogicalResult LRNOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  if (adaptor.getSize() < 1 || adaptor.getSize() > INT32_MAX)
    return emitOptionalError(loc, "size is ", adaptor.getSize(),
                             ", no number of channels");
  types.push_back(adaptor.getX().getType());
  return success();
}

/// Pixels side by side, whatever the number of their dimensions.
SmallVector<Value> LRNOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getX());
  if (!rank || *rank == 3 || *rank < 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Dims dims = *getDims(getX());
  AffineExpr pixels = onnxc::onnx::getConstant(b.getContext(), 1);
  for (AffineExpr size : ArrayRef(dims).drop_front(2))
    pixels = simplify(pixels * size);
  Value x = g.reshape(getX(), g.dims({dims[0], dims[1], pixels}));
  Value y = LRNOp::create(b, getLoc(), x, getAlpha(), getBeta(), getBias(),
                          getSize());
  return {g.reshape(y, g.dims(dims))};
}

LogicalResult
LpNormalizationOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getInput().getType());
  return checkAxis(loc, adaptor.getInput(), adaptor.getAxis());
}

LogicalResult MeanVarianceNormalizationOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getX().getType());
  for (int64_t axis : adaptor.getAxes())
    if (failed(checkAxis(loc, adaptor.getX(), axis)))
      return failure();
  return success();
}

SmallVector<Value> MeanVarianceNormalizationOp::expand(OpBuilder &b) {
  if (!getRank(getX()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getX());
  Type real = element.isF64() ? element : Type(b.getF32Type());
  Value axes = g.ints(getAxes());
  auto mean = [&](Value x) -> Value {
    return ReduceMeanOp::create(b, getLoc(), x, axes, /*keepdims=*/1,
                                /*noop_with_empty_axes=*/0);
  };
  Value x = g.cast(getX(), real);
  Value centred = g.sub(x, mean(x));
  Value deviation = SqrtOp::create(b, getLoc(), mean(g.mul(centred, centred)));
  Value result = g.div(centred, g.add(deviation, g.number(1e-9, real)));
  return {g.cast(result, element)};
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

/// Statistics and scales that have one element a channel.
static void requirePerChannel(Value x,
                              ArrayRef<std::pair<StringRef, Value>> values,
                              SizeRequirements &r) {
  std::optional<Dims> dims = getDims(x);
  if (!dims || dims->empty())
    return;
  AffineExpr channels = dims->size() == 1 ? r.constant(1) : (*dims)[1];
  for (auto [name, value] : values)
    r.shape(name, value, {channels});
}

void BatchNormalizationOp::requireSizes(SizeRequirements &r) {
  requirePerChannel(getX(),
                    {{"scale", getScale()},
                     {"B", getB()},
                     {"input_mean", getInputMean()},
                     {"input_var", getInputVar()}},
                    r);
}

void InstanceNormalizationOp::requireSizes(SizeRequirements &r) {
  requirePerChannel(getInput(), {{"scale", getScale()}, {"B", getB()}}, r);
}

void LayerNormalizationOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getX())) {
    r.broadcast("Scale", getScale(), *dims);
    r.broadcast("B", getB(), *dims);
  }
}

void RMSNormalizationOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getX()))
    r.broadcast("scale", getScale(), *dims);
}

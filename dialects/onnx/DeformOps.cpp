//===- DeformOps.cpp - Convolution at places that are data ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/DeformOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult DeformConvOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  std::optional<Dims> x = getDims(adaptor.getX()), w = getDims(adaptor.getW()),
                      offset = getDims(adaptor.getOffset());
  if (!x || !w || !offset) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (x->size() < 3 || w->size() != x->size() || offset->size() != x->size())
    return emitOptionalError(loc, "X, W and offset have ranks ", x->size(),
                             ", ", w->size(), " and ", offset->size());
  if (failed(getConvWindow(loc, x->size() - 2, "NOTSET", adaptor.getStrides(),
                           adaptor.getDilations(), adaptor.getPads())))
    return failure();
  Dims result = {(*x)[0], (*w)[0]};
  result.append(offset->begin() + 2, offset->end());
  types.push_back(getTensorType(result, element));
  return success();
}

SmallVector<Value> DeformConvOp::expand(OpBuilder &b) {
  std::optional<Dims> x = getDims(getX()), w = getDims(getW()),
                      offset = getDims(getOffset());
  if (!x || !w || !offset)
    return {};
  int64_t rank = x->size() - 2;
  SmallVector<int64_t> kernel;
  for (auto [i, size] : llvm::enumerate(ArrayRef(*w).drop_front(2))) {
    std::optional<int64_t> known = onnxc::onnx::getConstant(size);
    if (!known && getKernelShape() && int64_t(getKernelShape()->size()) == rank)
      known = (*getKernelShape())[i];
    if (!known)
      return {};
    kernel.push_back(*known);
  }
  SmallVector<int64_t> ones(rank, 1), zeros(2 * rank, 0);
  GraphBuilder g{b, getLoc()};
  Value columns = DeformColumnsOp::create(
      b, getLoc(), getX(), getOffset(), getMask(), kernel,
      getDilations().value_or(ones), getOffsetGroup(),
      getPads().value_or(zeros), getStrides().value_or(ones));
  // [group, outputs, taps] times [batch, group, taps, places].
  int64_t group = getGroup();
  AffineExpr places = getProduct(getContext(), ArrayRef(*offset).drop_front(2));
  AffineExpr taps = getProduct(getContext(), ArrayRef(*w).drop_front(1));
  AffineExpr groups = onnxc::onnx::getConstant(getContext(), group);
  columns = g.reshape(columns, g.dims({(*x)[0], groups, taps, places}));
  Value weights = g.reshape(
      getW(), g.dims({groups, simplify((*w)[0].floorDiv(group)), taps}));
  Dims result = {(*x)[0], (*w)[0]};
  result.append(offset->begin() + 2, offset->end());
  Value y = g.reshape(g.matmul(weights, columns), g.dims(result));
  if (getB()) {
    SmallVector<int64_t> shape(rank + 1, 1);
    shape[0] = -1;
    y = g.add(y, g.reshape(getB(), shape));
  }
  return {y};
}

LogicalResult DeformColumnsOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location>,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  std::optional<Dims> x = getDims(adaptor.getX()),
                      offset = getDims(adaptor.getOffset());
  if (!x || !offset) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  int64_t taps = 1;
  for (int64_t size : adaptor.getKernelShape())
    taps *= size;
  Dims result = {(*x)[0], (*x)[1], onnxc::onnx::getConstant(context, taps)};
  result.append(offset->begin() + 2, offset->end());
  types.push_back(getTensorType(result, element));
  return success();
}

/// An offset for each tap, dimension and place; a factor for each tap.
void DeformColumnsOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> x = getDims(getX()), offset = getDims(getOffset());
  if (!x || !offset || offset->size() < 2)
    return;
  int64_t count = getOffsetGroup();
  for (int64_t size : getKernelShape())
    count *= size;
  int64_t rank = getKernelShape().size();
  r.size("offset", getOffset(), 0, x->front());
  r.size("offset", getOffset(), 1, r.constant(count * rank));
  if (!getMask())
    return;
  Dims mask{x->front(), r.constant(count)};
  mask.append(offset->begin() + 2, offset->end());
  r.shape("mask", getMask(), mask);
}

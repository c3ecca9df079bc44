//===- SearchOps.cpp - Largest, smallest and running values ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/CheckNumber.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/RunTimeAxes.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

static LogicalResult inferArg(std::optional<Location> loc, Value data,
                              int64_t axis, bool keepdims,
                              SmallVectorImpl<Type> &types) {
  Type element = IntegerType::get(data.getContext(), 64);
  std::optional<Dims> dims = getDims(data);
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  std::optional<int64_t> at = normalizeAxis(axis, dims->size());
  if (!at)
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             dims->size());
  if (keepdims)
    (*dims)[*at] = onnxc::onnx::getConstant(data.getContext(), 1);
  else
    dims->erase(dims->begin() + *at);
  types.push_back(getTensorType(*dims, element));
  return success();
}

LogicalResult ArgMaxOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferArg(loc, adaptor.getData(), adaptor.getAxis(),
                  adaptor.getKeepdims() != 0, types);
}

LogicalResult ArgMinOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferArg(loc, adaptor.getData(), adaptor.getAxis(),
                  adaptor.getKeepdims() != 0, types);
}

SmallVector<unsigned> TopKOp::getShapeOperands() { return {1}; }

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  if (failed(checkNumber(loc, adaptor.getK(), "K")))
    return failure();
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  Type index = IntegerType::get(context, 64);
  std::optional<Dims> dims = getDims(adaptor.getX()),
                      k = getKnownInts(adaptor.getK());
  if (!dims || !k || k->size() != 1) {
    types.append({getUnrankedType(element), getUnrankedType(index)});
    return success();
  }
  std::optional<int64_t> axis = normalizeAxis(adaptor.getAxis(), dims->size());
  if (!axis)
    return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                             " is out of range for rank ", dims->size());
  std::optional<int64_t> size = onnxc::onnx::getConstant((*dims)[*axis]),
                         count = onnxc::onnx::getConstant(k->front());
  if (count && (*count < 0 || (size && *count > *size)))
    return emitOptionalError(loc, "cannot take ", *count, " of a dimension of ",
                             size.value_or(0));
  (*dims)[*axis] = k->front();
  types.append({getTensorType(*dims, element), getTensorType(*dims, index)});
  return success();
}

template <typename Adaptor>
static LogicalResult inferCumulative(std::optional<Location> loc,
                                     Adaptor adaptor,
                                     SmallVectorImpl<Type> &types) {
  if (failed(checkNumber(loc, adaptor.getAxis(), "axis")))
    return failure();
  std::optional<int64_t> rank = getRank(adaptor.getX());
  std::optional<SmallVector<int64_t>> axis = getConstantInts(adaptor.getAxis());
  if (rank && axis && axis->size() == 1 && !normalizeAxis(axis->front(), *rank))
    return emitOptionalError(loc, "axis ", axis->front(),
                             " is out of range for rank ", *rank);
  types.push_back(adaptor.getX().getType());
  return success();
}

template <typename Op>
static SmallVector<Value> expandRunTimeAxis(Op op, OpBuilder &b) {
  std::optional<Dims> dims = getDims(op.getX());
  if (!dims || dims->empty() || getConstantInts(op.getAxis()))
    return {};
  Location loc = op.getLoc();
  Value x = isolateAxis(b, loc, op.getX(), op.getAxis());
  Value axis = ConstantOp::create(b, loc, ArrayRef<int64_t>{1});
  Value y = Op::create(b, loc, x, axis, op.getExclusive(), op.getReverse());
  Value shape =
      ShapeOp::create(b, loc, op.getX(), IntegerAttr(), b.getI64IntegerAttr(0));
  return {ReshapeOp::create(b, loc, y, shape, /*allowzero=*/1)};
}

#define ONNXC_CUMULATIVE(OP)                                                   \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> loc, Adaptor adaptor,             \
      SmallVectorImpl<Type> &types) {                                          \
    return inferCumulative(loc, adaptor, types);                               \
  }                                                                            \
  SmallVector<Value> OP::expand(OpBuilder &b) {                                \
    return expandRunTimeAxis(*this, b);                                        \
  }
ONNXC_CUMULATIVE(CumSumOp)
ONNXC_CUMULATIVE(CumProdOp)
#undef ONNXC_CUMULATIVE

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void ArgMaxOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getData()))
    r.element((*dims)[*normalizeAxis(getAxis(), dims->size())], getReduced());
}

void ArgMinOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getData()))
    r.element((*dims)[*normalizeAxis(getAxis(), dims->size())], getReduced());
}

void TopKOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> from = getDims(getX()), to = getDims(getValues());
  if (!from || !to || from->size() != to->size())
    return;
  int64_t axis = *normalizeAxis(getAxis(), from->size());
  r.notNegative((*to)[axis], "K");
  r.atMost((*to)[axis], (*from)[axis], "K");
}

//===- GatherOps.cpp - Elements read at computed places -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/CheckNumber.h"
#include "dialects/onnx/ElementOrder.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult GatherOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getData());
  std::optional<Dims> data = getDims(adaptor.getData()),
                      indices = getDims(adaptor.getIndices());
  if (data && !normalizeAxis(adaptor.getAxis(), data->size()))
    return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                             " is out of range for rank ", data->size());
  if (!data || !indices) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  int64_t axis = *normalizeAxis(adaptor.getAxis(), data->size());
  Dims result(data->begin(), data->begin() + axis);
  result.append(*indices);
  result.append(data->begin() + axis + 1, data->end());
  types.push_back(getTensorType(result, element));
  return success();
}

std::optional<Dims> GatherOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  if (!operands[0] || !operands[1])
    return std::nullopt;
  auto from = cast<RankedTensorType>(getData().getType());
  auto indices = cast<RankedTensorType>(getIndices().getType());
  int64_t axis = *normalizeAxis(getAxis(), from.getRank());
  return collectElements(
      getType(), [&](ArrayRef<int64_t> index) -> std::optional<AffineExpr> {
        AffineExpr chosen = (*operands[1])[getPlace(
            indices.getShape(), index.slice(axis, indices.getRank()))];
        std::optional<int64_t> at = onnxc::onnx::getConstant(chosen);
        if (at)
          at = normalizeAxis(*at, from.getDimSize(axis));
        if (!at)
          return std::nullopt;
        SmallVector<int64_t> source(index.take_front(axis));
        source.push_back(*at);
        llvm::append_range(source, index.drop_front(axis + indices.getRank()));
        return (*operands[0])[getPlace(from.getShape(), source)];
      });
}

LogicalResult GatherElementsOp::inferReturnTypes(MLIRContext *,
                                                 std::optional<Location> loc,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getData()),
                         indicesRank = getRank(adaptor.getIndices());
  if (rank && !normalizeAxis(adaptor.getAxis(), *rank))
    return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                             " is out of range for rank ", *rank);
  if (rank && indicesRank && *rank != *indicesRank)
    return emitOptionalError(loc, "data and indices have ranks ", *rank,
                             " and ", *indicesRank);
  types.push_back(
      withElementType(adaptor.getIndices().getType(),
                      onnxc::onnx::getElementType(adaptor.getData())));
  return success();
}

LogicalResult GatherNDOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getData());
  std::optional<Dims> data = getDims(adaptor.getData()),
                      indices = getDims(adaptor.getIndices());
  int64_t batch = adaptor.getBatchDims();
  std::optional<int64_t> tuple;
  if (indices && !indices->empty())
    tuple = onnxc::onnx::getConstant(indices->back());
  if (!data || !indices || !tuple) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (batch < 0 || batch >= int64_t(indices->size()) || *tuple < 1 ||
      batch + *tuple > int64_t(data->size()))
    return emitOptionalError(loc, "index tuples of ", *tuple, " after ", batch,
                             " batch dimensions do not fit rank ",
                             data->size());
  Dims result(indices->begin(), indices->end() - 1);
  result.append(data->begin() + batch + *tuple, data->end());
  types.push_back(getTensorType(result, element));
  return success();
}

SmallVector<unsigned> OneHotOp::getShapeOperands() { return {1}; }

LogicalResult OneHotOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (failed(checkNumber(loc, adaptor.getDepth(), "depth")))
    return failure();
  Type element = onnxc::onnx::getElementType(adaptor.getValues());
  std::optional<Dims> indices = getDims(adaptor.getIndices()),
                      depth = getKnownInts(adaptor.getDepth());
  if (indices && !normalizeAxis(adaptor.getAxis(), indices->size() + 1))
    return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                             " is out of range for rank ", indices->size() + 1);
  if (!indices || !depth || depth->size() != 1) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  int64_t axis = *normalizeAxis(adaptor.getAxis(), indices->size() + 1);
  indices->insert(indices->begin() + axis, depth->front());
  types.push_back(getTensorType(*indices, element));
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void GatherOp::requireSizes(SizeRequirements &r) {
  r.indicesAlong(getData(), getIndices(), getAxis());
}

void GatherElementsOp::requireSizes(SizeRequirements &r) {
  if (std::optional<int64_t> rank = getRank(getData()); rank && *rank)
    r.within(getData(), getIndices(), *normalizeAxis(getAxis(), *rank));
  r.indicesAlong(getData(), getIndices(), getAxis());
}

void GatherNDOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> data = getDims(getData());
  for (int64_t i = 0; data && i < getBatchDims(); ++i)
    r.size("indices", getIndices(), i, (*data)[i]);
  r.indexTuples(getData(), getIndices(), getBatchDims());
}

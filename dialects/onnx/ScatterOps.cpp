//===- ScatterOps.cpp - Elements written at computed places ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/ConvShape.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

static LogicalResult checkReduction(std::optional<Location> loc,
                                    StringRef reduction) {
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return emitOptionalError(loc, "unknown reduction '", reduction, "'");
  return success();
}

LogicalResult
ScatterElementsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getData()),
                         indices = getRank(adaptor.getIndices());
  if (failed(checkReduction(loc, adaptor.getReduction())))
    return failure();
  if (rank && !normalizeAxis(adaptor.getAxis(), *rank))
    return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                             " is out of range for rank ", *rank);
  if (rank && indices && *rank != *indices)
    return emitOptionalError(loc, "data and indices have ranks ", *rank,
                             " and ", *indices);
  types.push_back(adaptor.getData().getType());
  return success();
}

LogicalResult ScatterNDOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  if (failed(checkReduction(loc, adaptor.getReduction())))
    return failure();
  std::optional<int64_t> rank = getRank(adaptor.getData());
  if (std::optional<Dims> indices = getDims(adaptor.getIndices())) {
    if (indices->empty())
      return emitOptionalError(loc, "indices have rank 0");
    std::optional<int64_t> tuple = onnxc::onnx::getConstant(indices->back());
    if (rank && tuple && *tuple > *rank)
      return emitOptionalError(loc, "index tuples of ", *tuple,
                               " do not fit rank ", *rank);
  }
  types.push_back(adaptor.getData().getType());
  return success();
}

LogicalResult TensorScatterOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  if (adaptor.getMode() != "linear" && adaptor.getMode() != "circular")
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  if (std::optional<int64_t> rank = getRank(adaptor.getPastCache())) {
    std::optional<int64_t> axis = normalizeAxis(adaptor.getAxis(), *rank);
    if (!axis || *axis == 0)
      return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                               " is out of range for rank ", *rank);
  }
  types.push_back(adaptor.getPastCache().getType());
  return success();
}

SmallVector<unsigned> AppendRowsOp::getShapeOperands() { return {3}; }

LogicalResult AppendRowsOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getPast());
  std::optional<Dims> dims = getDims(adaptor.getPast()),
                      more = getKnownInts(adaptor.getMore());
  if (dims && dims->size() != 4)
    return emitOptionalError(loc, "needs a cache of rank 4");
  if (more && more->size() != 1)
    return emitOptionalError(loc, "needs one number of further rows");
  if (!dims || !more) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  (*dims)[2] = simplify((*dims)[2] + more->front());
  types.push_back(getTensorType(*dims, element));
  return success();
}

SmallVector<unsigned> Col2ImOp::getShapeOperands() { return {1, 2}; }

LogicalResult Col2ImOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getInput());
  std::optional<Dims> dims = getDims(adaptor.getInput()),
                      image = getKnownInts(adaptor.getImageShape()),
                      block = getKnownInts(adaptor.getBlockShape());
  if (!dims || !image || !block) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  size_t rank = image->size();
  if (dims->size() != 3 || rank != block->size())
    return emitOptionalError(loc, "needs an input of rank 3, and a block as "
                                  "large as the image");
  if (failed(getConvWindow(loc, rank, "NOTSET", adaptor.getStrides(),
                           adaptor.getDilations(), adaptor.getPads())))
    return failure();
  for (AffineExpr size : *block)
    if (std::optional<int64_t> known = onnxc::onnx::getConstant(size);
        known && *known < 1)
      return emitOptionalError(loc, "block_shape has the size ", *known);
  AffineExpr area = getMax(getProduct(element.getContext(), *block),
                           onnxc::onnx::getConstant(element.getContext(), 1));
  Dims result = {(*dims)[0], simplify((*dims)[1].floorDiv(area))};
  result.append(*image);
  types.push_back(getTensorType(result, element));
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void ScatterElementsOp::requireSizes(SizeRequirements &r) {
  std::optional<int64_t> rank = getRank(getData());
  if (!rank || *rank == 0)
    return;
  r.within(getData(), getIndices(), *normalizeAxis(getAxis(), *rank));
  if (std::optional<Dims> indices = getDims(getIndices()))
    r.shape("updates", getUpdates(), *indices);
  r.indicesAlong(getData(), getIndices(), getAxis());
}

std::optional<int64_t> ScatterNDOp::getTupleSize() {
  std::optional<Dims> indices = getDims(getIndices());
  if (!indices || indices->empty())
    return std::nullopt;
  if (std::optional<int64_t> size = onnxc::onnx::getConstant(indices->back()))
    return size;
  std::optional<int64_t> data = getRank(getData()),
                         updates = getRank(getUpdates());
  if (!data || !updates)
    return std::nullopt;
  int64_t size = *data + int64_t(indices->size()) - 1 - *updates;
  return size >= 0 && size <= *data ? std::optional(size) : std::nullopt;
}

/// An update is a part of the cache; one that goes round may be longer.
void TensorScatterOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> cache = getDims(getPastCache()),
                      update = getDims(getUpdate());
  if (!cache || !update)
    return;
  r.rank("update", getUpdate(), cache->size());
  if (update->size() != cache->size())
    return;
  int64_t axis = *normalizeAxis(getAxis(), cache->size());
  for (auto [i, size] : llvm::enumerate(*cache))
    if (int64_t(i) != axis)
      r.size("update", getUpdate(), i, size);
  if (getMode() == "circular")
    r.element((*cache)[axis], getUpdate());
  else
    r.atMost((*update)[axis], (*cache)[axis], "the length of update");
  r.shape("write_indices", getWriteIndices(), {cache->front()});
}

void AppendRowsOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> past = getDims(getPast()), rows = getDims(getRows()),
                      more = getKnownInts(getMore());
  if (more)
    r.notNegative(more->front(), "the number of further rows");
  r.rank("rows", getRows(), 4);
  if (!past || !rows || rows->size() != 4)
    return;
  r.shape("rows", getRows(), {(*past)[0], (*past)[1], (*rows)[2], (*past)[3]});
  r.shape("starts", getStarts(), {(*past)[0]});
}

/// Whole blocks, and a column for each place of one in the padded image.
void Col2ImOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getInput()),
                      image = getKnownInts(getImageShape()),
                      block = getKnownInts(getBlockShape());
  if (!dims || !image || !block)
    return;
  AffineExpr one = r.constant(1), columns = one;
  size_t rank = block->size();
  for (auto [i, size] : llvm::enumerate(*block)) {
    r.positive(size, "a size of block_shape");
    int64_t stride = getStrides() ? (*getStrides())[i] : 1;
    int64_t dilation = getDilations() ? (*getDilations())[i] : 1;
    int64_t pads =
        getPads() ? (*getPads())[i] + (*getPads())[i + rank] : int64_t(0);
    AffineExpr room = (*image)[i] + pads - ((size - 1) * dilation + 1);
    r.notNegative(simplify(room), "the image less its first block");
    columns = columns * (room.floorDiv(stride) + 1);
  }
  AffineExpr area = getMax(getProduct(getContext(), *block), one);
  r.equal(simplify((*dims)[1] % area), r.constant(0),
          "what is left of dimension 1 of input behind whole blocks");
  r.size("input", getInput(), 2, simplify(columns));
}

void ScatterNDOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> data = getDims(getData()),
                      indices = getDims(getIndices());
  std::optional<int64_t> tuple = getTupleSize();
  if (!data || !tuple || *tuple < 0 || *tuple > int64_t(data->size()))
    return;
  r.size("indices", getIndices(), indices->size() - 1, r.constant(*tuple));
  for (int64_t t = 0; t < *tuple; ++t)
    r.indices(getIndices(), t, *tuple, (*data)[t]);
  Dims shape(indices->begin(), indices->end() - 1);
  shape.append(data->begin() + *tuple, data->end());
  r.shape("updates", getUpdates(), shape);
}

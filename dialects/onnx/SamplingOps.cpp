//===- SamplingOps.cpp - Images read at places given by data --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SamplingOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

SmallVector<unsigned> AffineGridOp::getShapeOperands() { return {1}; }

SmallVector<unsigned> AffineGridOp::getListOperands() { return {1}; }

/// The images' dimensions are the matrices' rows; batch and channels come
/// before them.
std::optional<int64_t> AffineGridOp::getListLength() {
  std::optional<Dims> theta = getDims(getTheta());
  if (!theta || theta->size() != 3)
    return std::nullopt;
  std::optional<int64_t> rows = getConstant((*theta)[1]);
  if (!rows)
    return std::nullopt;
  return *rows + 2;
}

LogicalResult AffineGridOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getTheta());
  std::optional<Dims> size = getKnownInts(adaptor.getSize());
  std::optional<int64_t> rank = getRank(adaptor.getTheta());
  if (rank && *rank != 3)
    return emitOptionalError(loc, "theta has rank ", *rank, ", not 3");
  if (!size) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (size->size() != 4 && size->size() != 5)
    return emitOptionalError(loc, "size has ", size->size(),
                             " elements, not 4 or 5");
  // [N, C, (D,) H, W] -> [N, (D,) H, W, 2 or 3].
  Dims dims(*size);
  dims.erase(dims.begin() + 1);
  dims.push_back(getConstant(context, size->size() - 2));
  types.push_back(getTensorType(dims, element));
  return success();
}

void AffineGridOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> grid = getDims(getGrid());
  if (!grid)
    return;
  int64_t rank = grid->size() - 2;
  r.shape("theta", getTheta(),
          {grid->front(), r.constant(rank), r.constant(rank + 1)});
}

/// Where the pixels of a dimension are between -1 and 1: in the middle of
/// their parts of it, or from end to end. One pixel is in the middle, as
/// PyTorch has it.
static Value getPlaces(GraphBuilder &g, AffineExpr size, bool endToEnd,
                       Type element) {
  Value count = g.dims({size}), length = g.cast(count, element);
  Value one = g.number(1, element), two = g.number(2, element);
  Value index = g.cast(g.range(count), element);
  Value fromMiddle = g.sub(g.add(g.mul(index, two), one), length);
  return g.div(fromMiddle, endToEnd ? g.max(g.sub(length, one), one) : length);
}

/// A matrix times (x, y, 1) or (x, y, z, 1) at each pixel; x is the place in
/// the last dimension.
SmallVector<Value> AffineGridOp::expand(OpBuilder &b) {
  std::optional<Dims> grid = getDims(getGrid());
  if (!grid)
    return {};
  int64_t rank = grid->size() - 2;
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getTheta());
  Dims columnShape(rank + 2, getConstant(b.getContext(), 1));
  columnShape.front() = grid->front();
  columnShape.back() = grid->back();
  Value sum;
  for (int64_t column = 0; column <= rank; ++column) {
    Value part =
        g.slice(getTheta(), g.ints(column), g.ints(column + 1), /*axis=*/2);
    part = g.reshape(part, g.dims(columnShape));
    if (column < rank) {
      int64_t dim = rank - column; // of the grid
      Dims placeShape(rank + 2, getConstant(b.getContext(), 1));
      placeShape[dim] = (*grid)[dim];
      Value places = getPlaces(g, (*grid)[dim], getAlignCorners(), element);
      part = g.mul(part, g.reshape(places, g.dims(placeShape)));
    }
    sum = sum ? g.add(sum, part) : part;
  }
  return {g.expand(sum, g.dims(*grid))};
}

//===----------------------------------------------------------------------===//
// GridSample, MaxRoiPool, RoiAlign
//===----------------------------------------------------------------------===//

LogicalResult GridSampleOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  if (!llvm::is_contained({"linear", "nearest", "cubic"}, adaptor.getMode()))
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  if (!llvm::is_contained({"zeros", "border", "reflection"},
                          adaptor.getPaddingMode()))
    return emitOptionalError(loc, "unknown padding_mode '",
                             adaptor.getPaddingMode(), "'");
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  std::optional<Dims> dims = getDims(adaptor.getX()),
                      grid = getDims(adaptor.getGrid());
  if (!dims || !grid) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->size() < 3 || grid->size() != dims->size())
    return emitOptionalError(loc, "X and grid have ranks ", dims->size(),
                             " and ", grid->size());
  Dims result = {(*dims)[0], (*dims)[1]};
  result.append(grid->begin() + 1, grid->end() - 1);
  types.push_back(getTensorType(result, element));
  return success();
}

/// A result of `height` x `width` for each region and channel.
static LogicalResult inferRegions(std::optional<Location> loc, Value x,
                                  Value regions, int64_t height, int64_t width,
                                  SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(x);
  std::optional<Dims> dims = getDims(x), rois = getDims(regions);
  if (!dims || !rois) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->size() != 4 || rois->size() != 2)
    return emitOptionalError(loc, "X and rois need ranks 4 and 2, not ",
                             dims->size(), " and ", rois->size());
  MLIRContext *context = x.getContext();
  types.push_back(getTensorType({(*rois)[0], (*dims)[1],
                                 onnxc::onnx::getConstant(context, height),
                                 onnxc::onnx::getConstant(context, width)},
                                element));
  return success();
}

LogicalResult MaxRoiPoolOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  ArrayRef<int64_t> pooled = adaptor.getPooledShape();
  if (pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1)
    return emitOptionalError(loc, "pooled_shape needs two positive sizes");
  return inferRegions(loc, adaptor.getX(), adaptor.getRois(), pooled[0],
                      pooled[1], types);
}

LogicalResult RoiAlignOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  if (adaptor.getMode() != "avg" && adaptor.getMode() != "max")
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  return inferRegions(loc, adaptor.getX(), adaptor.getRois(),
                      adaptor.getOutputHeight(), adaptor.getOutputWidth(),
                      types);
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void GridSampleOp::requireSizes(SizeRequirements &r) {
  r.elements(getX(), 2, getY());
  std::optional<Dims> x = getDims(getX()), grid = getDims(getGrid());
  if (!x || !grid || x->size() != grid->size())
    return;
  r.size("grid", getGrid(), 0, (*x)[0]);
  r.size("grid", getGrid(), x->size() - 1, r.constant(x->size() - 2));
}

void MaxRoiPoolOp::requireSizes(SizeRequirements &r) {
  r.elements(getX(), 0, getY());
  r.size("rois", getRois(), 1, r.constant(5));
}

void RoiAlignOp::requireSizes(SizeRequirements &r) {
  r.elements(getX(), 2, getY());
  std::optional<Dims> rois = getDims(getRois());
  if (!rois || rois->size() != 2)
    return;
  r.size("rois", getRois(), 1, r.constant(4));
  r.shape("batch_indices", getBatchIndices(), {(*rois)[0]});
}

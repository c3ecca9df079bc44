//===- SamplingOps.cpp - Images read at places given by data --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SamplingOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

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

//===- ResizeOps.cpp - Interpolation between elements ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ResizeOps.h"
#include "dialects/onnx/ConstantOps.h"
#include <cmath>

using namespace mlir;
using namespace onnxc::onnx;

static std::optional<SmallVector<float>> getConstantFloats(Value value) {
  auto constant = value ? value.getDefiningOp<ConstantOp>() : nullptr;
  auto elements =
      constant ? dyn_cast_or_null<DenseElementsAttr>(constant.getElements())
               : DenseElementsAttr();
  if (!elements || !elements.getElementType().isF32())
    return std::nullopt;
  return SmallVector<float>(elements.getValues<float>());
}

/// floor(dim * scale), exactly: a float is an integer times a power of two.
static AffineExpr scaleSize(AffineExpr dim, float scale) {
  if (std::optional<int64_t> size = onnxc::onnx::getConstant(dim))
    return onnxc::onnx::getConstant(dim.getContext(),
                                    std::floor(double(scale) * *size));
  int exponent;
  int64_t mantissa = std::ldexp(std::frexp(scale, &exponent), 24);
  exponent -= 24;
  for (; mantissa % 2 == 0 && mantissa != 0 && exponent < 0; ++exponent)
    mantissa /= 2;
  if (exponent >= 0)
    return onnxc::onnx::simplify(dim * (mantissa << std::min(exponent, 30)));
  return onnxc::onnx::simplify(
      (dim * mantissa).floorDiv(int64_t(1) << std::min(-exponent, 62)));
}

static std::optional<SmallVector<ResizeOp::Axis>>
getAxes(ArrayRef<AffineExpr> dims, ResizeOp::Adaptor adaptor) {
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(0, dims.size()));
  if (std::optional<ArrayRef<int64_t>> given = adaptor.getAxes()) {
    axes.assign(given->begin(), given->end());
    for (int64_t &axis : axes) {
      std::optional<int64_t> at = normalizeAxis(axis, dims.size());
      if (!at)
        return std::nullopt;
      axis = *at;
    }
  }
  SmallVector<ResizeOp::Axis> result;
  if (std::optional<SmallVector<float>> scales =
          getConstantFloats(adaptor.getScales());
      scales && !scales->empty()) {
    if (scales->size() != axes.size())
      return std::nullopt;
    for (auto [axis, scale] : llvm::zip(axes, *scales))
      result.push_back({axis, scale, scaleSize(dims[axis], scale)});
    return result;
  }
  std::optional<Dims> sizes = getKnownInts(adaptor.getSizes());
  if (!sizes || sizes->size() != axes.size())
    return std::nullopt;
  bool larger = adaptor.getKeepAspectRatioPolicy() == "not_smaller";
  bool stretch = adaptor.getKeepAspectRatioPolicy() == "stretch";
  std::optional<float> common;
  for (auto [axis, size] : llvm::zip(axes, *sizes)) {
    std::optional<int64_t> from = onnxc::onnx::getConstant(dims[axis]),
                           to = onnxc::onnx::getConstant(size);
    std::optional<float> scale;
    if (size == dims[axis])
      scale = 1;
    else if (from && to && *from != 0)
      scale = float(*to) / float(*from);
    result.push_back({axis, scale, size});
    if (stretch)
      continue;
    if (!scale)
      return std::nullopt;
    common = !common  ? *scale
             : larger ? std::max(*common, *scale)
                      : std::min(*common, *scale);
  }
  if (!stretch && common)
    for (ResizeOp::Axis &axis : result) {
      int64_t from = *onnxc::onnx::getConstant(dims[axis.axis]);
      axis.scale = common;
      axis.size = onnxc::onnx::getConstant(
          dims[axis.axis].getContext(),
          int64_t(std::floor(*common * float(from) + 0.5f)));
    }
  return result;
}

std::optional<SmallVector<ResizeOp::Axis>> ResizeOp::getResizedAxes() {
  std::optional<Dims> dims = getDims(getX());
  if (!dims)
    return std::nullopt;
  return ::getAxes(*dims, Adaptor(*this));
}

SmallVector<unsigned> ResizeOp::getShapeOperands() {
  if (getSizes())
    return {getNumOperands() - 1};
  return {};
}

LogicalResult ResizeOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (!llvm::is_contained({"nearest", "linear", "cubic"}, adaptor.getMode()))
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  std::optional<Dims> dims = getDims(adaptor.getX());
  std::optional<SmallVector<ResizeOp::Axis>> axes;
  if (dims)
    axes = ::getAxes(*dims, adaptor);
  if (!axes) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  for (const ResizeOp::Axis &axis : *axes)
    (*dims)[axis.axis] = axis.size;
  types.push_back(getTensorType(*dims, element));
  return success();
}

//===- ResizeOps.cpp - Interpolation between elements ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ResizeOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SizeRequirements.h"
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

/// The numbers of the axes resized; none when one is out of range.
static std::optional<SmallVector<int64_t>>
getAxisNumbers(size_t rank, ResizeOp::Adaptor adaptor) {
  std::optional<ArrayRef<int64_t>> given = adaptor.getAxes();
  if (!given)
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  SmallVector<int64_t> axes;
  for (int64_t axis : *given) {
    std::optional<int64_t> at = normalizeAxis(axis, rank);
    if (!at)
      return std::nullopt;
    axes.push_back(*at);
  }
  return axes;
}

static bool hasScales(ResizeOp::Adaptor adaptor) {
  std::optional<Dims> dims =
      adaptor.getScales() ? getDims(adaptor.getScales()) : std::nullopt;
  return dims && dims->size() == 1 &&
         onnxc::onnx::getConstant(dims->front()) != 0;
}

static bool keepsAspectRatio(ResizeOp::Adaptor adaptor) {
  return !hasScales(adaptor) && adaptor.getKeepAspectRatioPolicy() != "stretch";
}

static std::optional<SmallVector<ResizeOp::Axis>>
getAxes(ArrayRef<AffineExpr> dims, ResizeOp::Adaptor adaptor) {
  std::optional<SmallVector<int64_t>> axes =
      getAxisNumbers(dims.size(), adaptor);
  if (!axes)
    return std::nullopt;
  SmallVector<ResizeOp::Axis> result;
  if (hasScales(adaptor)) {
    std::optional<SmallVector<float>> scales =
        getConstantFloats(adaptor.getScales());
    if (!scales || scales->size() != axes->size())
      return std::nullopt;
    for (auto [axis, scale] : llvm::zip(*axes, *scales))
      result.push_back({axis, scale, scaleSize(dims[axis], scale)});
    return result;
  }
  std::optional<Dims> sizes = getKnownInts(adaptor.getSizes());
  if (!sizes || sizes->size() != axes->size())
    return std::nullopt;
  bool larger = adaptor.getKeepAspectRatioPolicy() == "not_smaller";
  bool stretch = !keepsAspectRatio(adaptor);
  std::optional<float> common;
  for (auto [axis, size] : llvm::zip(*axes, *sizes)) {
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
    if (!scale || !from)
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

bool ResizeOp::hasScales() { return ::hasScales(Adaptor(*this)); }
bool ResizeOp::keepsAspectRatio() { return ::keepsAspectRatio(Adaptor(*this)); }

std::optional<SmallVector<ResizeOp::Axis>> ResizeOp::getResizedAxes() {
  std::optional<Dims> dims = getDims(getX()), result = getDims(getY());
  if (!dims)
    return std::nullopt;
  if (std::optional<SmallVector<Axis>> known = ::getAxes(*dims, Adaptor(*this)))
    return known;
  std::optional<SmallVector<int64_t>> axes =
      getAxisNumbers(dims->size(), Adaptor(*this));
  if (!axes || !result || result->size() != dims->size())
    return std::nullopt;
  SmallVector<Axis> atRunTime;
  for (int64_t axis : *axes)
    atRunTime.push_back({axis, std::nullopt, (*result)[axis]});
  return atRunTime;
}

SmallVector<unsigned> ResizeOp::getShapeOperands() {
  if (getSizes())
    return {getNumOperands() - 1};
  return {};
}

SmallVector<unsigned> ResizeOp::getListOperands() { return getShapeOperands(); }

std::optional<int64_t> ResizeOp::getListLength() {
  if (getAxes())
    return getAxes()->size();
  return getRank(getX());
}

/// The sizes that scales known at run time lead to, or sizes that keep a ratio
/// of free dimensions.
SmallVector<Value> ResizeOp::buildSizes(OpBuilder &b) {
  Location loc = getLoc();
  std::optional<Dims> dims = getDims(getX());
  std::optional<SmallVector<int64_t>> axes;
  if (dims)
    axes = getAxisNumbers(dims->size(), Adaptor(*this));
  if (!axes || (!hasScales() && !getSizes()))
    return {};
  GraphBuilder g{b, loc};
  Value from = g.gather(g.shape(getX()), g.ints(*axes), 0);
  // As the specification computes them: floor(size * scale) in double, and for
  // a common scale round(size * scale) in single precision.
  Type real = hasScales() ? Type(b.getF64Type()) : Type(b.getF32Type());
  Value length = g.cast(from, real), scaled;
  if (hasScales()) {
    scaled = g.mul(length, g.cast(getScales(), real));
  } else {
    Value ratios = g.div(g.cast(getSizes(), real), length);
    Value common =
        getKeepAspectRatioPolicy() == "not_smaller"
            ? Value(ReduceMaxOp::create(b, loc, ratios, Value(), 1, 0))
            : Value(ReduceMinOp::create(b, loc, ratios, Value(), 1, 0));
    scaled = g.add(g.mul(length, common), g.number(0.5, real));
  }
  Value sizes = g.cast(g.floor(scaled), b.getI64Type());
  SmallVector<Value> result;
  for (size_t i = 0, e = axes->size(); i < e; ++i)
    result.push_back(g.gather(sizes, g.integer(i), 0));
  return result;
}

void ResizeOp::setResultDims(ArrayRef<AffineExpr> sizes) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims || sizes.empty())
    return;
  SmallVector<int64_t> axes = *getAxisNumbers(dims->size(), Adaptor(*this));
  for (auto [axis, size] : llvm::zip(axes, sizes))
    (*dims)[axis] = size;
  getResult().setType(
      getTensorType(*dims, onnxc::onnx::getElementType(getX())));
}

/// One scale or size an axis, and scales that stretch.
static LogicalResult checkFactors(std::optional<Location> loc, size_t rank,
                                  ResizeOp::Adaptor adaptor) {
  std::optional<SmallVector<int64_t>> axes = getAxisNumbers(rank, adaptor);
  if (!axes)
    return emitOptionalError(loc, "an axis is out of range for rank ", rank);
  bool byScales = hasScales(adaptor);
  auto isNotEmpty = [](Value list) {
    std::optional<Dims> dims = list ? getDims(list) : std::nullopt;
    return dims && dims->size() == 1 &&
           onnxc::onnx::getConstant((*dims)[0]).value_or(0) != 0;
  };
  if (isNotEmpty(adaptor.getScales()) && isNotEmpty(adaptor.getSizes()))
    return emitOptionalError(loc, "has both scales and sizes: leave one out");
  Value factors = byScales ? adaptor.getScales() : adaptor.getSizes();
  if (!factors)
    return emitOptionalError(loc, "needs scales or sizes");
  if (std::optional<Dims> dims = getDims(factors)) {
    std::optional<int64_t> count =
        dims->size() == 1 ? onnxc::onnx::getConstant((*dims)[0]) : 1;
    if (count && *count != int64_t(axes->size()))
      return emitOptionalError(loc, "has ", *count,
                               byScales ? " scales for " : " sizes for ",
                               axes->size(), " axes");
  }
  if (std::optional<SmallVector<float>> scales = getConstantFloats(factors))
    for (float scale : *scales)
      if (!(scale > 0) || scale > 0x1p31f)
        return emitOptionalError(loc, "cannot scale by ", scale);
  return success();
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
  if (dims && failed(checkFactors(loc, dims->size(), adaptor)))
    return failure();
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

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void ResizeOp::requireSizes(SizeRequirements &r) {
  r.elements(getX(), 0, getY());
}

//===- SliceOps.cpp - Parts of tensors, joined, cut and padded ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SliceOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ElementOrder.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/RunTimeAxes.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SliceRange.h"

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// Concat
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(loc, "needs at least one input");
  Type element = onnxc::onnx::getElementType(adaptor.getInputs().front());
  std::optional<Dims> result;
  int64_t axis = 0;
  for (Value input : adaptor.getInputs()) {
    if (onnxc::onnx::getElementType(input) != element)
      return emitOptionalError(loc, "inputs have different element types");
    std::optional<Dims> dims = getDims(input);
    if (!dims) {
      types.push_back(getUnrankedType(element));
      return success();
    }
    if (!result) {
      std::optional<int64_t> known =
          normalizeAxis(adaptor.getAxis(), dims->size());
      if (!known)
        return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                                 " is out of range for rank ", dims->size());
      axis = *known;
      result = dims;
      continue;
    }
    if (dims->size() != result->size())
      return emitOptionalError(loc, "inputs have ranks ", result->size(),
                               " and ", dims->size());
    for (auto [i, dim] : llvm::enumerate(*dims)) {
      AffineExpr &merged = (*result)[i];
      if (int64_t(i) == axis) {
        merged = merged + dim;
        continue;
      }
      std::optional<int64_t> l = onnxc::onnx::getConstant(merged),
                             r = onnxc::onnx::getConstant(dim);
      if (l && r && *l != *r)
        return emitOptionalError(loc, "inputs differ in dimension ", i, ": ",
                                 *l, " and ", *r);
      if (r)
        merged = dim;
    }
  }
  types.push_back(getTensorType(*result, element));
  return success();
}

std::optional<Dims> ConcatOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  if (llvm::is_contained(operands, std::nullopt))
    return std::nullopt;
  int64_t axis = *normalizeAxis(getAxis(), *getRank(getConcatResult()));
  return collectElements(getType(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index);
    unsigned number = 0;
    auto getShape = [&] {
      return cast<RankedTensorType>(getInputs()[number].getType()).getShape();
    };
    while (source[axis] >= getShape()[axis])
      source[axis] -= getShape()[axis], ++number;
    return (*operands[number])[getPlace(getShape(), source)];
  });
}

//===----------------------------------------------------------------------===//
// Split
//===----------------------------------------------------------------------===//

SmallVector<unsigned> SplitOp::getShapeOperands() { return {1}; }

LogicalResult SplitOp::inferReturnTypes(MLIRContext *context,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getInput());
  std::optional<Dims> dims = getDims(adaptor.getInput());
  std::optional<Dims> sizes;
  int64_t count = 0;
  if (Value split = adaptor.getSplit()) {
    auto type = dyn_cast<RankedTensorType>(split.getType());
    sizes = getKnownInts(split);
    if (!type || type.getRank() != 1 || !type.hasStaticShape())
      return emitOptionalError(loc, "needs a split of known length");
    count = type.getDimSize(0);
  } else if (adaptor.getNumOutputs()) {
    count = *adaptor.getNumOutputs();
  } else {
    return emitOptionalError(loc, "needs split or num_outputs");
  }
  if (count <= 0 || count > INT16_MAX)
    return emitOptionalError(loc, "cannot have ", count, " outputs");
  if (!dims || (adaptor.getSplit() && !sizes)) {
    types.append(count, getUnrankedType(element));
    return success();
  }
  std::optional<int64_t> axis = normalizeAxis(adaptor.getAxis(), dims->size());
  if (!axis)
    return emitOptionalError(loc, "axis ", adaptor.getAxis(),
                             " is out of range for rank ", dims->size());
  AffineExpr whole = (*dims)[*axis];
  if (sizes) {
    AffineExpr sum = onnxc::onnx::getConstant(context, 0);
    for (AffineExpr size : *sizes)
      sum = sum + size;
    std::optional<int64_t> total = onnxc::onnx::getConstant(simplify(sum)),
                           size = onnxc::onnx::getConstant(whole);
    if (total && size && *total != *size)
      return emitOptionalError(loc, "split sums to ", *total,
                               " but the dimension is ", *size);
  } else {
    // The last part is what remains.
    AffineExpr part = simplify(whole.ceilDiv(count));
    sizes = Dims(count, part);
    if (std::optional<int64_t> n = onnxc::onnx::getConstant(whole)) {
      int64_t each = *onnxc::onnx::getConstant(part);
      for (auto [i, size] : llvm::enumerate(*sizes))
        size = onnxc::onnx::getConstant(
            context, std::clamp<int64_t>(*n - int64_t(i) * each, 0, each));
    } else {
      sizes->back() = simplify(whole - part * (count - 1));
    }
  }
  for (AffineExpr size : *sizes) {
    (*dims)[*axis] = size;
    types.push_back(getTensorType(*dims, element));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

SmallVector<unsigned> SliceOp::getShapeOperands() {
  if (!getSteps())
    return {1, 2};
  return {1, 2, getNumOperands() - 1};
}

SmallVector<unsigned> SliceOp::getListOperands() { return getShapeOperands(); }

/// All lists are as long as any of them.
std::optional<int64_t> SliceOp::getListLength() {
  for (Value list : {getAxes(), getStarts(), getEnds(), getSteps()})
    if (auto type = list ? dyn_cast<RankedTensorType>(list.getType())
                         : RankedTensorType();
        type && type.getRank() == 1 && type.hasStaticShape())
      return type.getDimSize(0);
  return std::nullopt;
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getData());
  std::optional<Dims> dims = getDims(adaptor.getData());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  int64_t rank = dims->size();
  if (std::optional<SmallVector<int64_t>> axes =
          getConstantInts(adaptor.getAxes())) {
    llvm::SmallDenseSet<int64_t> seen;
    for (int64_t axis : *axes) {
      std::optional<int64_t> at = normalizeAxis(axis, rank);
      if (!at)
        return emitOptionalError(loc, "axis ", axis,
                                 " is out of range for rank ", rank);
      if (!seen.insert(*at).second)
        return emitOptionalError(loc, "axis ", axis, " is given twice");
    }
  }
  if (std::optional<SmallVector<int64_t>> steps =
          getConstantInts(adaptor.getSteps()))
    if (llvm::is_contained(*steps, 0))
      return emitOptionalError(loc, "a step is 0");
  auto ranges = getSliceRanges(rank, adaptor.getStarts(), adaptor.getEnds(),
                               adaptor.getAxes(), adaptor.getSteps());
  if (!ranges) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  for (auto [dim, range] : llvm::zip(*dims, *ranges)) {
    if (!range)
      continue;
    std::optional<AffineExpr> size = range->getSize(dim);
    if (!size) {
      types.push_back(getUnrankedType(element));
      return success();
    }
    dim = *size;
  }
  types.push_back(getTensorType(*dims, element));
  return success();
}

SmallVector<Value> SliceOp::expand(OpBuilder &b) {
  auto isKnown = [](Value list) { return !list || getConstantInts(list); };
  std::optional<Dims> count = getDims(getStarts());
  if (!getRank(getData()) || !count || count->size() != 1)
    return {};
  // A list of free length has no known elements.
  if (isKnown(getAxes()) && isKnown(getSteps()) &&
      onnxc::onnx::getConstant(count->front()))
    return {};
  return {sliceAlongAxes(b, getLoc(), getData(), getStarts(), getEnds(),
                         getAxes(), getSteps())};
}

std::optional<Dims> SliceOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  auto from = cast<RankedTensorType>(getData().getType());
  auto ranges = getSliceRanges(from.getRank(), getStarts(), getEnds(),
                               getAxes(), getSteps());
  if (!operands[0] || !ranges)
    return std::nullopt;
  SmallVector<int64_t> firsts, steps;
  for (auto [range, size] : llvm::zip(*ranges, from.getShape())) {
    std::optional<int64_t> first = range ? range->getFirst(size) : 0;
    if (!first)
      return std::nullopt;
    firsts.push_back(*first);
    steps.push_back(range ? range->step : 1);
  }
  return collectElements(getType(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source;
    for (auto [first, step, i] : llvm::zip(firsts, steps, index))
      source.push_back(first + i * step);
    return (*operands[0])[getPlace(from.getShape(), source)];
  });
}

SmallVector<Value> SliceOp::buildSizes(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getData());
  if (!dims)
    return {};
  auto ranges = getSliceRanges(dims->size(), getStarts(), getEnds(), getAxes(),
                               getSteps());
  if (!ranges)
    return {};
  SmallVector<Value> sizes;
  for (auto [dim, range] : llvm::zip(*dims, *ranges)) {
    if (!range || range->getSize(dim))
      continue;
    Dims bounds = {range->start, range->end, dim,
                   onnxc::onnx::getConstant(getContext(), range->step)};
    Value values =
        DimsOp::create(b, getLoc(), RankedTensorType::get({4}, b.getI64Type()),
                       DimsAttr::get(getContext(), bounds));
    sizes.push_back(SliceSizeOp::create(b, getLoc(), values));
  }
  return sizes;
}

void SliceOp::setResultDims(ArrayRef<AffineExpr> sizes) {
  std::optional<Dims> dims = getDims(getData());
  if (!dims || sizes.empty())
    return;
  auto ranges = getSliceRanges(dims->size(), getStarts(), getEnds(), getAxes(),
                               getSteps());
  for (auto [dim, range] : llvm::zip(*dims, *ranges)) {
    if (!range)
      continue;
    std::optional<AffineExpr> size = range->getSize(dim);
    if (!size) {
      size = sizes.front();
      sizes = sizes.drop_front();
    }
    dim = *size;
  }
  getResult().setType(cast<TensorType>(
      getTensorType(*dims, onnxc::onnx::getElementType(getData()))));
}

LogicalResult SliceSizeOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location>, Adaptor,
                                            SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 64)));
  return success();
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

SmallVector<unsigned> PadOp::getShapeOperands() { return {1}; }

SmallVector<unsigned> PadOp::getListOperands() { return {1}; }

std::optional<int64_t> PadOp::getListLength() {
  std::optional<int64_t> rank = getRank(getData());
  if (!rank || getAxes())
    return std::nullopt;
  return 2 * *rank;
}

/// Axes known at run time only: the pads become one a dimension.
SmallVector<Value> PadOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getData());
  if (!dims || dims->empty() || !getAxes() || getConstantInts(getAxes()))
    return {};
  Value pads = spreadOverAxes(b, getLoc(), getPads(), getAxes(), dims->size());
  return {PadOp::create(b, getLoc(), getData(), pads, getConstantValue(),
                        Value(), getMode())};
}

static std::optional<PadOp::Pads> getPads(int64_t rank, Value pads, Value axes,
                                          MLIRContext *context) {
  std::optional<Dims> known = getKnownInts(pads);
  if (!known)
    return std::nullopt;
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (axes) {
    std::optional<SmallVector<int64_t>> given = getConstantInts(axes);
    if (!given)
      return std::nullopt;
    order = *given;
  }
  if (known->size() != 2 * order.size())
    return std::nullopt;
  AffineExpr zero = onnxc::onnx::getConstant(context, 0);
  PadOp::Pads result{Dims(rank, zero), Dims(rank, zero)};
  for (auto [i, axis] : llvm::enumerate(order)) {
    std::optional<int64_t> at = normalizeAxis(axis, rank);
    if (!at)
      return std::nullopt;
    result.begins[*at] = (*known)[i];
    result.ends[*at] = (*known)[order.size() + i];
  }
  return result;
}

std::optional<PadOp::Pads> PadOp::getPadsPerDimension() {
  std::optional<int64_t> rank = getRank(getData());
  if (!rank)
    return std::nullopt;
  return ::getPads(*rank, getPads(), getAxes(), getContext());
}

/// The length of a list that is known, whatever its elements are.
static std::optional<int64_t> getLength(Value list) {
  std::optional<Dims> dims = getDims(list);
  if (!dims || dims->size() != 1)
    return std::nullopt;
  return onnxc::onnx::getConstant(dims->front());
}

// Sums of sizes and pads must not overflow.
static constexpr int64_t kMostPads = int64_t(1) << 40;

LogicalResult PadOp::inferReturnTypes(MLIRContext *context,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"},
                          adaptor.getMode()))
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  if (adaptor.getAxes()) {
    std::optional<int64_t> numPads = getLength(adaptor.getPads()),
                           numAxes = getLength(adaptor.getAxes());
    if (numPads && numAxes && *numPads != 2 * *numAxes)
      return emitOptionalError(loc, "needs two pads an axis, not ", *numPads,
                               " for ", *numAxes);
  }
  Type element = onnxc::onnx::getElementType(adaptor.getData());
  std::optional<Dims> dims = getDims(adaptor.getData());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  std::optional<PadOp::Pads> pads =
      ::getPads(dims->size(), adaptor.getPads(), adaptor.getAxes(), context);
  if (!pads) {
    std::optional<Dims> known = getKnownInts(adaptor.getPads());
    if (known && !adaptor.getAxes() && known->size() != 2 * dims->size())
      return emitOptionalError(loc,
                               "needs two pads a dimension: ", known->size(),
                               " for rank ", dims->size());
    types.push_back(getUnrankedType(element));
    return success();
  }
  for (auto [dim, begin, end] : llvm::zip(*dims, pads->begins, pads->ends)) {
    for (AffineExpr pad : {begin, end})
      if (std::optional<int64_t> known = onnxc::onnx::getConstant(pad);
          known && (*known > kMostPads || *known < -kMostPads))
        return emitOptionalError(loc, "cannot pad by ", *known);
    dim = dim + begin + end;
  }
  types.push_back(getTensorType(*dims, element));
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void SplitOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims)
    return;
  int64_t axis = *normalizeAxis(getAxis(), dims->size());
  AffineExpr sum = r.constant(0);
  for (Value output : getOutputs()) {
    std::optional<Dims> part = getDims(output);
    if (!part)
      return;
    r.notNegative((*part)[axis], "the size of a part");
    sum = sum + (*part)[axis];
  }
  r.equal(simplify(sum), (*dims)[axis], "the sum of the parts' sizes");
}

void PadOp::requireSizes(SizeRequirements &r) {
  r.notNegative(getOutput());
  std::optional<Dims> dims = getDims(getData());
  std::optional<PadOp::Pads> pads = getPadsPerDimension();
  if (!dims || !pads || getMode() == "constant")
    return;
  // What negative pads leave is what the others repeat.
  AffineExpr zero = onnxc::onnx::getConstant(getContext(), 0);
  for (auto [size, begin, end] : llvm::zip(*dims, pads->begins, pads->ends))
    if (onnxc::onnx::getConstant(begin) != 0 ||
        onnxc::onnx::getConstant(end) != 0)
      r.element(simplify(size + getMin(begin, zero) + getMin(end, zero)),
                getOutput());
}

void ConcatOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> result = getDims(getConcatResult());
  if (!result)
    return;
  int64_t axis = *normalizeAxis(getAxis(), result->size());
  for (Value input : getInputs())
    if (std::optional<Dims> dims = getDims(input))
      for (auto [i, sizes] : llvm::enumerate(llvm::zip(*dims, *result)))
        if (int64_t(i) != axis)
          r.equal(std::get<0>(sizes), std::get<1>(sizes),
                  "the size of an input in dimension " + Twine(i));
}

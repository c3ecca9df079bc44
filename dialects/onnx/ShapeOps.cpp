//===- ShapeOps.cpp - Shapes as values, and views of other shapes ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/CheckNumber.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ExactQuotient.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/RunTimeAxes.h"
#include "dialects/onnx/SizeRequirements.h"
#include "llvm/ADT/SmallSet.h"
#include <cmath>

using namespace mlir;
using namespace onnxc::onnx;

static std::string toString(ArrayRef<AffineExpr> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(shape, os);
  return text;
}

//===----------------------------------------------------------------------===//
// Shapes as values
//===----------------------------------------------------------------------===//

static std::pair<int64_t, int64_t> getShapeBounds(int64_t rank, int64_t start,
                                                  std::optional<int64_t> end) {
  auto clamp = [&](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  int64_t first = clamp(start), last = end ? clamp(*end) : rank;
  return {first, std::max(first, last)};
}

std::pair<int64_t, int64_t> ShapeOp::getBounds(int64_t rank) {
  return getShapeBounds(rank, getStart(), getEnd());
}

LogicalResult ShapeOp::inferReturnTypes(MLIRContext *context,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  Type i64 = IntegerType::get(context, 64);
  std::optional<int64_t> rank = getRank(adaptor.getData());
  if (!rank) {
    types.push_back(getUnrankedType(i64));
    return success();
  }
  auto [first, last] =
      getShapeBounds(*rank, adaptor.getStart(), adaptor.getEnd());
  types.push_back(RankedTensorType::get({last - first}, i64));
  return success();
}

std::optional<Dims> ShapeOp::evaluate(ArrayRef<std::optional<Dims>>) {
  std::optional<Dims> dims = getDims(getData());
  if (!dims)
    return std::nullopt;
  auto [first, last] = getBounds(dims->size());
  return Dims(ArrayRef(*dims).slice(first, last - first));
}

LogicalResult SizeOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location>, Adaptor,
                                       SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 64)));
  return success();
}

std::optional<Dims> SizeOp::evaluate(ArrayRef<std::optional<Dims>>) {
  std::optional<Dims> dims = getDims(getData());
  if (!dims)
    return std::nullopt;
  return Dims{getProduct(getContext(), *dims)};
}

//===----------------------------------------------------------------------===//
// Identity
//===----------------------------------------------------------------------===//

LogicalResult IdentityOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getInput().getType());
  return success();
}

OpFoldResult IdentityOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  return {};
}

std::optional<Dims>
IdentityOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return operands[0];
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

SmallVector<unsigned> ReshapeOp::getShapeOperands() { return {1}; }

SmallVector<unsigned> ReshapeOp::getListOperands() { return {1}; }

/// A rank that the model states, as the length of a list does not tell it.
std::optional<int64_t> ReshapeOp::getListLength() {
  return getRank(getResult());
}

std::optional<Dims>
ReshapeOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return operands[0];
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getData().getType() == getType() && getDims(getData()))
    return getData();
  return {};
}

LogicalResult ReshapeOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getData());
  std::optional<Dims> data = getDims(adaptor.getData());
  std::optional<Dims> shape = getKnownInts(adaptor.getShape());
  if (!shape) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  std::optional<size_t> unknown;
  for (auto [i, size] : llvm::enumerate(*shape)) {
    std::optional<int64_t> constant = getConstant(size);
    if (constant == 0 && !adaptor.getAllowzero()) {
      if (!data) {
        types.push_back(getUnrankedType(element));
        return success();
      }
      if (i >= data->size())
        return emitOptionalError(loc, "size ", i,
                                 " of the shape is 0, but the operand has no "
                                 "such dimension");
      size = (*data)[i];
    } else if (constant == -1) {
      if (unknown)
        return emitOptionalError(loc, "more than one size of the shape is -1");
      unknown = i;
    } else if (constant && *constant < 0) {
      return emitOptionalError(loc, "size ", i, " of the shape is ", *constant);
    }
  }
  if (!data) {
    if (unknown)
      types.push_back(getUnrankedType(element));
    else
      types.push_back(getTensorType(*shape, element));
    return success();
  }
  if (unknown) {
    Dims others = *shape;
    others.erase(others.begin() + *unknown);
    std::optional<AffineExpr> size =
        divideExactly(getProduct(context, *data), getProduct(context, others),
                      /*leavesNoRest=*/true);
    if (!size)
      return emitOptionalError(loc, "a tensor of ", adaptor.getData().getType(),
                               " cannot have the shape [", toString(*shape),
                               "]");
    (*shape)[*unknown] = *size;
  }
  std::optional<int64_t> have = getConstant(getProduct(context, *data));
  std::optional<int64_t> want = getConstant(getProduct(context, *shape));
  if (have && want && *have != *want)
    return emitOptionalError(loc, "a tensor of ", adaptor.getData().getType(),
                             " cannot have the shape [", toString(*shape), "]");
  types.push_back(getTensorType(*shape, element));
  return success();
}

//===----------------------------------------------------------------------===//
// Squeeze, Unsqueeze, Flatten
//===----------------------------------------------------------------------===//

SmallVector<unsigned> SqueezeOp::getListOperands() { return {1}; }

std::optional<int64_t> SqueezeOp::getListLength() {
  return getRankDifference(getData(), getSqueezed());
}

LogicalResult SqueezeOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getData());
  std::optional<Dims> dims = getDims(adaptor.getData());
  std::optional<SmallVector<int64_t>> axes;
  if (adaptor.getAxes())
    axes = getConstantInts(adaptor.getAxes());
  if (!dims || (adaptor.getAxes() && !axes)) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  llvm::SmallSet<int64_t, 8> dropped;
  if (axes) {
    for (int64_t axis : *axes) {
      std::optional<int64_t> normal = normalizeAxis(axis, dims->size());
      if (!normal)
        return emitOptionalError(loc, "axis ", axis,
                                 " is out of range for rank ", dims->size());
      std::optional<int64_t> size = getConstant((*dims)[*normal]);
      if (size && *size != 1)
        return emitOptionalError(loc, "dimension ", axis, " has size ", *size,
                                 ", not 1");
      dropped.insert(*normal);
    }
  } else {
    for (auto [i, dim] : llvm::enumerate(*dims))
      if (getConstant(dim) == 1)
        dropped.insert(i);
  }
  Dims result;
  for (auto [i, dim] : llvm::enumerate(*dims))
    if (!dropped.contains(i))
      result.push_back(dim);
  types.push_back(getTensorType(result, element));
  return success();
}

std::optional<Dims>
SqueezeOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return operands[0];
}

SmallVector<unsigned> UnsqueezeOp::getListOperands() { return {1}; }

std::optional<int64_t> UnsqueezeOp::getListLength() {
  return getRankDifference(getExpanded(), getData());
}

LogicalResult UnsqueezeOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getData());
  std::optional<Dims> dims = getDims(adaptor.getData());
  std::optional<SmallVector<int64_t>> axes = getConstantInts(adaptor.getAxes());
  if (!dims || !axes) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  int64_t rank = dims->size() + axes->size();
  llvm::SmallSet<int64_t, 8> inserted;
  for (int64_t axis : *axes) {
    std::optional<int64_t> normal = normalizeAxis(axis, rank);
    if (!normal)
      return emitOptionalError(loc, "axis ", axis,
                               " is out of range for a result of rank ", rank);
    if (!inserted.insert(*normal).second)
      return emitOptionalError(loc, "axis ", axis, " is given twice");
  }
  Dims result;
  auto *next = dims->begin();
  for (int64_t i = 0; i < rank; ++i)
    result.push_back(inserted.contains(i) ? getConstant(context, 1) : *next++);
  types.push_back(getTensorType(result, element));
  return success();
}

/// The number of axes, where they are known at run time only.
static std::optional<int64_t> countRunTimeAxes(Value data, Value axes) {
  if (!axes || getConstantInts(axes) || !getRank(data))
    return std::nullopt;
  std::optional<Dims> dims = getDims(axes);
  if (!dims || dims->size() != 1)
    return std::nullopt;
  return getConstant(dims->front());
}

SmallVector<Value> SqueezeOp::expand(OpBuilder &b) {
  if (!countRunTimeAxes(getData(), getAxes()))
    return {};
  GraphBuilder g{b, getLoc()};
  SplitAxes split = splitAxes(b, getLoc(), getData(), getAxes(),
                              /*emptyNamesAll=*/false);
  return {g.reshape(getData(), split.unnamedSizes)};
}

SmallVector<Value> UnsqueezeOp::expand(OpBuilder &b) {
  std::optional<int64_t> number = countRunTimeAxes(getData(), getAxes());
  if (!number)
    return {};
  return {insertAxes(b, getLoc(), getData(), getAxes(), *number)};
}

std::optional<Dims>
UnsqueezeOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return operands[0];
}

LogicalResult FlattenOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getInput());
  std::optional<Dims> dims = getDims(adaptor.getInput());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  int64_t rank = dims->size(), axis = adaptor.getAxis();
  if (axis < -rank || axis > rank)
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             rank);
  if (axis < 0)
    axis += rank;
  ArrayRef<AffineExpr> all = *dims;
  types.push_back(getTensorType({getProduct(context, all.take_front(axis)),
                                 getProduct(context, all.drop_front(axis))},
                                element));
  return success();
}

std::optional<Dims>
FlattenOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return operands[0];
}

//===----------------------------------------------------------------------===//
// Expand
//===----------------------------------------------------------------------===//

SmallVector<unsigned> ExpandOp::getShapeOperands() { return {1}; }

SmallVector<unsigned> ExpandOp::getListOperands() { return {1}; }

std::optional<int64_t> ExpandOp::getListLength() {
  return getRank(getResult());
}

LogicalResult ExpandOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getInput());
  std::optional<Dims> dims = getDims(adaptor.getInput());
  std::optional<Dims> shape = getKnownInts(adaptor.getShape());
  if (!dims || !shape) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  std::optional<Dims> result = broadcast(*dims, *shape);
  if (!result)
    return emitOptionalError(loc, "a tensor of ", adaptor.getInput().getType(),
                             " cannot be broadcast to [", toString(*shape),
                             "]");
  // Of two free sizes that of the shape is meant.
  size_t rank = std::min(dims->size(), shape->size());
  for (auto [size, from, to] : llvm::zip(
           MutableArrayRef(*result).take_back(rank),
           ArrayRef(*dims).take_back(rank), ArrayRef(*shape).take_back(rank)))
    if (!onnxc::onnx::getConstant(from) && !onnxc::onnx::getConstant(to))
      size = to;
  types.push_back(getTensorType(*result, element));
  return success();
}

SmallVector<std::pair<AffineExpr, AffineExpr>> ExpandOp::getSizesToCompare() {
  SmallVector<std::pair<AffineExpr, AffineExpr>> sizes;
  std::optional<Dims> from = getDims(getInput()), to = getDims(getOutput());
  if (!from || !to)
    return sizes;
  for (auto [size, wanted] :
       llvm::zip(*from, ArrayRef(*to).take_back(from->size())))
    if (size != wanted && !onnxc::onnx::getConstant(size))
      sizes.push_back({size, wanted});
  return sizes;
}

bool ExpandOp::isAlignment() {
  std::optional<Dims> from = getDims(getInput()), to = getDims(getOutput());
  if (!from || !to || from->size() != to->size() || *from == *to)
    return false;
  for (auto [size, wanted] : llvm::zip(*from, *to))
    if (size != wanted && onnxc::onnx::getConstant(size))
      return false;
  return true;
}

std::optional<Dims> ExpandOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  // Only the first operand is broadcast; the result's type has the shape.
  auto from = dyn_cast<RankedTensorType>(getInput().getType());
  auto to = dyn_cast<RankedTensorType>(getType());
  if (!operands[0] || !from || !to || !from.hasStaticShape())
    return std::nullopt;
  if (from.getNumElements() == 1)
    return Dims(to.getNumElements(), operands[0]->front());
  if (from.getShape() == to.getShape())
    return operands[0];
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// ConstantOfShape
//===----------------------------------------------------------------------===//

SmallVector<unsigned> ConstantOfShapeOp::getShapeOperands() { return {0}; }

SmallVector<unsigned> ConstantOfShapeOp::getListOperands() { return {0}; }

std::optional<int64_t> ConstantOfShapeOp::getListLength() {
  return getRank(getResult());
}

LogicalResult ConstantOfShapeOp::verify() {
  if (getValue() && getValue()->getNumElements() != 1)
    return emitOpError("needs one value, not ") << getValue()->getNumElements();
  return success();
}

LogicalResult ConstantOfShapeOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type element = Float32Type::get(context);
  if (std::optional<ElementsAttr> value = adaptor.getValue())
    element = value->getElementType();
  std::optional<Dims> shape = getKnownInts(adaptor.getInput());
  if (!shape) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  for (auto [i, size] : llvm::enumerate(*shape))
    if (getConstant(size).value_or(0) < 0)
      return emitOptionalError(loc, "size ", i, " of the shape is ",
                               *getConstant(size));
  types.push_back(getTensorType(*shape, element));
  return success();
}

std::optional<Dims> ConstantOfShapeOp::evaluate(ArrayRef<std::optional<Dims>>) {
  auto type = cast<RankedTensorType>(getType());
  auto value = getValue() ? dyn_cast<DenseIntElementsAttr>(*getValue())
                          : DenseIntElementsAttr();
  if (!value || value.getNumElements() != 1)
    return std::nullopt;
  APInt element = *value.value_begin<APInt>();
  int64_t integer = type.getElementType().isInteger(1) ? element.getZExtValue()
                                                       : element.getSExtValue();
  return Dims(type.getNumElements(), getConstant(getContext(), integer));
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

/// The value of a constant scalar.
static std::optional<double> getConstantScalar(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto elements =
      constant ? dyn_cast_or_null<DenseElementsAttr>(constant.getElements())
               : nullptr;
  if (!elements || elements.getNumElements() != 1 ||
      !isa<FloatType>(elements.getElementType()))
    return std::nullopt;
  return (*elements.value_begin<APFloat>()).convertToDouble();
}

/// The length of a range of integers; none where the step is not known.
static std::optional<AffineExpr>
getRangeLength(AffineExpr start, AffineExpr limit, AffineExpr delta) {
  std::optional<int64_t> step = getConstant(delta);
  if (!step || *step == 0)
    return std::nullopt;
  AffineExpr span = simplify(*step > 0 ? limit - start : start - limit);
  AffineExpr zero = getConstant(start.getContext(), 0);
  return simplify(getMax(span, zero).ceilDiv(std::abs(*step)));
}

LogicalResult RangeOp::inferReturnTypes(MLIRContext *context,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getStart());
  SmallVector<std::optional<Dims>> ints;
  SmallVector<std::optional<double>> reals;
  const StringRef names[] = {"start", "limit", "delta"};
  for (auto [operand, name] : llvm::zip(adaptor.getOperands(), names)) {
    if (failed(checkNumber(loc, operand, name)))
      return failure();
    ints.push_back(getKnownInts(operand));
    reals.push_back(getConstantScalar(operand));
  }
  std::optional<AffineExpr> length;
  if (ints[0] && ints[1] && ints[2]) {
    if (getConstant((*ints[2])[0]) == 0)
      return emitOptionalError(loc, "delta is 0");
    length = getRangeLength((*ints[0])[0], (*ints[1])[0], (*ints[2])[0]);
  } else if (reals[0] && reals[1] && reals[2]) {
    // The difference in the operands' type, as at run time.
    double span = *reals[1] - *reals[0];
    if (!element.isF64())
      span = static_cast<float>(span);
    double count = std::ceil(span / *reals[2]);
    if (count >= 1e15)
      return emitOptionalError(loc, "a range of ", count,
                               " elements does not fit in memory");
    if (std::isfinite(count))
      length = getConstant(context, std::max(0.0, count));
  }
  if (length)
    types.push_back(getTensorType(*length, element));
  else
    types.push_back(RankedTensorType::get({ShapedType::kDynamic}, element));
  return success();
}

std::optional<Dims> RangeOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  auto type = cast<RankedTensorType>(getType());
  if (!operands[0] || !operands[2])
    return std::nullopt;
  Dims elements;
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i)
    elements.push_back(simplify((*operands[0])[0] + (*operands[2])[0] * i));
  return elements;
}

// max(ceil((limit - start) / delta), 0), divided in double.
SmallVector<Value> RangeOp::buildSizes(OpBuilder &b) {
  Location loc = getLoc();
  Value span = SubOp::create(b, loc, getLimit(), getStart());
  auto toType = [&](Value value, Type type) -> Value {
    return CastOp::create(b, loc, value, type);
  };
  Value real = DivOp::create(b, loc, toType(span, b.getF64Type()),
                             toType(getDelta(), b.getF64Type()));
  Value count = toType(CeilOp::create(b, loc, real), b.getI64Type());
  auto scalar = RankedTensorType::get({}, b.getI64Type());
  Value zero = ConstantOp::create(
      b, loc, DenseElementsAttr::get(scalar, b.getI64IntegerAttr(0)));
  return {MaxOp::create(b, loc, ValueRange{count, zero})};
}

void RangeOp::setResultDims(ArrayRef<AffineExpr> sizes) {
  getResult().setType(cast<TensorType>(
      getTensorType(sizes, cast<TensorType>(getType()).getElementType())));
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void ReshapeOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> from = getDims(getData()), to = getDims(getReshaped());
  if (!from || !to)
    return;
  for (AffineExpr dim : *to)
    r.notNegative(dim, "a size of the shape");
  MLIRContext *context = getContext();
  AffineExpr have = simplify(getProduct(context, *from)),
             want = simplify(getProduct(context, *to));
  r.equal(want, have, "the number of elements");
}

/// What is left has as many elements.
void SqueezeOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> from = getDims(getData()), to = getDims(getSqueezed());
  if (!from || !to)
    return;
  if (!getAxes()) {
    // The result's rank is that of sizes other than 1.
    for (auto [i, dim] : llvm::enumerate(*from))
      if (!onnxc::onnx::getConstant(dim)) {
        r.equal(isEqual(dim, r.constant(1)), r.constant(0),
                "a free dimension that is squeezed where it is 1");
        emitWarning("it has no axes: dimension ")
            << i << ", which is free, is taken to be other than 1, and a run "
            << "with 1 is refused; bind it with --dim, or give the axes";
      }
    return;
  }
  std::optional<SmallVector<int64_t>> axes = getConstantInts(getAxes());
  for (int64_t axis : axes.value_or(SmallVector<int64_t>()))
    r.size("data", getData(), *normalizeAxis(axis, from->size()),
           r.constant(1));
}

/// Sizes of the shape are the result's, or 1.
void ExpandOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> shape = getKnownInts(getShape()),
                      result = getDims(getOutput());
  if (!shape || !result || shape->size() > result->size())
    return;
  r.broadcast("input", getInput(), *result);
  for (auto [given, size] :
       llvm::zip(*shape, ArrayRef(*result).take_back(shape->size())))
    r.sameOrOne(given, size, "a size of the shape");
}

//===- SelectOps.cpp - Ops whose result sizes depend on data --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SelectOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;
using namespace onnxc::onnx;

/// The first `count` slices of an axis.
static Value buildFirst(OpBuilder &b, Location loc, Value padded, Value count,
                        int64_t axis) {
  Value start = ConstantOp::create(b, loc, ArrayRef<int64_t>{0});
  Value axes = ConstantOp::create(b, loc, ArrayRef<int64_t>{axis});
  return SliceOp::create(b, loc, padded, start, count, axes, Value());
}

static Type getIndexType(MLIRContext *context) {
  return IntegerType::get(context, 64);
}

static Type getCountType(MLIRContext *context) {
  return RankedTensorType::get({1}, getIndexType(context));
}

//===----------------------------------------------------------------------===//
// NonZero
//===----------------------------------------------------------------------===//

LogicalResult NonZeroOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location>, Adaptor,
                                          SmallVectorImpl<Type> &types) {
  types.push_back(getUnrankedType(getIndexType(context)));
  return success();
}

SmallVector<Value> NonZeroOp::expand(OpBuilder &b) {
  auto padded = NonZeroPaddedOp::create(b, getLoc(), getX());
  return {buildFirst(b, getLoc(), padded.getY(), padded.getCount(), 1)};
}

LogicalResult NonZeroPaddedOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location>,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  Type index = getIndexType(context);
  std::optional<Dims> dims = getDims(adaptor.getX());
  types.push_back(
      dims ? getTensorType({onnxc::onnx::getConstant(context, dims->size()),
                            getProduct(context, *dims)},
                           index)
           : getUnrankedType(index));
  types.push_back(getCountType(context));
  return success();
}

//===----------------------------------------------------------------------===//
// Compress
//===----------------------------------------------------------------------===//

LogicalResult CompressOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getInput());
  if (rank && adaptor.getAxis() && !normalizeAxis(*adaptor.getAxis(), *rank))
    return emitOptionalError(loc, "axis ", *adaptor.getAxis(),
                             " is out of range for rank ", *rank);
  types.push_back(
      getUnrankedType(onnxc::onnx::getElementType(adaptor.getInput())));
  return success();
}

SmallVector<Value> CompressOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getInput());
  if (!rank)
    return {};
  int64_t axis = getAxis() ? *normalizeAxis(*getAxis(), *rank) : 0;
  auto padded = CompressPaddedOp::create(b, getLoc(), getInput(),
                                         getCondition(), getAxisAttr());
  return {buildFirst(b, getLoc(), padded.getOutput(), padded.getCount(), axis)};
}

LogicalResult CompressPaddedOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location>,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getInput());
  std::optional<Dims> dims = getDims(adaptor.getInput());
  if (adaptor.getAxis())
    types.push_back(adaptor.getInput().getType());
  else if (dims)
    types.push_back(getTensorType({getProduct(context, *dims)}, element));
  else
    types.push_back(getUnrankedType(element));
  types.push_back(getCountType(context));
  return success();
}

//===----------------------------------------------------------------------===//
// Unique
//===----------------------------------------------------------------------===//

LogicalResult UniqueOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getX());
  if (rank && adaptor.getAxis() && !normalizeAxis(*adaptor.getAxis(), *rank))
    return emitOptionalError(loc, "axis ", *adaptor.getAxis(),
                             " is out of range for rank ", *rank);
  types.push_back(getUnrankedType(onnxc::onnx::getElementType(adaptor.getX())));
  types.append(3, getUnrankedType(getIndexType(context)));
  return success();
}

SmallVector<Value> UniqueOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getX());
  if (!rank)
    return {};
  int64_t axis = getAxis() ? *normalizeAxis(*getAxis(), *rank) : 0;
  auto padded = UniquePaddedOp::create(b, getLoc(), getX(), getAxisAttr(),
                                       getSortedAttr());
  auto first = [&](Value result, Value full, int64_t along) {
    return result.use_empty()
               ? Value()
               : buildFirst(b, getLoc(), full, padded.getCount(), along);
  };
  return {first(getY(), padded.getY(), axis),
          first(getIndices(), padded.getIndices(), 0),
          padded.getInverseIndices(),
          first(getCounts(), padded.getCounts(), 0)};
}

LogicalResult UniquePaddedOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location>,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  Type element = onnxc::onnx::getElementType(adaptor.getX());
  Type index = getIndexType(context);
  std::optional<Dims> dims = getDims(adaptor.getX());
  std::optional<int64_t> axis;
  if (dims && adaptor.getAxis())
    axis = normalizeAxis(*adaptor.getAxis(), dims->size());
  if (!dims || (adaptor.getAxis() && !axis)) {
    types.push_back(getUnrankedType(element));
    types.append(3, getUnrankedType(index));
  } else {
    AffineExpr length = axis ? (*dims)[*axis] : getProduct(context, *dims);
    types.push_back(axis ? getTensorType(*dims, element)
                         : getTensorType({length}, element));
    types.append(3, getTensorType({length}, index));
  }
  types.push_back(getCountType(context));
  return success();
}

//===----------------------------------------------------------------------===//
// NonMaxSuppression
//===----------------------------------------------------------------------===//

LogicalResult NonMaxSuppressionOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  for (Value operand : {adaptor.getBoxes(), adaptor.getScores()})
    if (std::optional<int64_t> rank = getRank(operand); rank && *rank != 3)
      return emitOptionalError(loc, "boxes and scores need rank 3, not ",
                               *rank);
  types.push_back(getUnrankedType(getIndexType(context)));
  return success();
}

SmallVector<Value> NonMaxSuppressionOp::expand(OpBuilder &b) {
  auto padded = NonMaxSuppressionPaddedOp::create(
      b, getLoc(), getBoxes(), getScores(), getMaxOutputBoxesPerClass(),
      getIouThreshold(), getScoreThreshold(), getCenterPointBoxAttr());
  return {buildFirst(b, getLoc(), padded.getSelectedIndices(),
                     padded.getCount(), 0)};
}

LogicalResult NonMaxSuppressionPaddedOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location>, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type index = getIndexType(context);
  std::optional<Dims> dims = getDims(adaptor.getScores());
  if (!dims || dims->size() != 3) {
    types.push_back(getUnrankedType(index));
  } else {
    // At most as many of a class as asked for.
    std::optional<SmallVector<int64_t>> most =
        getConstantInts(adaptor.getMaxOutputBoxesPerClass());
    std::optional<int64_t> boxes = onnxc::onnx::getConstant(dims->back());
    if (most && most->size() == 1 && boxes)
      dims->back() = onnxc::onnx::getConstant(
          context, std::clamp<int64_t>(most->front(), 0, *boxes));
    types.push_back(getTensorType(
        {getProduct(context, *dims), onnxc::onnx::getConstant(context, 3)},
        index));
  }
  types.push_back(getCountType(context));
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

void NonMaxSuppressionOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> boxes = getDims(getBoxes()),
                      scores = getDims(getScores());
  if (!boxes || !scores || boxes->size() != 3 || scores->size() != 3)
    return;
  r.size("boxes", getBoxes(), 2, r.constant(4));
  r.size("scores", getScores(), 0, (*boxes)[0]);
  r.size("scores", getScores(), 2, (*boxes)[1]);
}

//===- ReductionOps.cpp - Reductions over axes ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/Reduction.h"
#include "dialects/onnx/RunTimeAxes.h"
#include "dialects/onnx/ShapeOps.h"

using namespace mlir;
using namespace onnxc::onnx;

std::optional<SmallVector<bool>>
onnxc::onnx::getReducedDims(Value data, Value axes, bool noopWithEmptyAxes) {
  std::optional<int64_t> rank = getRank(data);
  if (!rank)
    return std::nullopt;
  if (*rank == 0)
    return SmallVector<bool>();
  SmallVector<int64_t> list;
  if (axes) {
    auto type = dyn_cast<RankedTensorType>(axes.getType());
    bool isEmpty = type && type.hasStaticShape() && !type.getNumElements();
    std::optional<SmallVector<int64_t>> known = getConstantInts(axes);
    if (!known && !isEmpty)
      return std::nullopt;
    if (known)
      list = *known;
  }
  if (list.empty())
    return SmallVector<bool>(*rank, !noopWithEmptyAxes);
  SmallVector<bool> reduced(*rank, false);
  for (int64_t axis : list) {
    std::optional<int64_t> at = normalizeAxis(axis, *rank);
    if (!at)
      return std::nullopt;
    reduced[*at] = true;
  }
  return reduced;
}

template <typename Adaptor>
static LogicalResult inferReduction(std::optional<Location> loc,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  Value data = adaptor.getData(), axes = adaptor.getAxes();
  Type element = getElementType(data);
  std::optional<Dims> dims = getDims(data);
  if (std::optional<int64_t> rank = getRank(data))
    if (auto list = getConstantInts(axes))
      for (int64_t axis : *list)
        if (!normalizeAxis(axis, *rank))
          return emitOptionalError(loc, "axis ", axis,
                                   " is out of range for rank ", *rank);
  std::optional<SmallVector<bool>> reduced =
      getReducedDims(data, axes, adaptor.getNoopWithEmptyAxes());
  if (!dims || !reduced) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  Dims result;
  for (auto [dim, isReduced] : llvm::zip(*dims, *reduced)) {
    if (!isReduced)
      result.push_back(dim);
    else if (adaptor.getKeepdims())
      result.push_back(getConstant(dim.getContext(), 1));
  }
  types.push_back(getTensorType(result, element));
  return success();
}

/// Whether the axes are computed at run time, in a way one can reduce by: the
/// number of the result's dimensions must be known.
template <typename Op> static bool hasRunTimeAxes(Op op) {
  Value data = op.getData(), axes = op.getAxes();
  if (!axes || !getDims(data) ||
      getReducedDims(data, axes, op.getNoopWithEmptyAxes()))
    return false;
  std::optional<Dims> count = getDims(axes);
  return count && count->size() == 1 &&
         (op.getKeepdims() || getConstant(count->front()));
}

template <typename Op>
static SmallVector<Value> expandRunTimeAxes(Op op, OpBuilder &b) {
  if (!hasRunTimeAxes(op))
    return {};
  Location loc = op.getLoc();
  int64_t rank = *getRank(op.getData());
  SplitAxes split = splitAxes(b, loc, op.getData(), op.getAxes(),
                              /*emptyNamesAll=*/!op.getNoopWithEmptyAxes());
  SmallVector<int64_t> odd;
  for (int64_t i = 0; i < rank; ++i)
    odd.push_back(2 * i + 1);
  Value axes = ConstantOp::create(b, loc, ArrayRef<int64_t>(odd));
  Value reduced = Op::create(b, loc, split.data, axes, /*keepdims=*/0,
                             /*noop_with_empty_axes=*/0);
  if (std::optional<Dims> stated = getDims(op.getReduced()))
    reduced =
        ReshapeOp::create(b, loc, reduced, DimsOp::create(b, loc, *stated),
                          /*allowzero=*/1);
  else if (!op.getKeepdims())
    reduced = ReshapeOp::create(b, loc, reduced, split.unnamedSizes,
                                /*allowzero=*/1);
  return {reduced};
}

#define ONNXC_REDUCTION(OP)                                                    \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> loc, Adaptor adaptor,             \
      SmallVectorImpl<Type> &types) {                                          \
    return inferReduction(loc, adaptor, types);                                \
  }                                                                            \
  SmallVector<Value> OP::expand(OpBuilder &b) {                                \
    return expandRunTimeAxes(*this, b);                                        \
  }                                                                            \
  SmallVector<unsigned> OP::getListOperands() { return {1}; }                  \
  std::optional<int64_t> OP::getListLength() {                                 \
    if (getKeepdims())                                                         \
      return std::nullopt;                                                     \
    return getRankDifference(getData(), getReduced());                         \
  }
ONNXC_REDUCTION(ReduceSumOp)
ONNXC_REDUCTION(ReduceProdOp)
ONNXC_REDUCTION(ReduceMeanOp)
ONNXC_REDUCTION(ReduceMaxOp)
ONNXC_REDUCTION(ReduceMinOp)
ONNXC_REDUCTION(ReduceL1Op)
ONNXC_REDUCTION(ReduceL2Op)
ONNXC_REDUCTION(ReduceLogSumOp)
ONNXC_REDUCTION(ReduceLogSumExpOp)
ONNXC_REDUCTION(ReduceSumSquareOp)
#undef ONNXC_REDUCTION

/// Shape arithmetic reduces lists; it does nothing for other ranks.
static std::optional<Dims> evaluateReduction(
    Operation *op, ArrayRef<std::optional<Dims>> operands,
    llvm::function_ref<AffineExpr(AffineExpr, AffineExpr)> combine) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!operands[0] || operands[0]->empty() || !type || type.getRank() != 1 ||
      cast<RankedTensorType>(op->getResult(0).getType()).getNumElements() != 1)
    return std::nullopt;
  AffineExpr result = operands[0]->front();
  for (AffineExpr next : ArrayRef(*operands[0]).drop_front())
    result = combine(result, next);
  return Dims{simplify(result)};
}

std::optional<Dims>
ReduceSumOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateReduction(*this, operands,
                           [](AffineExpr l, AffineExpr r) { return l + r; });
}

std::optional<Dims>
ReduceProdOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateReduction(*this, operands,
                           [](AffineExpr l, AffineExpr r) { return l * r; });
}

std::optional<Dims>
ReduceMaxOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateReduction(*this, operands, getMax);
}

std::optional<Dims>
ReduceMinOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  return evaluateReduction(*this, operands, getMin);
}

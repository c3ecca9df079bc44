//===- MatMulOps.cpp - Matrix products ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

/// Whether both are constants and differ.
static bool contradict(AffineExpr l, AffineExpr r) {
  std::optional<int64_t> a = getConstant(l), b = getConstant(r);
  return a && b && *a != *b;
}

/// numpy.matmul: a vector on the left is a row, one on the right a column, and
/// the dimension added so is dropped again.
static LogicalResult inferMatMul(std::optional<Location> loc, Value left,
                                 Value right, Type elementType,
                                 SmallVectorImpl<Type> &types) {
  std::optional<Dims> a = getDims(left), b = getDims(right);
  if (!a || !b) {
    types.push_back(getUnrankedType(elementType));
    return success();
  }
  if (a->empty() || b->empty())
    return emitOptionalError(loc, "operands of a matrix product are scalars");
  AffineExpr k = a->back(), m, n;
  a->pop_back();
  if (!a->empty())
    m = a->pop_back_val();
  if (b->size() > 1)
    n = b->pop_back_val();
  AffineExpr k2 = b->pop_back_val();
  if (contradict(k, k2))
    return emitOptionalError(loc, "inner sizes ", *getConstant(k), " and ",
                             *getConstant(k2), " differ");
  std::optional<Dims> result = broadcast(*a, *b);
  if (!result)
    return emitOptionalError(loc, "batch dimensions of ", left.getType(),
                             " and ", right.getType(), " cannot be broadcast");
  if (m)
    result->push_back(m);
  if (n)
    result->push_back(n);
  types.push_back(getTensorType(*result, elementType));
  return success();
}

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferMatMul(loc, adaptor.getA(), adaptor.getB(),
                     getElementType(adaptor.getA()), types);
}

LogicalResult MatMulIntegerOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  return inferMatMul(loc, adaptor.getA(), adaptor.getB(),
                     IntegerType::get(context, 32), types);
}

LogicalResult QLinearMatMulOp::inferReturnTypes(MLIRContext *,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  return inferMatMul(loc, adaptor.getA(), adaptor.getB(),
                     getElementType(adaptor.getYZeroPoint()), types);
}

LogicalResult GemmOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(adaptor.getA());
  std::optional<Dims> a = getDims(adaptor.getA());
  std::optional<Dims> b = getDims(adaptor.getB());
  if (!a || !b) {
    types.push_back(getUnrankedType(elementType));
    return success();
  }
  if (a->size() != 2 || b->size() != 2)
    return emitOptionalError(loc, "A and B have to be matrices");
  bool transA = adaptor.getTransA(), transB = adaptor.getTransB();
  AffineExpr m = (*a)[transA], k = (*a)[!transA];
  AffineExpr k2 = (*b)[transB], n = (*b)[!transB];
  if (contradict(k, k2))
    return emitOptionalError(loc, "inner sizes ", *getConstant(k), " and ",
                             *getConstant(k2), " differ");
  types.push_back(getTensorType({m, n}, elementType));
  return success();
}

LogicalResult GemmOp::verify() {
  std::optional<Dims> y = getDims(getY());
  std::optional<Dims> c = getC() ? getDims(getC()) : std::nullopt;
  if (!y || !c)
    return success();
  std::optional<Dims> both = broadcast(*y, *c);
  if (c->size() > 2 || !both)
    return emitOpError("C of type ")
           << getC().getType() << " does not broadcast to " << getY().getType();
  for (auto [l, r] : llvm::zip(*both, *y))
    if (contradict(l, r))
      return emitOpError("C of type ")
             << getC().getType() << " does not broadcast to "
             << getY().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

/// Two batches have the sizes of the result's.
static void requireBatch(SizeRequirements &r, Value left, Value right,
                         Value result) {
  std::optional<Dims> a = getDims(left), b = getDims(right),
                      y = getDims(result);
  if (!a || !b || !y || a->size() <= 2 || b->size() <= 2)
    return;
  ArrayRef<AffineExpr> batch = ArrayRef(*y).drop_back(2);
  for (const Dims &operand : {*a, *b})
    for (auto [size, needed] : llvm::zip(ArrayRef(operand).drop_back(2),
                                         batch.take_back(operand.size() - 2)))
      if (onnxc::onnx::getConstant(size) != 1)
        r.equal(size, needed, "a size of the batch");
}

void MatMulOp::requireSizes(SizeRequirements &r) {
  r.innerSizes(getA(), getB());
  requireBatch(r, getA(), getB(), getY());
}

/// One for all, or one for each row of A or column of B.
static void requireParameter(SizeRequirements &r, StringRef name, Value value,
                             Value matrix, unsigned fromEnd) {
  std::optional<Dims> dims = getDims(matrix);
  AffineExpr size =
      dims && dims->size() >= 2 ? *(dims->end() - fromEnd) : r.constant(1);
  if (dims)
    r.oneOrEach(name, value, size);
}

void MatMulIntegerOp::requireSizes(SizeRequirements &r) {
  r.innerSizes(getA(), getB());
  requireBatch(r, getA(), getB(), getY());
  requireParameter(r, "a_zero_point", getAZeroPoint(), getA(), 2);
  requireParameter(r, "b_zero_point", getBZeroPoint(), getB(), 1);
}

void QLinearMatMulOp::requireSizes(SizeRequirements &r) {
  r.innerSizes(getA(), getB());
  requireBatch(r, getA(), getB(), getY());
  for (auto [name, value] :
       {std::pair(StringRef("a_scale"), getAScale()),
        std::pair(StringRef("a_zero_point"), getAZeroPoint()),
        std::pair(StringRef("y_scale"), getYScale()),
        std::pair(StringRef("y_zero_point"), getYZeroPoint())})
    requireParameter(r, name, value, getA(), 2);
  for (auto [name, value] :
       {std::pair(StringRef("b_scale"), getBScale()),
        std::pair(StringRef("b_zero_point"), getBZeroPoint())})
    requireParameter(r, name, value, getB(), 1);
}

void GemmOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> a = getDims(getA()), b = getDims(getB()),
                      y = getDims(getY());
  if (!a || !b || a->size() != 2 || b->size() != 2)
    return;
  r.equal((*a)[getTransA() ? 0 : 1], (*b)[getTransB() ? 1 : 0],
          "the inner size of the product");
  if (getC() && y)
    r.broadcast("C", getC(), *y);
}

//===----------------------------------------------------------------------===//
// How much is multiplied
//===----------------------------------------------------------------------===//

AffineExpr MatMulOp::getMacs() {
  return multiply(getNumElements(getResult()), getDim(getA(), -1));
}

AffineExpr MatMulIntegerOp::getMacs() {
  return multiply(getNumElements(getResult()), getDim(getA(), -1));
}

AffineExpr QLinearMatMulOp::getMacs() {
  return multiply(getNumElements(getResult()), getDim(getA(), -1));
}

AffineExpr GemmOp::getMacs() {
  return multiply(getNumElements(getY()), getDim(getA(), getTransA() ? 0 : 1));
}

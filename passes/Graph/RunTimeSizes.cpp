//===- RunTimeSizes.cpp - Sizes that only the run knows -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/plan/Plan.h"
#include "passes/Graph/ReshapeTo.h"
#include "passes/Graph/ShapeInference.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

AffineExpr ShapeInference::addSymbol(const Twine &name) {
  unsigned number = symbols.size();
  symbols.push_back(StringAttr::get(getContext(), name));
  return getAffineSymbolExpr(number, getContext());
}

AffineExpr ShapeInference::defineSymbol(OpBuilder &b, Location loc,
                                        Value tensor, int64_t element) {
  int64_t number = symbols.size();
  AffineExpr symbol = addSymbol("data_" + Twine(number));
  plan::SymbolOp::create(b, loc, b.getIndexType(), b.getI64IntegerAttr(number),
                         tensor, b.getI64IntegerAttr(element));
  return symbol;
}

/// Floats become integers: the depth of a OneHot may be one.
LogicalResult ShapeInference::castShapeOperands(ShapeOperandsOp op) {
  Operation *before = op->getPrevNode();
  OpBuilder b(op);
  for (unsigned number : op.getShapeOperands()) {
    if (number >= op->getNumOperands())
      continue;
    Value operand = op->getOperand(number);
    if (isa<FloatType>(onnxc::onnx::getElementType(operand)))
      op->setOperand(
          number, GraphBuilder{b, op->getLoc()}.cast(operand, b.getI64Type()));
  }
  return inferBetween(before, op);
}

/// A list of free length gets the length that it has to have; the Reshape
/// refuses runs with another one.
LogicalResult ShapeInference::pinListLengths(ListOperandsOp op) {
  std::optional<int64_t> length = op.getListLength();
  if (!length)
    return success();
  Operation *before = op->getPrevNode();
  OpBuilder b(op);
  for (unsigned number : op.getListOperands()) {
    if (number >= op->getNumOperands())
      continue;
    Value list = op->getOperand(number);
    std::optional<Dims> dims = getDims(list);
    if (!dims || dims->size() != 1 || getConstant(dims->front()) ||
        getKnownInts(list))
      continue;
    op->setOperand(number, reshapeTo(b, op->getLoc(), list,
                                     getConstant(getContext(), *length)));
  }
  return inferBetween(before, op);
}

/// A shape that is read at run time may hold 0 for a size of the operand, and
/// -1 for what remains: other ops compute what they stand for.
LogicalResult ShapeInference::resolveRunTimeShape(ReshapeOp op) {
  std::optional<Dims> data = getDims(op.getData()),
                      count = getDims(op.getShape());
  if (!data || !count || count->size() != 1 || getKnownInts(op.getShape()))
    return success();
  std::optional<int64_t> rank = getConstant(count->front());
  if (!rank || *rank > 64)
    return success();
  Operation *before = op->getPrevNode();
  OpBuilder b(op);
  GraphBuilder g{b, op.getLoc()};
  Value shape = op.getShape(), one = g.integer(1);
  if (!op.getAllowzero()) {
    Dims same(*rank, getConstant(getContext(), 0));
    std::copy_n(data->begin(), std::min<size_t>(*rank, data->size()),
                same.begin());
    shape = g.select(g.equal(shape, g.integer(0)), g.dims(same), shape);
  }
  Value isRest = g.equal(shape, g.integer(-1));
  Value known = g.product(g.select(isRest, one, shape));
  Value all = g.dims({getProduct(getContext(), *data)});
  Value rest = g.div(all, g.max(known, one));
  op.getShapeMutable().assign(g.select(isRest, rest, shape));
  op.setAllowzero(1);
  return inferBetween(before, op);
}

void ShapeInference::defineShapeOperands(ShapeOperandsOp op) {
  OpBuilder b(op);
  for (unsigned number : op.getShapeOperands()) {
    if (number >= op->getNumOperands())
      continue;
    Value operand = op->getOperand(number);
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || !type.hasStaticShape() || type.getNumElements() > 64 ||
        !isa<IntegerType>(type.getElementType()) || getKnownInts(operand))
      continue;
    SmallVector<AffineExpr> elements;
    for (int64_t i = 0, e = type.getNumElements(); i < e; ++i)
      elements.push_back(defineSymbol(b, op->getLoc(), operand, i));
    op->setOperand(number, DimsOp::create(b, op->getLoc(), type,
                                          DimsAttr::get(getContext(), elements),
                                          /*any_sign=*/true));
  }
}

LogicalResult
ShapeInference::defineDataDependentSizes(DataDependentShapeOp op) {
  // A function writes all its outputs.
  bool needsAll = isa<CustomCallOp>(op) && !op->use_empty();
  if (llvm::all_of(op->getResults(), [&](Value result) {
        return (result.use_empty() && !needsAll) || getDims(result).has_value();
      }))
    return success();
  OpBuilder b(op);
  SmallVector<AffineExpr> sizes;
  Operation *before = op->getPrevNode();
  SmallVector<Value> tensors = op.buildSizes(b);
  // Inference may replace them, by what it knows them to be.
  SmallVector<plan::SymbolOp> readers;
  for (Value tensor : tensors)
    readers.push_back(plan::SymbolOp::create(b, op->getLoc(), b.getIndexType(),
                                             b.getI64IntegerAttr(0), tensor,
                                             b.getI64IntegerAttr(0)));
  if (failed(inferBetween(before, op)))
    return failure();
  for (plan::SymbolOp reader : readers) {
    Value tensor = reader.getSource();
    reader.erase();
    std::optional<Dims> known = getKnownInts(tensor);
    sizes.push_back(known && known->size() == 1
                        ? known->front()
                        : defineSymbol(b, op->getLoc(), tensor, 0));
  }
  op.setResultDims(sizes);
  return success();
}

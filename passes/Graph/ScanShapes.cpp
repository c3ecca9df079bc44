//===- ScanShapes.cpp - Shapes around a Scan ------------------------------===//
//
// Scans along other axes become scans along the first of transposed tensors.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/InferTypes.h"
#include "dialects/onnx/LayoutOps.h"
#include "passes/Graph/ControlFlowShapes.h"
#include "passes/Graph/VaryingSizes.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The axis in front of the others, and behind where it was.
SmallVector<int64_t> moveToFront(int64_t axis, int64_t rank) {
  SmallVector<int64_t> permutation{axis};
  for (int64_t d = 0; d < rank; ++d)
    if (d != axis)
      permutation.push_back(d);
  return permutation;
}

SmallVector<int64_t> moveFromFront(int64_t axis, int64_t rank) {
  SmallVector<int64_t> permutation;
  for (int64_t d = 1; d < rank; ++d)
    permutation.push_back(d);
  permutation.insert(permutation.begin() + axis, 0);
  return permutation;
}

class ScanShapes {
public:
  ScanShapes(ScanOp op, ShapeInference &inference)
      : op(op), inference(inference), b(op),
        numStates(op->getNumOperands() - op.getNumScanInputs()) {}

  LogicalResult run();

private:
  LogicalResult transposeInputs();
  LogicalResult inferBody();
  LogicalResult inferState(OpResult result);
  LogicalResult inferOutput(OpResult result, Type type, int64_t axis);
  FailureOr<Value> transpose(Value value, ArrayRef<int64_t> permutation);

  ScanOp op;
  ShapeInference &inference;
  OpBuilder b;
  size_t numStates;
};

FailureOr<Value> ScanShapes::transpose(Value value,
                                       ArrayRef<int64_t> permutation) {
  auto moved = TransposeOp::create(b, op.getLoc(), value,
                                   b.getDenseI64ArrayAttr(permutation));
  if (failed(inference.inferOp(moved)))
    return failure();
  return moved.getResult();
}

LogicalResult ScanShapes::transposeInputs() {
  std::optional<ArrayRef<int64_t>> axes = op.getScanInputAxes();
  if (!axes)
    return success();
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    Value input = op->getOperand(numStates + i);
    std::optional<int64_t> rank = getRank(input);
    std::optional<int64_t> at =
        rank ? normalizeAxis(axis, *rank) : std::nullopt;
    if (!at)
      return op->emitError("scan input ") << i << " has no axis " << axis;
    if (*at == 0)
      continue;
    FailureOr<Value> moved = transpose(input, moveToFront(*at, *rank));
    if (failed(moved))
      return failure();
    op->setOperand(numStates + i, *moved);
  }
  op.removeScanInputAxesAttr();
  return success();
}

LogicalResult ScanShapes::inferBody() {
  Block &body = op.getBody().front();
  for (auto [argument, type] :
       llvm::zip(body.getArguments(), op.getRegionArgTypes(0)))
    argument.setType(type);
  for (size_t i = 0; i < numStates; ++i)
    body.getArgument(i).setType(op->getOperand(i).getType());
  return inference.inferBlock(body);
}

LogicalResult ScanShapes::inferState(OpResult result) {
  unsigned i = result.getResultNumber();
  Value yield = op.getBody().front().getTerminator()->getOperand(i);
  Type initial = op->getOperand(i).getType();
  if (!areCompatible(yield.getType(), initial))
    return op->emitError("carries ") << initial << " into an iteration and "
                                     << yield.getType() << " out of it";
  std::optional<Dims> before = getDims(initial), after = getDims(yield);
  if (before && after)
    for (auto [l, r] : llvm::zip(*before, *after))
      inference.noteEqual(op.getBody().front().getTerminator(), l, r);
  result.setType(initial);
  return success();
}

LogicalResult ScanShapes::inferOutput(OpResult result, Type type,
                                      int64_t axis) {
  result.setType(type);
  if (failed(checkShape(op, result, "a scan output")))
    return failure();
  int64_t rank = *getRank(result);
  std::optional<int64_t> at = normalizeAxis(axis, rank);
  if (!at)
    return op->emitError("scan output ")
           << result.getResultNumber() - numStates << " has no axis " << axis;
  if (*at == 0)
    return success();
  b.setInsertionPointAfter(op);
  FailureOr<Value> moved = transpose(result, moveFromFront(*at, rank));
  if (failed(moved))
    return failure();
  result.replaceAllUsesExcept(*moved, moved->getDefiningOp());
  return success();
}

LogicalResult ScanShapes::run() {
  if (failed(transposeInputs()))
    return failure();
  SmallVector<int64_t> outputAxes;
  if (std::optional<ArrayRef<int64_t>> axes = op.getScanOutputAxes())
    outputAxes.assign(axes->begin(), axes->end());
  op.removeScanOutputAxesAttr();
  if (failed(inferBody()))
    return failure();
  SmallVector<Type> types;
  if (failed(inferResultTypes(op, types)))
    return failure();
  for (OpResult result : op->getResults()) {
    size_t i = result.getResultNumber(), number = i - numStates;
    if (failed(i < numStates
                   ? inferState(result)
                   : inferOutput(result, types[i],
                                 number < outputAxes.size() ? outputAxes[number]
                                                            : 0)))
      return failure();
  }
  return success();
}

} // namespace

FailureOr<Operation *> onnxc::inferScan(ScanOp op, ShapeInference &inference) {
  if (failed(ScanShapes(op, inference).run()))
    return failure();
  return op.getOperation();
}

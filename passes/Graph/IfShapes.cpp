//===- IfShapes.cpp - Shapes around an If ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/CarriedSequences.h"
#include "passes/Graph/ControlFlowShapes.h"
#include "passes/Graph/ReshapeTo.h"
#include "passes/Graph/VaryingSizes.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

class IfShapes {
public:
  IfShapes(IfOp op, ShapeInference &inference)
      : op(op), inference(inference), thenBlock(op.getThenBranch().front()),
        elseBlock(op.getElseBranch().front()) {}

  /// The branches are inferred.
  FailureOr<Operation *> run();

private:
  LogicalResult checkOutput(unsigned i);
  void broadcastElement(unsigned i);
  FailureOr<Operation *> takeBranch(unsigned i);
  void inferResult(OpResult result);
  Operation *widen();

  Value getThen(unsigned i) { return thenBlock.getTerminator()->getOperand(i); }
  Value getElse(unsigned i) { return elseBlock.getTerminator()->getOperand(i); }
  bool haveOneRank(unsigned i) {
    return getRank(getThen(i)) == getRank(getElse(i));
  }

  IfOp op;
  ShapeInference &inference;
  Block &thenBlock, &elseBlock;
  /// Results, and which of their sizes depend on the branch.
  SmallVector<std::pair<unsigned, Varying>> varying;
};

bool isOneElement(Value value) {
  return llvm::all_of(*getDims(value), [](AffineExpr dim) {
    return onnxc::onnx::getConstant(dim) == 1;
  });
}

LogicalResult IfShapes::checkOutput(unsigned i) {
  Value left = getThen(i), right = getElse(i);
  if (failed(checkShape(op, left, "an output of then_branch")) ||
      failed(checkShape(op, right, "an output of else_branch")))
    return failure();
  if (onnxc::onnx::getElementType(left) != onnxc::onnx::getElementType(right))
    return op->emitError("its branches give ")
           << left.getType() << " and " << right.getType() << " for output "
           << i;
  return success();
}

/// One element broadcasts alike in any rank: that of lower rank gets dimensions
/// of 1.
void IfShapes::broadcastElement(unsigned i) {
  Dims l = *getDims(getThen(i)), r = *getDims(getElse(i));
  op.emitWarning("its branches give tensors of one element and different "
                 "ranks for output ")
      << i << "; it is given rank " << std::max(l.size(), r.size());
  bool isThenLower = l.size() < r.size();
  Operation *yield = (isThenLower ? thenBlock : elseBlock).getTerminator();
  OpBuilder b(yield);
  yield->setOperand(
      i, reshapeTo(b, op.getLoc(), yield->getOperand(i), isThenLower ? r : l));
}

/// A Squeeze of a dimension that need not be 1 is exported as a Squeeze if it
/// is and an Identity if not. What follows was written for the first.
FailureOr<Operation *> IfShapes::takeBranch(unsigned i) {
  size_t left = *getRank(getThen(i)), right = *getRank(getElse(i));
  bool takesThen = left < right;
  if (!inference.assumeBranch(op, takesThen))
    return op->emitError("its branches give tensors of ranks ")
           << left << " and " << right << " for output " << i
           << "; a rank must be known when the model is compiled: bind "
              "dimensions with --dim or --shape so that the condition is "
              "known, too";
  if (failed(inference.inlineBranch(op, takesThen)))
    return failure();
  return static_cast<Operation *>(nullptr);
}

void IfShapes::inferResult(OpResult result) {
  unsigned i = result.getResultNumber();
  result.setType(getThen(i).getType());
  Dims l = *getDims(getThen(i)), r = *getDims(getElse(i));
  Varying which;
  for (unsigned d = 0; d < l.size(); ++d)
    if (l[d] != r[d])
      which.push_back(d);
  if (!which.empty())
    varying.push_back({i, which});
}

/// The If with the sizes as further results.
Operation *IfShapes::widen() {
  OpBuilder b(op);
  Location loc = op.getLoc();
  unsigned numResults = op->getNumResults();
  SmallVector<Type> types(op->getResultTypes());
  for (auto &[i, which] : varying) {
    types.push_back(
        RankedTensorType::get({int64_t(which.size())}, b.getI64Type()));
    for (Block *block : {&thenBlock, &elseBlock}) {
      Operation *yield = block->getTerminator();
      b.setInsertionPoint(yield);
      Dims dims = *getDims(yield->getOperand(i));
      appendToYield(*block, yield->getNumOperands(),
                    buildDims(b, loc, selectDims(dims, which)));
    }
  }
  b.setInsertionPoint(op);
  auto wider = IfOp::create(b, loc, types, op.getCond());
  wider.getThenBranch().takeBody(op.getThenBranch());
  wider.getElseBranch().takeBody(op.getElseBranch());
  b.setInsertionPointAfter(wider);
  for (auto [number, entry] : llvm::enumerate(varying)) {
    Value result = wider->getResult(entry.first);
    result.setType(readSizes(b, loc, result.getType(), entry.second,
                             wider->getResult(numResults + number), inference));
  }
  op->replaceAllUsesWith(wider->getResults().take_front(numResults));
  op->erase();
  return wider;
}

FailureOr<Operation *> IfShapes::run() {
  for (OpResult result : op->getResults()) {
    unsigned i = result.getResultNumber();
    if (!isa<TensorType>(getThen(i).getType()) ||
        !isa<TensorType>(getElse(i).getType()))
      continue;
    if (failed(checkOutput(i)))
      return failure();
    if (!haveOneRank(i) && isOneElement(getThen(i)) && isOneElement(getElse(i)))
      broadcastElement(i);
    if (!haveOneRank(i))
      return takeBranch(i);
    inferResult(result);
  }
  return varying.empty() ? op.getOperation() : widen();
}

} // namespace

FailureOr<Operation *> onnxc::inferIf(IfOp op, ShapeInference &inference) {
  if (failed(inference.inferBranches(op)) ||
      failed(inference.refuseRunTimeSequences()))
    return failure();
  SmallVector<Operation *> after;
  FailureOr<IfOp> branch = packSequences(op, after, inference);
  if (failed(branch))
    return failure();
  FailureOr<Operation *> inferred = IfShapes(*branch, inference).run();
  if (succeeded(inferred))
    for (Operation *pack : after)
      if (failed(inference.inferOp(pack)))
        return failure();
  return inferred;
}

//===- BranchShapes.cpp - Branches whose condition is known ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "passes/Graph/ShapeInference.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

/// An If whose condition is known is the branch that is taken.
LogicalResult ShapeInference::inlineBranch(IfOp op, bool condition) {
  Region &region = condition ? op.getThenBranch() : op.getElseBranch();
  Block &block = region.front();
  auto yield = cast<YieldOp>(block.getTerminator());
  SmallVector<Operation *> ops;
  for (Operation &nested : block.without_terminator())
    ops.push_back(&nested);
  for (Operation *nested : ops)
    nested->moveBefore(op);
  for (auto [result, value] : llvm::zip(op.getResults(), yield.getOperands()))
    result.replaceAllUsesWith(value);
  op.erase();
  for (Operation *nested : ops)
    if (failed(inferOp(nested)))
      return failure();
  return success();
}

/// The condition, 0 or 1, where it depends on sizes of @main's inputs alone.
AffineExpr ShapeInference::getConditionOnInputs(IfOp op) {
  std::optional<Dims> condition = getKnownInts(op.getCond());
  if (!condition || condition->size() != 1 || !isInMain(op) ||
      getNumSymbols(*condition) > numInputSymbols)
    return {};
  return condition->front();
}

bool ShapeInference::assumeBranch(IfOp op, bool takesThen) {
  AffineExpr condition = getConditionOnInputs(op);
  if (!condition)
    return false;
  op.emitWarning("its branches give tensors of different ranks; the model is "
                 "compiled for inputs of sizes for which the condition is ")
      << (takesThen ? "true" : "false") << ", others are refused";
  equalSizes.insert(DimsAttr::get(
      getContext(),
      {condition, onnxc::onnx::getConstant(getContext(), takesThen)}));
  return true;
}

//===- BranchShapes.cpp - Branches whose condition is known ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/plan/Branches.h"
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
  if (!condition || condition->size() != 1)
    return {};
  AffineExpr onInputs = getDefinition(condition->front());
  return getNumSymbols(onInputs) > numInputSymbols ? AffineExpr() : onInputs;
}

bool ShapeInference::assumeBranch(IfOp op, bool takesThen) {
  AffineExpr condition = getConditionOnInputs(op);
  if (!condition)
    return false;
  op.emitWarning("its branches give tensors of different ranks; the model is "
                 "compiled for inputs of sizes for which the condition is ")
      << (takesThen ? "true" : "false") << ", others are refused";
  noteEqual(op, condition, onnxc::onnx::getConstant(getContext(), takesThen));
  return true;
}

LogicalResult ShapeInference::inferBranches(IfOp op) {
  size_t numSymbols = getSymbolCount();
  FailureOr<Region *> impossible =
      plan::inferBranches(op, [&](Region &region) -> LogicalResult {
        return inferBlock(region.front());
      });
  if (failed(impossible))
    return failure();
  bool isThen = plan::isNever(op.getThenBranch().front());
  if (!*impossible && (isThen || plan::isNever(op.getElseBranch().front())))
    impossible = isThen ? &op.getThenBranch() : &op.getElseBranch();
  if (!*impossible)
    return success();
  isThen = *impossible == &op.getThenBranch();
  refuseBranch(**impossible,
               (isThen ? op.getElseBranch() : op.getThenBranch()).front(),
               numSymbols);
  return success();
}

/// Nothing but the end of the run, and values of the types that the other
/// branch gives. Sizes that only the other branch knows are 0.
void ShapeInference::refuseBranch(Region &branch, Block &other,
                                  size_t numSymbols) {
  Location loc = branch.getLoc();
  forgetRunTimeSequences(branch);
  Block &block = branch.front();
  block.getTerminator()->setOperands({});
  while (Operation *last = block.getTerminator()->getPrevNode())
    last->erase();
  OpBuilder b(block.getTerminator());
  plan::createNever(b, loc);
  SmallVector<Value> results;
  for (Value value : other.getTerminator()->getOperands()) {
    Dims dims = *getDims(value);
    for (AffineExpr &dim : dims)
      if (onnxc::onnx::getNumSymbols(getDefinition(dim)) > numSymbols)
        dim = b.getAffineConstantExpr(0);
    Type element = onnxc::onnx::getElementType(value);
    auto sizes = DimsOp::create(
        b, loc, RankedTensorType::get({int64_t(dims.size())}, b.getI64Type()),
        DimsAttr::get(b.getContext(), dims), /*any_sign=*/false);
    Type type = getTensorType(dims, element);
    if (!element.isIntOrFloat()) {
      Value one =
          plan::createNothing(b, loc, RankedTensorType::get({}, element));
      results.push_back(GraphBuilder{b, loc}.expand(one, sizes));
      results.back().setType(type);
      continue;
    }
    auto zero = DenseElementsAttr::get(RankedTensorType::get({1}, element),
                                       b.getZeroAttr(element));
    results.push_back(ConstantOfShapeOp::create(b, loc, type, sizes, zero));
  }
  block.getTerminator()->setOperands(results);
}

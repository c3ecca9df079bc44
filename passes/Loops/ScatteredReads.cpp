//===- ScatteredReads.cpp - Loops whose reads are not side by side --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ScatteredReads.h"
#include "dialects/plan/Remarks.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace onnxc;

namespace {

class InnermostLoop {
public:
  explicit InnermostLoop(linalg::GenericOp op)
      : op(op), dim(op.getNumLoops() - 1) {}

  /// Whether the value is another one in each iteration.
  bool changes(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      // Of a loop in the body, or of the kernel.
      if (argument.getOwner() != op.getBody())
        return op->isProperAncestor(argument.getOwner()->getParentOp());
      OpOperand *operand = op.getMatchingOpOperand(argument);
      return op.getMatchingIndexingMap(operand).isFunctionOfDim(dim);
    }
    Operation *definition = value.getDefiningOp();
    if (!op->isProperAncestor(definition))
      return false;
    if (auto index = dyn_cast<linalg::IndexOp>(definition))
      return index.getDim() == dim;
    if (auto apply = dyn_cast<affine::AffineApplyOp>(definition))
      return llvm::any_of(
          llvm::enumerate(apply.getMapOperands()), [&](const auto &operand) {
            return apply.getAffineMap().isFunctionOfDim(operand.index()) &&
                   changes(operand.value());
          });
    return definition->getNumRegions() > 0 ||
           llvm::any_of(definition->getOperands(),
                        [&](Value operand) { return changes(operand); });
  }

  /// Whether it grows by one from iteration to iteration.
  bool countsUp(Value value) {
    if (auto index = value.getDefiningOp<linalg::IndexOp>())
      return index.getDim() == dim;
    if (auto apply = value.getDefiningOp<affine::AffineApplyOp>()) {
      auto picked = dyn_cast<AffineDimExpr>(apply.getAffineMap().getResult(0));
      return picked && countsUp(apply.getMapOperands()[picked.getPosition()]);
    }
    auto sum = value.getDefiningOp<arith::AddIOp>();
    return sum && ((countsUp(sum.getLhs()) && !changes(sum.getRhs())) ||
                   (countsUp(sum.getRhs()) && !changes(sum.getLhs())));
  }

  bool isScattered(memref::LoadOp load) {
    OperandRange indices = load.getIndices();
    if (indices.empty() ||
        llvm::none_of(indices, [&](Value index) { return changes(index); }))
      return false;
    return !countsUp(indices.back()) ||
           llvm::any_of(indices.drop_back(),
                        [&](Value index) { return changes(index); });
  }

private:
  linalg::GenericOp op;
  unsigned dim;
};

} // namespace

void onnxc::remarkScatteredReads(linalg::GenericOp op) {
  // Nobody listens: the walk would be for nothing.
  if (!op->getContext()->getRemarkEngine() || op.getNumLoops() == 0 ||
      op.getStaticLoopRanges().back() == 1)
    return;
  InnermostLoop loop(op);
  bool found = false;
  op.walk([&](memref::LoadOp load) { found |= loop.isScattered(load); });
  if (found)
    remarkSlow(op, "loops")
        << "its innermost loop reads elements that do not lie side by side, "
           "one by one";
}

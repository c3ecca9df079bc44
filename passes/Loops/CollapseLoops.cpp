//===- CollapseLoops.cpp - Neighbouring loops become one ------------------===//
//
// With a of 1x64x7x7 and b of 1x64x1x1,
//
//   a + a     is one loop of 3136 elements
//   a + b     64 loops of 49
//
// Dimensions of size 1 that an operand broadcasts are no part of its shape for
// this: b is 64 elements.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Loops/LoopNests.h"

using namespace mlir;
using namespace onnxc;

namespace {

/// Drops the dimensions of size 1 along which an operand stands still.
void dropUnitDims(RewriterBase &rewriter, linalg::GenericOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap &map = maps[operand.getOperandNumber()];
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || !type.getLayout().isIdentity())
      continue;
    SmallVector<AffineExpr> kept;
    SmallVector<ReassociationIndices> groups;
    SmallVector<int64_t> shape;
    ReassociationIndices pending;
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      pending.push_back(i);
      if (isa<AffineConstantExpr>(expr) && type.getDimSize(i) == 1)
        continue;
      kept.push_back(expr);
      shape.push_back(type.getDimSize(i));
      groups.push_back(std::exchange(pending, {}));
    }
    if (kept.size() == map.getNumResults())
      continue;
    if (!groups.empty())
      groups.back().append(pending);
    Value collapsed = memref::CollapseShapeOp::create(
        rewriter, op.getLoc(), MemRefType::get(shape, type.getElementType()),
        operand.get(), groups);
    rewriter.modifyOpInPlace(op, [&] { operand.set(collapsed); });
    map = AffineMap::get(map.getNumDims(), 0, kept, op.getContext());
  }
  rewriter.modifyOpInPlace(op, [&] {
    op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
}

/// Whether the operand's dimensions that the loops walk are contiguous.
bool isContiguous(OpOperand &operand) {
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  return !type || type.getLayout().isIdentity();
}

/// 0 times an unknown size is 0, which the type of a collapsed shape would not
/// say.
bool isKnownEmpty(OpOperand &operand) {
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  return type && llvm::is_contained(type.getShape(), 0);
}

} // namespace

linalg::GenericOp onnxc::collapseLoops(RewriterBase &rewriter,
                                       linalg::GenericOp op) {
  if (op.getNumLoops() < 2 || op.hasIndexSemantics() ||
      !op.hasPureBufferSemantics() ||
      !llvm::all_of(op->getOpOperands(), isContiguous) ||
      llvm::any_of(op->getOpOperands(), isKnownEmpty))
    return op;
  rewriter.setInsertionPoint(op);
  dropUnitDims(rewriter, op);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (!llvm::all_of(maps,
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return op;
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  SmallVector<ReassociationIndices> runs;
  bool any = false;
  for (int64_t i = 0, e = op.getNumLoops(); i < e; ++i) {
    if (i > 0 && iterators[i] == iterators[i - 1]) {
      ReassociationIndices pair = {i - 1, i};
      if (linalg::areDimSequencesPreserved(maps, pair)) {
        runs.back().push_back(i);
        any = true;
        continue;
      }
    }
    runs.push_back({i});
  }
  if (!any)
    return op;
  FailureOr<linalg::CollapseResult> result =
      linalg::collapseOpIterationDims(op, runs, rewriter);
  if (failed(result))
    return op;
  rewriter.eraseOp(op);
  return cast<linalg::GenericOp>(result->collapsedOp.getOperation());
}

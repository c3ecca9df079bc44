//===- LowerKernelLoops.cpp - Linalg on buffers becomes loops -------------===//
//
// The order of loops decides whether LLVM can vectorise the innermost one: it
// is put along the dimension that most operands hold contiguously. A reduction
// over an outer dimension so becomes an accumulation of rows. What is parallel
// in a long nest becomes a scf.forall around it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Loops/LoopNests.h"
#include "passes/Loops/LoopsPasses.h"
#include "passes/Loops/ScatteredReads.h"

namespace onnxc {
#define GEN_PASS_DEF_LOWERKERNELLOOPS
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// How well a loop dimension serves as the innermost: operands that step by
/// one along it count for it (the result twice), operands that jump against.
int scoreInnermost(linalg::GenericOp op, unsigned dim) {
  int score = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    int weight = op.isDpsInit(&operand) ? 2 : 1;
    for (auto [i, expr] : llvm::enumerate(map.getResults())) {
      if (!expr.isFunctionOfDim(dim))
        continue;
      bool isLast = i + 1 == map.getNumResults();
      bool isUnit = isLast && (isa<AffineDimExpr>(expr) ||
                               (isa<AffineBinaryOpExpr>(expr) &&
                                expr.getKind() == AffineExprKind::Add));
      score += isUnit ? weight : -weight;
    }
  }
  return score;
}

void putBestLoopInnermost(IRRewriter &rewriter, linalg::GenericOp op) {
  unsigned loops = op.getNumLoops();
  if (loops < 2)
    return;
  unsigned best = loops - 1;
  int bestScore = scoreInnermost(op, best);
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (int dim = int(loops) - 2; dim >= 0; --dim) {
    int score = scoreInnermost(op, dim);
    if (score > bestScore && sizes[dim] != 1) {
      best = dim;
      bestScore = score;
    }
  }
  if (best == loops - 1)
    return;
  SmallVector<unsigned> order;
  for (unsigned i = 0; i < loops; ++i)
    if (i != best)
      order.push_back(i);
  order.push_back(best);
  rewriter.setInsertionPoint(op);
  (void)linalg::interchangeGenericOp(rewriter, op, order);
}

struct LowerKernelLoops : onnxc::impl::LowerKernelLoopsBase<LowerKernelLoops> {
  using LowerKernelLoopsBase::LowerKernelLoopsBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!isKernel(kernel))
      return;
    IRRewriter rewriter(&getContext());
    SmallVector<memref::CopyOp> copies;
    kernel.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
    for (memref::CopyOp copy : copies)
      lowerCopy(rewriter, copy);

    SmallVector<linalg::LinalgOp> ops;
    kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops) {
      rewriter.setInsertionPoint(op);
      linalg::GenericOp generic = generalize(rewriter, op);
      if (generic)
        generic = collapseLoops(rewriter, generic);
      if (generic)
        putBestLoopInnermost(rewriter, generic);
    }
    ops.clear();
    kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops) {
      if (auto generic = dyn_cast<linalg::GenericOp>(op.getOperation()))
        remarkScatteredReads(generic);
      if (failed(lowerToLoops(rewriter, op))) {
        op.emitError("cannot be turned into loops");
        return signalPassFailure();
      }
    }
    // Tasks are not cut once more.
    SmallVector<scf::ForallOp> inner;
    kernel.walk([&](scf::ForallOp op) {
      if (op->getParentOfType<scf::ForallOp>())
        inner.push_back(op);
    });
    for (scf::ForallOp op : inner) {
      rewriter.setInsertionPoint(op);
      if (failed(scf::forallToForLoop(rewriter, op)))
        return signalPassFailure();
    }
  }

private:
  static linalg::GenericOp generalize(IRRewriter &rewriter,
                                      linalg::LinalgOp op) {
    if (auto generic = dyn_cast<linalg::GenericOp>(op.getOperation()))
      return generic;
    FailureOr<linalg::GenericOp> generic =
        linalg::generalizeNamedOp(rewriter, op);
    return succeeded(generic) ? *generic : linalg::GenericOp();
  }

  static LogicalResult lowerToLoops(IRRewriter &rewriter, linalg::LinalgOp op) {
    rewriter.setInsertionPoint(op);
    SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    FailureOr<linalg::LinalgLoops> loops =
        linalg::linalgOpToLoops(rewriter, op);
    if (failed(loops))
      return failure();
    if (!op->getParentOfType<scf::ForallOp>())
      splitLoops(rewriter, *loops, iterators, sizes);
    rewriter.eraseOp(op);
    return success();
  }

  /// A tile of a forall computed in place is copied onto itself.
  static bool isSamePlace(Value a, Value b) {
    if (a == b)
      return true;
    auto l = a.getDefiningOp<memref::SubViewOp>();
    auto r = b.getDefiningOp<memref::SubViewOp>();
    return l && r && l.getType() == r.getType() &&
           l->getOperands() == r->getOperands() &&
           l.getStaticOffsets() == r.getStaticOffsets() &&
           l.getStaticSizes() == r.getStaticSizes() &&
           l.getStaticStrides() == r.getStaticStrides();
  }

  /// A copy between strided buffers would end as a call of a runtime library. A
  /// copy of a place onto itself is a result that was computed in its place.
  static void lowerCopy(IRRewriter &rewriter, memref::CopyOp copy) {
    if (isSamePlace(copy.getSource(), copy.getTarget())) {
      rewriter.eraseOp(copy);
      return;
    }
    auto isContiguous = [](Value buffer) {
      auto type = dyn_cast<MemRefType>(buffer.getType());
      return type && type.getLayout().isIdentity();
    };
    if (isContiguous(copy.getSource()) && isContiguous(copy.getTarget()))
      return;
    rewriter.setInsertionPoint(copy);
    linalg::makeMemRefCopyOp(rewriter, copy.getLoc(), copy.getSource(),
                             copy.getTarget());
    rewriter.eraseOp(copy);
  }
};

} // namespace

//===- SpreadThreads.cpp - A kernel's linalg ops, a thread an element -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Device/GroupTile.h"
#include "passes/Device/ThreadTile.h"
#include "passes/Loops/LoopNests.h"

namespace onnxc {
#define GEN_PASS_DEF_SPREADTHREADS
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct SpreadThreads : onnxc::impl::SpreadThreadsBase<SpreadThreads> {
  using SpreadThreadsBase::SpreadThreadsBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!isKernel(kernel))
      return;
    if (failed(placeScratch()))
      return signalPassFailure();
    IRRewriter rewriter(&getContext());
    SmallVector<memref::CopyOp> copies;
    // A copy within a task becomes a loop in it.
    kernel.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
    for (memref::CopyOp copy : copies) {
      rewriter.setInsertionPoint(copy);
      if (copy.getSource() != copy.getTarget())
        linalg::makeMemRefCopyOp(rewriter, copy.getLoc(), copy.getSource(),
                                 copy.getTarget());
      rewriter.eraseOp(copy);
    }

    SmallVector<linalg::LinalgOp> ops;
    kernel.walk([&](linalg::LinalgOp op) {
      if (isAlone(op) && op.hasPureBufferSemantics() && !isFill(op))
        ops.push_back(op);
    });
    spread(rewriter, ops);
    // Those that no reduction has taken.
    ops.clear();
    kernel.walk([&](linalg::LinalgOp op) {
      if (isAlone(op) && op.hasPureBufferSemantics())
        ops.push_back(op);
    });
    spread(rewriter, ops);
    // These buffers were only between an op and the one that took it.
    for (int64_t i = kernel.getNumArguments() - 1; i >= 0; --i)
      if (plan::attrs::Scratch::isOn(kernel, i) &&
          kernel.getArgument(i).use_empty())
        (void)kernel.eraseArgument(i);
  }

private:
  /// Between launches there is no stack: what is kept there is the caller's.
  LogicalResult placeScratch() {
    func::FuncOp kernel = getOperation();
    SmallVector<memref::AllocaOp> buffers;
    kernel.walk([&](memref::AllocaOp alloca) {
      if (isAlone(alloca))
        buffers.push_back(alloca);
    });
    unsigned at = llvm::count_if(kernel.getArgumentTypes(),
                                 [](Type type) { return !type.isIndex(); });
    Builder b(&getContext());
    for (memref::AllocaOp alloca : buffers) {
      onnx::Dims dims;
      for (int64_t size : alloca.getType().getShape())
        dims.push_back(b.getAffineConstantExpr(size));
      auto attrs = b.getDictionaryAttr(
          {plan::attrs::Dims::named(onnx::DimsAttr::get(&getContext(), dims)),
           plan::attrs::Scratch::named(&getContext())});
      if (failed(kernel.insertArgument(at, alloca.getType(), attrs,
                                       alloca.getLoc())))
        return failure();
      alloca.replaceAllUsesWith(kernel.getArgument(at));
      alloca.erase();
    }
    return success();
  }

  static bool isFill(Operation *op) { return isa<linalg::FillOp>(op); }
  /// Not a part of a task already.
  static bool isAlone(Operation *op) {
    return !op->getParentOfType<scf::ForallOp>();
  }

  void spread(IRRewriter &rewriter, ArrayRef<linalg::LinalgOp> ops) {
    // A reduction takes what follows it, so reductions first.
    SmallVector<linalg::GenericOp> reductions, others;
    for (linalg::LinalgOp op : ops) {
      rewriter.setInsertionPoint(op);
      auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
      if (!generic) {
        FailureOr<linalg::GenericOp> made =
            linalg::generalizeNamedOp(rewriter, op);
        if (failed(made))
          continue;
        generic = *made;
      }
      (generic.getNumReductionLoops() ? reductions : others).push_back(generic);
    }
    llvm::SmallPtrSet<Operation *, 8> left;
    for (linalg::GenericOp op : others)
      left.insert(op);
    MachineModel device = getMachine(getOperation());
    int64_t minThreads = device.minThreads;
    int64_t sharedBytes = device.hasAsyncCopies ? device.sharedBytes : 0;
    GroupMachine machine{minThreads / device.groupThreads, sharedBytes,
                         device.hasMatrixProduct};
    for (linalg::GenericOp op : reductions)
      if (!sharedBytes || failed(emitGroupTiles(op, machine)))
        ThreadTile(op, minThreads).emit();
    getOperation().walk([&](linalg::GenericOp op) {
      if (!left.contains(op))
        return;
      rewriter.setInsertionPoint(op);
      linalg::GenericOp collapsed = collapseLoops(rewriter, op);
      ThreadTile(collapsed, minThreads).emit();
    });
  }
};

} // namespace

//===- ParallelLoops.cpp - Loops whose iterations do not meet -------------===//
//
// Some ops become plain loops before a device is thought of, like pooling,
// whose windows are cut at the edges:
//
//   for i: for j: for k in window(i): out[i, j] = max(out[i, j], in[...])
//
// The loop over i is parallel as all that it writes, and all that it reads of
// the same buffers, has i as the index of one and the same dimension. So is
// that over j, and both become one scf.forall. That over k is not.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/ParallelLoops.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace onnxc;

namespace {

class LoopCheck {
public:
  explicit LoopCheck(scf::ForOp loop) : loop(loop) {}

  bool isParallel() {
    if (loop.getNumResults() != 0)
      return false;
    bool isKnown = true;
    loop.getBody()->walk([&](Operation *op) {
      if (auto load = dyn_cast<memref::LoadOp>(op))
        note(load.getMemRef(), load.getIndices(), /*isWrite=*/false);
      else if (auto store = dyn_cast<memref::StoreOp>(op))
        note(store.getMemRef(), store.getIndices(), /*isWrite=*/true);
      else if (op->getNumRegions() == 0 && !isMemoryEffectFree(op) &&
               !isa<memref::AllocaOp>(op))
        isKnown = false;
    });
    if (!isKnown)
      return false;
    return llvm::all_of(uses, [](auto &entry) {
      const Use &use = entry.second;
      return !use.isWritten || (use.isOneView && use.dims.any());
    });
  }

private:
  /// How the loop uses what is behind a buffer.
  struct Use {
    Value view;
    bool isOneView = true, isWritten = false;
    /// Dimensions of the view whose index is always the loop's variable.
    llvm::SmallBitVector dims;
  };

  bool isInside(Value value) {
    return loop.getRegion().isAncestor(value.getParentRegion());
  }

  void note(Value buffer, ValueRange indices, bool isWrite) {
    SmallVector<bool> isVariable;
    for (Value index : indices)
      isVariable.push_back(index == loop.getInductionVar());
    // Through views made in the loop to the one made before it.
    while (isInside(buffer)) {
      Operation *op = buffer.getDefiningOp();
      if (isa_and_nonnull<memref::AllocaOp>(op))
        return; // an iteration's own
      auto subview = dyn_cast_or_null<memref::SubViewOp>(op);
      auto view = dyn_cast_or_null<ViewLikeOpInterface>(op);
      if (!view) {
        // Carried by an inner loop: it may be anything.
        Use &use = uses[buffer];
        use.isOneView = false;
        use.isWritten = true;
        return;
      }
      buffer = view.getViewSource();
      isVariable.assign(cast<MemRefType>(buffer.getType()).getRank(), false);
      if (subview)
        for (auto [i, offset, size] : llvm::enumerate(subview.getMixedOffsets(),
                                                      subview.getMixedSizes()))
          isVariable[i] = getConstantIntValue(size) == 1 &&
                          dyn_cast<Value>(offset) == loop.getInductionVar();
    }
    Value base = buffer;
    while (auto view = base.getDefiningOp<ViewLikeOpInterface>())
      base = view.getViewSource();
    llvm::SmallBitVector dims(isVariable.size());
    for (auto [i, is] : llvm::enumerate(isVariable))
      dims[i] = is;
    auto [it, isNew] = uses.try_emplace(base);
    Use &use = it->second;
    use.isWritten |= isWrite;
    if (isNew) {
      use.view = buffer;
      use.dims = dims;
    } else if (use.view != buffer) {
      use.isOneView = false;
    } else {
      use.dims &= dims;
    }
  }

  scf::ForOp loop;
  llvm::DenseMap<Value, Use> uses;
};

/// The loop that is all there is in this one, but for arithmetic.
scf::ForOp getOnlyLoop(scf::ForOp loop) {
  scf::ForOp found;
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (auto inner = dyn_cast<scf::ForOp>(op); inner && !found)
      found = inner;
    else if (op.getNumRegions() != 0 || !isMemoryEffectFree(&op))
      return nullptr;
  }
  return found;
}

void makeForall(ArrayRef<scf::ForOp> loops) {
  scf::ForOp first = loops.front();
  IRRewriter rewriter(first);
  SmallVector<OpFoldResult> from, to, steps;
  for (scf::ForOp loop : loops) {
    from.push_back(getAsOpFoldResult(loop.getLowerBound()));
    to.push_back(getAsOpFoldResult(loop.getUpperBound()));
    steps.push_back(getAsOpFoldResult(loop.getStep()));
  }
  auto forall = scf::ForallOp::create(rewriter, first.getLoc(), from, to, steps,
                                      ValueRange(), std::nullopt);
  for (unsigned i = 0; i < loops.size(); ++i) {
    scf::ForOp loop = loops[i];
    for (Operation &op :
         llvm::make_early_inc_range(loop.getBody()->without_terminator()))
      if (!llvm::is_contained(loops, dyn_cast<scf::ForOp>(op)))
        op.moveBefore(forall.getTerminator());
    rewriter.replaceAllUsesWith(loop.getInductionVar(),
                                forall.getInductionVars()[i]);
  }
  rewriter.eraseOp(first);
}

} // namespace

void onnxc::findParallelLoops(func::FuncOp kernel) {
  SmallVector<scf::ForOp> outermost;
  kernel.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<scf::ForallOp, gpu::LaunchOp>(op))
      return WalkResult::skip();
    auto loop = dyn_cast<scf::ForOp>(op);
    if (!loop)
      return WalkResult::advance();
    bool hasTasks = false;
    loop.walk([&](scf::ForallOp) { hasTasks = true; });
    if (hasTasks || !LoopCheck(loop).isParallel())
      return WalkResult::advance();
    outermost.push_back(loop);
    return WalkResult::skip();
  });
  for (scf::ForOp loop : outermost) {
    SmallVector<scf::ForOp> nest = {loop};
    while (scf::ForOp inner = getOnlyLoop(nest.back())) {
      auto isBefore = [&](Value value) {
        return !loop.getRegion().isAncestor(value.getParentRegion()) ||
               getConstantIntValue(value);
      };
      if (!isBefore(inner.getLowerBound()) ||
          !isBefore(inner.getUpperBound()) || !isBefore(inner.getStep()) ||
          !LoopCheck(inner).isParallel())
        break;
      nest.push_back(inner);
    }
    makeForall(nest);
  }
}

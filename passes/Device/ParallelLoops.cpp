//===- ParallelLoops.cpp - Loops whose iterations do not meet -------------===//
//
// Some ops become plain loops before a device is thought of, like pooling,
// whose windows are cut at the edges:
//
//   for i: for j: for k in window(i): out[i, j] = max(out[i, j], in[...])
//
// The loop over i is parallel as all that it writes, and all that it reads of
// the same buffers, has i as the index of one and the same dimension. So is
// that over j, and both become one scf.forall. That over k is not. What is a
// scf.forall already, with tasks made for a CPU, is divided further likewise.
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
  /// Several loops are taken for one: iteration i of one and iteration j of
  /// another do not meet, either.
  explicit LoopCheck(ArrayRef<scf::ForOp> loops) : loops(loops) {}

  bool isParallel() {
    bool isKnown = true;
    for (scf::ForOp loop : loops) {
      if (loop.getNumResults() != 0)
        return false;
      loop.getBody()->walk([&](Operation *op) {
        if (auto load = dyn_cast<memref::LoadOp>(op))
          note(load.getMemRef(), load.getIndices(), /*isWrite=*/false);
        else if (auto store = dyn_cast<memref::StoreOp>(op))
          note(store.getMemRef(), store.getIndices(), /*isWrite=*/true);
        else if (op->getNumRegions() == 0 && !isMemoryEffectFree(op) &&
                 !isa<memref::AllocaOp>(op))
          isKnown = false;
      });
    }
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
    return llvm::any_of(loops, [&](scf::ForOp loop) {
      return loop.getRegion().isAncestor(value.getParentRegion());
    });
  }

  bool isVariable(Value index) {
    return llvm::any_of(loops, [&](scf::ForOp loop) {
      return index == loop.getInductionVar();
    });
  }

  void note(Value buffer, ValueRange indices, bool isWrite) {
    SmallVector<bool> variable;
    for (Value index : indices)
      variable.push_back(isVariable(index));
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
      variable.assign(cast<MemRefType>(buffer.getType()).getRank(), false);
      if (subview)
        for (auto [i, offset, size] : llvm::enumerate(subview.getMixedOffsets(),
                                                      subview.getMixedSizes()))
          variable[i] = getConstantIntValue(size) == 1 &&
                        isVariable(dyn_cast<Value>(offset));
    }
    Value base = buffer;
    while (auto view = base.getDefiningOp<ViewLikeOpInterface>())
      base = view.getViewSource();
    llvm::SmallBitVector dims(variable.size());
    for (auto [i, is] : llvm::enumerate(variable))
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

  ArrayRef<scf::ForOp> loops;
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

bool haveEqualBounds(scf::ForOp a, scf::ForOp b) {
  auto isEqual = [](Value l, Value r) {
    return l == r || (getConstantIntValue(l) &&
                      getConstantIntValue(l) == getConstantIntValue(r));
  };
  return isEqual(a.getLowerBound(), b.getLowerBound()) &&
         isEqual(a.getUpperBound(), b.getUpperBound()) &&
         isEqual(a.getStep(), b.getStep());
}

/// The loops that a task consists of where they are parallel as one; else none.
SmallVector<scf::ForOp> getLoopsOfTask(scf::ForallOp forall) {
  SmallVector<scf::ForOp> loops;
  for (Operation &op : forall.getBody()->without_terminator()) {
    auto loop = dyn_cast<scf::ForOp>(op);
    if (!loop) {
      if (op.getNumRegions() != 0 || !isMemoryEffectFree(&op))
        return {};
      continue;
    }
    if (!loops.empty() && !haveEqualBounds(loops.front(), loop))
      return {};
    for (Value bound :
         {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
      if (!getConstantIntValue(bound) &&
          forall.getRegion().isAncestor(bound.getParentRegion()))
        return {};
    loops.push_back(loop);
  }
  if (loops.empty() || !LoopCheck(loops).isParallel())
    return {};
  return loops;
}

/// A task becomes one for each iteration of the loops in it:
///
///   forall i: { for j: A; for j: B }     forall i, j: { A; B }
scf::ForallOp splitTasks(scf::ForallOp forall, ArrayRef<scf::ForOp> loops) {
  IRRewriter rewriter(forall);
  scf::ForOp first = loops.front();
  SmallVector<OpFoldResult> from = forall.getMixedLowerBound(),
                            to = forall.getMixedUpperBound(),
                            steps = forall.getMixedStep();
  auto add = [](SmallVector<OpFoldResult> &list, Value bound) {
    OpFoldResult folded = getAsOpFoldResult(bound);
    if (std::optional<int64_t> constant = getConstantIntValue(bound))
      folded = Builder(bound.getContext()).getIndexAttr(*constant);
    list.push_back(folded);
  };
  add(from, first.getLowerBound());
  add(to, first.getUpperBound());
  add(steps, first.getStep());
  auto split = scf::ForallOp::create(rewriter, forall.getLoc(), from, to, steps,
                                     ValueRange(), std::nullopt);
  SmallVector<Value> variables = split.getInductionVars();
  for (Operation &op :
       llvm::make_early_inc_range(forall.getBody()->without_terminator())) {
    auto loop = dyn_cast<scf::ForOp>(op);
    if (!loop) {
      op.moveBefore(split.getTerminator());
      continue;
    }
    for (Operation &inner :
         llvm::make_early_inc_range(loop.getBody()->without_terminator()))
      inner.moveBefore(split.getTerminator());
    rewriter.replaceAllUsesWith(loop.getInductionVar(), variables.back());
  }
  for (auto [old, variable] : llvm::zip(forall.getInductionVars(), variables))
    rewriter.replaceAllUsesWith(old, variable);
  rewriter.eraseOp(forall);
  return split;
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

  SmallVector<scf::ForallOp> tasks;
  kernel.walk([&](scf::ForallOp forall) {
    if (forall.getNumResults() == 0 &&
        !forall->getParentOfType<scf::ForallOp>())
      tasks.push_back(forall);
  });
  for (scf::ForallOp forall : tasks)
    for (;;) {
      SmallVector<scf::ForOp> loops = getLoopsOfTask(forall);
      if (loops.empty())
        break;
      forall = splitTasks(forall, loops);
    }
}

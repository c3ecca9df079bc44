//===- HostValues.cpp - What is known before a launch ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/HostValues.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Loops/Epilogue.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace onnxc;

namespace {

class KnownValues {
public:
  explicit KnownValues(func::FuncOp kernel) {
    kernel.walk([&](Operation *op) {
      if (auto store = dyn_cast<memref::StoreOp>(op))
        written.insert(getBaseBuffer(store.getMemRef()));
      else if (auto store = dyn_cast<vector::StoreOp>(op))
        written.insert(getBaseBuffer(store.getBase()));
      else if (auto copy = dyn_cast<memref::CopyOp>(op))
        written.insert(getBaseBuffer(copy.getTarget()));
      else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
        for (Value init : linalgOp.getDpsInits())
          written.insert(getBaseBuffer(init));
    });
  }

  bool contains(Value value) {
    auto it = known.find(value);
    if (it != known.end())
      return it->second;
    bool isKnown = compute(value);
    known[value] = isKnown;
    return isKnown;
  }

  bool containsAll(ValueRange values) {
    return llvm::all_of(values, [&](Value value) { return contains(value); });
  }

private:
  bool compute(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      Operation *parent = argument.getOwner()->getParentOp();
      auto loop = dyn_cast<scf::ForOp>(parent);
      return isa<func::FuncOp>(parent) ||
             (loop && argument == loop.getInductionVar());
    }
    Operation *op = value.getDefiningOp();
    if (op->getNumRegions() != 0 || !containsAll(op->getOperands()))
      return false;
    if (auto load = dyn_cast<memref::LoadOp>(op))
      return !written.contains(getBaseBuffer(load.getMemRef()));
    return isMemoryEffectFree(op);
  }

  llvm::DenseSet<Value> written;
  llvm::DenseMap<Value, bool> known;
};

} // namespace

bool onnxc::canLaunch(Operation *op, ArrayRef<Operation *> others) {
  KnownValues known(op->getParentOfType<func::FuncOp>());
  SmallVector<Operation *> ops{op};
  llvm::append_range(ops, others);
  for (Operation *each : ops) {
    llvm::SetVector<Value> used;
    for (Region &region : each->getRegions())
      getUsedValuesDefinedAbove(region, used);
    used.insert(each->operand_begin(), each->operand_end());
    if (!known.containsAll(used.getArrayRef()))
      return false;
  }
  // The host comes by in its loops, and in all blocks nothing stays pending.
  for (Operation *at = op; !isa<func::FuncOp>(at); at = at->getParentOp()) {
    Block *block = at->getBlock();
    for (Operation &before : *block) {
      if (&before == at)
        break;
      for (Value result : before.getResults())
        if (!known.contains(result) &&
            llvm::any_of(result.getUsers(), [&](Operation *user) {
              Operation *ancestor = block->findAncestorOpInBlock(*user);
              return ancestor && !ancestor->isBeforeInBlock(at);
            }))
          return false;
    }
    auto loop = dyn_cast<scf::ForOp>(block->getParentOp());
    if (!isa<func::FuncOp>(block->getParentOp()) &&
        (!loop || loop.getNumResults() != 0 ||
         !known.containsAll(loop->getOperands())))
      return false;
  }
  return true;
}

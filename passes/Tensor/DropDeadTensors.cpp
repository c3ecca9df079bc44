//===- DropDeadTensors.cpp - Loops carry no tensor that nobody reads ------===//
//
// A result of an op that has no uses is still carried by the loops that the op
// became, each of which writes it for the next one:
//
//   %all:2 = scf.for ... iter_args(%y = %e, %h = %s) {
//     %next = (of %h)
//     %more = tensor.insert %next into %y
//     scf.yield %more, %next       ->       scf.yield %y, %next
//   }
//   return %all#1
//
// What is yielded as it came, and what it took to compute it, the canonicalizer
// removes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Kernels.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Tensor/TensorPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_DROPDEADTENSORS
#include "passes/Tensor/TensorPasses.h.inc"
} // namespace onnxc

using namespace mlir;

namespace {

/// The values of a kernel that its results depend on.
class LiveValues {
public:
  explicit LiveValues(func::FuncOp kernel) {
    kernel.walk([&](Operation *op) { addRoots(op); });
    while (!pending.empty())
      visit(pending.pop_back_val());
  }

  bool contains(Value value) const { return live.contains(value); }

private:
  llvm::DenseSet<Value> live;
  SmallVector<Value> pending;

  void add(Value value) {
    if (live.insert(value).second)
      pending.push_back(value);
  }
  void add(ValueRange values) {
    for (Value value : values)
      add(value);
  }

  /// How often a loop runs and which branch is taken matters whatever comes of
  /// it; so does what is written.
  void addRoots(Operation *op) {
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return add({loop.getLowerBound(), loop.getUpperBound(), loop.getStep()});
    if (auto branch = dyn_cast<scf::IfOp>(op))
      return add(branch.getCondition());
    if (auto forall = dyn_cast<scf::ForallOp>(op))
      return add(forall->getOperands().drop_back(forall.getOutputs().size()));
    if (isa<scf::YieldOp>(op) && isa<scf::ForOp, scf::IfOp>(op->getParentOp()))
      return;
    if (isa<scf::InParallelOp, tensor::ParallelInsertSliceOp>(op))
      return;
    if (!isMemoryEffectFree(op) || op->hasTrait<OpTrait::IsTerminator>())
      add(op->getOperands());
  }

  /// What the value is computed from.
  void visit(Value value) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      return visitArgument(argument);
    auto result = cast<OpResult>(value);
    Operation *op = result.getOwner();
    unsigned number = result.getResultNumber();
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return add(loop.getRegionIterArgs()[number]);
    if (auto forall = dyn_cast<scf::ForallOp>(op))
      return add(forall.getRegionIterArgs()[number]);
    if (auto branch = dyn_cast<scf::IfOp>(op)) {
      add(branch.thenYield().getOperand(number));
      return add(branch.elseYield().getOperand(number));
    }
    add(op->getOperands());
    for (Region &region : op->getRegions())
      region.walk([&](Operation *inner) { add(inner->getOperands()); });
  }

  void visitArgument(BlockArgument argument) {
    Operation *op = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      if (OpOperand *init = loop.getTiedLoopInit(argument)) {
        OpResult result = loop.getTiedLoopResult(init);
        add(result);
        add(init->get());
        add(loop.getTiedLoopYieldedValue(argument)->get());
      }
      return;
    }
    auto forall = dyn_cast<scf::ForallOp>(op);
    if (!forall || !llvm::is_contained(forall.getRegionIterArgs(), argument))
      return;
    add(forall.getTiedOpOperand(argument)->get());
    for (Operation &done : forall.getTerminator().getYieldingOps()) {
      auto insert = cast<tensor::ParallelInsertSliceOp>(done);
      if (insert.getDest() == argument)
        add(insert->getOperands());
    }
  }
};

struct DropDeadTensors : onnxc::impl::DropDeadTensorsBase<DropDeadTensors> {
  using DropDeadTensorsBase::DropDeadTensorsBase;

  void runOnOperation() override {
    if (!onnxc::isKernel(getOperation()))
      return;
    LiveValues live(getOperation());
    getOperation().walk([&](scf::ForOp loop) {
      for (BlockArgument argument : loop.getRegionIterArgs())
        if (!live.contains(argument))
          loop.getTiedLoopYieldedValue(argument)->set(argument);
    });
  }
};

} // namespace

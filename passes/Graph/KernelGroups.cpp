//===- KernelGroups.cpp - Which ops one kernel computes -------------------===//
//
// Groups grow from their last op upwards, over the block in reverse. A producer
// joins when all its users are in the group already and it computes over the
// group's own shape:
//
//   MatMul -> Add(bias) -> Div, Erf, Add, Mul, Mul (Gelu)
//
// is one group: from the last Mul upwards each elementwise op joins once all
// its users did, then the MatMul as the group's one anchor. Groups have one
// root, so that no cycle between groups can arise. Linear in the number of
// uses.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/KernelGroups.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/QuantizeOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "passes/Graph/GraphPasses.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

// Enough for any activation; a longer chain would run out of registers.
static constexpr size_t kMaxOps = 48;

bool onnxc::staysInMain(Operation *op) {
  return !isa<OnnxDialect>(op->getDialect()) || op->getNumRegions() > 0 ||
         isa<ConstantOp, DimsOp, CustomCallOp, CustomSizesOp>(op) ||
         op->hasTrait<IsView>() || op->hasTrait<OpTrait::IsTerminator>() ||
         llvm::any_of(op->getOperandTypes(),
                      [](Type type) { return !isa<RankedTensorType>(type); });
}

namespace {

bool isAlignment(Operation *op) {
  auto expand = dyn_cast<ExpandOp>(op);
  return expand && expand.isAlignment();
}

struct Grower {
  KernelGroup ops;
  llvm::SmallPtrSet<Operation *, 8> members;
  bool isElementwise;
  bool hasAnchor;

  explicit Grower(Operation *root)
      : isElementwise(isa<ElementwiseOp>(root)), hasAnchor(!isElementwise) {
    add(root);
  }

  void add(Operation *op) {
    ops.push_back(op);
    members.insert(op);
  }

  /// Whether `producer` may join through `operand` of a member.
  bool accepts(Operation *producer, OpOperand &operand) {
    if (ops.size() >= kMaxOps || staysInMain(producer) ||
        producer->getBlock() != ops.front()->getBlock())
      return false;
    for (Operation *user : producer->getUsers())
      if (!members.contains(user))
        return false;
    // What follows a sum is narrow before anything but its own kernel reads it.
    if (isa<SaturateOp>(producer) && !isElementwise)
      return false;
    if (isAlignment(producer))
      return true;
    // What only aligns sizes does nothing as a rule: its consumer counts.
    Operation *consumer = operand.getOwner();
    Value value = operand.get();
    while (isAlignment(consumer) && consumer != ops.front()) {
      value = consumer->getResult(0);
      consumer = *value.getUsers().begin();
    }
    std::optional<Dims> produced = getDims(value);
    if (isa<ElementwiseOp>(producer)) {
      // Recomputing along a broadcast would cost more than it saves.
      if (!isa<ElementwiseOp>(consumer))
        return consumer->hasTrait<FusesProducers>();
      return produced == getDims(consumer->getResult(0));
    }
    if (!isElementwise || hasAnchor || !producer->hasTrait<FusesConsumers>() ||
        producer->getNumResults() != 1)
      return false;
    return produced == getDims(ops.front()->getResult(0));
  }

  void grow() {
    for (size_t i = 0; i < ops.size(); ++i)
      for (OpOperand &operand : ops[i]->getOpOperands()) {
        Operation *producer = operand.get().getDefiningOp();
        if (!producer || members.contains(producer) ||
            !accepts(producer, operand))
          continue;
        hasAnchor |= !isa<ElementwiseOp>(producer) && !isAlignment(producer);
        add(producer);
        // A new member may complete the users of one refused before.
        i = size_t(-1);
        break;
      }
    llvm::sort(
        ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  }
};

} // namespace

SmallVector<KernelGroup> onnxc::findKernelGroups(Block &block) {
  SmallVector<KernelGroup> groups;
  llvm::SmallPtrSet<Operation *, 32> grouped;
  for (Operation &op : llvm::reverse(block)) {
    if (staysInMain(&op) || grouped.contains(&op))
      continue;
    Grower grower(&op);
    grower.grow();
    grouped.insert(grower.ops.begin(), grower.ops.end());
    groups.push_back(std::move(grower.ops));
  }
  return groups;
}

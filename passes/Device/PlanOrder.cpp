//===- PlanOrder.cpp - In which order device and host take turns ----------===//
//
// Each turn costs a wait and copies, so whoever has it does all that can be
// done by then. With d for the device and h for the host:
//
//   d1 -> h2 -> d3        d1 d4 | h2 h5 | d3 d6      and not
//   d4 -> h5 -> d6        d1 | h2 | d3 d4 | h5 | d6
//
// The order within a turn is the plan's. An op waits for what makes its
// operands and for the symbols that its sizes are made of.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Device/PlanOrder.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/SymbolicShape.h"
#include "dialects/plan/Plan.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace onnxc;

bool onnxc::isFreeInPlan(Operation *op) {
  return isa<onnx::ConstantOp, plan::ViewOp, plan::SizeOp>(op);
}

namespace {

class PlanOrder {
public:
  explicit PlanOrder(Block &block) : block(block) {
    for (Operation &op : block.without_terminator()) {
      if (auto symbol = dyn_cast<plan::SymbolOp>(op))
        symbolOps[symbol.getNumber()] = &op;
      if (!isFreeInPlan(&op))
        ops.push_back(&op);
    }
    // A requirement holds for all that follows.
    Operation *required = nullptr;
    for (Operation *op : ops) {
      llvm::SetVector<Operation *> &found = waits[op];
      collect(op, found);
      // Sizes of its own results may be read from the op itself.
      found.remove_if([&](Operation *other) {
        auto symbol = dyn_cast<plan::SymbolOp>(other);
        return other == op ||
               (symbol &&
                plan::getSource(symbol.getSource()).getDefiningOp() == op);
      });
      if (required)
        waits[op].insert(required);
      if (isa<plan::RequireOp>(op))
        required = op;
    }
  }

  SmallVector<PlanStep>
  takeTurns(llvm::function_ref<bool(Operation *)> isOnDevice) {
    SmallVector<PlanStep> steps;
    bool isDevice = false;
    for (size_t idle = 0; done.size() < ops.size() && idle < 2;
         isDevice = !isDevice) {
      PlanStep turn{isDevice, {}};
      for (Operation *op : ops)
        if (isOnDevice(op) == isDevice && isReady(op)) {
          turn.ops.push_back(op);
          done.insert(op);
        }
      idle = turn.ops.empty() ? idle + 1 : 0;
      if (isDevice && !turn.ops.empty())
        steps.push_back(turn);
      else
        for (Operation *op : turn.ops)
          steps.push_back({false, {op}});
    }
    assert(done.size() == ops.size() && "the plan goes round in circles");
    return steps;
  }

private:
  Block &block;
  SmallVector<Operation *> ops;
  llvm::DenseMap<int64_t, Operation *> symbolOps;
  llvm::DenseMap<Operation *, llvm::SetVector<Operation *>> waits;
  llvm::DenseSet<Operation *> done;

  bool isReady(Operation *op) {
    return !done.contains(op) && llvm::all_of(waits[op], [&](Operation *other) {
      return done.contains(other);
    });
  }

  void addSymbols(AffineExpr expr, llvm::SetVector<Operation *> &found) {
    expr.walk([&](AffineExpr part) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
        if (Operation *op = symbolOps.lookup(symbol.getPosition()))
          found.insert(op);
    });
  }

  void addValue(Value value, llvm::SetVector<Operation *> &found) {
    if (isa<TensorType>(value.getType()))
      if (std::optional<onnx::Dims> dims = onnx::getDims(value))
        for (AffineExpr dim : *dims)
          addSymbols(dim, found);
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != &block)
      return;
    if (isFreeInPlan(op))
      collect(op, found);
    else
      found.insert(op);
  }

  /// The values of this block that the op and all ops inside of it use.
  void collect(Operation *op, llvm::SetVector<Operation *> &found) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        addValue(operand, found);
      for (Value result : inner->getResults())
        if (isa<TensorType>(result.getType()))
          if (std::optional<onnx::Dims> dims = onnx::getDims(result))
            for (AffineExpr dim : *dims)
              addSymbols(dim, found);
      for (NamedAttribute attr : inner->getAttrs()) {
        if (auto map = dyn_cast<AffineMapAttr>(attr.getValue()))
          for (AffineExpr expr : map.getValue().getResults())
            addSymbols(expr, found);
        if (auto dims = dyn_cast<onnx::DimsAttr>(attr.getValue()))
          for (AffineExpr expr : dims.getExprs())
            addSymbols(expr, found);
      }
    });
  }
};

} // namespace

SmallVector<PlanStep>
onnxc::orderPlan(Block &block,
                 llvm::function_ref<bool(Operation *)> isOnDevice) {
  return PlanOrder(block).takeTurns(isOnDevice);
}

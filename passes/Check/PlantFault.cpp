//===- PlantFault.cpp - Make the kernel of a node wrong -------------------===//
//
// What a miscompiled kernel looks like from outside: it is called with what it
// needs, writes what it should write, and the numbers are others.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Makers.h"
#include "passes/Check/CheckPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_PLANTFAULT
#include "passes/Check/CheckPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

bool namesNode(Location loc, StringRef node) {
  bool found = false;
  loc->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (!named)
      return WalkResult::advance();
    found |= named.getName() == node;
    return WalkResult::skip();
  });
  return found;
}

/// What is returned in the value's place; null for types without arithmetic.
Value change(OpBuilder &b, Value value) {
  Type element = onnx::getElementType(value);
  onnx::GraphBuilder g{b, value.getLoc()};
  Value changed;
  if (element.isInteger(1))
    changed = onnx::NotOp::create(b, value.getLoc(), value);
  else if (isa<IntegerType>(element) && element.getIntOrFloatBitWidth() >= 8)
    changed = g.add(value, g.number(1, element));
  else if (isa<FloatType>(element) && element.getIntOrFloatBitWidth() >= 16)
    changed = g.add(g.mul(g.max(value, g.neg(value)), g.number(0.5, element)),
                    g.add(value, g.number(0.125, element)));
  if (changed)
    changed.setType(value.getType());
  return changed;
}

struct PlantFault : onnxc::impl::PlantFaultBase<PlantFault> {
  using PlantFaultBase::PlantFaultBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    bool planted = false;
    module.walk([&](plan::CallOp call) {
      if (!namesNode(call.getLoc(), node))
        return;
      auto kernel = symbols.lookup<func::FuncOp>(call.getCallee()).clone();
      symbols.insert(kernel);
      call.setCallee(kernel.getSymName());
      planted |= changeResults(call, kernel);
    });
    if (planted)
      return;
    module.emitError("no kernel computes a node \"")
        << node << "\" whose values can be changed";
    signalPassFailure();
  }

private:
  /// Those that the node makes; all where none is its own.
  bool changeResults(plan::CallOp call, func::FuncOp kernel) {
    Operation *terminator = kernel.getBody().front().getTerminator();
    OpBuilder b(terminator);
    auto isOwn = [&](OpResult result) {
      return namesNode(getMaker(result), node);
    };
    bool hasOwn = llvm::any_of(call->getResults(), isOwn);
    bool changed = false;
    for (auto [i, result] : llvm::enumerate(call->getResults())) {
      if (hasOwn && !isOwn(result))
        continue;
      Value value = change(b, terminator->getOperand(i));
      if (!value)
        continue;
      terminator->setOperand(i, value);
      changed = true;
    }
    return changed;
  }
};

} // namespace

//===- CheckDevicePlan.cpp - What a device cannot carry -------------------===//
//
// Launches are recorded before any of them runs, so nothing on the way may
// depend on data that only the device has: no branches, loops, or sizes that
// data decide. Each such node is named, all at once.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "passes/Device/DevicePasses.h"
#include "passes/Graph/Kernels.h"

namespace onnxc {
#define GEN_PASS_DEF_CHECKDEVICEPLAN
#include "passes/Device/DevicePasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct CheckDevicePlan : onnxc::impl::CheckDevicePlanBase<CheckDevicePlan> {
  using CheckDevicePlanBase::CheckDevicePlanBase;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    bool isCarried = true;
    for (Operation &op : main.getBody().front()) {
      StringRef problem;
      if (isa<onnx::IfOp>(op))
        problem = "branches on data";
      else if (isa<onnx::LoopOp, onnx::ScanOp>(op))
        problem = "is a loop over a graph";
      else if (auto symbol = dyn_cast<plan::SymbolOp>(op))
        problem = "depends on data for a size";
      else if (isa<onnx::DimsOp>(op) && !op.use_empty())
        problem = "reads a size that is free as a tensor";
      if (problem.empty())
        continue;
      isCarried = false;
      Operation *node = &op;
      if (auto symbol = dyn_cast<plan::SymbolOp>(op))
        if (Operation *source = symbol.getSource().getDefiningOp())
          node = source;
      node->emitError() << problem
                        << ", which a graphics device cannot do: what runs on "
                           "it is recorded before. Compile the model for a "
                           "CPU, or give it inputs of known sizes (--dim)";
    }
    if (!isCarried)
      signalPassFailure();
  }
};

} // namespace

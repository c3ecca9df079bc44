//===- CheckPhase.cpp - What holds after each phase -----------------------===//
//
// The invariants that docs/architecture.md states, looked at where they begin
// to hold, so that a mistake of a pass is found there and not phases later.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ControlFlowOps.h"
#include "dialects/onnx/CustomOps.h"
#include "dialects/plan/Kernels.h"
#include "passes/Check/CheckPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_CHECKPHASE
#include "passes/Check/CheckPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

/// @main is a list of calls, views and sub-graphs; all sizes are expressions.
LogicalResult checkMain(Operation *op) {
  bool stays =
      isa<plan::PlanDialect>(op->getDialect()) ||
      isa<onnx::ConstantOp, onnx::DimsOp, onnx::CustomCallOp,
          onnx::CustomSizesOp, onnx::YieldOp, func::FuncOp, func::ReturnOp>(
          op) ||
      op->getNumRegions() > 0;
  if (!stays)
    return op->emitError("is in no kernel after the graph phase");
  for (Value result : op->getResults())
    if (isa<TensorType>(result.getType()) && !result.use_empty() &&
        !onnx::getDims(result))
      return op->emitError("has a size that is no expression after the graph "
                           "phase");
  return success();
}

LogicalResult checkOp(Operation *op, StringRef phase) {
  auto kernel = op->getParentOfType<func::FuncOp>();
  Dialect *dialect = op->getDialect();
  if (phase == "graph")
    return kernel && !isKernel(kernel) ? checkMain(op) : success();
  if (phase == "tensor") {
    if (kernel && isKernel(kernel) && isa<onnx::OnnxDialect>(dialect))
      return op->emitError("is left in a kernel after the tensor phase");
    return success();
  }
  if (phase == "loops") {
    if (kernel && isKernel(kernel) &&
        isa<linalg::LinalgDialect, onnx::OnnxDialect, tensor::TensorDialect>(
            dialect))
      return op->emitError("is left in a kernel after the loops phase");
    return success();
  }
  if (phase == "memory") {
    if (isa<linalg::LinalgDialect, onnx::OnnxDialect, plan::PlanDialect,
            bufferization::BufferizationDialect, tensor::TensorDialect>(
            dialect))
      return op->emitError("is left after the memory phase");
    return success();
  }
  if (!isa<LLVM::LLVMDialect, BuiltinDialect>(dialect))
    return op->emitError("is left after the code phase");
  return success();
}

struct CheckPhase : onnxc::impl::CheckPhaseBase<CheckPhase> {
  using CheckPhaseBase::CheckPhaseBase;

  void runOnOperation() override {
    WalkResult result = getOperation()->walk([&](Operation *op) {
      return failed(checkOp(op, phase)) ? WalkResult::interrupt()
                                        : WalkResult::advance();
    });
    if (result.wasInterrupted()) {
      getOperation().emitError("the phases do not fit together: this is a bug "
                               "of the compiler");
      signalPassFailure();
    }
    plan::attrs::Phase::set(getOperation(),
                            StringAttr::get(&getContext(), phase));
  }
};

} // namespace

//===- RefuseForms.cpp - What has no lowering, in the user's words --------===//
//
// An op that is left in a kernel is a form that no pattern takes. All of them
// are reported, in the order of the kernels, each at its node and with the
// reasons that its patterns gave:
//
//   node "att" (Attention): is not supported in this form: the head size is
//   free: bind it with --dim, or give the attribute scale
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OnnxDialect.h"
#include "dialects/plan/Kernels.h"
#include "passes/Tensor/TensorPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_REFUSEFORMS
#include "passes/Tensor/TensorPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

void refuse(Operation *op) {
  InFlightDiagnostic error = op->emitError("is not supported in this form");
  if (auto reasons = plan::attrs::Refused::get(op)) {
    error << ": ";
    llvm::interleave(
        reasons.getAsValueRange<StringAttr>(), error,
        [&](StringRef reason) { error << reason; }, "; ");
    return;
  }
  auto isFree = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && !tensor.hasStaticShape();
  };
  if (llvm::any_of(op->getOperandTypes(), isFree)) {
    error
        << ": sizes of its operands are free: bind the model's dimensions with "
           "--dim or --shape";
    return;
  }
  error << ": it has no lowering for operands of types ";
  llvm::interleaveComma(op->getOperandTypes(), error);
}

struct RefuseForms : onnxc::impl::RefuseFormsBase<RefuseForms> {
  using RefuseFormsBase::RefuseFormsBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      // A version has the ops of its kernel.
      if (isKernel(function) && !plan::attrs::VersionOf::isOn(function))
        function.walk([&](Operation *op) {
          if (!isa<onnx::OnnxDialect>(op->getDialect()))
            return;
          refuse(op);
          signalPassFailure();
        });
  }
};

} // namespace

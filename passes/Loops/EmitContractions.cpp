//===- EmitContractions.cpp - Contractions become blocked vector loops ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/plan/Contractions.h"
#include "dialects/plan/Kernels.h"
#include "dialects/plan/Remarks.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/Loops/ContractionEmitters.h"
#include "passes/Loops/LoopsPasses.h"

namespace onnxc {
#define GEN_PASS_DEF_EMITCONTRACTIONS
#include "passes/Loops/LoopsPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

using Emit = LogicalResult (*)(const Contraction &, const RegisterFile &);
constexpr Emit kAlgorithms[] = {
#define ONNXC_ALGORITHM(EMIT) EMIT,
#include "passes/Loops/Algorithms.def"
};

std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// One that no algorithm takes becomes plain loops with all others.
bool emit(linalg::GenericOp op, const RegisterFile &registers) {
  std::optional<Contraction> contraction = matchContraction(op);
  bool isEmitted = contraction && llvm::any_of(kAlgorithms, [&](Emit emit) {
                     return succeeded(emit(*contraction, registers));
                   });
  if (isEmitted)
    return true;
  Type sum = getElementTypeOrSelf(op.getDpsInits()[0].getType());
  auto remark = remarkSlow(op, "loops");
  remark << "plain loops instead of tiles in registers: ";
  if (registers.vectorBits == 0)
    remark << "the machine has too few registers";
  else if (!isEmittedType(sum, registers))
    remark << "no tiles of such sums, which are " + print(sum);
  else
    remark << "no algorithm takes its form";
  return false;
}

struct EmitContractions : onnxc::impl::EmitContractionsBase<EmitContractions> {
  using EmitContractionsBase::EmitContractionsBase;

  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!isKernel(kernel))
      return;
    RegisterFile registers(getMachine(kernel));
    SmallVector<linalg::GenericOp> marked;
    kernel.walk([&](linalg::GenericOp op) {
      if (isContraction(op))
        marked.push_back(op);
    });
    bool hasEmitted = false;
    for (linalg::GenericOp op : marked)
      if (op.hasPureBufferSemantics() &&
          op->getParentOp() == kernel.getOperation())
        hasEmitted |= emit(op, registers);
    // Copies of a few vectors must not become calls of memcpy, nor the loops
    // over bytes that stand in for it where there is no C library.
    if (hasEmitted)
      kernel->setAttr(
          "passthrough",
          ArrayAttr::get(&getContext(),
                         StringAttr::get(&getContext(), "no-builtins")));
    // Partial sums that no loop stores leave views of their buffer.
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, kernel->getRegions());
    for (int64_t i = kernel.getNumArguments() - 1; i >= 0; --i)
      if (plan::attrs::Scratch::isOn(kernel, i) &&
          kernel.getArgument(i).use_empty())
        (void)kernel.eraseArgument(i);
  }
};

} // namespace

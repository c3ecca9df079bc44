//===- AttachMachine.cpp - A module says what it is compiled for ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/AsmParser/AsmParser.h"
#include "passes/Graph/GraphPasses.h"
#include "targets/Target.h"

namespace onnxc {
#define GEN_PASS_DEF_ATTACHMACHINE
#include "passes/Graph/GraphPasses.h.inc"
} // namespace onnxc

using namespace mlir;
using namespace onnxc;

namespace {

struct AttachMachine : onnxc::impl::AttachMachineBase<AttachMachine> {
  using AttachMachineBase::AttachMachineBase;

  void runOnOperation() override {
    if (failed(attach()))
      signalPassFailure();
  }

private:
  LogicalResult attach() {
    ModuleOp module = getOperation();
    if (!machine.empty()) {
      auto attr = dyn_cast_or_null<plan::MachineAttr>(
          parseAttribute("#plan.machine<" + machine + ">", &getContext()));
      if (!attr)
        return module.emitError("no machine model: ") << machine;
      setMachine(module, attr.getModel());
      return success();
    }
    llvm::Expected<Target> resolved = resolveTarget(target, cpu, features);
    if (!resolved)
      return module.emitError(llvm::toString(resolved.takeError()));
    setMachine(module, resolved->machine);
    if (!resolved->machine.isDevice())
      return success();
    llvm::Expected<Target> host = resolveTarget("", "");
    if (!host)
      return module.emitError(llvm::toString(host.takeError()));
    setHostMachine(module, host->machine);
    return success();
  }
};

} // namespace

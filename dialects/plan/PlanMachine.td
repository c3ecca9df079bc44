//===- PlanMachine.td - The machine that a module is compiled for ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLANMACHINE
#define ONNXC_DIALECTS_PLAN_PLANMACHINE

include "dialects/plan/PlanDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Plan_MachineAttr : AttrDef<Plan_Dialect, "Machine"> {
  let mnemonic = "machine";
  let summary = "What passes know about a machine";
  let description = [{
    A module has it as `plan.machine`; where a device runs the kernels, the
    module has that of its host as `plan.host_machine`, too. The fields are
    those of MachineModel.h; one that is not there has its default.

    ```mlir
    module attributes {plan.machine = #plan.machine<
        vectorBits = 512, numVectorRegisters = 32, hasRounding = true,
        dot = {group = 4, leftOffset = 128, intrinsics = {
            b512 = "llvm.x86.avx512.vpdpbusd.512"}}>} {}
    ```
  }];
  let parameters = (ins "::mlir::DictionaryAttr":$fields);
  let builders = [
    AttrBuilder<(ins "const ::onnxc::MachineModel &":$machine)>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    ::onnxc::MachineModel getModel() const;
  }];
}

#endif // ONNXC_DIALECTS_PLAN_PLANMACHINE

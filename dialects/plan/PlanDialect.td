//===- PlanDialect.td - The plan, and what passes tell each other ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLANDIALECT
#define ONNXC_DIALECTS_PLAN_PLANDIALECT

include "mlir/IR/DialectBase.td"

def Plan_Dialect : Dialect {
  let name = "plan";
  let cppNamespace = "::onnxc::plan";
  let summary = "Calls of kernels, and the buffers between them";
  let description = [{
    @main is a list of these ops once the graph is cut into kernels: calls,
    reinterpretations of buffers, and definitions of symbols.

    The dialect owns the protocol as well: whatever one pass, or the driver, notes
    on a function or module for another, or for codegen, is an attribute
    `plan.NAME` of this list, with a type that is verified. What the model says of
    itself (names, symbols, documentation) is the onnx dialect's.

    On modules, for all:
    - `machine`: what is known of the machine that the module is compiled for.
    - `host_machine`: the same of what a device leaves to its host, until the
      device's parts are modules of their own.
    - `phase`: the last phase that the module has been through.

    On ops:
    - `contraction`: what a matrix product or a convolution says beyond its loops,
      #plan.product or #plan.convolution.
    - `refused`: why no lowering pattern took it, a list of texts.

    On functions:
    - `kernel`: this is a kernel.
    - `version_of`: it does what the named kernel does, for some sizes.
    - `when_equal`: for those where each of these sizes equals the one after it,
      in pairs.

    On their arguments and results:
    - `dims`: the sizes of a kernel's tensor over the kernel's symbols, once its
      type has them no longer.
    - `scratch`: memory to work in, which @main provides.
    - `element`: the type of the elements behind a pointer.
    - `context`: the first argument is the context.

    On modules, for the pass that makes the entry point:
    - `shared_weights`: constants that come first among the weights, where
      another module or a device has them already.
    - `weights_from_context`: the code finds the weights by its context, not as
      @onnxc_weights.

    On modules, for codegen and messages:
    - `interface`: what of @main the callers see, once it is gone.
    - `weights`: a list of #plan.weight.
    - `steps`: a list of #plan.step, the calls that a profiler is told of.
    - `arena`: the size of the arena and what fills it, where it is constant.
    - `largest_weights`: a list of #plan.memory_use.
    - `allocating`: the nodes whose results need an allocator.
    - `custom_functions`: a list of #plan.custom_function, what the application
      has to define.

    Of devices:
    - `part`: the module is a part of the plan, which the device runs.
    - `device_weights`: how many of the weights' first bytes the device reads.
    - `device_parts`: a list of #plan.recorded_part.
    - `launch`: what the host says to launch the function in a gpu.module.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
  let useDefaultAttributePrinterParser = 1;
  let discardableAttrs = (ins
    "::onnxc::plan::MachineAttr":$machine,
    "::onnxc::plan::MachineAttr":$host_machine,
    "::mlir::StringAttr":$phase,
    "::mlir::Attribute":$contraction,
    "::mlir::ArrayAttr":$refused,
    "::mlir::UnitAttr":$kernel,
    "::mlir::FlatSymbolRefAttr":$version_of,
    "::onnxc::onnx::DimsAttr":$when_equal,
    "::onnxc::onnx::DimsAttr":$dims,
    "::mlir::UnitAttr":$scratch,
    "::mlir::TypeAttr":$element,
    "::mlir::UnitAttr":$context,
    "::mlir::ArrayAttr":$shared_weights,
    "::mlir::UnitAttr":$weights_from_context,
    "::onnxc::plan::InterfaceAttr":$interface,
    "::mlir::ArrayAttr":$weights,
    "::mlir::ArrayAttr":$steps,
    "::onnxc::plan::ArenaAttr":$arena,
    "::mlir::ArrayAttr":$largest_weights,
    "::mlir::ArrayAttr":$allocating,
    "::mlir::ArrayAttr":$custom_functions,
    "::onnxc::plan::PartAttr":$part,
    "::mlir::IntegerAttr":$device_weights,
    "::mlir::ArrayAttr":$device_parts,
    "::onnxc::plan::LaunchAttr":$launch
  );
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

#endif // ONNXC_DIALECTS_PLAN_PLANDIALECT

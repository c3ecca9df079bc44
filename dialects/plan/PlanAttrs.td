//===- PlanAttrs.td - Attributes of the plan that have parts --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLANATTRS
#define ONNXC_DIALECTS_PLAN_PLANATTRS

include "mlir/IR/AttrTypeBase.td"
include "dialects/plan/PlanContractions.td"
include "dialects/plan/PlanDialect.td"
include "dialects/plan/PlanMachine.td"

class Plan_Attr<string name, string word> : AttrDef<Plan_Dialect, name> {
  let mnemonic = word;
  let assemblyFormat = "`<` struct(params) `>`";
}

def Plan_WeightAttr : Plan_Attr<"Weight", "weight"> {
  let summary = "A constant, and where it is among the weights";
  let parameters = (ins "int64_t":$offset, "::mlir::ElementsAttr":$value);
  let genVerifyDecl = 1;
}

def Plan_InterfaceAttr : Plan_Attr<"Interface", "interface"> {
  let summary = "What callers see of @main";
  let description = [{
    The types of @main, the attributes of its arguments and of its results, and
    its attributes `onnx.symbols` and `onnx.symbol_bounds`.
  }];
  let parameters = (ins "::mlir::FunctionType":$type,
      "::mlir::ArrayAttr":$arguments, "::mlir::ArrayAttr":$results,
      "::mlir::ArrayAttr":$symbols, "::mlir::DenseI64ArrayAttr":$bounds);
  let genVerifyDecl = 1;
}

def Plan_StepAttr : Plan_Attr<"Step", "step"> {
  let summary = "A call of a kernel, and the model's nodes that it computes";
  let parameters = (ins "::mlir::StringAttr":$nodes,
      "::mlir::StringAttr":$kernel);
}

def Plan_MemoryUseAttr : Plan_Attr<"MemoryUse", "memory_use"> {
  let summary = "The bytes of a tensor of the named nodes";
  let description = [{
    `what` says which tensor it is, where it is not their result: "scratch of".
  }];
  let parameters = (ins "int64_t":$bytes, "::mlir::StringAttr":$nodes,
      OptionalParameter<"::mlir::StringAttr">:$what);
}

def Plan_ArenaAttr : Plan_Attr<"Arena", "arena"> {
  let summary = "How large the arena is, and why";
  let description = [{
    Its bytes, the most bytes that live at once, and as a list of
    #plan.memory_use the buffers at the step that needs most.
  }];
  let parameters = (ins "int64_t":$bytes, "int64_t":$live,
      "::mlir::ArrayAttr":$filled_by);
  let genVerifyDecl = 1;
}

def Plan_CustomFunctionAttr : Plan_Attr<"CustomFunction", "custom_function"> {
  let summary = "A function that the application defines for custom operators";
  let description = [{
    `name` is what the application calls it, `symbol` what the linker does, and
    `users` tells a reader which operators call it. Inputs and outputs are
    tensor types whose ranks and elements count, or none where the function is
    given null. `attributes` are the kinds of the nodes' attributes as ONNX has
    them: FLOAT, INTS, ... With `sizes` it is the function that tells sizes of
    outputs.
  }];
  let parameters = (ins "::mlir::StringAttr":$name,
      "::mlir::StringAttr":$symbol, "::mlir::StringAttr":$users,
      "::mlir::ArrayAttr":$names, "::mlir::ArrayAttr":$inputs,
      "::mlir::ArrayAttr":$outputs, "::mlir::DictionaryAttr":$attributes,
      "bool":$sizes);
  let genVerifyDecl = 1;
}

def Plan_PartAttr : Plan_Attr<"Part", "part"> {
  let summary = "A part of the plan that the device runs";
  let description = [{
    Its number, and of its inputs and then its outputs: the bytes, the slot,
    which is where the device keeps the tensor, and whether the host gives or
    takes it. `inputs` is how many of them are inputs.
  }];
  let parameters = (ins "int64_t":$number, "int64_t":$inputs,
      "::onnxc::onnx::DimsAttr":$bytes, "::mlir::DenseI64ArrayAttr":$slots,
      "::mlir::DenseBoolArrayAttr":$transfers);
  let genVerifyDecl = 1;
}

def Plan_RecordedPartAttr : Plan_Attr<"RecordedPart", "recorded_part"> {
  let summary = "A part, and the number of its first function of the device";
  let parameters = (ins "int64_t":$first, "::onnxc::plan::PartAttr":$part);
}

def Plan_LaunchAttr : Plan_Attr<"Launch", "launch"> {
  let summary = "How the host launches a function of the device";
  let description = [{
    The number by which it names it, how many of the arguments are buffers (the
    others are sizes), and the threads of a group.
  }];
  let parameters = (ins "int64_t":$number, "int64_t":$buffers,
      "int64_t":$threads);
}

#endif // ONNXC_DIALECTS_PLAN_PLANATTRS

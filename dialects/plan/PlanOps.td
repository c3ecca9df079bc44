//===- PlanOps.td - The list of kernel calls that a model becomes ---------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLANOPS
#define ONNXC_DIALECTS_PLAN_PLANOPS

include "dialects/plan/PlanDialect.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Plan_Op<string name, list<Trait> traits = []>
    : Op<Plan_Dialect, name, traits>;

def Plan_Tensor : Type<CPred<"::llvm::isa<::mlir::TensorType>($_self)">,
                       "tensor", "::mlir::TensorType">;

def Plan_CallOp : Plan_Op<"call", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>, Pure,
    AttrSizedOperandSegments]> {
  let summary = "Runs a kernel";
  let description = [{
    The kernel's arguments are the tensors, then the symbols. The results'
    sizes are in their types, as expressions over @main's symbols. `reused` has
    for each result the number of the input whose memory it takes, or -1: the
    kernel has one argument for both, the result's.
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<Plan_Tensor>:$inputs,
                       Variadic<Index>:$symbols,
                       OptionalAttr<DenseI64ArrayAttr>:$reused);
  let results = (outs Variadic<Plan_Tensor>:$outputs);
  let assemblyFormat = [{
    $callee `(` $inputs `)` `[` $symbols `]` attr-dict `:`
    functional-type($inputs, $outputs)
  }];
  let extraClassDeclaration = [{
    /// The input whose memory the result takes; null for none.
    ::mlir::Value getReusedInput(unsigned result);
    /// Whether the kernel has no argument of its own for the input.
    bool isReused(unsigned input);
  }];
}

def Plan_ViewOp : Plan_Op<"view", [Pure]> {
  let summary = "The same elements in the same order under another shape";
  let arguments = (ins Plan_Tensor:$source);
  let results = (outs Plan_Tensor:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
}

def Plan_SymbolOp : Plan_Op<"symbol"> {
  let summary = "Defines a symbol by an element of an integer tensor";
  let description = [{
    Symbol `number` of the function is the element `element` (row-major) of the
    tensor. Symbols of the function's inputs are its index arguments instead.
  }];
  let arguments = (ins I64Attr:$number, Plan_Tensor:$source,
                       DefaultValuedAttr<I64Attr, "0">:$element);
  let results = (outs Index:$value);
  let assemblyFormat =
      "$number `=` $source `[` $element `]` attr-dict `:` type($source)";
}

def Plan_SizeOp : Plan_Op<"size", [Pure]> {
  let summary = "An expression over symbols as one value";
  let description = [{
    The map has one result over @main's symbols. What a kernel is given so is a
    symbol like others to it.
  }];
  let arguments = (ins AffineMapAttr:$map);
  let results = (outs Index:$value);
  let assemblyFormat = "$map attr-dict";
}

def Plan_RequireOp : Plan_Op<"require"> {
  let summary = "Ends the run unless two expressions over symbols are equal";
  let description = [{
    The map's two results over @main's symbols are sizes that what follows in
    the block takes to be equal. It is for blocks that may not run; what all of
    @main requires is in its attribute `onnx.equal_sizes`.
  }];
  let arguments = (ins AffineMapAttr:$map);
  let assemblyFormat = "$map attr-dict";
  let hasVerifier = 1;
}

def Plan_OffloadOp : Plan_Op<"offload"> {
  let summary = "Runs a part of the plan on the device";
  let description = [{
    `part` is the number of a part that the device has recorded. The inputs are
    the tensors that it has not got yet, the results those that the host reads;
    what else goes from part to part stays on the device.
  }];
  let arguments = (ins I64Attr:$part, Variadic<Plan_Tensor>:$inputs);
  let results = (outs Variadic<Plan_Tensor>:$outputs);
  let assemblyFormat = [{
    $part `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)
  }];
}

#endif // ONNXC_DIALECTS_PLAN_PLANOPS

//===- CustomOps.td - Calls of functions that the application defines -----===//
//
// Not operators of ONNX: what the importer makes of the nodes that --custom-op
// names. They stay in @main, whose entry point makes the calls.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// What they do is not known: none is computed by the compiler, and two equal
// ones are two. One that nobody reads is left out, as an allocation is.
class Onnx_CustomOp<string name, list<Trait> traits = []>
    : Onnx_Op<name, traits # [InferTypes]> {
  dag customArguments = (ins
      Variadic<Onnx_Tensor>:$inputs, StrAttr:$op_type, StrAttr:$function,
      Onnx_Strings:$names, DenseBoolArrayAttr:$given_inputs,
      DenseBoolArrayAttr:$given_outputs, ArrayAttr:$rules,
      DictionaryAttr:$values);
  let hasVerifier = 1;
}

def Onnx_CustomCallOp : Onnx_CustomOp<"CustomCall", [
    NeedsSizes, DeclareOpInterfaceMethods<DataDependentShapeOp>]> {
  let summary = "A node that a function of the application computes";
  let description = [{
    `op_type` is the node's operator, `function` what the application calls the
    function. `given_inputs` and `given_outputs` say which of the node's inputs
    and outputs are there, `names` how the header calls the inputs. `rules` has
    for each output a rule (CustomRule.h), or the type that the model states,
    none for one that is left out.
    `values` are the node's attributes.
  }];
  let arguments = customArguments;
  let results = (outs Res<Variadic<Onnx_Tensor>, "", [MemAlloc]>:$outputs);
}

def Onnx_CustomSizesOp : Onnx_CustomOp<"CustomSizes"> {
  let summary = "The sizes of a CustomCall that a function computes";
  let description = [{
    A scalar for each size that the rules leave to the function, in their order.
  }];
  let arguments = customArguments;
  let results = (outs Res<Variadic<Onnx_Tensor>, "", [MemAlloc]>:$sizes);
}

//===- EinsumOps.td - Contractions given by an equation -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_EinsumOp : Onnx_PureOp<"Einsum", [Costs, NeedsSizes]> {
  let summary = "The sum of products over all letters the output lacks";
  let arguments = (ins Variadic<Onnx_Tensor>:$Inputs, Onnx_String:$equation);
  let results = (outs Onnx_Tensor:$Output);
}

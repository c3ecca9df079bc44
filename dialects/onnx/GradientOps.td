//===- GradientOps.td - Partial derivatives -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_GradientOp : Onnx_PureOp<"Gradient", [Expanding]> {
  let summary = "The derivatives of the sum of y with respect to each of xs";
  let description = [{
    Behind the values that the node is given the importer puts the tensors that
    `xs`, `zs` and `y` name. Where other values are given than these, the ops
    from them to y are built once more, of the values. Then each op that y
    depends on hands on its derivative, from y back to xs (GradientRules.h).
  }];
  let arguments = (ins Variadic<Onnx_Tensor>:$Inputs, Onnx_Strings:$xs,
                       Onnx_String:$y, OptionalAttr<Onnx_Strings>:$zs);
  let results = (outs Variadic<Onnx_Tensor>:$Outputs);
}

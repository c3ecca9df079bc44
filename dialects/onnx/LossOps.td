//===- LossOps.td - Losses of classifications -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// The specification's body takes targets of other sizes than the scores'.
def Onnx_NegativeLogLikelihoodLossOp
    : Onnx_PureOp<"NegativeLogLikelihoodLoss", [Expanding, NeedsSizes]> {
  let summary = "The negative score of each target, of one sample or of all";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$target,
                       Optional<Onnx_Tensor>:$weight,
                       OptionalAttr<Onnx_Int>:$ignore_index,
                       DefaultValuedAttr<Onnx_String, "\"mean\"">:$reduction);
  let results = (outs Onnx_Tensor:$loss);
}

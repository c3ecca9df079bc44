//===- CausalConvOps.td - Convolutions over what came before --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// The specification's body takes states of any length.
def Onnx_CausalConvWithStateOp
    : Onnx_PureOp<"CausalConvWithState", [
        AttrSizedOperandSegments, Expanding, NeedsSizes]> {
  let summary = "A convolution of each channel with its past";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$weight,
                       Optional<Onnx_Tensor>:$bias,
                       Optional<Onnx_Tensor>:$past_state,
                       DefaultValuedAttr<Onnx_String, "\"none\"">:$activation);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present_state);
}

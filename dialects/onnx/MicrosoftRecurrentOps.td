//===- MicrosoftRecurrentOps.td - Recurrences of quantised weights --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftDynamicQuantizeLSTMOp
    : Onnx_MicrosoftOp<"DynamicQuantizeLSTM", [AttrSizedOperandSegments]> {
  let summary = "LSTM of quantised weights";
  let description = [{
    onnxruntime quantises the inputs and states of each step as well; here they
    stay what they are.
  }];
  let arguments = (ins
      Onnx_Tensor:$X, Onnx_IntTensor:$W, Onnx_IntTensor:$R,
      Optional<Onnx_Tensor>:$B,
      Optional<Onnx_IntTensor>:$sequence_lens, Optional<Onnx_Tensor>:$initial_h,
      Optional<Onnx_Tensor>:$initial_c, Optional<Onnx_Tensor>:$P,
      Onnx_Tensor:$W_scale, Onnx_IntTensor:$W_zero_point, Onnx_Tensor:$R_scale,
      Onnx_IntTensor:$R_zero_point, OptionalAttr<Onnx_Floats>:$activation_alpha,
      OptionalAttr<Onnx_Floats>:$activation_beta,
      OptionalAttr<Onnx_Strings>:$activations, OptionalAttr<Onnx_Float>:$clip,
      DefaultValuedAttr<Onnx_String, "\"forward\"">:$direction,
      OptionalAttr<Onnx_Int>:$hidden_size,
      DefaultValuedAttr<Onnx_Int, "0">:$input_forget);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Y_h, Onnx_Tensor:$Y_c);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "111000001111";
  }];
}

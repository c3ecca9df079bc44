//===- MicrosoftRecurrentOps.td - Layers that become LSTMs ----------------===//
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

def Onnx_MicrosoftAttnLSTMOp
    : Onnx_MicrosoftOp<"AttnLSTM", [AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "LSTM that reads a memory by Bahdanau's attention";
  let description = [{
    What a step reads from the memory M, through the layer AW if there is one,
    stands behind the next step's input. Both directions read for themselves.
    onnxruntime refuses lengths of 0 and those above the steps or places that
    there are. Here these are limited, a sequence of none keeps its states, and
    nothing is read from a memory of none.
  }];
  let arguments = (ins
      Onnx_Tensor:$X, Onnx_Tensor:$W, Onnx_Tensor:$R, Optional<Onnx_Tensor>:$B,
      Optional<Onnx_IntTensor>:$sequence_lens, Optional<Onnx_Tensor>:$initial_h,
      Optional<Onnx_Tensor>:$initial_c, Optional<Onnx_Tensor>:$P,
      Onnx_Tensor:$QW, Onnx_Tensor:$MW, Onnx_Tensor:$V, Onnx_Tensor:$M,
      Optional<Onnx_IntTensor>:$memory_seq_lens, Optional<Onnx_Tensor>:$AW,
      OptionalAttr<Onnx_Floats>:$activation_alpha,
      OptionalAttr<Onnx_Floats>:$activation_beta,
      OptionalAttr<Onnx_Strings>:$activations, OptionalAttr<Onnx_Float>:$clip,
      DefaultValuedAttr<Onnx_String, "\"forward\"">:$direction,
      OptionalAttr<Onnx_Int>:$hidden_size,
      DefaultValuedAttr<Onnx_Int, "0">:$input_forget);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Y_h, Onnx_Tensor:$Y_c);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "11100000111100";
  }];
}

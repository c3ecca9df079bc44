//===- RecurrentOps.td - Recurrent layers --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_LSTMOp : Onnx_PureOp<"LSTM", [
    AttrSizedOperandSegments, Costs, NeedsSizes]> {
  let summary = "Long short-term memory";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W, Onnx_Tensor:$R,
                   Optional<Onnx_Tensor>:$B,
                   Optional<Onnx_Tensor>:$sequence_lens,
                   Optional<Onnx_Tensor>:$initial_h,
                   Optional<Onnx_Tensor>:$initial_c, Optional<Onnx_Tensor>:$P,
                   OptionalAttr<Onnx_Floats>:$activation_alpha,
                   OptionalAttr<Onnx_Floats>:$activation_beta,
                   OptionalAttr<Onnx_Strings>:$activations,
                   OptionalAttr<Onnx_Float>:$clip,
                   DefaultValuedAttr<Onnx_String, "\"forward\"">:$direction,
                   OptionalAttr<Onnx_Int>:$hidden_size,
                   DefaultValuedAttr<Onnx_Int, "0">:$input_forget,
                   DefaultValuedAttr<Onnx_Int, "0">:$layout);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Y_h, Onnx_Tensor:$Y_c);
}

def Onnx_GRUOp : Onnx_PureOp<"GRU", [
    AttrSizedOperandSegments, Costs, NeedsSizes]> {
  let summary = "Gated recurrent unit";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W, Onnx_Tensor:$R,
                   Optional<Onnx_Tensor>:$B,
                   Optional<Onnx_Tensor>:$sequence_lens,
                   Optional<Onnx_Tensor>:$initial_h,
                   OptionalAttr<Onnx_Floats>:$activation_alpha,
                   OptionalAttr<Onnx_Floats>:$activation_beta,
                   OptionalAttr<Onnx_Strings>:$activations,
                   OptionalAttr<Onnx_Float>:$clip,
                   DefaultValuedAttr<Onnx_String, "\"forward\"">:$direction,
                   OptionalAttr<Onnx_Int>:$hidden_size,
                   DefaultValuedAttr<Onnx_Int, "0">:$layout,
                   DefaultValuedAttr<Onnx_Int, "0">:$linear_before_reset);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Y_h);
}

def Onnx_RNNOp : Onnx_PureOp<"RNN", [
    AttrSizedOperandSegments, Costs, NeedsSizes]> {
  let summary = "Plain recurrent layer";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W, Onnx_Tensor:$R,
                   Optional<Onnx_Tensor>:$B,
                   Optional<Onnx_Tensor>:$sequence_lens,
                   Optional<Onnx_Tensor>:$initial_h,
                   OptionalAttr<Onnx_Floats>:$activation_alpha,
                   OptionalAttr<Onnx_Floats>:$activation_beta,
                   OptionalAttr<Onnx_Strings>:$activations,
                   OptionalAttr<Onnx_Float>:$clip,
                   DefaultValuedAttr<Onnx_String, "\"forward\"">:$direction,
                   OptionalAttr<Onnx_Int>:$hidden_size,
                   DefaultValuedAttr<Onnx_Int, "0">:$layout);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Y_h);
}

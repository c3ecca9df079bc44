//===- MicrosoftConvStateOps.td - Convolutions that go on -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

// Each channel has a kernel of its own along the sequence, which reads what came
// before: the state is the (taps - 1) * dilation last rows of the run before.

def Onnx_MicrosoftCausalConvWithStateOp
    : Onnx_MicrosoftOp<"CausalConvWithState", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "A convolution of each channel with what came before";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$weight,
      Optional<Onnx_Tensor>:$bias, Optional<Onnx_Tensor>:$past_state,
      DefaultValuedAttr<Onnx_String, "\"none\"">:$activation,
      DefaultValuedAttr<Onnx_Int, "0">:$channels_last,
      DefaultValuedAttr<Onnx_Int, "1">:$dilation,
      DefaultValuedAttr<Onnx_Int, "0">:$input_channel_offset,
      DefaultValuedAttr<Onnx_Int, "0">:$input_channels,
      DefaultValuedAttr<Onnx_Int, "1">:$ndim,
      DefaultValuedAttr<Onnx_Int, "-1">:$state_channels_last,
      DefaultValuedAttr<Onnx_Int, "0">:$state_length,
      DefaultValuedAttr<Onnx_Int, "0">:$state_update_capacity,
      DefaultValuedAttr<Onnx_Int, "0">:$state_window);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present_state,
                      Onnx_Tensor:$state_update);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1100";
  }];
}

def Onnx_MicrosoftVarlenCausalConvWithStateOp
    : Onnx_MicrosoftOp<"VarlenCausalConvWithState", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "CausalConvWithState of sequences one behind the other";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$weight,
      Onnx_IntTensor:$cumulative_sequence_length, Optional<Onnx_Tensor>:$bias,
      Onnx_Tensor:$initial_state, Optional<Onnx_IntTensor>:$capture_count,
      Optional<Onnx_Tensor>:$kernel_delta,
      Optional<Onnx_Tensor>:$previous_mask,
      DefaultValuedAttr<Onnx_String, "\"none\"">:$activation,
      DefaultValuedAttr<Onnx_Int, "0">:$delta_offset,
      DefaultValuedAttr<Onnx_Int, "1">:$dilation,
      DefaultValuedAttr<Onnx_Int, "1">:$group_size,
      DefaultValuedAttr<Onnx_Int, "0">:$state_update_capacity);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$final_state,
                      Onnx_Tensor:$state_update);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "11101000";
  }];
}

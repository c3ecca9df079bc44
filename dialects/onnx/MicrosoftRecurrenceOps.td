//===- MicrosoftRecurrenceOps.td - Attention as a recurrence --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftLinearAttentionOp
    : Onnx_MicrosoftOp<"LinearAttention", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Attention to a matrix that words decay and add to";
  let arguments = (ins Onnx_Tensor:$query, Onnx_Tensor:$key,
      Onnx_Tensor:$value, Optional<Onnx_Tensor>:$past_state,
      Optional<Onnx_Tensor>:$decay, Optional<Onnx_Tensor>:$beta,
      DefaultValuedAttr<Onnx_Int, "64">:$chunk_size, Onnx_Int:$kv_num_heads,
      Onnx_Int:$q_num_heads, DefaultValuedAttr<Onnx_Float, "0.0f">:$scale,
      DefaultValuedAttr<Onnx_Int, "0">:$state_window,
      DefaultValuedAttr<Onnx_String, "\"gated_delta\"">:$update_rule);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present_state);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "111000";
  }];
}

def Onnx_MicrosoftGatedDeltaNetOp
    : Onnx_MicrosoftOp<"GatedDeltaNet", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "LinearAttention of sequences one behind the other";
  let arguments = (ins Onnx_Tensor:$query, Optional<Onnx_Tensor>:$key,
      Optional<Onnx_Tensor>:$value, Optional<Onnx_IntTensor>:$cu_seqlens,
      Optional<Onnx_Tensor>:$decay, Optional<Onnx_Tensor>:$beta,
      Optional<Onnx_Tensor>:$initial_state, Optional<Onnx_Tensor>:$a_log,
      Optional<Onnx_Tensor>:$dt_bias, Optional<Onnx_IntTensor>:$capture_count,
      Optional<Onnx_IntTensor>:$state_update_active,
      DefaultValuedAttr<Onnx_String, "\"none\"">:$beta_activation,
      DefaultValuedAttr<Onnx_Int, "64">:$chunk_size,
      DefaultValuedAttr<Onnx_String, "\"none\"">:$gate_activation,
      DefaultValuedAttr<Onnx_Float, "-5.0f">:$gate_lower_bound,
      DefaultValuedAttr<Onnx_Int, "0">:$qk_l2_norm,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$scale,
      DefaultValuedAttr<Onnx_Int, "0">:$state_update_capacity,
      DefaultValuedAttr<Onnx_String, "\"gated_delta\"">:$update_rule);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$final_state,
                      Onnx_Tensor:$state_update);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "10000000000";
  }];
}

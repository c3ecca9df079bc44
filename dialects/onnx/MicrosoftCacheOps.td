//===- MicrosoftCacheOps.td - Attention over a cache ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftGroupQueryAttentionOp
    : Onnx_MicrosoftOp<"GroupQueryAttention", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Attention to a cache of keys and values, to which it appends";
  let description = [{
    `seqlens_k` is one less than the number of keys of each batch with the new
    ones. The present cache is as long as the past one or as
    `total_sequence_length`, whichever is longer: data decides its size.
  }];
  let arguments = (ins Onnx_Tensor:$query, Optional<Onnx_Tensor>:$key,
      Optional<Onnx_Tensor>:$value, Optional<Onnx_Tensor>:$past_key,
      Optional<Onnx_Tensor>:$past_value, Onnx_IntTensor:$seqlens_k,
      Onnx_IntTensor:$total_sequence_length, Optional<Onnx_Tensor>:$cos_cache,
      Optional<Onnx_Tensor>:$sin_cache, Optional<Onnx_IntTensor>:$position_ids,
      Optional<Onnx_Tensor>:$attention_bias, Optional<Onnx_Tensor>:$head_sink,
      Optional<Onnx_Tensor>:$k_scale, Optional<Onnx_Tensor>:$v_scale,
      Optional<Onnx_Tensor>:$q_norm_weight,
      Optional<Onnx_Tensor>:$k_norm_weight,
      Optional<Onnx_IntTensor>:$query_seqlens,
      DefaultValuedAttr<Onnx_Int, "1">:$causal,
      DefaultValuedAttr<Onnx_Int, "0">:$do_rotary,
      OptionalAttr<Onnx_Float>:$k_norm_epsilon,
      DefaultValuedAttr<Onnx_String, "\"NONE\"">:$k_quant_type,
      OptionalAttr<Onnx_Int>:$kv_cache_bit_width, Onnx_Int:$kv_num_heads,
      DefaultValuedAttr<Onnx_Int, "-1">:$local_window_size,
      Onnx_Int:$num_heads, OptionalAttr<Onnx_Float>:$q_norm_epsilon,
      DefaultValuedAttr<Onnx_Float, "9.99999997e-07f">:$qk_norm_epsilon,
      DefaultValuedAttr<Onnx_Int, "0">:$qk_output,
      DefaultValuedAttr<Onnx_Int, "0">:$rotary_interleaved,
      OptionalAttr<Onnx_Float>:$scale,
      DefaultValuedAttr<Onnx_Int, "0">:$sliding_window_cache,
      DefaultValuedAttr<Onnx_Int, "-1">:$smooth_softmax,
      DefaultValuedAttr<Onnx_Float, "0.0f">:$softcap,
      DefaultValuedAttr<Onnx_String, "\"NONE\"">:$v_quant_type);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present_key,
                 Onnx_Tensor:$present_value, Onnx_Tensor:$output_qk);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "10000110000000000";
  }];
}

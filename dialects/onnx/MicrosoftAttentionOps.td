//===- MicrosoftAttentionOps.td - Attention with its projections ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftRotaryEmbeddingOp
    : Onnx_MicrosoftOp<"RotaryEmbedding", [NeedsSizes]> {
  let summary = "RotaryEmbedding at given positions, or from a given one on";
  let arguments = (ins Onnx_Tensor:$input, Onnx_IntTensor:$position_ids,
      Onnx_Tensor:$cos_cache, Onnx_Tensor:$sin_cache,
      DefaultValuedAttr<Onnx_Int, "0">:$interleaved,
      DefaultValuedAttr<Onnx_Int, "0">:$is_packed_batching,
      DefaultValuedAttr<Onnx_Int, "0">:$num_heads,
      DefaultValuedAttr<Onnx_Int, "0">:$rotary_embedding_dim,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$scale);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}

def Onnx_MicrosoftAttentionOp
    : Onnx_MicrosoftOp<"Attention", [AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Attention of input * weights + bias to itself";
  let description = [{
    The columns of the weights are those of queries, keys and values. `past` and
    `present` hold keys and values one behind the other.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$weights,
      Optional<Onnx_Tensor>:$bias, Optional<Onnx_IntTensor>:$mask_index,
      Optional<Onnx_Tensor>:$past, Optional<Onnx_Tensor>:$attention_bias,
      Optional<Onnx_Tensor>:$past_sequence_length,
      DefaultValuedAttr<Onnx_Int, "0">:$do_rotary,
      DefaultValuedAttr<Onnx_Float, "-10000.0f">:$mask_filter_value,
      Onnx_Int:$num_heads,
      DefaultValuedAttr<Onnx_Int, "0">:$past_present_share_buffer,
      OptionalAttr<Onnx_Ints>:$qkv_hidden_sizes,
      OptionalAttr<Onnx_Int>:$rotary_embedding_dim,
      OptionalAttr<Onnx_Float>:$scale,
      DefaultValuedAttr<Onnx_Int, "0">:$unidirectional);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1100000";
  }];
}

def Onnx_MicrosoftQAttentionOp
    : Onnx_MicrosoftOp<"QAttention", [AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Attention of a product of quantised matrices to itself";
  let arguments = (ins Onnx_IntTensor:$input, Onnx_IntTensor:$weight,
      Onnx_Tensor:$bias, Onnx_Tensor:$input_scale, Onnx_Tensor:$weight_scale,
      Optional<Onnx_IntTensor>:$mask_index,
      Optional<Onnx_IntTensor>:$input_zero_point,
      Optional<Onnx_IntTensor>:$weight_zero_point, Optional<Onnx_Tensor>:$past,
      DefaultValuedAttr<Onnx_Int, "0">:$do_rotary,
      DefaultValuedAttr<Onnx_Float, "-10000.0f">:$mask_filter_value,
      Onnx_Int:$num_heads,
      DefaultValuedAttr<Onnx_Int, "0">:$past_present_share_buffer,
      OptionalAttr<Onnx_Float>:$scale,
      DefaultValuedAttr<Onnx_Int, "0">:$unidirectional);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "111110000";
  }];
}

def Onnx_MicrosoftMultiHeadAttentionOp
    : Onnx_MicrosoftOp<"MultiHeadAttention", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Attention of queries to keys and values, which may be packed";
  let arguments = (ins Onnx_Tensor:$query, Optional<Onnx_Tensor>:$key,
      Optional<Onnx_Tensor>:$value, Optional<Onnx_Tensor>:$bias,
      Optional<Onnx_IntTensor>:$key_padding_mask,
      Optional<Onnx_Tensor>:$attention_bias, Optional<Onnx_Tensor>:$past_key,
      Optional<Onnx_Tensor>:$past_value,
      Optional<Onnx_Tensor>:$past_sequence_length,
      Optional<Onnx_Tensor>:$cache_indirection,
      DefaultValuedAttr<Onnx_Float, "-10000.0f">:$mask_filter_value,
      Onnx_Int:$num_heads, OptionalAttr<Onnx_Float>:$scale,
      DefaultValuedAttr<Onnx_Int, "0">:$unidirectional);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present_key,
                 Onnx_Tensor:$present_value, Onnx_Tensor:$qk);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1000000000";
  }];
}

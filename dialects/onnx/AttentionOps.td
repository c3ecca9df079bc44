//===- AttentionOps.td - Attention and rotary embedding -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_RotaryEmbeddingOp : Onnx_PureOp<"RotaryEmbedding", [NeedsSizes]> {
  let summary = "Rotates pairs of features by an angle of the position";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$cos_cache,
                   Onnx_Tensor:$sin_cache, Optional<Onnx_Tensor>:$position_ids,
                   DefaultValuedAttr<Onnx_Int, "0">:$interleaved,
                   OptionalAttr<Onnx_Int>:$num_heads,
                   DefaultValuedAttr<Onnx_Int, "0">:$rotary_embedding_dim);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_AttentionOp : Onnx_PureOp<"Attention", [
    AttrSizedOperandSegments, Costs, NeedsSizes]> {
  let summary = "softmax(Q K^T * scale + mask) V";
  let arguments = (ins Onnx_Tensor:$Q, Onnx_Tensor:$K, Onnx_Tensor:$V,
                   Optional<Onnx_Tensor>:$attn_mask,
                   Optional<Onnx_Tensor>:$past_key,
                   Optional<Onnx_Tensor>:$past_value,
                   Optional<Onnx_Tensor>:$nonpad_kv_seqlen,
                   DefaultValuedAttr<Onnx_Int, "0">:$is_causal,
                   OptionalAttr<Onnx_Int>:$kv_num_heads,
                   DefaultValuedAttr<Onnx_Int, "-1">:$left_window_size,
                   OptionalAttr<Onnx_Int>:$q_num_heads,
                   DefaultValuedAttr<Onnx_Int, "0">:$qk_matmul_output_mode,
                   DefaultValuedAttr<Onnx_Int, "-1">:$right_window_size,
                   OptionalAttr<Onnx_Float>:$scale,
                   DefaultValuedAttr<Onnx_Float, "0.0f">:$softcap,
                   OptionalAttr<Onnx_Int>:$softmax_precision);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$present_key,
                 Onnx_Tensor:$present_value, Onnx_Tensor:$qk_matmul_output);
}

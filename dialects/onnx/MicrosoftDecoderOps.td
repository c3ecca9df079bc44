//===- MicrosoftDecoderOps.td - Attention of one word ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftDecoderMaskedMultiHeadAttentionOp
    : Onnx_MicrosoftOp<"DecoderMaskedMultiHeadAttention", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "MultiHeadAttention of one word a sentence";
  let description = [{
    Where past and present share a buffer, the word's key and value are written
    into it at `past_sequence_length`, and what is behind them is hidden.
  }];
  let arguments = (ins Onnx_Tensor:$query, Optional<Onnx_Tensor>:$key,
      Optional<Onnx_Tensor>:$value, Optional<Onnx_IntTensor>:$mask_index,
      Optional<Onnx_Tensor>:$attention_bias, Optional<Onnx_Tensor>:$past_key,
      Optional<Onnx_Tensor>:$past_value,
      Optional<Onnx_IntTensor>:$past_sequence_length,
      Optional<Onnx_IntTensor>:$beam_width,
      Optional<Onnx_IntTensor>:$cache_indirection, Optional<Onnx_Tensor>:$bias,
      DefaultValuedAttr<Onnx_Float, "-10000.0f">:$mask_filter_value,
      Onnx_Int:$num_heads, DefaultValuedAttr<Onnx_Int, "0">:$output_qk,
      DefaultValuedAttr<Onnx_Int, "0">:$past_present_share_buffer,
      OptionalAttr<Onnx_Float>:$scale);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present_key,
                 Onnx_Tensor:$present_value, Onnx_Tensor:$qk);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "10000000000";
  }];
}

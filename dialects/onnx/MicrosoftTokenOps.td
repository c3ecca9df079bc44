//===- MicrosoftTokenOps.td - Tokens, packed or hashed --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftNGramRepeatBlockOp
    : Onnx_MicrosoftOp<"NGramRepeatBlock", [NeedsSizes]> {
  let summary = "Scores, -inf for tokens that would repeat an n-gram";
  let arguments = (ins Onnx_IntTensor:$input_ids, Onnx_Tensor:$scores,
                       Onnx_Int:$ngram_size);
  let results = (outs Onnx_Tensor:$scores_out);
  let hasVerifier = 1;
}

def Onnx_MicrosoftMurmurHash3Op : Onnx_MicrosoftOp<"MurmurHash3"> {
  let summary = "MurmurHash3_x86_32 of each number's bytes";
  let arguments = (ins Onnx_Tensor:$X,
      DefaultValuedAttr<Onnx_Int, "1">:$positive,
      DefaultValuedAttr<Onnx_Int, "0">:$seed);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftTorchEmbeddingOp
    : Onnx_MicrosoftOp<"TorchEmbedding", [AttrSizedOperandSegments]> {
  let summary = "Rows of a table; the optional inputs are for its gradient";
  let arguments = (ins Onnx_Tensor:$weight, Onnx_IntTensor:$indices,
      Optional<Onnx_Tensor>:$padding_idx,
      Optional<Onnx_Tensor>:$scale_grad_by_freq);
  let results = (outs Onnx_Tensor:$Y);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1100";
  }];
}

//===----------------------------------------------------------------------===//
// Sentences without what pads them
//===----------------------------------------------------------------------===//

// `token_offset` is [batch, length]: the places of the words, then those of
// what pads the sentences.

def Onnx_MicrosoftRemovePaddingOp
    : Onnx_MicrosoftOp<"RemovePadding", [NeedsSizes]> {
  let summary = "The words of all sentences one behind the other";
  let arguments = (ins Onnx_Tensor:$input,
                       Onnx_IntTensor:$sequence_token_count);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$token_offset,
                 Onnx_Tensor:$cumulated_seq_len, Onnx_Tensor:$max_seq_len);
}

def Onnx_MicrosoftRestorePaddingOp
    : Onnx_MicrosoftOp<"RestorePadding", [NeedsSizes]> {
  let summary = "Sentences of words, with zeros behind them";
  let arguments = (ins Onnx_Tensor:$input, Onnx_IntTensor:$token_offset);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MicrosoftPackedAttentionOp
    : Onnx_MicrosoftOp<"PackedAttention", [NeedsSizes]> {
  let summary = "Attention of words without what pads their sentences";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$weights,
      Onnx_Tensor:$bias, Onnx_IntTensor:$token_offset,
      Onnx_IntTensor:$cumulative_sequence_length,
      Optional<Onnx_Tensor>:$attention_bias, Onnx_Int:$num_heads,
      OptionalAttr<Onnx_Ints>:$qkv_hidden_sizes,
      OptionalAttr<Onnx_Float>:$scale);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}

def Onnx_MicrosoftPackedMultiHeadAttentionOp
    : Onnx_MicrosoftOp<"PackedMultiHeadAttention", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "MultiHeadAttention of words without what pads their sentences";
  let arguments = (ins Onnx_Tensor:$query, Optional<Onnx_Tensor>:$key,
      Optional<Onnx_Tensor>:$value, Optional<Onnx_Tensor>:$bias,
      Onnx_IntTensor:$token_offset, Onnx_IntTensor:$cumulative_sequence_length,
      Optional<Onnx_Tensor>:$attention_bias,
      DefaultValuedAttr<Onnx_Float, "-10000.0f">:$mask_filter_value,
      Onnx_Int:$num_heads, OptionalAttr<Onnx_Float>:$scale);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1000110";
  }];
}

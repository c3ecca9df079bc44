//===- MicrosoftHashOps.td - Hashes of the last words ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

// Of each word and the n - 1 before it, for n from 2 to max_ngram_size, a hash
// and its remainders by n_head_per_ngram sizes.

def Onnx_MicrosoftNGramHashMappingOp
    : Onnx_MicrosoftOp<"NGramHashMapping", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Hashes of n-grams";
  let arguments = (ins Onnx_IntTensor:$input_ids, Onnx_IntTensor:$multipliers,
      Onnx_IntTensor:$vocab_sizes, Optional<Onnx_IntTensor>:$past_ids,
      Optional<Onnx_IntTensor>:$head_offsets,
      Optional<Onnx_IntTensor>:$eos_token_id,
      Optional<Onnx_IntTensor>:$segment_ids, Onnx_Int:$max_ngram_size,
      Onnx_Int:$n_head_per_ngram, Onnx_Int:$pad_id,
      DefaultValuedAttr<Onnx_Int, "0">:$reset_on_eos);
  let results = (outs Onnx_Tensor:$hash_ids, Onnx_Tensor:$present_ids);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1110000";
  }];
}

def Onnx_MicrosoftVarlenNGramHashMappingOp
    : Onnx_MicrosoftOp<"VarlenNGramHashMapping", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Hashes of n-grams of sequences one behind the other";
  let arguments = (ins Onnx_IntTensor:$input_ids, Onnx_IntTensor:$multipliers,
      Onnx_IntTensor:$vocab_sizes, Onnx_IntTensor:$cumulative_sequence_length,
      Optional<Onnx_IntTensor>:$past_ids,
      Optional<Onnx_IntTensor>:$head_offsets,
      Optional<Onnx_IntTensor>:$eos_token_id,
      Optional<Onnx_IntTensor>:$segment_ids,
      Optional<Onnx_IntTensor>:$past_segment_ids,
      Optional<Onnx_IntTensor>:$capture_count, Onnx_Int:$max_ngram_size,
      Onnx_Int:$n_head_per_ngram, Onnx_Int:$pad_id,
      DefaultValuedAttr<Onnx_Int, "0">:$reset_on_eos,
      DefaultValuedAttr<Onnx_Int, "0">:$state_update_capacity);
  let results = (outs Onnx_Tensor:$hash_ids, Onnx_Tensor:$present_ids,
      Onnx_Tensor:$present_segment_ids, Onnx_Tensor:$state_update);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1111000000";
  }];
}

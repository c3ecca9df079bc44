//===- MicrosoftSparseOps.td - Attention to some blocks of keys -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftSparseAttentionOp
    : Onnx_MicrosoftOp<"SparseAttention", [
          AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "Attention over a cache, to some blocks of its keys";
  let description = [{
    Which blocks of keys a block of queries sees is a matrix in compressed rows,
    of one layout or several, which heads take in turn.
  }];
  let arguments = (ins Onnx_Tensor:$query, Optional<Onnx_Tensor>:$key,
      Optional<Onnx_Tensor>:$value, Onnx_Tensor:$past_key,
      Onnx_Tensor:$past_value, Onnx_IntTensor:$block_row_indices,
      Onnx_IntTensor:$block_col_indices,
      Onnx_IntTensor:$total_sequence_length,
      Onnx_IntTensor:$key_total_sequence_lengths,
      Optional<Onnx_Tensor>:$cos_cache, Optional<Onnx_Tensor>:$sin_cache,
      DefaultValuedAttr<Onnx_Int, "0">:$do_rotary, Onnx_Int:$kv_num_heads,
      Onnx_Int:$num_heads, DefaultValuedAttr<Onnx_Int, "0">:$rotary_interleaved,
      OptionalAttr<Onnx_Float>:$scale, Onnx_Int:$sparse_block_size);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$present_key,
                      Onnx_Tensor:$present_value);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "10011111100";
  }];
}

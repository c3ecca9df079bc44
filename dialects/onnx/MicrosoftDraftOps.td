//===- MicrosoftDraftOps.td - Words that a draft foretold -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftBifurcationDetectorOp
    : Onnx_MicrosoftOp<"BifurcationDetector", [NeedsSizes]> {
  let summary = "Words up to where they leave a draft, and where it goes on";
  let arguments = (ins Onnx_IntTensor:$src_tokens, Onnx_IntTensor:$cur_tokens,
      Onnx_IntTensor:$prev_suffix_match_idx,
      Optional<Onnx_IntTensor>:$pred_tokens,
      DefaultValuedAttr<Onnx_Int, "3">:$max_ngram_size,
      DefaultValuedAttr<Onnx_Int, "1">:$min_ngram_size);
  let results = (outs Onnx_Tensor:$tokens, Onnx_Tensor:$suffix_match_idx);
  let hasVerifier = 1;
}

def Onnx_SuffixMatchOp : Onnx_PureOp<"SuffixMatch"> {
  let summary = "Where the only occurrence of the last words in others ends";
  let description = [{
    Of n last words, for n from `least` to `most`: those of the greatest n that
    occur, -1 where they occur twice or not at all. Both are lists of i64.
  }];
  let arguments = (ins Onnx_Tensor:$source, Onnx_Tensor:$words,
                       Onnx_Int:$least, Onnx_Int:$most);
  let results = (outs Onnx_Tensor:$end);
}

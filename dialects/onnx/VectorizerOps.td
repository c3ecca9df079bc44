//===- VectorizerOps.td - Counts of short sequences -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_TfIdfVectorizerOp : Onnx_PureOp<"TfIdfVectorizer", [Expanding]> {
  let summary = "How often each n-gram of a pool occurs in each row";
  let description = [{
    Elements are integers or strings. Shape inference makes look-ups of it.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Int:$max_gram_length,
                       Onnx_Int:$max_skip_count, Onnx_Int:$min_gram_length,
                       Onnx_String:$mode, Onnx_Ints:$ngram_counts,
                       Onnx_Ints:$ngram_indexes,
                       OptionalAttr<Onnx_Ints>:$pool_int64s,
                       OptionalAttr<Onnx_Strings>:$pool_strings,
                       OptionalAttr<Onnx_Floats>:$weights);
  let results = (outs Onnx_Tensor:$Y);
}

//===- RecurrenceOps.td - Attention as a recurrence -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_LinearRecurrenceOp : Onnx_PureOp<"LinearRecurrence", [
    AttrSizedOperandSegments, Costs, NeedsSizes]> {
  let summary = "A matrix a head that each token decays and adds to";
  let description = [{
    What com.microsoft's LinearAttention and GatedDeltaNet become. Sequence b has
    the tokens from starts[b] to starts[b + 1]; its matrix S of each head begins
    as `state`, and a token makes of it

        S    = exp(decay) S, a decay a head or a row
        delta = v, or with beta: beta (v - S^T k)
        S    = S + k delta^T
        output = S^T q

    Several heads of queries share a head of S, or several of S one of queries.
    All are float32.
  }];
  let arguments = (ins
      Onnx_Tensor:$query, // [tokens, query heads, rows]
      Onnx_Tensor:$key,   // [tokens, key heads, rows]
      Onnx_Tensor:$value, // [tokens, heads, columns]
      Onnx_Tensor:$starts, // [sequences + 1], i64
      Onnx_Tensor:$state, // [sequences, heads, rows, columns]
      Optional<Onnx_Tensor>:$decay, // [tokens, heads, 1 or rows]
      Optional<Onnx_Tensor>:$beta); // [tokens, heads]
  let results = (outs
      Onnx_Tensor:$output, // [tokens, the more heads, columns]
      Onnx_Tensor:$final_state, // like state
      Onnx_Tensor:$delta); // like value
}

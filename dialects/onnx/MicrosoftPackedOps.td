//===- MicrosoftPackedOps.td - Tables packed in blocks of bytes -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftGatherPackedOp
    : Onnx_MicrosoftOp<"GatherPacked", [NeedsSizes]> {
  let summary = "Rows of a table whose numbers lie packed in blocks of bytes";
  let description = [{
    `packed_type` numbers the formats as GGUF files do. An index out of range
    takes row 0.
  }];
  let arguments = (ins Onnx_IntTensor:$data, Onnx_IntTensor:$indices,
      Onnx_Int:$K, DefaultValuedAttr<Onnx_Int, "16">:$output_dtype,
      Onnx_Int:$packed_type);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}

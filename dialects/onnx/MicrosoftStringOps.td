//===- MicrosoftStringOps.td - Operators of strings -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftTokenizerOp : Onnx_MicrosoftOp<"Tokenizer"> {
  let summary = "The words of strings";
  let description = [{
    Words lie between separators, regular expressions, or are what `tokenexp`
    matches; separators that are one empty string give single code points.
    Several separators are one that matches what any does, which is the same
    where each matches one code point.
  }];
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_Int>:$mark,
                       OptionalAttr<Onnx_Int>:$mincharnum,
                       OptionalAttr<Onnx_String>:$pad_value,
                       OptionalAttr<Onnx_Strings>:$separators,
                       OptionalAttr<Onnx_String>:$tokenexp);
  let results = (outs Onnx_Tensor:$Y);
}

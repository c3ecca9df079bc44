//===- OptionalOps.td - Values or nothing ---------------------------------===//
//
// Shape inference resolves them, as it does sequences.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_OptionalOp : Onnx_PureOp<"Optional"> {
  let summary = "An optional that holds the operand, or nothing";
  let arguments = (ins Optional<Onnx_Value>:$input,
                       OptionalAttr<Onnx_TypeAttr>:$type);
  let results = (outs Onnx_Value:$output);
}

def Onnx_OptionalHasElementOp
    : Onnx_PureOp<"OptionalHasElement", [Expanding]> {
  let summary = "Whether an optional holds something";
  let arguments = (ins Optional<Onnx_Value>:$input);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_OptionalGetElementOp
    : Onnx_PureOp<"OptionalGetElement", [Expanding]> {
  let summary = "What an optional holds";
  let arguments = (ins Onnx_Value:$input);
  let results = (outs Onnx_Value:$output);
}

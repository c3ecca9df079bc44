//===- MathOps.td - Elementwise arithmetic --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_AddOp : Onnx_Binary<"Add", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "a + b";
}
def Onnx_SubOp : Onnx_Binary<"Sub", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "a - b";
}
def Onnx_MulOp : Onnx_Binary<"Mul", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "a * b";
}
def Onnx_DivOp : Onnx_Binary<"Div", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "a / b, towards zero for integers";
}

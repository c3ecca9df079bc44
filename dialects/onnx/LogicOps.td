//===- LogicOps.td - Comparisons, bool and bits ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// Bool
//===----------------------------------------------------------------------===//

def Onnx_AndOp : Onnx_Binary<"And", InferBool, [ShapeArithmetic]> {
  let summary = "Both";
}
def Onnx_OrOp : Onnx_Binary<"Or", InferBool, [ShapeArithmetic]> {
  let summary = "One of them or both";
}
def Onnx_XorOp : Onnx_Binary<"Xor", InferBool> {
  let summary = "One of them but not both";
}
def Onnx_NotOp : Onnx_Unary<"Not", InferBool, [ShapeArithmetic]> {
  let summary = "The opposite";
}
def Onnx_WhereOp : Onnx_Elementwise<"Where", InferLikeLast,
                                    [ShapeArithmetic]> {
  let summary = "condition ? x : y";
  let arguments = (ins Onnx_Tensor:$condition, Onnx_Tensor:$X, Onnx_Tensor:$Y);
  let results = (outs Onnx_Tensor:$output);
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

def Onnx_EqualOp
    : Onnx_Binary<"Equal", InferBool, [ShapeArithmetic, Expanding]> {
  let summary = "a = b";
  let description = "Of strings it is EqualText.";
}
def Onnx_LessOp : Onnx_Binary<"Less", InferBool, [ShapeArithmetic]> {
  let summary = "a < b";
}
def Onnx_LessOrEqualOp
    : Onnx_Binary<"LessOrEqual", InferBool, [ShapeArithmetic]> {
  let summary = "a <= b";
}
def Onnx_GreaterOp : Onnx_Binary<"Greater", InferBool, [ShapeArithmetic]> {
  let summary = "a > b";
}
def Onnx_GreaterOrEqualOp
    : Onnx_Binary<"GreaterOrEqual", InferBool, [ShapeArithmetic]> {
  let summary = "a >= b";
}
def Onnx_IsNaNOp : Onnx_Unary<"IsNaN", InferBool> {
  let summary = "Whether x is not a number";
}
def Onnx_IsInfOp : Onnx_Unary<"IsInf", InferBool> {
  let summary = "Whether x is infinite";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Int, "1">:$detect_negative,
                       DefaultValuedAttr<Onnx_Int, "1">:$detect_positive);
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

def Onnx_BitShiftOp : Onnx_Elementwise<"BitShift"> {
  let summary = "x shifted by y bits, filled with zeros or the sign";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Y, Onnx_String:$direction);
  let results = (outs Onnx_Tensor:$Z);
  let hasVerifier = 1;
}
def Onnx_BitwiseAndOp : Onnx_Binary<"BitwiseAnd"> {
  let summary = "a & b";
}
def Onnx_BitwiseOrOp : Onnx_Binary<"BitwiseOr"> {
  let summary = "a | b";
}
def Onnx_BitwiseXorOp : Onnx_Binary<"BitwiseXor"> {
  let summary = "a ^ b";
}
def Onnx_BitwiseNotOp : Onnx_Unary<"BitwiseNot"> {
  let summary = "~x";
}

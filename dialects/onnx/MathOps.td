//===- MathOps.td - Elementwise arithmetic --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

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
def Onnx_ModOp : Onnx_Binary<"Mod", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "The remainder, with the divisor's sign or (fmod) the "
                "dividend's";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B,
                       DefaultValuedAttr<Onnx_Int, "0">:$fmod);
}
def Onnx_PowOp : Onnx_Elementwise<"Pow"> {
  let summary = "x to the power of y, in x's type";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Y);
  let results = (outs Onnx_Tensor:$Z);
}
def Onnx_NegOp : Onnx_Unary<"Neg", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "-x";
}
def Onnx_AbsOp : Onnx_Unary<"Abs", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "The absolute value";
}
def Onnx_SignOp : Onnx_InputUnary<"Sign"> {
  let summary = "-1, 0 or 1";
}
def Onnx_ReciprocalOp : Onnx_Unary<"Reciprocal"> {
  let summary = "1 / x";
}

def Onnx_MaxOp : Onnx_Elementwise<"Max", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "The largest of any number of operands";
  let arguments = (ins Variadic<Onnx_Tensor>:$data_0);
  let results = (outs Onnx_Tensor:$max);
}
def Onnx_MinOp : Onnx_Elementwise<"Min", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "The smallest of any number of operands";
  let arguments = (ins Variadic<Onnx_Tensor>:$data_0);
  let results = (outs Onnx_Tensor:$min);
}
def Onnx_SumOp : Onnx_Elementwise<"Sum", InferLikeFirst, [ShapeArithmetic]> {
  let summary = "The sum of any number of operands";
  let arguments = (ins Variadic<Onnx_Tensor>:$data_0);
  let results = (outs Onnx_Tensor:$sum);
}
def Onnx_MeanOp : Onnx_Elementwise<"Mean"> {
  let summary = "The mean of any number of operands";
  let arguments = (ins Variadic<Onnx_Tensor>:$data_0);
  let results = (outs Onnx_Tensor:$mean);
}
def Onnx_ClipOp : Onnx_Elementwise<"Clip", InferLikeFirst,
                                   [AttrSizedOperandSegments,
                                    ShapeArithmetic]> {
  let summary = "x, at least min and at most max";
  let arguments = (ins Onnx_Tensor:$input, Optional<Onnx_Tensor>:$min,
                       Optional<Onnx_Tensor>:$max);
  let results = (outs Onnx_Tensor:$output);
}

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

def Onnx_FloorOp : Onnx_Unary<"Floor"> {
  let summary = "The largest integer not above x";
}
def Onnx_CeilOp : Onnx_Unary<"Ceil"> {
  let summary = "The smallest integer not below x";
}
def Onnx_RoundOp : Onnx_Unary<"Round"> {
  let summary = "The nearest integer, the even one of two";
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

def Onnx_SqrtOp : Onnx_Unary<"Sqrt"> {
  let summary = "The square root";
}
def Onnx_ExpOp : Onnx_InputUnary<"Exp"> {
  let summary = "e to the power of x";
}
def Onnx_LogOp : Onnx_InputUnary<"Log"> {
  let summary = "The natural logarithm";
}
def Onnx_ErfOp : Onnx_InputUnary<"Erf"> {
  let summary = "The error function";
}
def Onnx_SinOp : Onnx_InputUnary<"Sin"> {
  let summary = "The sine";
}
def Onnx_CosOp : Onnx_InputUnary<"Cos"> {
  let summary = "The cosine";
}
def Onnx_TanOp : Onnx_InputUnary<"Tan"> {
  let summary = "The tangent";
}
def Onnx_AsinOp : Onnx_InputUnary<"Asin"> {
  let summary = "The inverse sine";
}
def Onnx_AcosOp : Onnx_InputUnary<"Acos"> {
  let summary = "The inverse cosine";
}
def Onnx_AtanOp : Onnx_InputUnary<"Atan"> {
  let summary = "The inverse tangent";
}
def Onnx_SinhOp : Onnx_InputUnary<"Sinh"> {
  let summary = "The hyperbolic sine";
}
def Onnx_CoshOp : Onnx_InputUnary<"Cosh"> {
  let summary = "The hyperbolic cosine";
}
def Onnx_TanhOp : Onnx_InputUnary<"Tanh"> {
  let summary = "The hyperbolic tangent";
}
def Onnx_AsinhOp : Onnx_InputUnary<"Asinh"> {
  let summary = "The inverse hyperbolic sine";
}
def Onnx_AcoshOp : Onnx_InputUnary<"Acosh"> {
  let summary = "The inverse hyperbolic cosine";
}
def Onnx_AtanhOp : Onnx_InputUnary<"Atanh"> {
  let summary = "The inverse hyperbolic tangent";
}

//===- MatMulOps.td - Matrix products -------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_MatMulOp : Onnx_PureOp<"MatMul", [FusesConsumers, Costs, NeedsSizes]> {
  let summary = "Matrix product with numpy's broadcasting";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_GemmOp : Onnx_PureOp<"Gemm", [FusesConsumers, Costs, NeedsSizes]> {
  let summary = "alpha * A' * B' + beta * C";
  let arguments = (ins
    Onnx_Tensor:$A, Onnx_Tensor:$B, Optional<Onnx_Tensor>:$C,
    DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha,
    DefaultValuedAttr<Onnx_Float, "1.0f">:$beta,
    DefaultValuedAttr<Onnx_Int, "0">:$transA,
    DefaultValuedAttr<Onnx_Int, "0">:$transB);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_MatMulIntegerOp : Onnx_PureOp<"MatMulInteger", [
    AttrSizedOperandSegments, FusesConsumers, Costs, NeedsSizes]> {
  let summary = "Matrix product of 8-bit integers in 32 bits";
  let arguments = (ins
    Onnx_Tensor:$A, Onnx_Tensor:$B, Optional<Onnx_Tensor>:$a_zero_point,
    Optional<Onnx_Tensor>:$b_zero_point);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_QLinearMatMulOp : Onnx_PureOp<"QLinearMatMul", [
    FusesConsumers, Costs, NeedsSizes]> {
  let summary = "Matrix product of quantised tensors";
  let arguments = (ins
    Onnx_Tensor:$a, Onnx_Tensor:$a_scale, Onnx_Tensor:$a_zero_point,
    Onnx_Tensor:$b, Onnx_Tensor:$b_scale, Onnx_Tensor:$b_zero_point,
    Onnx_Tensor:$y_scale, Onnx_Tensor:$y_zero_point);
  let results = (outs Onnx_Tensor:$y);
}

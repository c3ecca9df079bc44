//===- MicrosoftMatrixOps.td - Matrices, spectra and integers -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftInverseOp
    : Onnx_PureOp<"microsoft.Inverse", [NeedsSizes]> {
  let summary = "The inverse of each square matrix";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftRfftOp : Onnx_MicrosoftOp<"Rfft"> {
  let summary = "One half of the spectrum of real numbers";
  let arguments = (ins Onnx_Tensor:$X,
      DefaultValuedAttr<Onnx_Int, "0">:$normalized,
      DefaultValuedAttr<Onnx_Int, "1">:$onesided,
      DefaultValuedAttr<Onnx_Int, "1">:$signal_ndim);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_MicrosoftIrfftOp : Onnx_MicrosoftOp<"Irfft", [NeedsSizes]> {
  let summary = "The real numbers of one half of a spectrum";
  let arguments = (ins Onnx_Tensor:$X,
      DefaultValuedAttr<Onnx_Int, "0">:$normalized,
      DefaultValuedAttr<Onnx_Int, "1">:$onesided, Onnx_Int:$signal_ndim);
  let results = (outs Onnx_Tensor:$Y);
  let hasVerifier = 1;
}

def Onnx_MicrosoftSparseToDenseMatMulOp
    : Onnx_MicrosoftOp<"SparseToDenseMatMul"> {
  let summary = "alpha * A' B' with a constant matrix A, which is made dense";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha,
      DefaultValuedAttr<Onnx_Int, "0">:$transA,
      DefaultValuedAttr<Onnx_Int, "0">:$transB);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftMulIntegerOp
    : Onnx_MicrosoftOp<"MulInteger", [AttrSizedOperandSegments]> {
  let summary = "(A - its zero point) * (B - its zero point) in 32 bits";
  let arguments = (ins Onnx_IntTensor:$A, Optional<Onnx_IntTensor>:$A_zero_point,
      Onnx_IntTensor:$B, Optional<Onnx_IntTensor>:$B_zero_point);
  let results = (outs Onnx_Tensor:$C);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1010";
  }];
}

def Onnx_MicrosoftReduceSumIntegerOp
    : Onnx_MicrosoftOp<"ReduceSumInteger"> {
  let summary = "Sums of bytes over axes in 32 bits";
  let arguments = (ins Onnx_IntTensor:$data, Onnx_Ints:$axes,
                       Onnx_Int:$keepdims);
  let results = (outs Onnx_Tensor:$reduced);
}

def Onnx_MicrosoftIsAllFiniteOp : Onnx_MicrosoftOp<"IsAllFinite"> {
  let summary = "Whether no element of any input is infinite or NaN";
  let arguments = (ins Variadic<Onnx_Tensor>:$input,
      DefaultValuedAttr<Onnx_Int, "0">:$isinf_only,
      DefaultValuedAttr<Onnx_Int, "0">:$isnan_only);
  let results = (outs Onnx_Tensor:$output);
}

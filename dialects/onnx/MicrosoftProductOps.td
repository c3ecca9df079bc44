//===- MicrosoftProductOps.td - Products and convolutions with more -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftFusedMatMulOp : Onnx_MicrosoftOp<"FusedMatMul"> {
  let summary = "alpha * A' B'";
  let description = [{
    trans swaps the last two dimensions, transBatch moves the first in front of
    the last.
  }];
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha,
      DefaultValuedAttr<Onnx_Int, "0">:$transA,
      DefaultValuedAttr<Onnx_Int, "0">:$transB,
      DefaultValuedAttr<Onnx_Int, "0">:$transBatchA,
      DefaultValuedAttr<Onnx_Int, "0">:$transBatchB);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftTransposeMatMulOp : Onnx_MicrosoftOp<"TransposeMatMul"> {
  let summary = "FusedMatMul's older name";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha,
      DefaultValuedAttr<Onnx_Int, "0">:$transA,
      DefaultValuedAttr<Onnx_Int, "0">:$transB);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftFusedGemmOp : Onnx_MicrosoftOp<"FusedGemm"> {
  let summary = "Gemm with an activation";
  let arguments = (ins
      Onnx_Tensor:$A, Onnx_Tensor:$B, Optional<Onnx_Tensor>:$C,
      DefaultValuedAttr<Onnx_String, "\"\"">:$activation,
      OptionalAttr<Onnx_Float>:$activation_alpha,
      OptionalAttr<Onnx_Float>:$activation_beta,
      OptionalAttr<Onnx_Float>:$activation_gamma,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$beta,
      DefaultValuedAttr<Onnx_Int, "0">:$transA,
      DefaultValuedAttr<Onnx_Int, "0">:$transB);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftGemmFastGeluOp
    : Onnx_MicrosoftOp<"GemmFastGelu", [NeedsSizes]> {
  let summary = "FastGelu of X W + bias";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W,
      Optional<Onnx_Tensor>:$bias);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftMatMulInteger16Op : Onnx_MicrosoftOp<"MatMulInteger16"> {
  let summary = "Matrix product of 16-bit integers in 32 bits";
  let arguments = (ins Onnx_IntTensor:$A, Onnx_IntTensor:$B);
  let results = (outs Onnx_Tensor:$Y);
}

class Onnx_MicrosoftConv<string name> : Onnx_MicrosoftOp<name, [
    AttrSizedOperandSegments]> {
  let arguments = (ins
      Onnx_Tensor:$X, Onnx_Tensor:$W, Optional<Onnx_Tensor>:$B,
      Optional<Onnx_Tensor>:$Z,
      DefaultValuedAttr<Onnx_String, "\"\"">:$activation,
      OptionalAttr<Onnx_Floats>:$activation_params,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
      OptionalAttr<Onnx_Ints>:$dilations,
      DefaultValuedAttr<Onnx_Int, "1">:$group,
      OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
      OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "1100";
  }];
}

def Onnx_MicrosoftFusedConvOp : Onnx_MicrosoftConv<"FusedConv"> {
  let summary = "Conv, to which Z is added, with an activation";
}
def Onnx_MicrosoftNhwcFusedConvOp : Onnx_MicrosoftConv<"NhwcFusedConv"> {
  let summary = "FusedConv of images whose channels come last";
}

def Onnx_MicrosoftNhwcConvOp : Onnx_MicrosoftOp<"NhwcConv"> {
  let summary = "Conv of images whose channels come last";
  let arguments = (ins
      Onnx_Tensor:$X, Onnx_Tensor:$W, Optional<Onnx_Tensor>:$B,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
      OptionalAttr<Onnx_Ints>:$dilations,
      DefaultValuedAttr<Onnx_Int, "1">:$group,
      OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
      OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftNhwcMaxPoolOp : Onnx_MicrosoftOp<"NhwcMaxPool"> {
  let summary = "MaxPool of images whose channels come last";
  let arguments = (ins Onnx_Tensor:$x,
      DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
      DefaultValuedAttr<Onnx_Int, "0">:$ceil_mode,
      OptionalAttr<Onnx_Ints>:$dilations, Onnx_Ints:$kernel_shape,
      OptionalAttr<Onnx_Ints>:$pads, OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$y);
}

def Onnx_MicrosoftCDistOp : Onnx_MicrosoftOp<"CDist", [NeedsSizes]> {
  let summary = "The distances between the rows of two matrices";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B,
      DefaultValuedAttr<Onnx_String, "\"sqeuclidean\"">:$metric);
  let results = (outs Onnx_Tensor:$C);
  let hasVerifier = 1;
}

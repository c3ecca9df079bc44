//===- MicrosoftActivationOps.td - Gelu and its relatives -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftGeluOp : Onnx_MicrosoftOp<"Gelu"> {
  let summary = "Gelu by the error function";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftFastGeluOp : Onnx_MicrosoftOp<"FastGelu", [NeedsSizes]> {
  let summary = "Gelu by its approximation with tanh, of X + bias";
  let arguments = (ins Onnx_Tensor:$X, Optional<Onnx_Tensor>:$bias);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftBiasGeluOp : Onnx_MicrosoftOp<"BiasGelu", [NeedsSizes]> {
  let summary = "Gelu of A + B";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B);
  let results = (outs Onnx_Tensor:$C);
}

def Onnx_MicrosoftQuickGeluOp : Onnx_MicrosoftOp<"QuickGelu"> {
  let summary = "x * sigmoid(alpha * x)";
  let arguments = (ins Onnx_Tensor:$X,
      DefaultValuedAttr<Onnx_Float, "1.702f">:$alpha);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftBiasSplitGeluOp
    : Onnx_MicrosoftOp<"BiasSplitGelu", [NeedsSizes]> {
  let summary = "The first half of X + bias times Gelu of the second";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$bias);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftBiasAddOp : Onnx_MicrosoftOp<"BiasAdd", [NeedsSizes]> {
  let summary = "X + bias + skip";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$bias, Onnx_Tensor:$skip);
  let results = (outs Onnx_Tensor:$Y);
}

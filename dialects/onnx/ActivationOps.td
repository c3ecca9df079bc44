//===- ActivationOps.td - Elementwise activations -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// Rectifiers
//===----------------------------------------------------------------------===//

def Onnx_ReluOp : Onnx_Unary<"Relu"> {
  let summary = "x, at least 0";
}
def Onnx_LeakyReluOp : Onnx_Unary<"LeakyRelu"> {
  let summary = "x < 0 ? alpha x : x";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float,
                                         "0.009999999776482582f">:$alpha);
}
def Onnx_PReluOp : Onnx_Elementwise<"PRelu"> {
  let summary = "x < 0 ? slope x : x";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$slope);
  let results = (outs Onnx_Tensor:$Y);
}
def Onnx_ThresholdedReluOp : Onnx_Unary<"ThresholdedRelu"> {
  let summary = "x > alpha ? x : 0";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha);
}
def Onnx_BinarizerOp : Onnx_Unary<"Binarizer"> {
  let summary = "x > threshold ? 1 : 0";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float, "0.0f">:$threshold);
}
def Onnx_ShrinkOp : Onnx_InputUnary<"Shrink"> {
  let summary = "0 within lambd, nearer to 0 by bias outside";
  let arguments = (ins Onnx_Tensor:$input,
                       DefaultValuedAttr<Onnx_Float, "0.0f">:$bias,
                       DefaultValuedAttr<Onnx_Float, "0.5f">:$lambd);
}

//===----------------------------------------------------------------------===//
// Exponential units
//===----------------------------------------------------------------------===//

def Onnx_EluOp : Onnx_Unary<"Elu"> {
  let summary = "x < 0 ? alpha (e^x - 1) : x";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha);
}
def Onnx_SeluOp : Onnx_Unary<"Selu"> {
  let summary = "gamma (x > 0 ? x : alpha (e^x - 1))";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float,
                                         "1.6732631921768188f">:$alpha,
                       DefaultValuedAttr<Onnx_Float,
                                         "1.0507010221481323f">:$gamma);
}
def Onnx_CeluOp : Onnx_Unary<"Celu"> {
  let summary = "x < 0 ? alpha (e^(x / alpha) - 1) : x";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha);
}

//===----------------------------------------------------------------------===//
// Sigmoids
//===----------------------------------------------------------------------===//

def Onnx_SigmoidOp : Onnx_Unary<"Sigmoid"> {
  let summary = "1 / (1 + e^-x)";
}
def Onnx_HardSigmoidOp : Onnx_Unary<"HardSigmoid"> {
  let summary = "alpha x + beta, at least 0 and at most 1";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float,
                                         "0.20000000298023224f">:$alpha,
                       DefaultValuedAttr<Onnx_Float, "0.5f">:$beta);
}
def Onnx_HardSwishOp : Onnx_Unary<"HardSwish"> {
  let summary = "x times its hard sigmoid of slope 1/6";
}
def Onnx_SwishOp : Onnx_Unary<"Swish"> {
  let summary = "x sigmoid(alpha x)";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha);
}
// Nothing broadcasts.
def Onnx_SwiGLUOp : Onnx_PureOp<"SwiGLU", [Expanding, NeedsSizes]> {
  let summary = "a sigmoid(alpha a) b";
  let arguments = (ins Onnx_Tensor:$A, Onnx_Tensor:$B,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$alpha);
  let results = (outs Onnx_Tensor:$Y);
}

//===----------------------------------------------------------------------===//
// Smooth units
//===----------------------------------------------------------------------===//

def Onnx_GeluOp : Onnx_Unary<"Gelu"> {
  let summary = "x times the normal distribution at x, or its approximation";
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_String,
                                         "\"none\"">:$approximate);
  let hasVerifier = 1;
}
def Onnx_SoftplusOp : Onnx_Unary<"Softplus"> {
  let summary = "log(1 + e^x)";
}
def Onnx_SoftsignOp : Onnx_InputUnary<"Softsign"> {
  let summary = "x / (1 + |x|)";
}
def Onnx_MishOp : Onnx_Unary<"Mish"> {
  let summary = "x tanh(softplus(x))";
}

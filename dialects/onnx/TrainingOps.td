//===- TrainingOps.td - Steps of an optimiser -----------------------------===//
//
// The operators of ai.onnx.preview.training. All of them are other ops of the
// dialect.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// `inputs` are lists one behind the other: the tensors, their gradients, and
// what the algorithm keeps of each. `outputs` are the tensors and what is kept.
class Onnx_OptimiserOp<string name>
    : Onnx_PureOp<name, [Expanding, NeedsSizes]> {
  let results = (outs Variadic<Onnx_Tensor>:$outputs);
}

def Onnx_AdagradOp : Onnx_OptimiserOp<"Adagrad"> {
  let summary = "A step along gradients over the root of their squares' sum";
  let arguments = (ins Onnx_Tensor:$R, Onnx_Tensor:$T,
                       Variadic<Onnx_Tensor>:$inputs,
                       DefaultValuedAttr<Onnx_Float, "0.0f">:$decay_factor,
                       DefaultValuedAttr<Onnx_Float,
                                         "9.99999997e-07f">:$epsilon,
                       DefaultValuedAttr<Onnx_Float,
                                         "0.0f">:$norm_coefficient);
}

def Onnx_AdamOp : Onnx_OptimiserOp<"Adam"> {
  let summary = "A step along running means of gradients and their squares";
  let arguments = (ins Onnx_Tensor:$R, Onnx_Tensor:$T,
                       Variadic<Onnx_Tensor>:$inputs,
                       DefaultValuedAttr<Onnx_Float, "0.899999976f">:$alpha,
                       DefaultValuedAttr<Onnx_Float, "0.999000013f">:$beta,
                       DefaultValuedAttr<Onnx_Float,
                                         "9.99999997e-07f">:$epsilon,
                       DefaultValuedAttr<Onnx_Float,
                                         "0.0f">:$norm_coefficient,
                       DefaultValuedAttr<Onnx_Float,
                                         "0.0f">:$norm_coefficient_post);
}

def Onnx_MomentumOp : Onnx_OptimiserOp<"Momentum"> {
  let summary = "A step along a running sum of gradients";
  let arguments = (ins Onnx_Tensor:$R, Onnx_Tensor:$T,
                       Variadic<Onnx_Tensor>:$inputs, Onnx_Float:$alpha,
                       Onnx_Float:$beta, Onnx_String:$mode,
                       Onnx_Float:$norm_coefficient);
  let hasVerifier = 1;
}

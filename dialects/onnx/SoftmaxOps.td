//===- SoftmaxOps.td - Normalised exponentials along an axis -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

class Onnx_SoftmaxLike<string name, string what>
    : Onnx_PureOp<name, [FusesProducers]> {
  let summary = what # " along an axis";
  let arguments = (ins Onnx_Tensor:$input,
                   DefaultValuedAttr<Onnx_Int, "-1">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_SoftmaxOp : Onnx_SoftmaxLike<"Softmax", "exp(x) / sum(exp(x))">;
def Onnx_LogSoftmaxOp
    : Onnx_SoftmaxLike<"LogSoftmax", "x - log(sum(exp(x)))">;
def Onnx_HardmaxOp
    : Onnx_SoftmaxLike<"Hardmax", "1 for the first maximum, else 0,">;

//===- MicrosoftQuantizedOps.td - Functions of quantised tensors ----------===//
//
// Those whose standard operators depend on a rank. The others are functions
// (compiler/Import/QuantizedFunctions.cpp).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftQLinearGlobalAveragePoolOp
    : Onnx_MicrosoftOp<"QLinearGlobalAveragePool"> {
  let summary = "GlobalAveragePool of a quantised image";
  let arguments = (ins Onnx_IntTensor:$X, Onnx_Tensor:$x_scale,
      Onnx_IntTensor:$x_zero_point, Onnx_Tensor:$y_scale,
      Onnx_IntTensor:$y_zero_point,
      DefaultValuedAttr<Onnx_Int, "0">:$channels_last);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftQLinearReduceMeanOp
    : Onnx_MicrosoftOp<"QLinearReduceMean", [AttrSizedOperandSegments]> {
  let summary = "ReduceMean of a quantised tensor";
  let arguments = (ins Onnx_IntTensor:$data, Onnx_Tensor:$data_scale,
      Optional<Onnx_IntTensor>:$data_zero_point, Onnx_Tensor:$reduced_scale,
      Optional<Onnx_IntTensor>:$reduced_zero_point, Onnx_Ints:$axes,
      Onnx_Int:$keepdims);
  let results = (outs Onnx_Tensor:$reduced);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "11010";
  }];
}

def Onnx_MicrosoftQLinearSoftmaxOp
    : Onnx_MicrosoftOp<"QLinearSoftmax", [AttrSizedOperandSegments]> {
  let summary = "Softmax of a quantised tensor";
  let description = [{
    Below an `opset` of 13 it is over all dimensions from the axis on.
  }];
  let arguments = (ins Onnx_IntTensor:$X, Onnx_Tensor:$X_scale,
      Optional<Onnx_IntTensor>:$x_zero_point, Onnx_Tensor:$y_scale,
      Optional<Onnx_IntTensor>:$y_zero_point,
      DefaultValuedAttr<Onnx_Int, "-1">:$axis, Onnx_Int:$opset);
  let results = (outs Onnx_Tensor:$Y);
  let extraClassDeclaration = [{
    static constexpr llvm::StringLiteral kSlots = "11010";
  }];
}

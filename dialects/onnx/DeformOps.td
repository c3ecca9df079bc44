//===- DeformOps.td - Convolution at places that are data -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_DeformConvOp : Onnx_PureOp<"DeformConv", [
    AttrSizedOperandSegments, Expanding]> {
  let summary = "A convolution whose taps lie off the grid, by given offsets";
  let description = [{
    Shape inference makes a DeformColumns and a matrix product of it.
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$W, Onnx_Tensor:$offset,
                       Optional<Onnx_Tensor>:$B, Optional<Onnx_Tensor>:$mask,
                       OptionalAttr<Onnx_Ints>:$dilations,
                       DefaultValuedAttr<Onnx_Int, "1">:$group,
                       OptionalAttr<Onnx_Ints>:$kernel_shape,
                       DefaultValuedAttr<Onnx_Int, "1">:$offset_group,
                       OptionalAttr<Onnx_Ints>:$pads,
                       OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_DeformColumnsOp : Onnx_PureOp<"DeformColumns", [NeedsSizes]> {
  let summary = "What each tap of a DeformConv reads for each output";
  let description = [{
    Not an operator of ONNX. The result is [batch, channel, tap, place...].
  }];
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$offset,
                       Optional<Onnx_Tensor>:$mask, Onnx_Ints:$kernel_shape,
                       Onnx_Ints:$dilations, Onnx_Int:$offset_group,
                       Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Tensor:$columns);
}

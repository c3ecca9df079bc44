//===- ConvOps.td - Convolutions ------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_ConvOp : Onnx_PureOp<"Conv", [FusesConsumers, Costs, NeedsSizes]> {
  let summary = "Convolution in any number of dimensions";
  let arguments = (ins
    Onnx_Tensor:$X, Onnx_Tensor:$W, Optional<Onnx_Tensor>:$B,
    DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
    OptionalAttr<Onnx_Ints>:$dilations,
    DefaultValuedAttr<Onnx_Int, "1">:$group,
    OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
    OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_ConvIntegerOp : Onnx_PureOp<"ConvInteger", [
    AttrSizedOperandSegments, FusesConsumers, Costs, NeedsSizes]> {
  let summary = "Convolution of 8-bit integers in 32 bits";
  let arguments = (ins
    Onnx_Tensor:$x, Onnx_Tensor:$w, Optional<Onnx_Tensor>:$x_zero_point,
    Optional<Onnx_Tensor>:$w_zero_point,
    DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
    OptionalAttr<Onnx_Ints>:$dilations,
    DefaultValuedAttr<Onnx_Int, "1">:$group,
    OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
    OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$y);
}

def Onnx_QLinearConvOp : Onnx_PureOp<"QLinearConv", [
    FusesConsumers, Costs, NeedsSizes]> {
  let summary = "Convolution of quantised tensors";
  let arguments = (ins
    Onnx_Tensor:$x, Onnx_Tensor:$x_scale, Onnx_Tensor:$x_zero_point,
    Onnx_Tensor:$w, Onnx_Tensor:$w_scale, Onnx_Tensor:$w_zero_point,
    Onnx_Tensor:$y_scale, Onnx_Tensor:$y_zero_point, Optional<Onnx_Tensor>:$B,
    DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
    OptionalAttr<Onnx_Ints>:$dilations,
    DefaultValuedAttr<Onnx_Int, "1">:$group,
    OptionalAttr<Onnx_Ints>:$kernel_shape, OptionalAttr<Onnx_Ints>:$pads,
    OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$y);
}

def Onnx_ConvTransposeOp : Onnx_PureOp<"ConvTranspose", [
    FusesConsumers, Costs, NeedsSizes]> {
  let summary = "Transposed convolution: the gradient of Conv by its input";
  let arguments = (ins
    Onnx_Tensor:$X, Onnx_Tensor:$W, Optional<Onnx_Tensor>:$B,
    DefaultValuedAttr<Onnx_String, "\"NOTSET\"">:$auto_pad,
    OptionalAttr<Onnx_Ints>:$dilations,
    DefaultValuedAttr<Onnx_Int, "1">:$group,
    OptionalAttr<Onnx_Ints>:$kernel_shape,
    OptionalAttr<Onnx_Ints>:$output_padding,
    OptionalAttr<Onnx_Ints>:$output_shape, OptionalAttr<Onnx_Ints>:$pads,
    OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$Y);
}

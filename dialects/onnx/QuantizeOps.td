//===- QuantizeOps.td - Between real and quantized tensors ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// DynamicQuantizeLinear is expanded to the ops of its function body.

def Onnx_QuantizeLinearOp : Onnx_PureOp<"QuantizeLinear"> {
  let summary = "saturate(round(x / scale) + zero point)";
  let description = [{
    The scale is a scalar, a vector along the axis, or has one element for each
    block of block_size elements along the axis.
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_Tensor:$y_scale,
                       Optional<Onnx_Tensor>:$y_zero_point,
                       DefaultValuedAttr<Onnx_Int, "1">:$axis,
                       DefaultValuedAttr<Onnx_Int, "0">:$block_size,
                       DefaultValuedAttr<Onnx_Int, "0">:$output_dtype,
                       DefaultValuedAttr<Onnx_Int, "0">:$precision,
                       DefaultValuedAttr<Onnx_Int, "1">:$saturate);
  let results = (outs Onnx_Tensor:$y);
}

def Onnx_DequantizeLinearOp : Onnx_PureOp<"DequantizeLinear"> {
  let summary = "(x - zero point) scale";
  let arguments = (ins Onnx_Tensor:$x, Onnx_Tensor:$x_scale,
                       Optional<Onnx_Tensor>:$x_zero_point,
                       DefaultValuedAttr<Onnx_Int, "1">:$axis,
                       DefaultValuedAttr<Onnx_Int, "0">:$block_size,
                       DefaultValuedAttr<Onnx_Int, "0">:$output_dtype);
  let results = (outs Onnx_Tensor:$y);
}

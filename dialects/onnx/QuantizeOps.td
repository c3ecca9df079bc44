//===- QuantizeOps.td - Between real and quantized tensors ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// DynamicQuantizeLinear is expanded to the ops of its function body.

def Onnx_QuantizeLinearOp : Onnx_PureOp<"QuantizeLinear", [NeedsSizes]> {
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

def Onnx_DequantizeLinearOp : Onnx_PureOp<"DequantizeLinear", [NeedsSizes]> {
  let summary = "(x - zero point) scale";
  let arguments = (ins Onnx_Tensor:$x, Onnx_Tensor:$x_scale,
                       Optional<Onnx_Tensor>:$x_zero_point,
                       DefaultValuedAttr<Onnx_Int, "1">:$axis,
                       DefaultValuedAttr<Onnx_Int, "0">:$block_size,
                       DefaultValuedAttr<Onnx_Int, "0">:$output_dtype);
  let results = (outs Onnx_Tensor:$y);
}

def Onnx_SaturateOp
    : Onnx_PureOp<"Saturate", [DeclareOpInterfaceMethods<ElementwiseOp>]> {
  let summary = "round(x) + zero point within bounds, as a narrow integer";
  let description = [{
    Not an operator of ONNX: what is left of QuantizeLinear, or of an integer
    operator's result, when the scale has become a product. Rounds to nearest
    even; NaN becomes `low`. The zero point has one element, none is 0. `to` is
    an integer of up to 16 bits, as ONNX numbers types.
  }];
  let arguments = (ins Onnx_Tensor:$x, Optional<Onnx_Tensor>:$zero_point,
                       Onnx_Int:$low, Onnx_Int:$high, Onnx_Int:$to);
  let results = (outs Onnx_Tensor:$y);
  let builders = [OpBuilder<(ins "::mlir::Value":$x,
      "::mlir::Value":$zeroPoint, "::mlir::Type":$elementType)>];
}

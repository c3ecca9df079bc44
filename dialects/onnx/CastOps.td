//===- CastOps.td - Conversions between element types ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_CastOp
    : Onnx_PureOp<"Cast", [ShapeArithmetic, Expanding,
                           DeclareOpInterfaceMethods<ElementwiseOp>]> {
  let summary = "The elements in another type";
  let description = [{
    One from or to strings becomes others (CastText.cpp).
  }];
  let arguments = (ins Onnx_Tensor:$input,
      DefaultValuedAttr<Onnx_String, "\"up\"">:$round_mode,
      DefaultValuedAttr<Onnx_Int, "1">:$saturate, Onnx_Int:$to);
  let results = (outs Onnx_Tensor:$output);
  let builders = [OpBuilder<(ins "::mlir::Value":$input,
      "::mlir::Type":$elementType)>];
  let hasFolder = 1;
}

def Onnx_BitCastOp : Onnx_PureOp<"BitCast"> {
  let summary = "The elements' bits in another type of equal width";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int:$to);
  let results = (outs Onnx_Tensor:$output);
}

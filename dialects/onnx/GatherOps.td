//===- GatherOps.td - Elements read at computed places --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_GatherOp : Onnx_PureOp<"Gather", [ShapeArithmetic, NeedsSizes]> {
  let summary = "Slices of the data along an axis, one an index";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$indices,
                       DefaultValuedAttr<Onnx_Int, "0">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_GatherElementsOp : Onnx_PureOp<"GatherElements", [NeedsSizes]> {
  let summary = "One element an index, at the index's place but for an axis";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$indices,
                       DefaultValuedAttr<Onnx_Int, "0">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_GatherNDOp : Onnx_PureOp<"GatherND", [NeedsSizes]> {
  let summary = "Slices of the data, one an index tuple";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$indices,
                       DefaultValuedAttr<Onnx_Int, "0">:$batch_dims);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_OneHotOp : Onnx_PureOp<"OneHot", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>]> {
  let summary = "A new axis with the on value at the index, else the off value";
  let arguments = (ins Onnx_Tensor:$indices, Onnx_Tensor:$depth,
                       Onnx_Tensor:$values,
                       DefaultValuedAttr<Onnx_Int, "-1">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

//===- SearchOps.td - Largest, smallest and running values ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

class Onnx_ArgOp<string name> : Onnx_PureOp<name, [NeedsSizes]> {
  let arguments = (ins Onnx_Tensor:$data, DefaultValuedAttr<Onnx_Int, "0">:$axis,
                       DefaultValuedAttr<Onnx_Int, "1">:$keepdims,
                       DefaultValuedAttr<Onnx_Int, "0">:$select_last_index);
  let results = (outs Onnx_Tensor:$reduced);
}
def Onnx_ArgMaxOp : Onnx_ArgOp<"ArgMax"> {
  let summary = "The index of the largest element along an axis";
}
def Onnx_ArgMinOp : Onnx_ArgOp<"ArgMin"> {
  let summary = "The index of the smallest element along an axis";
}

def Onnx_TopKOp : Onnx_PureOp<"TopK", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>, NeedsSizes]> {
  let summary = "The k largest or smallest elements along an axis";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$K,
                       DefaultValuedAttr<Onnx_Int, "-1">:$axis,
                       DefaultValuedAttr<Onnx_Int, "1">:$largest,
                       DefaultValuedAttr<Onnx_Int, "1">:$sorted);
  let results = (outs Onnx_Tensor:$Values, Onnx_Tensor:$Indices);
}

class Onnx_CumulativeOp<string name> : Onnx_PureOp<name, [Expanding]> {
  let description = [{
    Where the axis is known at run time only, shape inference replaces it by
    one over a fixed axis (RunTimeAxes.h).
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_Tensor:$axis,
                       DefaultValuedAttr<Onnx_Int, "0">:$exclusive,
                       DefaultValuedAttr<Onnx_Int, "0">:$reverse);
  let results = (outs Onnx_Tensor:$y);
}
def Onnx_CumSumOp : Onnx_CumulativeOp<"CumSum"> {
  let summary = "Running sums along an axis";
}
def Onnx_CumProdOp : Onnx_CumulativeOp<"CumProd"> {
  let summary = "Running products along an axis";
}

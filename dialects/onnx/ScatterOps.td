//===- ScatterOps.td - Elements written at computed places ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_ScatterElementsOp : Onnx_PureOp<"ScatterElements", [NeedsSizes]> {
  let summary = "A copy of the data with one element changed an update";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$indices,
                       Onnx_Tensor:$updates,
                       DefaultValuedAttr<Onnx_Int, "0">:$axis,
                       DefaultValuedAttr<Onnx_String, "\"none\"">:$reduction);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_ScatterNDOp : Onnx_PureOp<"ScatterND", [NeedsSizes]> {
  let summary = "A copy of the data with one slice changed an index tuple";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$indices,
                       Onnx_Tensor:$updates,
                       DefaultValuedAttr<Onnx_String, "\"none\"">:$reduction);
  let results = (outs Onnx_Tensor:$output);
  let extraClassDeclaration = [{
    /// How many indices lead to a slice: a size of `indices`, and where that is
    /// free what the ranks leave.
    std::optional<int64_t> getTupleSize();
  }];
}

def Onnx_TensorScatterOp : Onnx_PureOp<"TensorScatter", [NeedsSizes]> {
  let summary = "Writes each batch's update into its cache from an index on";
  let arguments = (ins Onnx_Tensor:$past_cache, Onnx_Tensor:$update,
                       Optional<Onnx_Tensor>:$write_indices,
                       DefaultValuedAttr<Onnx_Int, "-2">:$axis,
                       DefaultValuedAttr<Onnx_String, "\"linear\"">:$mode);
  let results = (outs Onnx_Tensor:$present_cache);
}

def Onnx_AppendRowsOp : Onnx_PureOp<"AppendRows", [
    ShapeOperands, NeedsSizes]> {
  let summary = "Writes each batch's rows into its cache, which may grow";
  let description = [{
    Not an operator of ONNX. Caches and rows are [batch, heads, rows, size].
    Row s of a batch's present cache is row s - starts[batch] of `rows` where
    there is such a row, else row s of the past cache, else zeros. The present
    cache has `more` rows, a list of one, beyond the past one's.
  }];
  let arguments = (ins Onnx_Tensor:$past, Onnx_Tensor:$rows,
                       Onnx_Tensor:$starts, Onnx_Tensor:$more);
  let results = (outs Onnx_Tensor:$present);
}

def Onnx_Col2ImOp : Onnx_PureOp<"Col2Im", [
    ShapeOperands, NeedsSizes]> {
  let summary = "Adds up the columns of sliding blocks at their places";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$image_shape,
                       Onnx_Tensor:$block_shape,
                       OptionalAttr<Onnx_Ints>:$dilations,
                       OptionalAttr<Onnx_Ints>:$pads,
                       OptionalAttr<Onnx_Ints>:$strides);
  let results = (outs Onnx_Tensor:$output);
}

//===- SliceOps.td - Parts of tensors, joined, cut and padded -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_ConcatOp : Onnx_PureOp<"Concat", [ShapeArithmetic, NeedsSizes]> {
  let summary = "Joins tensors along an axis";
  let arguments = (ins Variadic<Onnx_Tensor>:$inputs, Onnx_Int:$axis);
  let results = (outs Onnx_Tensor:$concat_result);
}

def Onnx_SplitOp : Onnx_PureOp<"Split", [
    DeclareOpInterfaceMethods<ShapeOperandsOp>, NeedsSizes]> {
  let summary = "Cuts a tensor along an axis";
  let arguments = (ins Onnx_Tensor:$input, Optional<Onnx_Tensor>:$split,
                       DefaultValuedAttr<Onnx_Int, "0">:$axis,
                       OptionalAttr<Onnx_Int>:$num_outputs);
  let results = (outs Variadic<Onnx_Tensor>:$outputs);
}

def Onnx_SliceOp : Onnx_PureOp<"Slice", [
    AttrSizedOperandSegments, ShapeArithmetic, Expanding,
    ShapeOperands, ListOperands,
    DeclareOpInterfaceMethods<DataDependentShapeOp>]> {
  let summary = "Every step-th element from start to end of some axes";
  let description = [{
    Where it depends on the run whether the bounds lie within the dimension, its
    size is computed by SliceSize. A slice of one element of a dimension that is
    a symbol is taken to exist: what follows broadcasts or drops it. Axes that
    only the run knows become bounds for all axes, and steps of that kind a
    Gather along each axis.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$starts,
                       Onnx_Tensor:$ends, Optional<Onnx_Tensor>:$axes,
                       Optional<Onnx_Tensor>:$steps);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_SliceSizeOp : Onnx_PureOp<"SliceSize"> {
  let summary = "How many elements a slice of a dimension has";
  let description = [{
    Not an operator of ONNX. `bounds` is [start, end, size, step] as Slice has
    them: negative ones count from the end, those outside are limited.
  }];
  let arguments = (ins Onnx_Tensor:$bounds);
  let results = (outs Onnx_Tensor:$size);
}

def Onnx_PadOp : Onnx_PureOp<"Pad", [
    AttrSizedOperandSegments, ShapeOperands, ListOperands, Expanding,
    NeedsSizes]> {
  let summary = "Adds elements at the ends of axes; negative pads remove them";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$pads,
                       Optional<Onnx_Tensor>:$constant_value,
                       Optional<Onnx_Tensor>:$axes,
                       DefaultValuedAttr<Onnx_String, "\"constant\"">:$mode);
  let results = (outs Onnx_Tensor:$output);
  let extraClassDeclaration = [{
    struct Pads {
      Dims begins, ends;
    };
    /// One pad a dimension, none when they are not known.
    std::optional<Pads> getPadsPerDimension();
  }];
}

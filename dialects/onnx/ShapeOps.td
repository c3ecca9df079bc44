//===- ShapeOps.td - Shapes as values, and views of other shapes ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// Shapes as values
//===----------------------------------------------------------------------===//

def Onnx_ShapeOp : Onnx_PureOp<"Shape", [ShapeArithmetic]> {
  let summary = "The sizes of a tensor's dimensions, from start to end";
  let description = [{
    Shape inference replaces it: sizes are expressions.
  }];
  let arguments = (ins Onnx_Tensor:$data, OptionalAttr<Onnx_Int>:$end,
      DefaultValuedAttr<Onnx_Int, "0">:$start);
  let results = (outs Onnx_Tensor:$shape);
  let extraClassDeclaration = [{
    /// The first dimension and the one after the last.
    std::pair<int64_t, int64_t> getBounds(int64_t rank);
  }];
}
def Onnx_SizeOp : Onnx_PureOp<"Size", [ShapeArithmetic]> {
  let summary = "The number of a tensor's elements";
  let description = [{
    Shape inference replaces it: sizes are expressions.
  }];
  let arguments = (ins Onnx_Tensor:$data);
  let results = (outs Onnx_Tensor:$size);
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

def Onnx_IdentityOp : Onnx_PureOp<"Identity", [IsView, ShapeArithmetic]> {
  let summary = "The value itself";
  let arguments = (ins Onnx_Value:$input);
  let results = (outs Onnx_Value:$output);
  let hasFolder = 1;
}
def Onnx_ReshapeOp
    : Onnx_PureOp<"Reshape", [
    IsView, ShapeArithmetic, ShapeOperands, ListOperands, NeedsSizes]> {
  let summary = "The same elements in another shape";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$shape,
      DefaultValuedAttr<Onnx_Int, "0">:$allowzero);
  let results = (outs Onnx_Tensor:$reshaped);
  let hasFolder = 1;
}
def Onnx_SqueezeOp : Onnx_PureOp<"Squeeze", [
    IsView, ShapeArithmetic, ListOperands, NeedsSizes, Expanding]> {
  let summary = "Without dimensions of size 1";
  let description = [{
    Where axes are known at run time only, shape inference makes it a Reshape to
    sizes that are computed from them; so it does with Unsqueeze.
  }];
  let arguments = (ins Onnx_Tensor:$data, Optional<Onnx_Tensor>:$axes);
  let results = (outs Onnx_Tensor:$squeezed);
}
def Onnx_UnsqueezeOp : Onnx_PureOp<"Unsqueeze", [
    IsView, ShapeArithmetic, ListOperands, Expanding]> {
  let summary = "With dimensions of size 1 inserted";
  let arguments = (ins Onnx_Tensor:$data, Onnx_Tensor:$axes);
  let results = (outs Onnx_Tensor:$expanded);
}
def Onnx_FlattenOp : Onnx_PureOp<"Flatten", [IsView, ShapeArithmetic]> {
  let summary = "A matrix: the dimensions before the axis times those after";
  let arguments = (ins Onnx_Tensor:$input,
      DefaultValuedAttr<Onnx_Int, "1">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

//===----------------------------------------------------------------------===//
// Tensors of a given shape
//===----------------------------------------------------------------------===//

def Onnx_ExpandOp : Onnx_PureOp<"Expand", [
    ShapeArithmetic, ShapeOperands, ListOperands, NeedsSizes]> {
  let summary = "A tensor broadcast with a shape";
  let description = [{
    A free size of the operand that is not the result's size is 1 or equals it
    when the model runs. Where all sizes that differ are such, the op is an
    alignment: it does nothing but for sizes that are 1.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$shape);
  let results = (outs Onnx_Tensor:$output);
  let extraClassDeclaration = [{
    /// The sizes of the operand that may be 1, each with the result's.
    ::llvm::SmallVector<std::pair<::mlir::AffineExpr, ::mlir::AffineExpr>>
    getSizesToCompare();
    bool isAlignment();
  }];
}
def Onnx_ConstantOfShapeOp
    : Onnx_PureOp<"ConstantOfShape",
                  [ShapeArithmetic, ShapeOperands, ListOperands]> {
  let summary = "A tensor of one value";
  let arguments = (ins Onnx_Tensor:$input,
      OptionalAttr<Onnx_TensorAttr>:$value);
  let results = (outs Onnx_Tensor:$output);
  let hasVerifier = 1;
}
def Onnx_RangeOp
    : Onnx_PureOp<"Range", [ShapeArithmetic,
                            DeclareOpInterfaceMethods<DataDependentShapeOp>]> {
  let summary = "start, start + delta, ... before limit";
  let arguments = (ins Onnx_Tensor:$start, Onnx_Tensor:$limit,
      Onnx_Tensor:$delta, DefaultValuedAttr<Onnx_Int, "1">:$stash_type);
  let results = (outs Onnx_Tensor:$output);
}

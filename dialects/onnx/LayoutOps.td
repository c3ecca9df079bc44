//===- LayoutOps.td - Elements in another order ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_TransposeOp : Onnx_PureOp<"Transpose", [ShapeArithmetic]> {
  let summary = "Permutes the dimensions; without `perm` it reverses them";
  let arguments = (ins Onnx_Tensor:$data, OptionalAttr<Onnx_Ints>:$perm);
  let results = (outs Onnx_Tensor:$transposed);
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// `perm`, or the reversal of `rank` dimensions.
    ::llvm::SmallVector<int64_t> getPermutation(int64_t rank);
  }];
}

def Onnx_DepthToSpaceOp : Onnx_PureOp<"DepthToSpace", [NeedsSizes]> {
  let summary = "Moves blocks of channels into the spatial dimensions";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int:$blocksize,
                       DefaultValuedAttr<Onnx_String, "\"DCR\"">:$mode);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_SpaceToDepthOp : Onnx_PureOp<"SpaceToDepth", [NeedsSizes]> {
  let summary = "Moves spatial blocks into the channels";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int:$blocksize,
                       DefaultValuedAttr<Onnx_String, "\"DCR\"">:$mode);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_ReverseSequenceOp : Onnx_PureOp<"ReverseSequence", [NeedsSizes]> {
  let summary = "Reverses the first `sequence_lens` elements of each batch";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$sequence_lens,
                       DefaultValuedAttr<Onnx_Int, "1">:$batch_axis,
                       DefaultValuedAttr<Onnx_Int, "0">:$time_axis);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_TileOp
    : Onnx_PureOp<"Tile", [ShapeArithmetic, ShapeOperands, ListOperands,
                           Expanding]> {
  let summary = "Repeats a tensor along each dimension";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$repeats);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_TriluOp : Onnx_PureOp<"Trilu"> {
  let summary = "The upper or lower triangle of each matrix, zero elsewhere";
  let arguments = (ins Onnx_Tensor:$input, Optional<Onnx_Tensor>:$k,
                       DefaultValuedAttr<Onnx_Int, "1">:$upper);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_EyeLikeOp : Onnx_PureOp<"EyeLike"> {
  let summary = "Ones on a diagonal of a matrix of the input's shape";
  let arguments = (ins Onnx_Tensor:$input, OptionalAttr<Onnx_Int>:$dtype,
                       DefaultValuedAttr<Onnx_Int, "0">:$k);
  let results = (outs Onnx_Tensor:$output);
}

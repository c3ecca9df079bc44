//===- SelectOps.td - Ops whose result sizes depend on data ---------------===//
//
// Each has a companion "...Padded" (not an operator of ONNX) whose results have
// the largest sizes possible and which also gives the number of elements that
// count. Shape inference replaces the op by its companion and slices.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

class Onnx_SelectOp<string name, list<Trait> traits = []>
    : Onnx_PureOp<name, traits # [Expanding]>;

def Onnx_NonZeroOp : Onnx_SelectOp<"NonZero"> {
  let summary = "The indices of the elements that are not zero";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}
def Onnx_NonZeroPaddedOp : Onnx_PureOp<"NonZeroPadded"> {
  let summary = "NonZero with as many columns as there are elements";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$count);
}

def Onnx_CompressOp : Onnx_SelectOp<"Compress"> {
  let summary = "The slices of an axis where a condition holds";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$condition,
                       OptionalAttr<Onnx_Int>:$axis);
  let results = (outs Onnx_Tensor:$output);
}
def Onnx_CompressPaddedOp : Onnx_PureOp<"CompressPadded"> {
  let summary = "Compress with as many slices as the input has";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$condition,
                       OptionalAttr<Onnx_Int>:$axis);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$count);
}

def Onnx_UniqueOp : Onnx_SelectOp<"Unique"> {
  let summary = "The different elements, or slices of an axis";
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_Int>:$axis,
                       DefaultValuedAttr<Onnx_Int, "1">:$sorted);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$indices,
                      Onnx_Tensor:$inverse_indices, Onnx_Tensor:$counts);
}
def Onnx_UniquePaddedOp : Onnx_PureOp<"UniquePadded"> {
  let summary = "Unique with as many elements as the input has";
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_Int>:$axis,
                       DefaultValuedAttr<Onnx_Int, "1">:$sorted);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$indices,
                      Onnx_Tensor:$inverse_indices, Onnx_Tensor:$counts,
                      Onnx_Tensor:$count);
}

class Onnx_SuppressionArguments {
  dag arguments = (ins Onnx_Tensor:$boxes, Onnx_Tensor:$scores,
                       Optional<Onnx_Tensor>:$max_output_boxes_per_class,
                       Optional<Onnx_Tensor>:$iou_threshold,
                       Optional<Onnx_Tensor>:$score_threshold,
                       DefaultValuedAttr<Onnx_Int, "0">:$center_point_box);
}
def Onnx_NonMaxSuppressionOp
    : Onnx_SelectOp<"NonMaxSuppression", [
    AttrSizedOperandSegments, NeedsSizes]> {
  let summary = "The boxes of best scores that overlap none better";
  let arguments = Onnx_SuppressionArguments<>.arguments;
  let results = (outs Onnx_Tensor:$selected_indices);
}
def Onnx_NonMaxSuppressionPaddedOp
    : Onnx_PureOp<"NonMaxSuppressionPadded", [AttrSizedOperandSegments]> {
  let summary = "NonMaxSuppression with a row for each box and class";
  let arguments = Onnx_SuppressionArguments<>.arguments;
  let results = (outs Onnx_Tensor:$selected_indices, Onnx_Tensor:$count);
}

//===- SamplingOps.td - Images read at places given by data ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_AffineGridOp : Onnx_PureOp<"AffineGrid", [
    ShapeOperands, ListOperands, Expanding, NeedsSizes]> {
  let summary = "The places to which matrices take the pixels of an image";
  let description = [{
    Shape inference makes products and sums of it. The specification's body
    squeezes the batch away where it is 1, and takes its sizes from a Split, of
    which no result has a size that is known before a run.
  }];
  let arguments = (ins Onnx_Tensor:$theta, Onnx_Tensor:$size,
                       DefaultValuedAttr<Onnx_Int, "0">:$align_corners);
  let results = (outs Onnx_Tensor:$grid);
}

def Onnx_GridSampleOp : Onnx_PureOp<"GridSample", [NeedsSizes]> {
  let summary = "The input interpolated at the places of a grid";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$grid,
                       DefaultValuedAttr<Onnx_Int, "0">:$align_corners,
                       DefaultValuedAttr<Onnx_String, "\"linear\"">:$mode,
                       DefaultValuedAttr<Onnx_String,
                                         "\"zeros\"">:$padding_mode);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MaxRoiPoolOp : Onnx_PureOp<"MaxRoiPool", [NeedsSizes]> {
  let summary = "Takes the maxima of regions of interest";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$rois,
      Onnx_Ints:$pooled_shape,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$spatial_scale);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_RoiAlignOp : Onnx_PureOp<"RoiAlign", [NeedsSizes]> {
  let summary = "Pools regions of interest of one size each";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$rois,
      Onnx_Tensor:$batch_indices,
      DefaultValuedAttr<Onnx_String,
                        "\"half_pixel\"">:$coordinate_transformation_mode,
      DefaultValuedAttr<Onnx_String, "\"avg\"">:$mode,
      DefaultValuedAttr<Onnx_Int, "1">:$output_height,
      DefaultValuedAttr<Onnx_Int, "1">:$output_width,
      DefaultValuedAttr<Onnx_Int, "0">:$sampling_ratio,
      DefaultValuedAttr<Onnx_Float, "1.0f">:$spatial_scale);
  let results = (outs Onnx_Tensor:$Y);
}

//===- MicrosoftShapeOps.td - Operators that ONNX has by now --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftExpandDimsOp : Onnx_MicrosoftOp<"ExpandDims"> {
  let summary = "Unsqueeze by one axis";
  let arguments = (ins Onnx_Tensor:$X, Onnx_IntTensor:$axis);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftTriluOp : Onnx_MicrosoftOp<"Trilu"> {
  let summary = "Trilu";
  let arguments = (ins Onnx_Tensor:$X, Optional<Onnx_IntTensor>:$k,
      DefaultValuedAttr<Onnx_Int, "1">:$upper);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftGatherNDOp : Onnx_MicrosoftOp<"GatherND"> {
  let summary = "GatherND without batch dimensions";
  let arguments = (ins Onnx_Tensor:$data, Onnx_IntTensor:$indices);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MicrosoftRangeOp : Onnx_MicrosoftOp<"Range"> {
  let summary = "Range, by 1 unless told, of scalars or lists of one";
  let arguments = (ins Onnx_Tensor:$start, Onnx_Tensor:$limit,
      Optional<Onnx_Tensor>:$delta);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftGridSampleOp : Onnx_MicrosoftOp<"GridSample"> {
  let summary = "GridSample with the modes' older names";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Grid,
      DefaultValuedAttr<Onnx_Int, "0">:$align_corners,
      DefaultValuedAttr<Onnx_String, "\"bilinear\"">:$mode,
      DefaultValuedAttr<Onnx_String, "\"zeros\"">:$padding_mode);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_MicrosoftPadOp : Onnx_MicrosoftOp<"Pad"> {
  let summary = "Pad by a list, or a matrix of one row";
  let arguments = (ins Onnx_Tensor:$data, Onnx_IntTensor:$pads,
      Optional<Onnx_Tensor>:$value,
      DefaultValuedAttr<Onnx_String, "\"constant\"">:$mode);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MicrosoftUniqueOp : Onnx_MicrosoftOp<"Unique"> {
  let summary = "The elements of a list that differ, in their order";
  let arguments = (ins Onnx_Tensor:$x);
  let results = (outs Onnx_Tensor:$y, Onnx_Tensor:$idx, Onnx_Tensor:$counts);
}

def Onnx_MicrosoftSampleOpOp : Onnx_MicrosoftOp<"SampleOp"> {
  let summary = "Its input";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}

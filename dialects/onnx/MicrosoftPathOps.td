//===- MicrosoftPathOps.td - A path through a table of costs --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/MicrosoftBase.td"

def Onnx_MicrosoftDynamicTimeWarpingOp
    : Onnx_MicrosoftOp<"DynamicTimeWarping", [NeedsSizes]> {
  let summary = "The path of least cost from the first to the last element";
  let arguments = (ins Onnx_Tensor:$input);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_WarpPathPaddedOp : Onnx_PureOp<"WarpPathPadded"> {
  let summary = "DynamicTimeWarping of a matrix, with the longest path's length";
  let arguments = (ins Onnx_Tensor:$input);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$count);
}

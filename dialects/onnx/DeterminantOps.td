//===- DeterminantOps.td - Determinants of matrices -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_DetOp : Onnx_PureOp<"Det", [NeedsSizes]> {
  let summary = "The determinant of each square matrix";
  let arguments = (ins Onnx_Tensor:$X);
  let results = (outs Onnx_Tensor:$Y);
}

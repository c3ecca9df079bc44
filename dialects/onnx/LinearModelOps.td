//===- LinearModelOps.td - Linear regression and classification -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_LinearRegressorOp : Onnx_PureOp<"LinearRegressor", [Expanding]> {
  let summary = "X coefficients^T + intercepts, a row of coefficients a target";
  let description = [{
    A single target is not transformed, but for PROBIT: so does onnxruntime.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       OptionalAttr<Onnx_Floats>:$coefficients,
                       OptionalAttr<Onnx_Floats>:$intercepts,
                       DefaultValuedAttr<Onnx_String,
                                         "\"NONE\"">:$post_transform,
                       DefaultValuedAttr<Onnx_Int, "1">:$targets);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_LinearClassifierOp : Onnx_PureOp<"LinearClassifier", [Expanding]> {
  let summary = "The class of the greatest of several linear functions";
  let description = [{
    One function for two labels decides by its sign and scores both. Whether
    the model was trained as one against the rest (multi_class) does not matter
    once it is trained.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       OptionalAttr<Onnx_Ints>:$classlabels_ints,
                       OptionalAttr<Onnx_Strings>:$classlabels_strings,
                       Onnx_Floats:$coefficients,
                       OptionalAttr<Onnx_Floats>:$intercepts,
                       DefaultValuedAttr<Onnx_Int, "0">:$multi_class,
                       DefaultValuedAttr<Onnx_String,
                                         "\"NONE\"">:$post_transform);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Z);
}

//===- FeatureOps.td - Rows of features scaled, filled and joined ---------===//
//
// The operators of ai.onnx.ml that prepare a table for a model. All of them
// are other ops of the dialect.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

class Onnx_FeatureOp<string name>
    : Onnx_PureOp<name, [Expanding, NeedsSizes]> {
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_ScalerOp : Onnx_FeatureOp<"Scaler"> {
  let summary = "(x - offset) * scale, one of each or one a column";
  let arguments = (ins Onnx_Tensor:$X, OptionalAttr<Onnx_Floats>:$offset,
                       OptionalAttr<Onnx_Floats>:$scale);
}

def Onnx_ImputerOp : Onnx_FeatureOp<"Imputer"> {
  let summary = "One value is replaced, by another or by one a column";
  let arguments = (ins Onnx_Tensor:$X,
                       OptionalAttr<Onnx_Floats>:$imputed_value_floats,
                       OptionalAttr<Onnx_Ints>:$imputed_value_int64s,
                       DefaultValuedAttr<Onnx_Float,
                                         "0.0f">:$replaced_value_float,
                       DefaultValuedAttr<Onnx_Int, "0">:$replaced_value_int64);
}

def Onnx_NormalizerOp : Onnx_PureOp<"Normalizer", [Expanding]> {
  let summary = "Each row over its norm: the maximum, L1 or L2";
  let description = [{
    As onnxruntime has it: MAX is the largest element, not the largest absolute
    value, and L2 keeps the signs. A row whose norm is 0 stays.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       DefaultValuedAttr<Onnx_String, "\"MAX\"">:$norm);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_FeatureVectorizerOp : Onnx_FeatureOp<"FeatureVectorizer"> {
  let summary = "Rows joined, each cut or filled with 0 to a given length";
  let arguments = (ins Variadic<Onnx_Tensor>:$X,
                       OptionalAttr<Onnx_Ints>:$inputdimensions);
}

def Onnx_ArrayFeatureExtractorOp
    : Onnx_PureOp<"ArrayFeatureExtractor", [Expanding]> {
  let summary = "Some columns, by their numbers";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Y);
  let results = (outs Onnx_Tensor:$Z);
}

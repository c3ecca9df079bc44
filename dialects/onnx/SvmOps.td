//===- SvmOps.td - Support vector machines --------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

def Onnx_SVMRegressorOp : Onnx_PureOp<"SVMRegressor", [Expanding, NeedsSizes]> {
  let summary = "A sum of kernels around support vectors, or its sign";
  let description = [{
    Its post_transform is left undone, as in onnxruntime.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       OptionalAttr<Onnx_Floats>:$coefficients,
                       OptionalAttr<Onnx_Floats>:$kernel_params,
                       DefaultValuedAttr<Onnx_String,
                                         "\"LINEAR\"">:$kernel_type,
                       DefaultValuedAttr<Onnx_Int, "0">:$n_supports,
                       DefaultValuedAttr<Onnx_Int, "0">:$one_class,
                       DefaultValuedAttr<Onnx_String,
                                         "\"NONE\"">:$post_transform,
                       OptionalAttr<Onnx_Floats>:$rho,
                       OptionalAttr<Onnx_Floats>:$support_vectors);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_SVMClassifierOp : Onnx_PureOp<"SVMClassifier", [Expanding, NeedsSizes]> {
  let summary = "A vote of support vector machines, one for each two classes";
  let description = [{
    Without support vectors: one linear function a class. Scores are
    probabilities where prob_a and prob_b say how to make them, else one for
    each two classes (two for two classes in all).
  }];
  let arguments = (ins Onnx_Tensor:$X,
                       OptionalAttr<Onnx_Ints>:$classlabels_ints,
                       OptionalAttr<Onnx_Strings>:$classlabels_strings,
                       OptionalAttr<Onnx_Floats>:$coefficients,
                       OptionalAttr<Onnx_Floats>:$kernel_params,
                       DefaultValuedAttr<Onnx_String,
                                         "\"LINEAR\"">:$kernel_type,
                       DefaultValuedAttr<Onnx_String,
                                         "\"NONE\"">:$post_transform,
                       OptionalAttr<Onnx_Floats>:$prob_a,
                       OptionalAttr<Onnx_Floats>:$prob_b,
                       OptionalAttr<Onnx_Floats>:$rho,
                       OptionalAttr<Onnx_Floats>:$support_vectors,
                       OptionalAttr<Onnx_Ints>:$vectors_per_class);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Z);
}

def Onnx_CouplePairsOp : Onnx_PureOp<"CouplePairs"> {
  let summary = "Probabilities of classes from those of one against another";
  let description = [{
    Not an operator of ONNX. `pairs` [N, k (k - 1) / 2] has, for all i < j in
    order, how probable class i is if it is i or j; the result is [N, k].
  }];
  let arguments = (ins Onnx_Tensor:$pairs, Onnx_Int:$classes);
  let results = (outs Onnx_Tensor:$probabilities);
}

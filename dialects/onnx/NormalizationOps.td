//===- NormalizationOps.td - Normalisation by statistics, and dropout ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

// The specification's 1e-5 as a float.
defvar epsilonDefault = "1e-5f";

def Onnx_LayerNormalizationOp
    : Onnx_PureOp<"LayerNormalization", [FusesProducers, NeedsSizes]> {
  let summary = "(x - mean) / deviation * scale + b over the axes from `axis`";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$Scale,
                   Optional<Onnx_Tensor>:$B,
                   DefaultValuedAttr<Onnx_Int, "-1">:$axis,
                   DefaultValuedAttr<Onnx_Float, epsilonDefault>:$epsilon,
                   DefaultValuedAttr<Onnx_Int, "1">:$stash_type);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$Mean,
                 Onnx_Tensor:$InvStdDev);
}

def Onnx_RMSNormalizationOp
    : Onnx_PureOp<"RMSNormalization", [FusesProducers, NeedsSizes]> {
  let summary = "x / root mean square * scale over the axes from `axis`";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$scale,
                   DefaultValuedAttr<Onnx_Int, "-1">:$axis,
                   DefaultValuedAttr<Onnx_Float, epsilonDefault>:$epsilon,
                   DefaultValuedAttr<Onnx_Int, "1">:$stash_type);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_InstanceNormalizationOp : Onnx_PureOp<"InstanceNormalization", [
    NeedsSizes]> {
  let summary = "Normalisation of each channel of each instance";
  let arguments = (ins Onnx_Tensor:$input, Onnx_Tensor:$scale, Onnx_Tensor:$B,
                   DefaultValuedAttr<Onnx_Float, epsilonDefault>:$epsilon);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_BatchNormalizationOp : Onnx_PureOp<"BatchNormalization", [
    NeedsSizes]> {
  let summary = "Normalisation of each channel by given statistics, or by the "
                "batch's";
  let arguments = (ins Onnx_Tensor:$X, Onnx_Tensor:$scale, Onnx_Tensor:$B,
                   Onnx_Tensor:$input_mean, Onnx_Tensor:$input_var,
                   DefaultValuedAttr<Onnx_Float, epsilonDefault>:$epsilon,
                   DefaultValuedAttr<Onnx_Float, "0.9f">:$momentum,
                   DefaultValuedAttr<Onnx_Int, "0">:$training_mode);
  let results = (outs Onnx_Tensor:$Y, Onnx_Tensor:$running_mean,
                 Onnx_Tensor:$running_var);
}

def Onnx_LRNOp : Onnx_PureOp<"LRN", [Expanding]> {
  let summary = "Local response normalisation over channels";
  let arguments = (ins Onnx_Tensor:$X,
                   DefaultValuedAttr<Onnx_Float, "1e-4f">:$alpha,
                   DefaultValuedAttr<Onnx_Float, "0.75f">:$beta,
                   DefaultValuedAttr<Onnx_Float, "1.0f">:$bias,
                   Onnx_Int:$size);
  let results = (outs Onnx_Tensor:$Y);
}

def Onnx_LpNormalizationOp : Onnx_PureOp<"LpNormalization"> {
  let summary = "x / (L1 or L2 norm along an axis), 0 where the norm is 0";
  let arguments = (ins Onnx_Tensor:$input,
                   DefaultValuedAttr<Onnx_Int, "-1">:$axis,
                   DefaultValuedAttr<Onnx_Int, "2">:$p);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MeanVarianceNormalizationOp
    : Onnx_PureOp<"MeanVarianceNormalization", [Expanding]> {
  let summary = "(x - mean) / (deviation + 1e-9) over axes";
  let description = [{
    The body that ONNX gives it has constants of float, whatever x is of.
  }];
  let arguments = (ins Onnx_Tensor:$X,
                   DefaultValuedAttr<Onnx_Ints, "{0, 2, 3}">:$axes);
  let results = (outs Onnx_Tensor:$Y);
}

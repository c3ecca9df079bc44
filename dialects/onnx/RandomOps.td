//===- RandomOps.td - Random numbers --------------------------------------===//
//
// A compiled model keeps no state: every run gives the same numbers. With a
// seed they are those of numpy's RandomState(seed), as in ONNX's reference;
// without one each node has a seed of its own.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

class Onnx_RandomOp<string name> : Onnx_PureOp<name, [Expanding]>;

def Onnx_RandomUniformOp : Onnx_RandomOp<"RandomUniform"> {
  let summary = "Numbers spread evenly between low and high";
  let arguments = (ins DefaultValuedAttr<Onnx_Int, "1">:$dtype,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$high,
                       DefaultValuedAttr<Onnx_Float, "0.0f">:$low,
                       OptionalAttr<Onnx_Float>:$seed, Onnx_Ints:$shape);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_RandomUniformLikeOp : Onnx_RandomOp<"RandomUniformLike"> {
  let summary = "RandomUniform of the input's shape";
  let arguments = (ins Onnx_Tensor:$input, OptionalAttr<Onnx_Int>:$dtype,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$high,
                       DefaultValuedAttr<Onnx_Float, "0.0f">:$low,
                       OptionalAttr<Onnx_Float>:$seed);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_RandomNormalOp : Onnx_RandomOp<"RandomNormal"> {
  let summary = "Numbers of a normal distribution";
  let arguments = (ins DefaultValuedAttr<Onnx_Int, "1">:$dtype,
                       DefaultValuedAttr<Onnx_Float, "0.0f">:$mean,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$scale,
                       OptionalAttr<Onnx_Float>:$seed, Onnx_Ints:$shape);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_RandomNormalLikeOp : Onnx_RandomOp<"RandomNormalLike"> {
  let summary = "RandomNormal of the input's shape";
  let arguments = (ins Onnx_Tensor:$input, OptionalAttr<Onnx_Int>:$dtype,
                       DefaultValuedAttr<Onnx_Float, "0.0f">:$mean,
                       DefaultValuedAttr<Onnx_Float, "1.0f">:$scale,
                       OptionalAttr<Onnx_Float>:$seed);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_MultinomialOp : Onnx_RandomOp<"Multinomial"> {
  let summary = "Classes drawn by their unnormalised log probabilities";
  let arguments = (ins Onnx_Tensor:$input,
                       DefaultValuedAttr<Onnx_Int, "6">:$dtype,
                       DefaultValuedAttr<Onnx_Int, "1">:$sample_size,
                       OptionalAttr<Onnx_Float>:$seed);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_DropoutOp : Onnx_PureOp<"Dropout", [
    AttrSizedOperandSegments, Expanding]> {
  let summary = "The data, in training with elements dropped at random";
  let arguments = (ins Onnx_Tensor:$data, Optional<Onnx_Tensor>:$ratio,
                   Optional<Onnx_Tensor>:$training_mode,
                   OptionalAttr<Onnx_Int>:$seed);
  let results = (outs Onnx_Tensor:$output, Onnx_Tensor:$mask);
}

def Onnx_MersenneTwisterOp : Onnx_PureOp<"MersenneTwister", [ShapeOperands]> {
  let summary = "A list of `count` random doubles";
  let description = [{
    Not an operator of ONNX: MT19937 as numpy's RandomState uses it, even in
    [0, 1) or (by `normal`) normally distributed.
  }];
  let arguments = (ins Onnx_Tensor:$count, Onnx_Int:$seed, Onnx_Int:$normal);
  let results = (outs Onnx_Tensor:$numbers);
}

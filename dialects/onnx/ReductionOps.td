//===- ReductionOps.td - Reductions over axes -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "dialects/onnx/OnnxBase.td"

class Onnx_Reduce<string name, string what, list<Trait> traits = []>
    : Onnx_PureOp<name, traits # [FusesProducers, Expanding, ListOperands]> {
  let summary = what # " over axes (all without any)";
  let description = [{
    Where axes are known at run time only, shape inference replaces it by one
    over fixed axes (RunTimeAxes.h).
  }];
  let arguments = (ins Onnx_Tensor:$data, Optional<Onnx_Tensor>:$axes,
                   DefaultValuedAttr<Onnx_Int, "1">:$keepdims,
                   DefaultValuedAttr<Onnx_Int, "0">:$noop_with_empty_axes);
  let results = (outs Onnx_Tensor:$reduced);
}

def Onnx_ReduceSumOp
    : Onnx_Reduce<"ReduceSum", "sum", [ShapeArithmetic]>;
def Onnx_ReduceProdOp
    : Onnx_Reduce<"ReduceProd", "product", [ShapeArithmetic]>;
def Onnx_ReduceMeanOp : Onnx_Reduce<"ReduceMean", "mean">;
def Onnx_ReduceMaxOp
    : Onnx_Reduce<"ReduceMax", "maximum", [ShapeArithmetic]>;
def Onnx_ReduceMinOp
    : Onnx_Reduce<"ReduceMin", "minimum", [ShapeArithmetic]>;
def Onnx_ReduceL1Op : Onnx_Reduce<"ReduceL1", "sum of absolute values">;
def Onnx_ReduceL2Op : Onnx_Reduce<"ReduceL2", "root of the sum of squares">;
def Onnx_ReduceLogSumOp : Onnx_Reduce<"ReduceLogSum", "logarithm of the sum">;
def Onnx_ReduceLogSumExpOp
    : Onnx_Reduce<"ReduceLogSumExp", "logarithm of the sum of exponentials">;
def Onnx_ReduceSumSquareOp
    : Onnx_Reduce<"ReduceSumSquare", "sum of squares">;

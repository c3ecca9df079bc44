//===- GraphPasses.td - The graph phase: onnx -> onnx ---------------------===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_GRAPHPASSES
#define ONNXC_PASSES_GRAPH_GRAPHPASSES

include "mlir/Pass/PassBase.td"

def InferShapes : Pass<"infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Infer result types with symbolic dimensions, fold shape "
                "arithmetic";
  let description = [{
    After it every tensor has a rank and an expression for each dimension.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect",
                           "::onnxc::plan::PlanDialect"];
}

def CheckSizes : Pass<"check-sizes", "::mlir::func::FuncOp"> {
  let summary = "Refuse tensors that the target cannot address";
  let options = [
    Option<"indexBits", "index-bits", "unsigned", "64",
           "Width of the target's pointers">];
}

def FoldEmptyTensors : Pass<"fold-empty-tensors", "::mlir::func::FuncOp"> {
  let summary = "Replace tensors without elements by constants";
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def FuseQuantization : Pass<"fuse-quantization", "::mlir::func::FuncOp"> {
  let summary = "Compute quantised operators in integers";
  let description = [{
    A convolution or product of dequantised tensors becomes one of integers,
    scaled afterwards; what only moves elements moves the narrow ones.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ExpandQuantization
    : Pass<"expand-quantization", "::mlir::func::FuncOp"> {
  let summary = "Turn quantisation of integers into elementwise ops";
  let description = [{
    Scales become products, which join others by constants; a rectifier becomes
    a bound.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ExpandConvTranspose
    : Pass<"expand-conv-transpose", "::mlir::func::FuncOp"> {
  let summary = "Turn transposed convolutions into plain ones";
  let description = [{
    Those of constant weights become a convolution with a filter for each phase
    of the stride, whose results are put between each other.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def FoldBatchNormalization
    : Pass<"fold-batch-normalization", "::mlir::func::FuncOp"> {
  let summary = "Turn normalisation by constants into arithmetic";
  let description = [{
    It goes into the weights of the convolution before it, or becomes a product
    and a sum, built of ops on constants for `fold-constants`.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ChooseLayouts : Pass<"choose-layouts", "::mlir::func::FuncOp"> {
  let summary = "Block the channels of convolutions and of what is between";
  let description = [{
    Convolutions of constant weights, and the ops between them that allow it,
    work on tensors [N, C/c, spatial..., c] afterwards. Weights become constant
    subgraphs: `fold-constants` has to follow.
  }];
  let options = [
    Option<"vectorLanes", "vector-lanes", "int64_t", "8",
           "How many floats a vector register holds">,
    Option<"dotGroup", "dot-group", "int64_t", "1",
           "How many products of bytes a lane of a dot product sums">,
    Option<"dotOffset", "dot-offset", "int64_t", "0",
           "What a byte of its left side may be off: 128 where it takes "
           "unsigned ones only, -128 where signed ones only">];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def PackWeights : Pass<"pack-weights", "::mlir::func::FuncOp"> {
  let summary = "Bring constant matrices into panels of columns";
  let description = [{
    MatMul and Gemm by a constant become PackedMatMul; the weights become
    constant subgraphs: `fold-constants` has to follow.
  }];
  let options = [
    Option<"panelColumns", "panel-columns", "int64_t", "16",
           "How many columns a tile of a product has">,
    Option<"dotGroup", "dot-group", "int64_t", "1",
           "How many products of bytes a lane of a dot product sums">,
    Option<"dotOffset", "dot-offset", "int64_t", "0",
           "What a byte of its left side may be off: 128 where it takes "
           "unsigned ones only, -128 where signed ones only">];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def OutlineKernels : Pass<"outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Cut the graph into kernels";
  let description = [{
    Groups ops that one kernel computes, moves each group into a function, and
    leaves a list of plan.call, plan.view and plan.symbol. Equal kernels become
    one.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::onnxc::plan::PlanDialect"];
}

#endif // ONNXC_PASSES_GRAPH_GRAPHPASSES

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

def AttachMachine : Pass<"attach-machine", "::mlir::ModuleOp"> {
  let summary = "Have a module say which machine it is compiled for";
  let description = [{
    Passes ask the module's attribute `plan.machine` (#plan.machine) about the
    machine. onnxc puts it there itself; this pass is for onnxc-opt: a target by
    name, as --target, -mcpu and -mattr of onnxc take it, or a machine model
    field by field. lit/passes/Graph/attach-machine.mlir has an example of each.
  }];
  let options = [
    Option<"target", "target", "std::string", "\"\"",
           "A triple or a target's name; empty for this machine's">,
    Option<"cpu", "cpu", "std::string", "\"\"", "A CPU of the target">,
    Option<"features", "features", "std::string", "\"\"",
           "What it has and lacks: +avx2,-fma">,
    Option<"machine", "machine", "std::string", "\"\"",
           "The fields of a #plan.machine, instead of a target">];
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

def InferShapes : Pass<"infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Infer result types with symbolic dimensions, fold shape "
                "arithmetic";
  let description = [{
    Afterwards every tensor has a rank and an expression for each dimension:

      %z = onnx.Add(%x, %y) : (tensor<?x4xf32, #onnx.dims<[s0, 4]>>,
          tensor<4xf32>) -> tensor<?x4xf32, #onnx.dims<[s0, 4]>>

    Arithmetic on shapes becomes onnx.Dims, a branch that sizes decide goes, and
    ops that are others in their form are expanded. See
    lit/passes/Graph/infer-shapes.mlir, control-flow-shapes.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect",
                           "::onnxc::plan::PlanDialect"];
}

def SplitStages : Pass<"split-stages", "::mlir::ModuleOp"> {
  let summary = "Cut a model into a chain of smaller ones";
  let description = [{
    @main becomes modules @stage_0, @stage_1, ... with a @main each, whose inputs
    are those of the model and outputs of stages before. Cuts are where the
    fewest bytes go over them, as long as no stage does much more than its share
    of the multiplications. Constants, and what depends on them and sizes alone,
    are in each stage that reads them. It runs for --split only. See
    lit/passes/Graph/split-stages.mlir.
  }];
  let options = [
    Option<"stages", "stages", "unsigned", "2", "How many">];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect",
                           "::onnxc::plan::PlanDialect"];
}

def CheckSizes : Pass<"check-sizes", "::mlir::func::FuncOp"> {
  let summary = "Refuse tensors that the target cannot address";
  let description = [{
    A tensor of 2^62 floats is an error at its node; on a target of 32 bits, one
    of 2^30 is. See lit/passes/Graph/check-sizes.mlir.
  }];
}

def FoldEmptyTensors : Pass<"fold-empty-tensors", "::mlir::func::FuncOp"> {
  let summary = "Replace tensors without elements by constants";
  let description = [{
    A tensor<2x0xf32> needs no kernel; the sum of its rows is zeros. See
    lit/passes/Graph/fold-empty-tensors.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def RecognizeIdioms : Pass<"recognize-idioms", "::mlir::func::FuncOp"> {
  let summary = "Find the operators that exporters wrote as several";
  let description = [{
    x * Sigmoid(x) becomes Swish, x / sqrt(mean of x^2 + epsilon) becomes
    RMSNormalization: each has one kernel, and what is between them no tensor.
    docs/idioms.md lists the forms.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def FuseQuantization : Pass<"fuse-quantization", "::mlir::func::FuncOp"> {
  let summary = "Compute quantised operators in integers";
  let description = [{
    A convolution or product of dequantised tensors becomes one of integers,
    scaled afterwards:

      Conv(Dequantize(x, a), Dequantize(w, b))
        -> Mul(Cast(ConvInteger(x, w)), a * b)

    Ops that only move elements move the narrow ones. See
    lit/passes/Graph/fuse-quantization.mlir, quantized-pooling.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ExpandQuantization
    : Pass<"expand-quantization", "::mlir::func::FuncOp"> {
  let summary = "Turn quantisation of integers into elementwise ops";
  let description = [{
    Scales become products, which join other products by constants. A rectifier
    becomes a bound of onnx.Saturate. Weights of a few bits stay as they are in
    products (`onnx.NBitsMatMul`), but for a device. See
    lit/passes/Graph/expand-quantization.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def FoldRepeatedValues : Pass<"fold-repeated-values", "::mlir::func::FuncOp"> {
  let summary = "Turn tensors of one value into constants where that is of use";
  let description = [{
    A ConstantOfShape of a known shape becomes a constant where it is small, or
    read as weights, so that it is folded and laid out like others:

      %w = onnx.ConstantOfShape(%shape) {value = dense<0.5> : tensor<1xf32>}
      %w = onnx.Constant() {value = dense<0.5> : tensor<300x400xf32>}

    See lit/passes/Graph/fold-repeated-values.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ExpandConvTranspose
    : Pass<"expand-conv-transpose", "::mlir::func::FuncOp"> {
  let summary = "Turn transposed convolutions into plain ones";
  let description = [{
    A transposed convolution by constant weights becomes a convolution with a
    filter for each phase of the stride; a Transpose puts the results between
    each other. See lit/passes/Graph/expand-conv-transpose.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ChooseTransforms : Pass<"choose-transforms", "::mlir::func::FuncOp"> {
  let summary = "Turn Fourier transforms of rows into fast ones or products";
  let description = [{
    A DFT of known length becomes an onnx.FastDFT with the constants that its
    passes take, or where that is faster, and on devices, a MatMul by a constant
    matrix. See lit/passes/Graph/choose-transforms.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def FoldBatchNormalization
    : Pass<"fold-batch-normalization", "::mlir::func::FuncOp"> {
  let summary = "Turn normalisation by constants into arithmetic";
  let description = [{
    It goes into the weights of the convolution before it, or becomes a product
    and a sum. The new weights are ops on constants, which `fold-constants`
    computes. See lit/passes/Graph/fold-batch-normalization.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def FoldConstants : Pass<"fold-constants", "::mlir::func::FuncOp"> {
  let summary = "Compute what depends on constants only";
  let description = [{
    Ops whose operands are all constants move into a module of their own, which
    the compiler compiles and runs; what it computes are constants:

      %2 = onnx.Mul(%weights, %scale) : ...
      %2 = onnx.Constant() {value = dense<[2.0, 4.0]> : tensor<2xf32>} : ...

    What would grow the model stays, as an Expand of a scalar does. Who compiles
    and runs is an argument of the pass: see
    lit/passes/Graph/fold-constants.mlir.
  }];
  let constructor = "::onnxc::createFoldConstants(nullptr)";
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def PadChannels : Pass<"pad-channels", "::mlir::func::FuncOp"> {
  let summary = "Fill the last block of channels with zeros";
  let description = [{
    A convolution of 24 filters where blocks have 16 becomes one of 32, and what
    follows takes 32 channels, as long as those that are added stay zeros, or
    finite before they are multiplied by zeros. Weights become constant subgraphs:
    `fold-constants` has to follow. See lit/passes/Graph/pad-channels.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ChooseLayouts : Pass<"choose-layouts", "::mlir::func::FuncOp"> {
  let summary = "Block the channels of convolutions and of what is between";
  let description = [{
    Convolutions by constant weights, and the ops between them that allow it,
    work on tensors [N, C/c, spatial..., c] afterwards: c channels lie side by
    side, as many as a vector has lanes or half of that. Weights become constant
    subgraphs: `fold-constants` has to follow. See
    lit/passes/Graph/choose-layouts.mlir, integer-layouts.mlir.
  }];
  let options = [Option<"fill", "fill", "bool", "false",
                        "Choose the blocks that pad-channels has filled">];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def PackWeights : Pass<"pack-weights", "::mlir::func::FuncOp"> {
  let summary = "Bring constant matrices into panels of columns";
  let description = [{
    MatMul and Gemm by a constant become PackedMatMul, whose weights lie in
    panels: [K, N] becomes [N/n, K, n]. The panels are constant subgraphs:
    `fold-constants` has to follow. See lit/passes/Graph/pack-weights.mlir.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def TransformConvs : Pass<"transform-convs", "::mlir::func::FuncOp"> {
  let summary = "Have convolutions of 3 x 3 multiply fewer times";
  let description = [{
    A blocked convolution by a constant kernel of 3 x 3 and stride 1 becomes a
    WinogradConv where that is faster: its weights are 16/9 of their size, or
    four times. The weights of a model become at most twice as large, or 8 MiB
    larger, unless they may have any size; where more would pay, it is done where
    most is gained for a byte. See lit/passes/Graph/transform-convs.mlir.
  }];
  let options = [Option<"anySize", "any-size", "bool", "false",
                        "Whether weights may grow beyond twice their size">];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

def ViewStrings : Pass<"view-strings", "::mlir::func::FuncOp"> {
  let summary = "Constant strings become parts of constant bytes";
  let description = [{
    Weights hold no addresses: a run makes the strings from where the text is.

      %s = onnx.Constant() {strings = ["ab", "c"]}
      ->  %s = onnx.ViewText("abc", [2, 3])

    See lit/passes/Graph/view-strings.mlir.
  }];
}

def OutlineKernels : Pass<"outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Cut the graph into kernels";
  let description = [{
    Groups the ops that one kernel computes, moves each group into a function,
    and leaves a list of plan.call, plan.view and plan.symbol:

      %1 = plan.call @kernel_0_Add_Mul(%x) [%s0] : ...

    Equal kernels become one. See lit/passes/Graph/outline-kernels.mlir,
    outline-parameters.mlir, outline-piecewise.mlir.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::onnxc::plan::PlanDialect"];
}

def ResolveSizes : Pass<"resolve-sizes", "::mlir::ModuleOp"> {
  let summary = "Replace symbols that stand for expressions";
  let description = [{
    A symbol of @main that neither an input nor data defines is what the first
    pair of `onnx.equal_sizes` says that begins with it: the size to which free
    dimensions broadcast. See lit/passes/Graph/resolve-sizes.mlir.
  }];
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

#endif // ONNXC_PASSES_GRAPH_GRAPHPASSES

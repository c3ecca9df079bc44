//===- Passes.td - Every pass, in the order of the pipeline ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Graph: onnx -> onnx
//===----------------------------------------------------------------------===//

def InferShapes : Pass<"infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Infer result types with symbolic dimensions, fold shape "
                "arithmetic";
  let description = [{
    After it every tensor has a rank and an expression for each dimension.
  }];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect",
                           "::onnxc::plan::PlanDialect"];
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

def FoldBatchNormalization
    : Pass<"fold-batch-normalization", "::mlir::func::FuncOp"> {
  let summary = "Turn normalisation by constants into arithmetic";
  let description = [{
    It goes into the weights of the convolution before it, or becomes a product
    and a sum, built of ops on constants for `fold-constants`.
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

//===----------------------------------------------------------------------===//
// Tensor: a kernel's onnx ops -> linalg
//===----------------------------------------------------------------------===//

def LowerToLinalg : Pass<"lower-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "Lower a kernel's onnx ops to linalg on tensors";
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def FuseLinalg : Pass<"fuse-linalg", "::mlir::func::FuncOp"> {
  let summary = "Fuse elementwise producers into their consumers";
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

//===----------------------------------------------------------------------===//
// Memory: tensors -> memrefs
//===----------------------------------------------------------------------===//

def BufferizeKernel : Pass<"bufferize-kernel", "::mlir::func::FuncOp"> {
  let summary = "Give a kernel memrefs for its arguments and results";
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::memref::MemRefDialect"];
}

def ReuseInputs : Pass<"reuse-inputs", "::mlir::ModuleOp"> {
  let summary = "Let results take the memory of inputs that die";
  let description = [{
    Calls variants of kernels that have one argument for an input and a result
    of the same size where the input is read for the last time before the same
    element of the result is written. plan.call says in `reused` which.
  }];
  let options = [Option<"copyBytes", "copy-bytes", "int64_t", "0",
                        "Convolutions write onto their image where a copy of so "
                        "many bytes is enough for it">];
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

def EmitContractions : Pass<"emit-contractions", "::mlir::func::FuncOp"> {
  let summary = "Turn matrix products and convolutions into vector loops";
  let description = [{
    Replaces a contraction and the elementwise ops that follow it by loops over
    tiles that stay in registers, below one scf.forall. What it does not take
    is left for `lower-kernel-loops`.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "256",
           "Size of a vector register">,
    Option<"numVectorRegisters", "num-vector-registers", "int64_t", "16",
           "Number of vector registers">,
    Option<"hasVectors", "has-vectors", "bool", "true",
           "Without, a vector is some f32 registers side by side">,
    Option<"stackBytes", "stack-bytes", "int64_t", "1048576",
           "How much a task may keep on the stack">,
    Option<"dotGroup", "dot-group", "int64_t", "1",
           "How many products of bytes a lane of a dot product sums">,
    Option<"numIntegerRegisters", "num-integer-registers", "int64_t", "13",
           "Number of general registers, which hold sums of integers where "
           "there are no vectors">,
    Option<"dotAccumulates", "dot-accumulates", "bool", "true",
           "Whether the instruction adds to sums">,
    ListOption<"dotIntrinsics", "dot-intrinsics", "std::string",
               "BITS=NAME: the intrinsic for vectors of so many bits">,
    Option<"dotWidenSigned", "dot-widen-signed", "std::string", "",
           "The intrinsic that widens two bytes of a word">,
    Option<"dotWidenUnsigned", "dot-widen-unsigned", "std::string", "",
           "The same of unsigned bytes">];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::memref::MemRefDialect"];
}

def LowerKernelLoops : Pass<"lower-kernel-loops", "::mlir::func::FuncOp"> {
  let summary = "Turn a kernel's linalg ops into loops";
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::memref::MemRefDialect"];
}

//===----------------------------------------------------------------------===//
// Code: -> LLVM dialect
//===----------------------------------------------------------------------===//

def ApproximateMath : Pass<"approximate-math"> {
  let summary = "Replace functions on f32 by arithmetic";
  let description = [{
    Math functions, fmod and conversions from and to half precision become
    arithmetic on the scalars or vectors they are applied to, within 4 units
    in the last place. Functions of f64 are left to the C library.
  }];
  let options = [
    Option<"nativeRounding", "native-rounding", "bool", "true",
           "The target rounds to integers in one instruction (SSE4.1)">,
    Option<"nativeHalf", "native-half", "bool", "true",
           "The target converts f16 (F16C)">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def LowerKernelABI : Pass<"lower-kernel-abi", "::mlir::func::FuncOp"> {
  let summary = "Pass bare pointers and symbols to kernels";
  let options = [
    Option<"indexBits", "index-bits", "unsigned", "64",
           "Width of the target's pointers">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::affine::AffineDialect"];
}

def OutlineTasks : Pass<"outline-tasks", "::mlir::ModuleOp"> {
  let summary = "Give loops of independent tasks to the context's threads";
  let description = [{
    The body of a scf.forall that is worth it becomes a function over a range of
    tasks, which the context's parallel_for calls; a short one becomes a loop.
    Kernels that have such loops take the context as first argument.
  }];
  let options = [Option<"indexBits", "index-bits", "unsigned", "64",
                        "The size of index and of pointers">,
                 Option<"hasThreads", "has-threads", "bool", "true",
                        "Without, every loop of tasks becomes a plain one">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::scf::SCFDialect"];
}

def ProfileCalls : Pass<"profile-calls", "::mlir::ModuleOp"> {
  let summary = "Call the application's profiler around every kernel";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect"];
}

def PlanMemory : Pass<"plan-memory", "::mlir::ModuleOp"> {
  let summary = "Place @main's tensors in one arena";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::cf::ControlFlowDialect"];
}

//===----------------------------------------------------------------------===//
// Between phases
//===----------------------------------------------------------------------===//

def CheckPhase : Pass<"check-phase", "::mlir::ModuleOp"> {
  let summary = "Check what has to hold after a phase";
  let options = [Option<"phase", "phase", "std::string", "\"graph\"",
                        "graph, tensor, memory or code">];
}

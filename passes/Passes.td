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
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::affine::AffineDialect"];
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

//===- LoopsPasses.td - The loops phase: linalg on tensors -> loops over memory ===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_LOOPSPASSES
#define ONNXC_PASSES_LOOPS_LOOPSPASSES

include "mlir/Pass/PassBase.td"

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
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

def EmitContractions : Pass<"emit-contractions", "::mlir::func::FuncOp"> {
  let summary = "Turn matrix products and convolutions into vector loops";
  let description = [{
    Replaces a contraction and the elementwise ops that follow it by loops over
    tiles that stay in registers, below one scf.forall. What it does not take
    is left for `lower-kernel-loops`.
  }];
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

#endif // ONNXC_PASSES_LOOPS_LOOPSPASSES

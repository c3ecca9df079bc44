//===- LoopsPasses.td - The loops phase: linalg -> loops over memory -----===//
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
  let description = [{
    Results become arguments between inputs and symbols:

      func.func private @kernel(%x: memref<?x8xf32>, %y: memref<?x8xf32>,
                                %s0: index)

    A temporary that is small is a memref.alloca; a large one is an argument
    too, memory that @main provides. See lit/passes/Loops/bufferize-kernel.mlir,
    kernel-scratch.mlir.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::memref::MemRefDialect"];
}

def JoinVersions : Pass<"join-versions", "::mlir::ModuleOp"> {
  let summary = "Make one function of a kernel and its version for equal sizes";
  let description = [{
    It looks at the sizes and takes one or the other:

      %equal = arith.cmpi eq, %s0, %s1
      scf.if %equal { the version } else { the kernel }

    See lit/passes/Loops/join-versions.mlir.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect"];
}

def ReuseInputs : Pass<"reuse-inputs", "::mlir::ModuleOp"> {
  let summary = "Let results take the memory of inputs that die";
  let description = [{
    A call may use a variant of its kernel that has one argument for an input
    and a result: both are of the same size, and an element of the input is read
    for the last time before the same element of the result is written.
    plan.call says in `reused` which. See lit/passes/Loops/reuse-inputs.mlir,
    reuse-inputs-order.mlir, reuse-inputs-convolutions.mlir.
  }];
  let dependentDialects = ["::onnxc::plan::PlanDialect"];
}

def EmitContractions : Pass<"emit-contractions", "::mlir::func::FuncOp"> {
  let summary = "Turn matrix products and convolutions into vector loops";
  let description = [{
    A contraction and the elementwise ops that follow it become loops over tiles
    that stay in registers, below one scf.forall over blocks of the result. The
    ops that it does not take are left for `lower-kernel-loops`. See
    lit/passes/Loops/emit-contractions.mlir, emit-blocked-conv.mlir,
    emit-dot-products.mlir, emit-scalar-tiles.mlir, emit-on-image.mlir.
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::memref::MemRefDialect"];
}

def EmitTransposes : Pass<"emit-transposes", "::mlir::func::FuncOp"> {
  let summary = "Turn copies that change neighbours into loops over squares";
  let description = [{
    A copy whose result has another innermost dimension than its source reads
    squares of elements, transposes them in vectors and writes lines of the
    cache. Shorter ones are left for `lower-kernel-loops`. See
    lit/passes/Loops/emit-transposes.mlir.
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::memref::MemRefDialect"];
}

def LowerKernelLoops : Pass<"lower-kernel-loops", "::mlir::func::FuncOp"> {
  let summary = "Turn a kernel's linalg ops into loops";
  let description = [{
    The dimension that most operands hold contiguously becomes the innermost
    loop, so that a reduction over an outer one adds up rows. What is parallel
    in a long nest becomes a scf.forall around it. Copies between strided
    buffers become loops. See lit/passes/Loops/lower-kernel-loops.mlir,
    split-loops.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::memref::MemRefDialect"];
}

def CheckAccesses : Pass<"check-accesses", "::mlir::func::FuncOp"> {
  let summary = "Let a kernel end the program before it leaves a tensor";
  let description = [{
    With --check-accesses, for tests: each load and store of a kernel is
    preceded by a cf.assert that its place is in the memory it belongs to. See
    lit/passes/Loops/check-accesses.mlir.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect"];
}

#endif // ONNXC_PASSES_LOOPS_LOOPSPASSES

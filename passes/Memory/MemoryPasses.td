//===- MemoryPasses.td - The memory phase: tensors -> places in an arena --===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_MEMORYPASSES
#define ONNXC_PASSES_MEMORY_MEMORYPASSES

include "mlir/Pass/PassBase.td"

def PlanMemory : Pass<"plan-memory", "::mlir::ModuleOp"> {
  let summary = "Place @main's tensors in one arena";
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::cf::ControlFlowDialect"];
}

#endif // ONNXC_PASSES_MEMORY_MEMORYPASSES

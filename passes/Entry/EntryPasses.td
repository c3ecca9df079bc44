//===- EntryPasses.td - The memory phase: calls, tasks and the entry ------===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_ENTRY_ENTRYPASSES
#define ONNXC_PASSES_ENTRY_ENTRYPASSES

include "mlir/Pass/PassBase.td"

def LowerKernelABI : Pass<"lower-kernel-abi", "::mlir::func::FuncOp"> {
  let summary = "Pass bare pointers and symbols to kernels";
  let description = [{
    A memref argument becomes a bare pointer, as its sizes follow from the
    symbols:

      func.func private @kernel(%x: !llvm.ptr, %y: !llvm.ptr, %s0: index)
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::affine::AffineDialect"];
}

def OutlineTasks : Pass<"outline-tasks", "::mlir::ModuleOp"> {
  let summary = "Give loops of independent tasks to the context's threads";
  let description = [{
    The body of a scf.forall that takes long enough becomes a function over a
    range of tasks, which the context's parallel_for calls; a short one becomes
    a loop. Where the time depends on sizes, the code decides when it runs.
    Kernels that have such loops take the context as first argument. See
    lit/passes/Entry/outline-tasks.mlir.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::scf::SCFDialect"];
}

def WriteEntry : Pass<"write-entry", "::mlir::ModuleOp"> {
  let summary = "Make the entry point of @main";
  let description = [{
    Every tensor of @main has a place (passes/Memory/MemoryPlan.h): memory of an
    input or output, the weights, or an offset in the arena. @main becomes
    @onnxc_entry, which calls the kernels with addresses, @onnxc_arena_bytes and
    @onnxc_output_shapes. See lit/passes/Entry/write-entry.mlir.

    With `observe` the context's observer, where there is one, is told behind
    each call of each tensor that it wrote; nothing but the entry is another by
    that. See lit/passes/Entry/observe-values.mlir.
  }];
  let options = [Option<"observe", "observe", "bool", "false",
                        "Tell the application's observer of all values">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::cf::ControlFlowDialect",
                           "::mlir::scf::SCFDialect",
                           "::onnxc::plan::PlanDialect"];
}

def ProfileCalls : Pass<"profile-calls", "::mlir::ModuleOp"> {
  let summary = "Call the application's profiler around every kernel";
  let description = [{
    Where the context's `profile` is set, it is called with the number of the
    step before every kernel, and with -1 behind it. See
    lit/passes/Entry/profile-calls.mlir.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect"];
}

#endif // ONNXC_PASSES_ENTRY_ENTRYPASSES

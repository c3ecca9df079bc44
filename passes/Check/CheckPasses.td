//===- CheckPasses.td - What holds between the phases ---------------------===//
//
// In the order of the pipeline.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_CHECK_CHECKPASSES
#define ONNXC_PASSES_CHECK_CHECKPASSES

include "mlir/Pass/PassBase.td"

def CheckPhase : Pass<"check-phase", "::mlir::ModuleOp"> {
  let summary = "Check what has to hold after a phase";
  let description = [{
    The promise of each phase (compiler/Pipeline.cpp) is tested on the IR:
    behind `tensor`, say, no op of the onnx dialect may be in a kernel. A fault
    is one of onnxc, and names the op. See lit/passes/Check/check-phase.mlir.
  }];
  let options = [Option<"phase", "phase", "std::string", "\"graph\"",
                        "graph, tensor, loops, memory or code">];
}

#endif // ONNXC_PASSES_CHECK_CHECKPASSES

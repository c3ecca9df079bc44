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
  let options = [Option<"phase", "phase", "std::string", "\"graph\"",
                        "graph, tensor, loops, memory or code">];
}

#endif // ONNXC_PASSES_CHECK_CHECKPASSES

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

def PlantFault : Pass<"plant-fault", "::mlir::ModuleOp"> {
  let summary = "Make the kernel of a node wrong";
  let description = [{
    For tests of `onnxc verify`, which has to find the node. The calls that
    compute the node get a kernel of their own, whose results are changed:
    floats by half of themselves and an eighth, integers by one, bools to the
    opposite. See lit/passes/Check/plant-fault.mlir.
  }];
  let options = [Option<"node", "node", "std::string", "",
                        "The node's name">];
  let dependentDialects = ["::onnxc::onnx::OnnxDialect"];
}

#endif // ONNXC_PASSES_CHECK_CHECKPASSES

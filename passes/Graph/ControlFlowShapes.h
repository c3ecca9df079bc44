//===- ControlFlowShapes.h - Shapes around If, Loop and Scan --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_CONTROLFLOWSHAPES_H
#define ONNXC_PASSES_GRAPH_CONTROLFLOWSHAPES_H

#include "passes/Graph/ShapeInference.h"

namespace onnxc {

// Each infers the sub-graphs and then the results. The op may be replaced by
// the one returned, or, if that is null, by what was in it.
mlir::FailureOr<mlir::Operation *> inferIf(onnx::IfOp op,
                                           ShapeInference &inference);
mlir::FailureOr<mlir::Operation *> inferLoop(onnx::LoopOp op,
                                             ShapeInference &inference);
mlir::FailureOr<mlir::Operation *> inferScan(onnx::ScanOp op,
                                             ShapeInference &inference);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_CONTROLFLOWSHAPES_H

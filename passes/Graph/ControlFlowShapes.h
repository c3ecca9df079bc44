//===- ControlFlowShapes.h - Shapes around If, Loop and Scan --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_CONTROLFLOWSHAPES_H
#define ONNXC_PASSES_GRAPH_CONTROLFLOWSHAPES_H

#include "dialects/onnx/ControlFlowOps.h"

namespace onnxc {

/// What the inference of an op with sub-graphs needs of the walk it is part of.
struct ShapeInference {
  llvm::function_ref<mlir::LogicalResult(mlir::Block &)> inferBlock;
  llvm::function_ref<mlir::LogicalResult(mlir::Operation *)> inferOp;
  /// A new symbol for an element of an integer tensor.
  llvm::function_ref<mlir::AffineExpr(mlir::OpBuilder &, mlir::Location,
                                      mlir::Value, int64_t)>
      defineSymbol;
  /// The names of the symbols there are.
  llvm::SmallVectorImpl<mlir::Attribute> &symbols;
};

// Each infers the sub-graphs and then the results. The op may be replaced.
mlir::LogicalResult inferIf(onnx::IfOp op, ShapeInference inference);
mlir::LogicalResult inferLoop(onnx::LoopOp op, ShapeInference inference);
mlir::LogicalResult inferScan(onnx::ScanOp op, ShapeInference inference);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_CONTROLFLOWSHAPES_H

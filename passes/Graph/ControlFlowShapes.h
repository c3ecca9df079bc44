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
  /// Compiles the model for those sizes of its inputs only that lead to one
  /// branch, which replaces the op; others are refused when the model runs.
  /// False, and nothing done, where the condition is not one on sizes.
  llvm::function_ref<bool(onnx::IfOp, bool takesThen)> assumeBranch;
};

// Each infers the sub-graphs and then the results. The op may be replaced by
// the one returned, or, if that is null, by what was in it.
mlir::FailureOr<mlir::Operation *> inferIf(onnx::IfOp op,
                                           ShapeInference inference);
mlir::FailureOr<mlir::Operation *> inferLoop(onnx::LoopOp op,
                                             ShapeInference inference);
mlir::FailureOr<mlir::Operation *> inferScan(onnx::ScanOp op,
                                             ShapeInference inference);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_CONTROLFLOWSHAPES_H

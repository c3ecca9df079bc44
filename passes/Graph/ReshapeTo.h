//===- ReshapeTo.h - Integers and reshapes over symbolic sizes ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_RESHAPETO_H
#define ONNXC_PASSES_GRAPH_RESHAPETO_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/Builders.h"

namespace onnxc {

/// A list of i64: onnx.Constant, or onnx.Dims where one depends on symbols.
mlir::Value buildInts(mlir::OpBuilder &b, mlir::Location loc,
                      llvm::ArrayRef<mlir::AffineExpr> ints);

/// A vector of channels as [C, 1, ...], with so many ones.
mlir::Value alignChannels(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Value vector, int64_t ones);

/// onnx.Reshape to these sizes.
mlir::Value reshapeTo(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value,
                      llvm::ArrayRef<mlir::AffineExpr> dims);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_RESHAPETO_H

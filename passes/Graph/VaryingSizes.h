//===- VaryingSizes.h - Sizes that branches or iterations give ------------===//
//
// A size that depends on which branch is taken, or changes from iteration to
// iteration, travels as data: the op gets one more result, an integer tensor of
// such sizes, and symbols are read from it. For a Loop that appends a row to
// %c : tensor<?x8xf32, #onnx.dims<[s0, 8]>> in each iteration:
//
//   %n0 = onnx.Dims [s0]
//   %r, %n = onnx.Loop(%trips, _, [%c, %n0]) {
//   ^bb0(%i, %go, %a: [s1, 8], %na: tensor<1xi64>):
//     plan.symbol 1 = %na[0]
//     %longer = onnx.Concat(%a, %row) : ... -> [s1 + 1, 8]
//     %next = onnx.Dims [s1 + 1]
//     onnx.Yield(%go, %longer, %next)
//   } : -> [s2, 8], tensor<1xi64>
//   plan.symbol 2 = %n[0]
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_VARYINGSIZES_H
#define ONNXC_PASSES_GRAPH_VARYINGSIZES_H

#include "passes/Graph/ShapeInference.h"

namespace onnxc {

/// Which dimensions of a value have a size of their own in each iteration, or
/// branch.
using Varying = llvm::SmallVector<unsigned>;

/// Those of the sizes.
onnx::Dims selectDims(llvm::ArrayRef<mlir::AffineExpr> dims,
                      llvm::ArrayRef<unsigned> which);

/// The sizes as a tensor.
mlir::Value buildDims(mlir::OpBuilder &b, mlir::Location loc,
                      llvm::ArrayRef<mlir::AffineExpr> exprs);

/// Has a block yield further values from place `at` on.
void appendToYield(mlir::Block &block, unsigned at, mlir::ValueRange values);

/// The type with symbols, read from elements of a tensor, for those sizes.
mlir::Type readSizes(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
                     llvm::ArrayRef<unsigned> which, mlir::Value sizes,
                     ShapeInference &inference);

/// Refuses a value, of which `what` tells, whose shape is not known.
mlir::LogicalResult checkShape(mlir::Operation *op, mlir::Value value,
                               llvm::StringRef what);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_VARYINGSIZES_H

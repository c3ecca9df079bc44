//===- RowLoops.h - Loops over tensors, for ops that work row by row ------===//
//
// Ops that take several steps over a row (softmax, normalisations, recurrences)
// are written as loops so that a row stays in the cache between its steps.
// These build them; scalars in loop-carried values become registers.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_ROWLOOPS_H
#define ONNXC_PASSES_TENSOR_ROWLOOPS_H

#include "dialects/onnx/ScalarBuilder.h"
#include "passes/Tensor/LoweringPatterns.h"

namespace onnxc {

/// Whether loadElement gives something arithmetic works on: float16 and up,
/// integers of at least eight bits, and bool.
bool isComputable(mlir::Type onnxElementType);
/// What loadElement gives for it.
mlir::Type getComputeType(mlir::Type onnxElementType);

/// Between integers (and index) and floats, truncating towards zero;
/// signedness is the integer's.
mlir::Value convertElement(mlir::OpBuilder &b, mlir::Location loc,
                           mlir::Value x, mlir::Type type, bool isUnsigned);

/// sum + x and product * x, which may be computed in any order.
mlir::Value buildSum(mlir::OpBuilder &b, mlir::Location loc, mlir::Value sum,
                     mlir::Value x);
mlir::Value buildProduct(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value product, mlir::Value x);

/// Rounds a tensor of the computed type to the result's storage type.
mlir::Value narrow(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor,
                   mlir::OpResult onnxResult);

using LoopBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange, mlir::ValueRange)>;
/// Loops from 0 to `sizes`, the last innermost; the body gets the indices and
/// the carried values and gives the next ones.
llvm::SmallVector<mlir::Value>
buildLoops(mlir::OpBuilder &b, mlir::Location loc,
           llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::ValueRange carried,
           LoopBody body);

/// The same from `from` on.
llvm::SmallVector<mlir::Value>
buildLoops(mlir::OpBuilder &b, mlir::Location loc, mlir::ValueRange from,
           mlir::ValueRange to, mlir::ValueRange carried, LoopBody body);

/// An expression over d0, d1, ... of these index values.
mlir::Value buildIndex(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::AffineExpr expr, mlir::ValueRange operands);

using TileBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange, mlir::ValueRange)>;
/// A scf.forall over [0, counts). `results` are what it writes: of each the
/// body gets a tile, given by the offsets and sizes that `tile` tells for the
/// indices (unit dimensions whose `kept` is false are dropped), and gives the
/// computed tile.
struct Tile {
  llvm::SmallVector<mlir::OpFoldResult> offsets, sizes;
  llvm::SmallVector<bool> kept;
};
llvm::SmallVector<mlir::Value> buildParallel(
    mlir::OpBuilder &b, mlir::Location loc,
    llvm::ArrayRef<mlir::OpFoldResult> counts, mlir::ValueRange results,
    llvm::function_ref<Tile(mlir::OpBuilder &, mlir::ValueRange, unsigned)>
        tile,
    TileBody body);

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_ROWLOOPS_H

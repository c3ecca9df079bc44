//===- SizeFunctions.h - Sizes as generated code computes them ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_ENTRY_SIZEFUNCTIONS_H
#define ONNXC_PASSES_ENTRY_SIZEFUNCTIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"

namespace onnxc {

/// Evaluates an expression in integers of `type`, symbols given by `leaf`.
mlir::Value
evaluateSize(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
             mlir::AffineExpr expr,
             llvm::function_ref<mlir::Value(mlir::AffineSymbolExpr)> leaf);

/// Begins a function of the entry's: the builder is left inside of it.
mlir::func::FuncOp beginFunction(mlir::OpBuilder &b, mlir::Location loc,
                                 llvm::StringRef name,
                                 mlir::TypeRange arguments,
                                 mlir::TypeRange results);

/// Builds @onnxc_arena_bytes, which is -1 when the size does not fit.
void buildArenaBytes(mlir::OpBuilder &b, mlir::Location loc,
                     mlir::AffineExpr total);

/// Builds a function that stores sizes: @name(symbols, sizes).
void buildSizes(mlir::OpBuilder &b, mlir::Location loc, llvm::StringRef name,
                llvm::ArrayRef<mlir::AffineExpr> sizes);

} // namespace onnxc

#endif // ONNXC_PASSES_ENTRY_SIZEFUNCTIONS_H

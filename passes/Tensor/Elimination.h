//===- Elimination.h - What eliminations of matrices share ----------------===//
//
// Determinant.cpp eliminates below the diagonal, Inverse.cpp above it as well.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_ELIMINATION_H
#define ONNXC_PASSES_TENSOR_ELIMINATION_H

#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

/// A batch of square matrices.
struct SquareMatrices {
  mlir::Type type; // of the onnx elements
  llvm::SmallVector<mlir::OpFoldResult> batch, square;
};

/// Those of an operand; refuses elements that cannot be eliminated.
mlir::FailureOr<SquareMatrices>
getSquareMatrices(mlir::ConversionPatternRewriter &rewriter,
                  mlir::Operation *op, mlir::Value onnxX);

/// The row of a column's largest element from the diagonal on.
mlir::Value findPivot(const TensorBuilder &v, mlir::Value column,
                      mlir::Value size, mlir::Value matrix);

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_ELIMINATION_H

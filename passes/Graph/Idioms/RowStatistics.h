//===- RowStatistics.h - Means over the last dimensions -------------------===//
//
// What LayerNormalization and RMSNormalization have in common:
//
//   root = Sqrt(Add(ReduceMean(square of data), epsilon))
//   Div(data, root), or Mul(data, Reciprocal(root)), or Mul(data, Div(1, root))
//   then Mul by a scale, then Add of a bias
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_IDIOMS_ROWSTATISTICS_H
#define ONNXC_PASSES_GRAPH_IDIOMS_ROWSTATISTICS_H

#include "dialects/onnx/MathOps.h"

namespace onnxc {

/// The mean of `data` over the dimensions from `axis` on, which are kept.
struct RowMean {
  mlir::Value data;
  int64_t axis;
};
std::optional<RowMean> matchRowMean(mlir::Value value);

/// sqrt(mean of data^2 + epsilon)
struct RootMeanSquare {
  mlir::Value data;
  int64_t axis;
  double epsilon;
};
std::optional<RootMeanSquare> matchRootMeanSquare(onnx::SqrtOp root);

/// The only use of a value, null where there are more.
mlir::Operation *getOnlyUser(mlir::Value value);
/// The value that is 1 / root, if that is what the root is for.
mlir::Value findInverse(onnx::SqrtOp root);
/// The op that computes data / root.
mlir::Operation *findQuotient(onnx::SqrtOp root, mlir::Value data);
/// The other operand of a sum or product.
mlir::Value getOtherOperand(mlir::Operation *op, mlir::Value operand);

/// Whether the value has one element for each of the last dimensions, or fewer.
bool isPerRow(mlir::Value value, int64_t rank, int64_t axis);

/// Mul by a scale, then Add of a bias (if there can be one), where they follow;
/// each may be null.
struct Affine {
  mlir::Value scale, bias;
  mlir::Operation *last;
};
Affine findAffine(mlir::Operation *normalized, int64_t axis, bool hasBias);

/// The scale, or a constant 1 where there is none.
mlir::Value getScaleOrOne(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Value scale, mlir::Value data);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_IDIOMS_ROWSTATISTICS_H

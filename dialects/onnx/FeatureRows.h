//===- FeatureRows.h - Tables of features, a row an example ---------------===//
//
// What the models of ai.onnx.ml take: [N, C], or one row as [C].
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_FEATUREROWS_H
#define ONNXC_DIALECTS_ONNX_FEATUREROWS_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// Reports a shape that is known and not [N, C] or [C].
mlir::LogicalResult checkRows(std::optional<mlir::Location> loc, mlir::Value x);

/// The number of rows, and of columns; null while the shape is not known.
mlir::AffineExpr getRows(mlir::Value x);
mlir::AffineExpr getColumns(mlir::Value x);

/// Reports columns that are known and not `needed`; `what` are for as many.
mlir::LogicalResult checkColumns(std::optional<mlir::Location> loc,
                                 mlir::Value x, int64_t needed,
                                 llvm::StringRef what);

/// [N, C] of float.
mlir::Value buildRows(GraphBuilder &g, mlir::Value x);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_FEATUREROWS_H

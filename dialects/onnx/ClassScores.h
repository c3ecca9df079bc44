//===- ClassScores.h - Scores of classes, and the labels they pick --------===//
//
// What the classifiers and regressors of ai.onnx.ml share: the attribute
// post_transform, and the class of the greatest score.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_CLASSSCORES_H
#define ONNXC_DIALECTS_ONNX_CLASSSCORES_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// Reports a post_transform that the specification has not.
mlir::LogicalResult checkPostTransform(std::optional<mlir::Location> loc,
                                       llvm::StringRef name);

/// Applies a post_transform to scores [N, E] of float, E > 1.
mlir::Value transformScores(GraphBuilder &g, mlir::Value scores,
                            llvm::StringRef name);

/// Two columns of one score s [N, 1]: [-s, s] or [1 - s, s] where nothing
/// else is asked for, as onnxruntime has it.
enum class Opposite { Negated, Complement };
mlir::Value transformBinaryScore(GraphBuilder &g, mlir::Value score,
                                 llvm::StringRef name, Opposite opposite);

/// The attributes classlabels_ints and classlabels_strings.
struct ClassLabels {
  std::optional<llvm::ArrayRef<int64_t>> ints;
  std::optional<mlir::ArrayAttr> strings;

  bool areStrings() const { return strings && !strings->empty(); }
  size_t size() const;
  mlir::Type getElementType(mlir::MLIRContext *context) const;
  /// Reports both or none of the attributes, and a label that is there twice.
  mlir::LogicalResult check(std::optional<mlir::Location> loc) const;
  /// The labels at indices [N].
  mlir::Value pick(GraphBuilder &g, mlir::Value indices) const;
};

/// The index of the greatest score of each row, the first of equal ones: [N].
mlir::Value findGreatest(GraphBuilder &g, mlir::Value scores);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_CLASSSCORES_H

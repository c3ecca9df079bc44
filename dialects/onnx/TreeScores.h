//===- TreeScores.h - From sums over trees to scores and classes ----------===//
//
// What happens behind the sums, as ordinary ops. The specification says little
// of it; all is as onnxruntime does it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_TREESCORES_H
#define ONNXC_DIALECTS_ONNX_TREESCORES_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

enum class ScoreTransform { None, Softmax, Logistic, SoftmaxZero, Probit };
std::optional<ScoreTransform> parseScoreTransform(llvm::StringRef name);

/// Of the scores of each row, [N, C].
mlir::Value transformScores(GraphBuilder &g, mlir::Value scores,
                            ScoreTransform transform, mlir::Type element);

/// What a classifier knows of its classes.
struct TreeClasses {
  llvm::ArrayRef<int64_t> labels;
  std::vector<double> bases;
  ScoreTransform transform = ScoreTransform::None;
  /// All weights are of one class of two.
  bool isBinary = false;
  bool weightsArePositive = false;
  /// Of each class, whether all rows, or some, get a weight.
  std::vector<bool> always, ever;
};

/// The labels [N] and the scores [N, C], in f32, for the sums [N, C].
std::pair<mlir::Value, mlir::Value> classify(GraphBuilder &g, mlir::Value sums,
                                             mlir::Type element,
                                             const TreeClasses &classes);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_TREESCORES_H

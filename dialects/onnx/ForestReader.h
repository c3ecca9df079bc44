//===- ForestReader.h - From the operators' attributes to a forest --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_FORESTREADER_H
#define ONNXC_DIALECTS_ONNX_FORESTREADER_H

#include "dialects/onnx/Forest.h"
#include "dialects/onnx/TreeEnsembleOps.h"

namespace onnxc::onnx {

/// The forest that the attributes describe, for the type of X; what is wrong
/// with them is reported at the op. Takes time and memory in proportion to the
/// attributes.
llvm::FailureOr<Forest> readForest(TreeEnsembleRegressorOp op);
llvm::FailureOr<Forest> readForest(TreeEnsembleClassifierOp op);
llvm::FailureOr<Forest> readForest(TreeEnsembleOp op);

/// Numbers of an attribute in one of its two forms; none where it is absent.
std::vector<double> readNumbers(std::optional<llvm::ArrayRef<float>> floats,
                                std::optional<mlir::ElementsAttr> tensor);

/// How many columns X has to have: one more than the greatest feature.
int64_t countColumns(std::optional<llvm::ArrayRef<int64_t>> features);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_FORESTREADER_H

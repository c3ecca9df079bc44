//===- CustomUse.h - How a node uses a function of the application --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_CUSTOMUSE_H
#define ONNXC_DIALECTS_ONNX_CUSTOMUSE_H

#include "dialects/onnx/CustomRule.h"

namespace onnxc::onnx {

/// What onnx.CustomCall and onnx.CustomSizes have in common.
struct CustomUse {
  llvm::StringRef opType, function;
  /// How the header calls the inputs.
  mlir::ArrayAttr names;
  /// A value for each input; null for one that is left out.
  llvm::SmallVector<mlir::Value> inputs;
  llvm::ArrayRef<bool> givenOutputs;
  mlir::ArrayAttr rules;
  mlir::DictionaryAttr values;

  /// Reads one of the two ops.
  explicit CustomUse(mlir::Operation *op);
  CustomUse() = default;

  /// Whether the op is one of the two.
  static bool isOne(mlir::Operation *op);

  /// What the rule of output `number`, or the model, says of it. Elements are
  /// null for one that is left out and has no rule.
  llvm::Expected<CustomResult> infer(mlir::MLIRContext *context,
                                     size_t number) const;
};

/// Whether C has a type for the elements.
bool isPassedToC(mlir::Type elementType);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_CUSTOMUSE_H

//===- RecurrentActivation.h - The activations of recurrent layers --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_RECURRENTACTIVATION_H
#define ONNXC_DIALECTS_ONNX_RECURRENTACTIVATION_H

#include "dialects/onnx/ValueBuilder.h"
#include <optional>
#include <string>

namespace onnxc::onnx {

/// One activation function with its parameters.
struct RecurrentActivation {
  std::string name; // lower case
  float alpha = 0, beta = 0;
  bool hasAlpha = false, hasBeta = false; // which of them it has

  mlir::Value build(const ValueBuilder &v, mlir::Value x) const;
};

/// The activations of all directions. Each function takes the next value of
/// `alpha` and `beta` if it has such a parameter, and its default after the
/// lists' ends. None for an unknown name or a wrong number of names.
std::optional<llvm::SmallVector<RecurrentActivation>>
parseRecurrentActivations(mlir::ArrayAttr names, llvm::ArrayRef<float> alpha,
                          llvm::ArrayRef<float> beta,
                          llvm::ArrayRef<llvm::StringRef> defaults,
                          size_t directions);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_RECURRENTACTIVATION_H

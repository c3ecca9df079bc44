//===- SvmKernel.h - Kernels of support vector machines -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_SVMKERNEL_H
#define ONNXC_DIALECTS_ONNX_SVMKERNEL_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// The attributes kernel_type and kernel_params (gamma, coef0, degree) over
/// support vectors [V, columns].
struct SvmKernel {
  llvm::StringRef type;
  std::optional<llvm::ArrayRef<float>> params;
  llvm::ArrayRef<float> vectors;
  int64_t columns;

  /// Reports a type that is none, and parameters that are missing.
  mlir::LogicalResult check(std::optional<mlir::Location> loc) const;

  /// The sums of kernels K(x, vectors) M for rows x [N, columns] and a matrix
  /// of weights M [V, count]: [N, count].
  mlir::Value buildSums(GraphBuilder &g, mlir::Value x,
                        llvm::ArrayRef<float> weights, int64_t count) const;

private:
  mlir::Value buildKernels(GraphBuilder &g, mlir::Value x) const;
  mlir::Value buildGaussians(GraphBuilder &g, mlir::Value x) const;
  mlir::Value buildDistances(GraphBuilder &g, mlir::Value x) const;
  mlir::Value buildTransposed(GraphBuilder &g, llvm::ArrayRef<float> rows,
                              double factor) const;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_SVMKERNEL_H

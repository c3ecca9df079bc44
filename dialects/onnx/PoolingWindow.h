//===- PoolingWindow.h - The windows of a pooling -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_POOLINGWINDOW_H
#define ONNXC_DIALECTS_ONNX_POOLINGWINDOW_H

#include "dialects/onnx/SymbolicShape.h"
#include "llvm/ADT/StringRef.h"

namespace onnxc::onnx {

/// A pooling's attributes with defaults filled in, and what follows from them:
/// one entry a spatial dimension. Pads are expressions, as those of SAME_UPPER
/// depend on sizes.
struct PoolingWindow {
  llvm::SmallVector<int64_t> kernel, strides, dilations;
  Dims padsBegin, padsEnd, outputs;

  /// None when the attributes contradict each other or the rank.
  static std::optional<PoolingWindow>
  get(llvm::ArrayRef<mlir::AffineExpr> inputDims, llvm::StringRef autoPad,
      bool ceilMode, llvm::ArrayRef<int64_t> kernel,
      std::optional<llvm::ArrayRef<int64_t>> dilations,
      std::optional<llvm::ArrayRef<int64_t>> pads,
      std::optional<llvm::ArrayRef<int64_t>> strides);
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_POOLINGWINDOW_H

//===- RealSizes.h - Sizes that pass through floats -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_REALSIZES_H
#define ONNXC_DIALECTS_ONNX_REALSIZES_H

#include "dialects/onnx/SymbolicShape.h"

namespace onnxc::onnx {

/// A number that floats hold exactly, or so nearly that rounding it down or up
/// gives the same.
struct RealSize {
  mlir::AffineExpr numerator, denominator;

  mlir::AffineExpr getFloor() const;
  mlir::AffineExpr getCeil() const;
};

/// The elements of a small tensor of floats that is computed from sizes: by
/// Cast, arithmetic, Floor and Ceil, and whatever moves elements.
std::optional<llvm::SmallVector<RealSize>> getRealSizes(mlir::Value value);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_REALSIZES_H

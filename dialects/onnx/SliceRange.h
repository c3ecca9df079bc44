//===- SliceRange.h - Bounds of slices with symbolic sizes ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_SLICERANGE_H
#define ONNXC_DIALECTS_ONNX_SLICERANGE_H

#include "dialects/onnx/SymbolicShape.h"

namespace onnxc::onnx {

/// The elements of one dimension that Slice takes, as the operands state it.
struct SliceRange {
  mlir::AffineExpr start, end;
  int64_t step = 1;
  /// Whether symbols of start and end may stand for negative values.
  bool anySign = false;

  /// The number of elements for a dimension of this size; none when it takes
  /// a run to tell.
  std::optional<mlir::AffineExpr> getSize(mlir::AffineExpr dim) const;
  /// The first element taken of a dimension of constant size, where that is
  /// known.
  std::optional<int64_t> getFirst(int64_t size) const;
};

/// One range a dimension (none for those not sliced), given the operands of
/// Slice; none when these are not known or out of range.
std::optional<llvm::SmallVector<std::optional<SliceRange>>>
getSliceRanges(int64_t rank, mlir::Value starts, mlir::Value ends,
               mlir::Value axes, mlir::Value steps);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_SLICERANGE_H

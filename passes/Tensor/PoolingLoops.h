//===- PoolingLoops.h - Loops that pool a plane ---------------------------===//
//
// For each channel of each instance the output plane is filled and then
// updated, the innermost loop along the contiguous output width:
//
//   for oh: for kh in the rows that exist: for kw:
//     for ow in the columns for which x[.., ow * stride + kw - pad] exists:
//       y[oh, ow] = max(y[oh, ow], x[.., ow * stride + kw - pad])
//
// Padding thus costs bounds of loops, no test of an element. A CPU with vectors
// pools a row of windows in two steps (PoolingRows.cpp).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_POOLINGLOOPS_H
#define ONNXC_PASSES_TENSOR_POOLINGLOOPS_H

#include "dialects/onnx/PoolingWindow.h"
#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

enum class PoolKind { Max, Average, Sum, Lp };

class Pool {
public:
  Pool(mlir::OpBuilder &b, mlir::Location loc, PoolKind kind)
      : v(b, loc), kind(kind) {}

  TensorBuilder v;
  PoolKind kind;
  mlir::Type element;
  mlir::Value x;
  onnx::PoolingWindow window;
  llvm::SmallVector<mlir::Value> inputs, outputs, padsBegin,
      padsEnd; // spatial sizes
  mlir::Value channels;
  bool countPads = false;
  bool columnMajor = false; // of the indices
  int64_t p = 2;

  mlir::Type accumulated() const {
    if (kind == PoolKind::Sum)
      return mlir::IntegerType::get(element.getContext(), 32);
    return kind == PoolKind::Max ? getStorageType(element)
                                 : getComputeType(element);
  }

  /// The pooled plane (and its indices) into the tiles.
  llvm::SmallVector<mlir::Value> build(mlir::ValueRange plane,
                                       mlir::ValueRange tiles) const;

protected:
  size_t spatial() const { return window.kernel.size(); }
  struct Range {
    mlir::Value from, to;
  };
  Range getWindowRange(size_t i, mlir::Value o, mlir::Value limit) const;
  Range getOutputRange(size_t i, mlir::Value k, mlir::Value limit) const;
  mlir::Value getStart() const;
  llvm::SmallVector<mlir::Value> accumulate(mlir::ValueRange plane,
                                            mlir::ValueRange tiles) const;
  mlir::Value addTerm(mlir::Value old, mlir::Value term) const;
  mlir::Value getIndex(mlir::ValueRange plane, mlir::ValueRange source) const;
  llvm::SmallVector<mlir::Value> update(mlir::ValueRange plane,
                                        mlir::ValueRange at,
                                        mlir::ValueRange source,
                                        mlir::ValueRange tiles) const;
  mlir::Value countElements(mlir::ValueRange at) const;
  bool needsFinish() const {
    return kind == PoolKind::Average || kind == PoolKind::Lp;
  }
  /// The result from a sum of the window at a place.
  mlir::Value finish(mlir::Value sum, mlir::Value count) const;
  mlir::Value finishAll(mlir::Value tile) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_POOLINGLOOPS_H

//===- PoolingRows.h - Pooling by rows, then by columns -------------------===//
//
// A row of windows is pooled in two steps: along the rows of the input, whose
// elements lie side by side, then along the columns of what that gave.
//
//   for oh: for iw: t[iw + pad] = max(x[oh * stride + kh - pad, iw] for all kh)
//           for ow: y[oh, ow] = max(t[ow * stride + kw] for all kw)
//
// Both loops keep their sums in registers. The elements of t beside the row's
// stay what they were filled with.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_POOLINGROWS_H
#define ONNXC_PASSES_TENSOR_POOLINGROWS_H

#include "passes/Tensor/PoolingLoops.h"

namespace onnxc {

/// Without indices.
class PoolRows : public Pool {
public:
  explicit PoolRows(const Pool &pool) : Pool(pool) {}

  /// The pooled plane into the tile.
  mlir::Value build(mlir::ValueRange plane, mlir::Value tile) const;

private:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Offsets = llvm::SmallVector<llvm::SmallVector<Value>>;

  bool isInside(size_t i) const;
  Value combine(Value sum, Value other) const;
  Value load(Value row, Value at) const;
  Value store(Value sum, Value row, Value at) const;
  Value getTerm(ValueRange plane, ValueRange out, ValueRange k,
                Value column) const;
  /// Those of the window's rows, empty where there are too many.
  Offsets listOffsets() const;
  Value poolAllRows(ValueRange plane, ValueRange out, const Offsets &offsets,
                    Value row) const;
  Value poolSomeRows(ValueRange plane, ValueRange out,
                     llvm::ArrayRef<Range> rows, Value row) const;
  Value poolColumns(ValueRange plane, ValueRange out, Value row) const;
  /// `count` is null where it is another one for each column.
  Value poolRange(Range range, ValueRange out, Value count, Value row,
                  Value tile) const;
  Value poolRow(ValueRange out, Value row, Value tile) const;

  Value place(Value column) const { return v.add(column, padsBegin.back()); }
  /// Of the input that the row of sums has.
  Range columns;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_POOLINGROWS_H

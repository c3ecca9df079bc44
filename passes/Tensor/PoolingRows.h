//===- PoolingRows.h - Pooling by rows, then by columns -------------------===//
//
// A row of windows is pooled in two steps: along the rows of the input, whose
// elements lie side by side, then along the columns of what that gave.
//
//   for oh: for iw: t[iw + pad] = max(x[oh * stride + kh - pad, iw] for all kh)
//           for ow: y[oh, ow] = max(t[ow * stride + kw] for all kw)
//
// Both loops keep their sums in registers. The elements of t beside the row's
// stay what they were filled with. Of a small plane all rows are pooled before
// the first one's columns: a load that spans vectors just stored would wait.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_POOLINGROWS_H
#define ONNXC_PASSES_TENSOR_POOLINGROWS_H

#include "passes/Tensor/LaneBuilder.h"
#include "passes/Tensor/PoolingLoops.h"

namespace onnxc {

/// Without indices.
class PoolRows : public Pool {
public:
  PoolRows(const Pool &pool, int64_t vectorBits)
      : Pool(pool), lanes(v.b, v.loc), vectorBits(vectorBits) {}

  /// The pooled plane into the tile.
  mlir::Value build(mlir::ValueRange plane, mlir::Value tile) const;

private:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Offsets = llvm::SmallVector<llvm::SmallVector<Value>>;

  bool isInside(size_t i) const;
  int64_t countRows(Value size) const;
  Value combine(Value sum, Value other) const;
  // Some elements side by side.
  Value load(Value row, Value at, int64_t width = 1) const;
  Value store(Value sum, Value row, ValueRange at) const;
  Value getTerm(ValueRange plane, ValueRange out, ValueRange k, Value column,
                int64_t width = 1) const;
  /// Vectors, the last of which ends with the range, or elements, of which LLVM
  /// makes vectors.
  Value forColumns(Range range, Value carried,
                   LaneBuilder::VectorBody body) const;
  /// Those of the window's rows, empty where there are too many.
  Offsets listOffsets() const;
  Value poolAllRows(ValueRange plane, ValueRange out, const Offsets &offsets,
                    Value row) const;
  Value clearRow(Value row) const;
  Value poolSomeRows(ValueRange plane, ValueRange out,
                     llvm::ArrayRef<Range> rows, Value row) const;
  Value poolColumns(ValueRange plane, ValueRange out, Value row) const;
  Value poolWindows(Value row, Value column, int64_t width) const;
  /// `count` is null where it is another one for each column.
  Value poolRange(Range range, ValueRange out, Value count, Value row,
                  Value tile) const;
  Value poolRow(ValueRange out, Value row, Value tile) const;

  Value place(Value column) const {
    return v.add(begin, v.add(column, padsBegin.back()));
  }
  LaneBuilder lanes;
  int64_t vectorBits;
  /// Of the input that the row of sums has.
  Range columns;
  /// Where the row is, behind others.
  Value begin;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_POOLINGROWS_H

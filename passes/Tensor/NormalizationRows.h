//===- NormalizationRows.h - The rows that are normalised -----------------===//
//
// The dimensions split into outer ones, over which a forall runs, and inner
// ones, over which mean and deviation are taken:
//
//   LayerNormalization      outer [0, axis)
//   InstanceNormalization   outer {0, 1}
//   BatchNormalization      outer {1} in training, else no statistics at all
//   LpNormalization         outer all but the axis
//
// Statistics are two passes over a row that stays in the cache: the variance
// from differences to the mean, as its definition says, loses no digits.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_NORMALIZATIONROWS_H
#define ONNXC_PASSES_TENSOR_NORMALIZATIONROWS_H

#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

/// Where a rank has its first dimensions outside of the rows.
llvm::SmallVector<bool> getOuterDims(int64_t rank, int64_t count);

class NormalizationRows {
public:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;

  /// `x` is the converted operand, `outer` tells the outer dimensions.
  NormalizationRows(mlir::OpBuilder &b, mlir::Operation *op, Value onnxX,
                    Value x, llvm::SmallVector<bool> outer);

  /// Whether elements are such that their rows can be normalised.
  static bool canNormalize(mlir::Type onnxElementType) {
    return llvm::isa<mlir::FloatType>(onnxElementType) &&
           isComputable(onnxElementType);
  }

  /// A constant of the type that one computes in, and elements as that type.
  Value constant(double value) const { return v.constant(computed, value); }
  Value load(Value onnxValue, Value value, ValueRange indices) const;
  Value convert(Value stored, Value onnxValue) const;
  /// Reads an operand that broadcasts to x.
  Value loadBroadcast(Value onnxValue, Value value,
                      llvm::ArrayRef<Value> indices) const;
  /// A computed value as an element of a result.
  Value round(Value computed, Value onnxResult) const;

  /// The sum of term(x) over a row.
  Value sum(ValueRange row, llvm::function_ref<Value(Value x)> term) const;
  /// The number of elements of a row.
  Value count() const;
  struct Statistics {
    Value mean, variance;
  };
  Statistics getStatistics(ValueRange row) const;
  /// 1 / sqrt(variance + epsilon)
  Value inverseRoot(Value variance, double epsilon) const;

  /// Writes compute(x, its indices) to the row of the result.
  Value map(ValueRange row, Value tile, Value onnxResult,
            llvm::function_ref<Value(Value x, llvm::ArrayRef<Value> at)>
                compute) const;

  /// Runs over the rows. The first result has x's shape; of further ones,
  /// which hold one element a row, `place` tells its indices.
  using RowPlace =
      llvm::function_ref<llvm::SmallVector<mlir::OpFoldResult>(ValueRange row)>;
  llvm::SmallVector<Value> build(llvm::ArrayRef<mlir::OpResult> results,
                                 TensorBuilder::TileBody body,
                                 RowPlace place = nullptr) const;

  TensorBuilder v;
  llvm::SmallVector<bool> outer;
  llvm::SmallVector<mlir::OpFoldResult> sizes;

private:
  llvm::SmallVector<mlir::OpFoldResult> getSizesOf(bool isOuter) const;
  /// The full indices of inner ones within a row.
  llvm::SmallVector<Value> getPlace(ValueRange row, ValueRange inner) const;
  Tile getTile(ValueRange row) const;

  Value onnxX, x;
  mlir::Type computed;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_NORMALIZATIONROWS_H

//===- ProductLoops.h - The loops of a matrix product ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_PRODUCTLOOPS_H
#define ONNXC_PASSES_DEVICE_PRODUCTLOOPS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Loops/VectorBuilder.h"

namespace onnxc {

/// Loops of an op that are walked as one, the last fastest.
struct MergedLoops {
  mlir::SmallVector<unsigned> loops;
  /// kDynamic where it is not known.
  mlir::SmallVector<int64_t> sizes;
  int64_t getSize() const;
  /// Set for emission.
  mlir::SmallVector<mlir::Value> bounds;
  mlir::Value getBound(VectorBuilder &v) const;
  /// Sets the places of the loops for the merged place.
  void place(VectorBuilder &v, mlir::Value merged,
             mlir::MutableArrayRef<mlir::Value> indices) const;
};

/// One of the two factors, as its op's body computes it:
/// condition ? element : 0, or just the element.
struct ProductFactor {
  mlir::Value condition, element;
  mlir::Type getType() const { return element.getType(); }
};

/// Which loops of a contraction or convolution are the rows, the columns and
/// the depth of matrix products, which number these:
///
///   c[b, m, n] = sum over k of a[b, m, k] * b[b, k, n]
///
/// Rows are those that only one factor has, columns those that only the other
/// has, elements along which are neighbours in the result. A convolution's rows
/// are filters, its columns pixels and its depth channels and places of the
/// filter.
struct ProductLoops {
  ProductFactor row, column;
  MergedLoops rows, columns, depth, batch;
  /// A grouped convolution: the only loop of rows is cut in so many parts,
  /// which are as many products.
  int64_t parts = 1;
};

/// None where the op is no such product. Factors that are 16-bit floats stay
/// what they are where `keepsHalf`; else all are of the sum's type.
std::optional<ProductLoops> findProductLoops(mlir::linalg::GenericOp op,
                                             bool keepsHalf);

/// The last dimensions of a buffer that are loops of one group, in its order:
/// how many they are, and their elements, which are neighbours in memory.
struct Run {
  unsigned numLoops = 0;
  int64_t size = 1;
};
Run findRun(mlir::AffineMap map, mlir::MemRefType type,
            const MergedLoops &group);

/// Repeats what the body computes for a value, with the op's loops at
/// `indices`.
mlir::Value emitFactor(mlir::OpBuilder &b, mlir::linalg::GenericOp op,
                       mlir::Value value, mlir::ArrayRef<mlir::Value> indices,
                       mlir::IRMapping &done);

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_PRODUCTLOOPS_H

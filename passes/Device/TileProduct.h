//===- TileProduct.h - Products of two tiles in registers -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_TILEPRODUCT_H
#define ONNXC_PASSES_DEVICE_TILEPRODUCT_H

#include "passes/Device/TileOperand.h"
#include "passes/Loops/ChooseDeviceTile.h"

namespace onnxc {

/// The sums that one thread of a group adds up.
class TileProduct {
public:
  virtual ~TileProduct() = default;

  /// The sums before the first step, each of `first`.
  virtual mlir::SmallVector<mlir::Value> getFirst(VectorBuilder &v,
                                                  mlir::Value first) = 0;
  /// Adds the product of the tiles that begin at these places.
  virtual mlir::SmallVector<mlir::Value>
  add(VectorBuilder &v, const TileOperand &row, const TileOperand &column,
      mlir::Value rowAt, mlir::Value columnAt, mlir::ValueRange sums) = 0;

  /// Which rows of the tile a thread has, and runs of columns.
  mlir::SmallVector<mlir::Value> rows;
  mlir::SmallVector<mlir::Value> columns;
  int64_t runLength = 1;
  /// The sum of a row and an element of a run.
  virtual mlir::Value getSum(VectorBuilder &v, mlir::ValueRange sums,
                             unsigned row, unsigned run, unsigned inRun) = 0;
};

/// By one multiplication and addition after the other.
std::unique_ptr<TileProduct> createScalarProduct(VectorBuilder &v,
                                                 const GroupShape &shape,
                                                 const TileOperand &row,
                                                 const TileOperand &column,
                                                 mlir::Value thread);
/// By instructions that multiply matrices of 16 x 16 and 16 x 8 halves, for
/// which 32 threads come together.
std::unique_ptr<TileProduct> createMatrixProduct(VectorBuilder &v,
                                                 const GroupShape &shape,
                                                 mlir::Value thread);

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_TILEPRODUCT_H

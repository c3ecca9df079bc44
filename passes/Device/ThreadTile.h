//===- ThreadTile.h - What one thread of a device computes ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_THREADTILE_H
#define ONNXC_PASSES_DEVICE_THREADTILE_H

#include "passes/Device/SumFollowers.h"

namespace onnxc {

/// Replaces a linalg.generic, the fill before it and the elementwise ops that
/// follow a reduction by an scf.forall whose tasks are single elements of the
/// result, or tiles of a few by a few where that leaves at least `minThreads`
/// tasks.
class ThreadTile {
public:
  ThreadTile(mlir::linalg::GenericOp op, int64_t minThreads);
  void emit();

private:
  void chooseBlocks();
  void emitTask(mlir::ValueRange at);
  void spreadElements(unsigned dim, mlir::Value origin);
  mlir::SmallVector<mlir::Value>
  emitReduction(mlir::ArrayRef<mlir::Value> indices, unsigned depth,
                mlir::ValueRange sums);
  mlir::SmallVector<mlir::Value> emitBody(mlir::ArrayRef<mlir::Value> indices,
                                          mlir::ValueRange sums);
  mlir::Value index(int64_t value);

  /// The loop's numbers that the tile's element `element` has.
  mlir::SmallVector<mlir::Value> getPlace(mlir::ArrayRef<mlir::Value> indices,
                                          unsigned element);

  mlir::linalg::GenericOp op;
  int64_t minThreads;
  mlir::OpBuilder b;
  mlir::Location loc;
  SumFollowers followers;
  mlir::SmallVector<unsigned> parallel, reduction;
  mlir::SmallVector<int64_t> sizes;
  mlir::SmallVector<mlir::OpFoldResult> bounds;
  /// Elements of each loop that a task computes.
  mlir::SmallVector<int64_t> blocks;
  /// The place of each element of a tile in its loops, clamped to their sizes,
  /// and whether it is inside of them; null where it always is.
  struct Element {
    mlir::SmallVector<mlir::Value> at;
    mlir::Value isInside;
  };
  mlir::SmallVector<Element> elements;
};

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_THREADTILE_H

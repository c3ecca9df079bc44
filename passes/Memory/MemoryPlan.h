//===- MemoryPlan.h - Where every tensor of @main is ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_MEMORYPLAN_H
#define ONNXC_PASSES_MEMORY_MEMORYPLAN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/Memory/ArenaPlanner.h"
#include "passes/Memory/WeightPlaces.h"
#include "llvm/ADT/SetVector.h"

namespace onnxc {

/// Where a tensor's bytes are.
struct Place {
  /// A slice is part of another value, chosen anew in each iteration.
  /// What strings refer to is kept beyond the run.
  enum Kind { Input, Output, Weights, Arena, Heap, Kept, Slice } kind = Slice;
  /// The input's or output's number, the weight's offset, the buffer's index.
  int64_t index = 0;

  bool operator==(const Place &other) const {
    return kind == other.kind && index == other.index && kind != Slice;
  }
};

struct MemoryPlan {
  /// Of each tensor; a view is where its source is.
  llvm::DenseMap<mlir::Value, Place> places;
  /// The scratch buffers of a call, after its results.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<Place>> scratch;
  /// Where carried values go that a body yields under another number.
  llvm::DenseMap<mlir::Value, Place> temporaries;
  /// Where carried values go whose sizes change, until they are all there.
  llvm::DenseMap<mlir::Value, Place> nextPlaces;

  /// When each op of @main begins and ends, as the buffers' steps count.
  llvm::DenseMap<mlir::Operation *, int64_t> steps, endSteps;

  /// Those in the arena, and its size.
  llvm::SmallVector<ArenaBuffer> buffers;
  mlir::AffineExpr arenaBytes;
  /// The sizes of those on the heap; null where only the op that makes the
  /// value knows how much that takes.
  llvm::SmallVector<mlir::AffineExpr> heapBytes;
  /// The sizes of those that are kept.
  llvm::SmallVector<mlir::AffineExpr> keptBytes;
  WeightPlaces weights;

  /// Whose each buffer is, and what it is of that.
  llvm::SmallVector<std::pair<mlir::Operation *, llvm::StringRef>> owners;
  /// The nodes whose results are on the heap.
  llvm::SetVector<mlir::Attribute> allocating;

  /// Symbols beyond these are read from data.
  unsigned numInputSymbols = 0;
  bool dependsOnData(mlir::Value value) const;
};

/// The size of a tensor, as memory for it is taken.
mlir::AffineExpr getPlacedBytes(mlir::Value value);

/// Whether symbols of the result's sizes are read from what its own op gives:
/// only inside of it one knows how much memory it takes.
bool isSizedInside(mlir::Value result);

/// Gives every tensor of @main its place. The module's shared weights come
/// first among the weights.
mlir::FailureOr<MemoryPlan> planMemory(mlir::ModuleOp module,
                                       mlir::func::FuncOp main);

} // namespace onnxc

#endif // ONNXC_PASSES_MEMORY_MEMORYPLAN_H

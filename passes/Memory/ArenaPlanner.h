//===- ArenaPlanner.h - Offsets of buffers in one arena -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_ARENAPLANNER_H
#define ONNXC_PASSES_MEMORY_ARENAPLANNER_H

#include "dialects/onnx/SymbolicShape.h"
#include "targets/RuntimeABI.h"

namespace onnxc {

/// A buffer to be placed. `bytes` is a multiple of kArenaAlignment; it is used
/// from step `first` to step `last`, both included.
struct ArenaBuffer {
  mlir::AffineExpr bytes;
  int64_t first, last;
  /// Set by the planner.
  mlir::AffineExpr offset = nullptr;
};

using abi::kArenaAlignment;

/// Rounds a number of bytes up to the alignment.
mlir::AffineExpr alignToArena(mlir::AffineExpr bytes);

/// Gives every buffer its offset; returns the arena's size. Both are
/// expressions over the symbols, constants where all sizes are.
mlir::AffineExpr planArena(mlir::MLIRContext *context,
                           llvm::MutableArrayRef<ArenaBuffer> buffers);

/// The largest sum of buffers that live at the same step, which no arena can be
/// smaller than; none where a size is not a constant.
std::optional<int64_t> getMostLiveBytes(llvm::ArrayRef<ArenaBuffer> buffers);

} // namespace onnxc

#endif // ONNXC_PASSES_MEMORY_ARENAPLANNER_H

//===- Tasks.h - Parts of a contraction that run on their own -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_TASKS_H
#define ONNXC_PASSES_LOOPS_TASKS_H

#include "passes/Loops/Blocking.h"
#include "passes/Loops/VectorBuilder.h"

namespace onnxc {

/// Builds scf.forall over the sizes. Scratch on the stack lasts for a task.
void buildTasks(VectorBuilder &v, mlir::ArrayRef<mlir::Value> sizes,
                llvm::function_ref<void(mlir::ValueRange)> body);

/// A range cut into parts.
struct Parts {
  mlir::Value count;
  int64_t size;
};
Parts getParts(VectorBuilder &v, mlir::Value range, const Cut &cut);
/// The size of the part that begins at `from`.
mlir::Value getPart(VectorBuilder &v, mlir::Value range, const Parts &parts,
                    mlir::Value from);

/// What sums begin with: zeros where `isFirst`, else what `load` gives for each
/// of them. They are zeros as well where `isFirst` is null.
mlir::SmallVector<mlir::Value>
beginSums(VectorBuilder &v, mlir::Value isFirst, mlir::Type type, size_t count,
          llvm::function_ref<mlir::Value(size_t)> load);
/// Calls store(true) where `isLast` or that is null, else store(false).
void endSums(VectorBuilder &v, mlir::Value isLast,
             llvm::function_ref<void(bool)> store);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_TASKS_H

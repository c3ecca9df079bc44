//===- SizeRecords.h - What takes memory, for messages and tests ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_SIZERECORDS_H
#define ONNXC_PASSES_MEMORY_SIZERECORDS_H

#include "passes/Memory/MemoryPlan.h"

namespace onnxc {

/// Notes on the module how large the arena and the weights are, what fills
/// them, and who needs an allocator.
void recordSizes(mlir::ModuleOp module, mlir::func::FuncOp main,
                 const MemoryPlan &memory);

} // namespace onnxc

#endif // ONNXC_PASSES_MEMORY_SIZERECORDS_H

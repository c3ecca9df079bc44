//===- KernelGroups.h - Which ops one kernel computes ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_KERNELGROUPS_H
#define ONNXC_PASSES_GRAPH_KERNELGROUPS_H

#include "mlir/IR/Block.h"
#include "llvm/ADT/SmallVector.h"

namespace onnxc {

/// The ops of one kernel, in the order of the block; the last is the root.
using KernelGroup = llvm::SmallVector<mlir::Operation *, 4>;

/// Partitions the ops of a block that kernels compute. Views, constants,
/// control flow and plan ops are in no group.
llvm::SmallVector<KernelGroup> findKernelGroups(mlir::Block &block);

/// Whether the op stays in @main: it needs no code, or holds regions.
bool staysInMain(mlir::Operation *op);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_KERNELGROUPS_H

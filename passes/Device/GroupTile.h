//===- GroupTile.h - What a group of threads computes together ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_GROUPTILE_H
#define ONNXC_PASSES_DEVICE_GROUPTILE_H

#include "passes/Device/SumFollowers.h"
#include "passes/Device/TileProduct.h"

namespace onnxc {

/// Replaces a matrix product or convolution, the fill before it and the
/// elementwise ops that follow it by a gpu.launch. Fails for an op that is
/// small or thin: there a thread computes an element.
mlir::LogicalResult emitGroupTiles(mlir::linalg::GenericOp op,
                                   const GroupMachine &machine);

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_GROUPTILE_H

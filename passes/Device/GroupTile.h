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

/// What of a device products are made for.
struct GroupMachine {
  /// Groups that keep it busy.
  int64_t minGroups;
  /// Memory of a group.
  int64_t sharedBytes;
  /// Whether it multiplies matrices of 16 x 16 and 16 x 8 halves.
  bool hasMatrices;
};

/// Replaces a matrix product or convolution, the fill before it and the
/// elementwise ops that follow it by a gpu.launch, or fails: of an op that is
/// small or thin a thread computes an element.
mlir::LogicalResult emitGroupTiles(mlir::linalg::GenericOp op,
                                   const GroupMachine &machine);

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_GROUPTILE_H

//===- ChooseWinograd.h - Blocks of a transformed convolution -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CHOOSEWINOGRAD_H
#define ONNXC_PASSES_LOOPS_CHOOSEWINOGRAD_H

#include "passes/Loops/ChooseBlockedConv.h"

namespace onnxc {

/// What is known of it before it is emitted.
struct WinogradShape {
  /// Pixels of a tile of the result along a dimension, and places of its
  /// transform.
  int64_t tile = 4, places = 6;
  /// Channels and filters are of so many blocks of `lanes`.
  int64_t lanes = 0, channelBlocks = 0, filterBlocks = 0;
  /// Tiles of all images.
  Size numTiles;
};

struct WinogradChoice {
  /// What sums may fill, several registers for a vector.
  RegisterFile registers;
  /// Sums in registers: tiles times blocks of filters.
  BlockedTile tile;
  /// Blocks of channels that are transformed at a time.
  int64_t blocks;
  /// What a task computes: groups are of as many blocks of filters as a tile
  /// has.
  Cut tiles, groups;
  /// Channels in one iteration of the innermost loop.
  int64_t unroll;
  /// Elements of a place of the transformed image, and of sums.
  int64_t imagePlane, sumPlane;
};
WinogradChoice chooseWinograd(const WinogradShape &conv,
                              const RegisterFile &registers);
/// Of the stack, all scratches of a task together.
int64_t getWinogradBytes(const WinogradShape &conv,
                         const WinogradChoice &choice);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CHOOSEWINOGRAD_H

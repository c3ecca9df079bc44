//===- ChooseBlockedConv.h - Blocks of a convolution of blocked tensors ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CHOOSEBLOCKEDCONV_H
#define ONNXC_PASSES_LOOPS_CHOOSEBLOCKEDCONV_H

#include "passes/Loops/ChooseConv.h"

namespace onnxc {

/// What is known of a convolution of blocked tensors before it is emitted.
/// Distances along rows count elements, not pixels: `inner` to a pixel. A plane
/// that is walked as one row has a height of 1.
struct BlockedConvShape : ConvShape {
  bool isDepthwise = false;
  /// Lanes of the result's vectors; channels side by side in the image.
  int64_t lanes = 0, inner = 0;
  /// Each plane of the kernel counts as a block of channels of its own: a part
  /// of the sum reads it from a plane of the image.
  int64_t filterBlocks = 0, channelBlocks = 0;
  /// In three dimensions; else a depth of 1.
  int64_t kernelD = 1, strideD = 1, dilationD = 1, padD = 0;
  Size numPlanes = 1;
  /// Whether the plane is walked as one row: nothing but pixels is needed.
  bool isFlat = false;
  /// Whether a plane has one column only, along which it is walked.
  bool isColumn = false;
  /// Whether a task reads a copy of its part of the image.
  bool isPadded = false;

  bool isInteger = false, isUnsigned = false;
  /// Of bytes: how many of a group lie side by side in the weights, what is
  /// outside of the image, and what is added to each of it.
  int64_t dotGroup = 1, padding = 0, offset = 0;
  /// Bytes of an element of the copy of the image, and elements of a vector
  /// that copies it.
  int64_t copyBytes = 4, copyLanes = 0;
};

/// Rows and columns of the result that a task computes, and the part of the
/// image that it needs, in elements.
struct PlaneParts {
  int64_t rows = 1, columns = 1;
  TileExtent tile;
};
/// Such that the part of the image that `blocks` of channels of it need takes
/// at most about `bytes`, and each task at least a row of a few pixels.
PlaneParts choosePlaneParts(const BlockedConvShape &conv, int64_t blocks,
                            int64_t bytes);
/// The copy of the image, with room for whole vectors.
int64_t getTileElements(const BlockedConvShape &conv, const PlaneParts &parts,
                        int64_t blocks);
int64_t getTileBytes(const BlockedConvShape &conv, const PlaneParts &parts,
                     int64_t blocks);

/// Whether the convolution can write its result onto its image, with a copy of
/// at most so many bytes of what it has yet to read: a plane of a block of
/// channels where each channel is on its own, a few pixels where the window is
/// one. Its emitter does so when it finds both in the same buffer.
bool canWriteOntoImage(const BlockedConvShape &conv, int64_t bytes);

/// Sums that are in registers at a time: pixels of a row times blocks of
/// filters.
struct BlockedTile {
  int64_t pixels = 1, blocks = 1;
};

/// The one that keeps the multipliers busiest, of at most so many pixels;
/// `columns` is -1 where that is not known.
BlockedTile chooseBlockedTile(int64_t filterBlocks, int64_t columns,
                              int64_t numRegisters);

struct BlockedConvChoice {
  /// What a tile may fill, several registers for a vector.
  RegisterFile registers;
  /// Sums of a vector: all lanes, or those that scalar registers hold.
  int64_t lanes;
  BlockedTile tile;
  /// Blocks of channels at a time.
  int64_t blocks;
  PlaneParts parts;
  /// What a task computes: groups are of as many blocks of filters as a tile
  /// has.
  Cut rows, columns, groups;
  /// Channels in one iteration of the innermost loop, in groups.
  int64_t unroll;
  /// Pixels that are copied at a time where the result goes onto the image.
  int64_t copiedPixels;
};
BlockedConvChoice chooseBlockedConv(const BlockedConvShape &conv,
                                    const RegisterFile &registers,
                                    bool isOntoImage);

struct BlockedDepthwiseChoice {
  /// Channels of a vector.
  int64_t lanes;
  /// Pixels of a tile.
  int64_t pixels;
  PlaneParts parts;
  Cut rows, columns;
  /// Windows up to this size are unrolled whole, longer ones by rows.
  int64_t mostUnrolled;
};
/// None where the padded image of a few pixels does not fit the stack.
std::optional<BlockedDepthwiseChoice>
chooseBlockedDepthwise(const BlockedConvShape &conv,
                       const RegisterFile &registers, bool isOntoImage);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CHOOSEBLOCKEDCONV_H

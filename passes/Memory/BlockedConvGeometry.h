//===- BlockedConvGeometry.h - A marked convolution of blocked tensors ----===//
//
// What the dense and the depthwise emitter share: sizes, how the plane of the
// result is cut into tasks, and where a task reads the image: where it is, or,
// if there is padding, in a copy of its part with zeros around it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MEMORY_BLOCKEDCONVGEOMETRY_H
#define ONNXC_PASSES_MEMORY_BLOCKEDCONVGEOMETRY_H

#include "passes/Memory/ConvGeometry.h"

namespace onnxc {

struct BlockedConvGeometry {
  bool isDepthwise;
  /// Lanes of the result's vectors; channels side by side in the image.
  int64_t lanes, inner;
  /// Each plane of the kernel counts as a block of channels of its own: a part
  /// of the sum reads it from a plane of the image.
  int64_t filterBlocks, channelBlocks;
  /// In three dimensions; else a depth of 1.
  int64_t kernelD = 1, strideD = 1, dilationD = 1, padD = 0;
  mlir::Value depth, outDepth;
  /// Whether the plane is walked as one row: nothing but pixels is needed.
  bool isFlat;
  /// Whether a plane has one column only.
  bool isColumn;
  /// Distances along rows count elements, not pixels: `inner` to a pixel.
  ConvGeometry conv;
  LoopGroups groups;

  int64_t window() const { return conv.kernelH * conv.kernelW; }
  bool isPadded = false;
  /// Sizes that are known, else -1.
  int64_t numRows, numColumns;

  void readSizes(VectorBuilder &v);
};

/// Whether the convolution can write its result onto its image, with a copy of
/// at most so many bytes of what it has yet to read: a plane of a block of
/// channels where each channel is on its own, a few pixels where the window is
/// one. Its emitter does so when it finds both in the same buffer.
bool canWriteOntoImage(const BlockedConvGeometry &g, int64_t bytes);
/// As many pixels are copied at most.
constexpr int64_t kCopiedPixels = 8;

/// None where the op is not a convolution of f32 as BlockedConv.cpp builds it,
/// of one to three spatial dimensions, with vectors of the machine.
std::optional<BlockedConvGeometry> matchBlockedConv(mlir::linalg::GenericOp op,
                                                    RegisterFile registers);

/// Rows and columns of the result that a task computes.
struct PlaneParts {
  /// Such that the part of the image that `blocks` of channels of it need
  /// takes at most about `bytes`, and each task at least a row of a few pixels.
  PlaneParts(const BlockedConvGeometry &g, int64_t blocks, int64_t bytes);
  int64_t rows, columns;
  int64_t tileHeight, tileWidth; // in elements
  int64_t getTileSize(int64_t blocks, int64_t lanes) const {
    return blocks * tileHeight * tileWidth + 4 * lanes;
  }
};

/// Where a task finds the image: channel block b, row y and element x of the
/// part that it needs at base + b * plane + y * row + x.
struct ImagePart {
  mlir::Value elements, base, plane, row;
};

} // namespace onnxc

#endif // ONNXC_PASSES_MEMORY_BLOCKEDCONVGEOMETRY_H

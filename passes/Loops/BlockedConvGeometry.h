//===- BlockedConvGeometry.h - A marked convolution of blocked tensors ----===//
//
// What the dense and the depthwise emitter share: sizes, how the plane of the
// result is cut into tasks, and where a task reads the image: where it is, or,
// if there is padding, in a copy of its part with zeros around it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_BLOCKEDCONVGEOMETRY_H
#define ONNXC_PASSES_LOOPS_BLOCKEDCONVGEOMETRY_H

#include "passes/Loops/ConvGeometry.h"

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

  /// Of bytes: how many of a group lie side by side in the weights, what is
  /// outside of the image, and what is added to each of it.
  bool isInteger = false, isUnsigned = false;
  int64_t group = 1, padding = 0, offset = 0;
  mlir::Type imageType, sumType;
  /// What a copy of the image holds: wider integers, where the machine's
  /// products take those.
  mlir::Type copyType;
  /// Elements of a vector that copies it.
  int64_t copyLanes;

  int64_t window() const { return conv.kernelH * conv.kernelW; }
  bool isPadded = false;
  /// Sizes that are known, else -1.
  int64_t numRows, numColumns;

  void readSizes(VectorBuilder &v);
  /// A vector of the image as its copy holds it.
  mlir::Value widenPixels(VectorBuilder &v, mlir::Value pixels) const;
};

/// Whether the convolution can write its result onto its image, with a copy of
/// at most so many bytes of what it has yet to read: a plane of a block of
/// channels where each channel is on its own, a few pixels where the window is
/// one. Its emitter does so when it finds both in the same buffer.
bool canWriteOntoImage(const BlockedConvGeometry &g, int64_t bytes);
/// As many pixels are copied at most.
constexpr int64_t kCopiedPixels = 8;

/// None where the op is not a convolution as BlockedConv.cpp builds it,
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
  int64_t elementBytes;
  /// In elements, with room for whole vectors.
  int64_t getTileSize(const BlockedConvGeometry &g, int64_t blocks) const {
    return blocks * tileHeight * tileWidth + 2 * g.copyLanes + 4 * g.lanes;
  }
  int64_t getTileBytes(const BlockedConvGeometry &g, int64_t blocks) const {
    return getTileSize(g, blocks) * elementBytes;
  }
};

/// Copies parts of the image with what surrounds it into a tile.
class TileCopier {
public:
  TileCopier(mlir::OpBuilder &b, mlir::Location loc,
             const BlockedConvGeometry &g, const PlaneParts &parts,
             int64_t blocks);
  /// The part of the plane at `plane` of the image's elements; see ImageTile.
  void copy(mlir::Value image, mlir::Value plane, mlir::Value outRow,
            mlir::Value rows, mlir::Value outColumn, mlir::Value to);
  /// What a plane outside of the image is like.
  void clear(mlir::Value to);

  ImageTile tile;

private:
  const BlockedConvGeometry &g;
  /// Of other vectors than those of sums.
  VectorBuilder v;
};

/// Where a task finds the image: channel block b, row y and element x of the
/// part that it needs at base + b * plane + y * row + x.
struct ImagePart {
  mlir::Value elements, base, plane, row;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_BLOCKEDCONVGEOMETRY_H

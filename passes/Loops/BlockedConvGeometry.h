//===- BlockedConvGeometry.h - A marked convolution of blocked tensors ----===//
//
// What the dense and the depthwise emitter share: sizes, and where a task reads
// the image: where it is, or, if there is padding, in a copy of its part with
// zeros around it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_BLOCKEDCONVGEOMETRY_H
#define ONNXC_PASSES_LOOPS_BLOCKEDCONVGEOMETRY_H

#include "passes/Loops/ChooseBlockedConv.h"
#include "passes/Loops/Epilogue.h"
#include "passes/Loops/ImageTile.h"
#include "passes/Loops/MatchContraction.h"

namespace onnxc {

struct BlockedConvGeometry : BlockedConvShape {
  mlir::Value image, weights, result;
  mlir::Type imageType, sumType;
  /// What a copy of the image holds: wider integers, where the machine's
  /// products take those.
  mlir::Type copyType;
  LoopGroups groups;

  /// Sizes as values.
  mlir::Value batch, depth, outDepth, height, width, outHeight, outWidth;
  void readSizes(VectorBuilder &v);
  /// A vector of the image as its copy holds it.
  mlir::Value widenPixels(VectorBuilder &v, mlir::Value pixels) const;
};

/// None where the op is not a convolution as BlockedConv.cpp builds it,
/// of one to three spatial dimensions, with vectors of the machine.
std::optional<BlockedConvGeometry>
matchBlockedConv(const Contraction &contraction, const RegisterFile &registers);

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

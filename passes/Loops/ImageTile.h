//===- ImageTile.h - A part of an image with its padding, in a scratch ----===//
//
// Padding is dealt with in one place: a tile of the image is copied into a
// scratch with zeros around it, and all that follows reads whole vectors.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_IMAGETILE_H
#define ONNXC_PASSES_LOOPS_IMAGETILE_H

#include "passes/Loops/ChooseConv.h"
#include "passes/Loops/VectorBuilder.h"

namespace onnxc {

/// A part of a channel's plane.
struct ImageTile {
  const ConvShape &conv;
  int64_t height, width;
  /// Sizes of the plane that it is a part of, in elements.
  mlir::Value planeHeight, planeWidth;
  mlir::Value scratch;
  /// A vector of what surrounds the image; null for zeros.
  mlir::Value fill = {};

  /// Copies the part of the plane (at `plane` in `elements`) needed for
  /// `rows` rows of the result from `outRow` on and for columns from
  /// `outColumn` on to place `to` of the scratch.
  void copy(VectorBuilder &v, mlir::Value elements,
            const std::function<mlir::Value(mlir::Value)> &widen,
            mlir::Value plane, mlir::Value outRow, mlir::Value rows,
            mlir::Value outColumn, mlir::Value to) const;

  /// Pixels at, at + stride, ... of the scratch.
  mlir::Value load(VectorBuilder &v, mlir::Value at) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_IMAGETILE_H

//===- ConvGeometry.h - A marked convolution and its padded image tile ----===//
//
// Padding is dealt with in one place: a tile of the image is copied into a
// scratch with zeros around it, and all that follows reads whole vectors.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CONVGEOMETRY_H
#define ONNXC_PASSES_LOOPS_CONVGEOMETRY_H

#include "passes/Loops/ContractionEmitters.h"

namespace onnxc {

/// Parts of at most some size that cover a range.
struct Parts {
  mlir::Value count;
  int64_t size;
};
/// Cuts evenly into parts of at most `most`, never more; a multiple of `unit`
/// where that is at most `most`. Into at least `atLeast` where the size is
/// known.
Parts cutInParts(VectorBuilder &v, mlir::Value size, int64_t most, int64_t unit,
                 int64_t atLeast = 1);
/// The size of the part that begins at `from`.
mlir::Value getPart(VectorBuilder &v, mlir::Value size, const Parts &parts,
                    mlir::Value from);

/// A 1-D convolution is a 2-D one of height 1.
struct ConvGeometry {
  mlir::Value image, weights, result;
  mlir::Value loadedPixel, loadedWeight, pixel, weight;
  int64_t group, strideH, strideW, dilationH, dilationW, padH, padW;
  int64_t kernelH, kernelW;
  /// Whether there is padding behind the image.
  bool hasPaddedEnd = false;
  LoopGroups groups;
  /// How many spatial dimensions there are.
  unsigned rank;

  /// Sizes as values.
  mlir::Value batch, channels, perGroup, filters, filtersPerGroup, height,
      width, outHeight, outWidth;
  void readSizes(VectorBuilder &v);

  bool isPointwise() const {
    return kernelH * kernelW * strideH * strideW == 1 && padH == 0 &&
           padW == 0 && !hasPaddedEnd;
  }
};

/// None where the op is not a convolution as Conv.cpp builds it, of one or two
/// spatial dimensions and a known kernel.
std::optional<ConvGeometry> matchConv(mlir::linalg::GenericOp op);

/// A part of a channel's plane with its padding, in a scratch.
struct ImageTile {
  /// The largest tile that computes `rows` x `columns` of the result.
  ImageTile(const ConvGeometry &conv, int64_t rows, int64_t columns)
      : height((rows - 1) * conv.strideH + (conv.kernelH - 1) * conv.dilationH +
               1),
        width((columns - 1) * conv.strideW +
              (conv.kernelW - 1) * conv.dilationW + 1) {}
  int64_t height, width;
  mlir::Value scratch;
  /// A vector of what surrounds the image; null for zeros.
  mlir::Value fill = {};

  /// The elements that `planes` of them need, with room for whole vectors.
  int64_t getSize(const ConvGeometry &conv, int64_t planes,
                  int64_t lanes) const {
    return planes * height * width + lanes * (conv.strideW + 2);
  }

  /// Copies the part of the plane (at `plane` in `elements`) needed for
  /// `rows` rows of the result from `outRow` on and for columns from
  /// `outColumn` on to place `to` of the scratch.
  void copy(VectorBuilder &v, const ConvGeometry &conv, mlir::Value elements,
            const std::function<mlir::Value(mlir::Value)> &widen,
            mlir::Value plane, mlir::Value outRow, mlir::Value rows,
            mlir::Value outColumn, mlir::Value to) const;

  /// Pixels at, at + stride, ... of the scratch.
  mlir::Value load(VectorBuilder &v, const ConvGeometry &conv,
                   mlir::Value at) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CONVGEOMETRY_H

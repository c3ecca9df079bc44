//===- ChooseConv.h - Blocks of a convolution of planes -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CHOOSECONV_H
#define ONNXC_PASSES_LOOPS_CHOOSECONV_H

#include "passes/Loops/Blocking.h"

namespace onnxc {

/// What is known of a convolution before it is emitted. One of a single spatial
/// dimension has rows of height 1.
struct ConvShape {
  unsigned rank = 2;
  int64_t group = 1;
  int64_t strideH = 1, strideW = 1, dilationH = 1, dilationW = 1;
  int64_t padH = 0, padW = 0, kernelH = 1, kernelW = 1;
  /// Whether there is padding behind the image.
  bool hasPaddedEnd = false;
  unsigned sumBits = 32;
  /// Channels and filters are those of a group; rows and columns the result's.
  Size numImages, numChannels, numFilters, numRows, numColumns;

  int64_t window() const { return kernelH * kernelW; }
  bool isPointwise() const {
    return window() * strideH * strideW == 1 && padH == 0 && padW == 0 &&
           !hasPaddedEnd;
  }
};

/// The part of an image, with its padding, that some of the result needs.
struct TileExtent {
  int64_t height = 0, width = 0;
  int64_t getArea() const { return height * width; }
};
TileExtent getTileExtent(const ConvShape &conv, int64_t rows, int64_t columns);
/// The elements that `planes` of them need in a scratch, with room for whole
/// vectors.
int64_t getTileElements(const ConvShape &conv, TileExtent tile, int64_t planes,
                        int64_t lanes);

/// A product of the weights and the windows, which are copied block by block.
struct ConvChoice {
  int64_t lanes;
  /// Whether the image is the second factor, and whether it is read where it
  /// is.
  bool isPointwise, isDirect;
  /// Channels at a time, and the rows of windows that they make.
  int64_t channels, depth;
  /// What a task computes: filters, and pixels as rows and columns; columns are
  /// those of the whole plane where it is pointwise.
  Cut filters, rows, columns;
  TileExtent tile;
  int64_t imageScratch;
  /// Of the copy of windows: the length of a row, and of all of it.
  int64_t pitch, windowScratch;
};
std::optional<ConvChoice> chooseConv(const ConvShape &conv,
                                     const RegisterFile &registers);

/// Each channel on its own.
struct DepthwiseChoice {
  int64_t lanes;
  Cut rows, columns;
  TileExtent tile;
  int64_t imageScratch;
};
std::optional<DepthwiseChoice> chooseDepthwise(const ConvShape &conv,
                                               const RegisterFile &registers);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CHOOSECONV_H

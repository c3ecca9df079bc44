//===- ConvGeometry.h - A marked convolution of planes --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CONVGEOMETRY_H
#define ONNXC_PASSES_LOOPS_CONVGEOMETRY_H

#include "passes/Loops/ChooseConv.h"
#include "passes/Loops/Epilogue.h"
#include "passes/Loops/MatchContraction.h"

namespace onnxc {

/// A 1-D convolution is a 2-D one of height 1.
struct ConvGeometry : ConvShape {
  mlir::Value image, weights, result;
  /// What the body loads, and what it makes of that.
  mlir::Value loadedPixel, loadedWeight, pixel, weight;
  LoopGroups groups;

  mlir::Type sumType;

  /// Sizes as values.
  mlir::Value batch, channels, perGroup, filters, filtersPerGroup, height,
      width, outHeight, outWidth;
  void readSizes(VectorBuilder &v);
};

/// None where the op is not a convolution as Conv.cpp builds it, of one or two
/// spatial dimensions and a known kernel.
std::optional<ConvGeometry> matchConv(const Contraction &contraction);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CONVGEOMETRY_H

//===- WinogradCost.h - Whether a transformed convolution is faster -------===//
//
// Pure functions of sizes, in cycles of a core that does two multiplications
// of vectors in one. Only their ratios count.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_WINOGRADCOST_H
#define ONNXC_PASSES_GRAPH_WINOGRADCOST_H

#include <cstdint>

namespace onnxc {

/// A convolution by kernels of 3 x 3 and stride 1. Rows and columns are the
/// result's.
struct ConvSizes {
  int64_t images, channels, filters, rows, columns;
  /// Of a vector.
  int64_t lanes;
};

/// The time of the sum of products, one by one.
double estimateDirect(const ConvSizes &conv);
/// The time with tiles of so many pixels squared.
double estimateWinograd(const ConvSizes &conv, int64_t tile);

/// The tile that is the fastest, where that saves enough to count, and whose
/// rounding error is within ONNX's tolerance; else 0.
int64_t chooseWinogradTile(const ConvSizes &conv);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_WINOGRADCOST_H

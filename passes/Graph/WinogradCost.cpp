//===- WinogradCost.cpp - Whether a transformed convolution is faster -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/WinogradCost.h"
#include "dialects/onnx/Winograd.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <initializer_list>

using namespace onnxc;
using namespace onnxc::onnx;

// What results may differ by, relative to as many of the largest products: the
// tolerance of ONNX's own tests.
constexpr double kMostError = 1e-3;

// What weights that are read once come with, from the last-level cache.
constexpr double kBytesPerCycle = 12;

/// Products of vectors, or the reading of weights for them.
static double multiply(double pixels, double places, const ConvSizes &conv) {
  double weights = places * conv.channels * conv.filters;
  return std::max(pixels * weights / (2 * conv.lanes),
                  4 * weights / kBytesPerCycle);
}

double onnxc::estimateDirect(const ConvSizes &conv) {
  double pixels = double(conv.images) * conv.rows * conv.columns;
  return multiply(pixels, kWinogradKernel * kWinogradKernel, conv);
}

double onnxc::estimateWinograd(const ConvSizes &conv, int64_t tile) {
  double tiles = double(conv.images) * llvm::divideCeil(conv.rows, tile) *
                 llvm::divideCeil(conv.columns, tile);
  int64_t places = tile + kWinogradKernel - 1;
  // A vector's transform of image and result: loads, stores and additions.
  double transform = tile == 4 ? 160 : 60;
  double vectors = double(conv.channels + conv.filters) / conv.lanes;
  return 1.1 * multiply(tiles, places * places, conv) +
         tiles * vectors * transform;
}

int64_t onnxc::chooseWinogradTile(const ConvSizes &conv) {
  double best = 0.85 * estimateDirect(conv);
  int64_t chosen = 0;
  for (int64_t tile : {2, 4}) {
    double cycles = estimateWinograd(conv, tile);
    if (cycles >= best || getWinogradError(tile, conv.channels) > kMostError)
      continue;
    best = cycles;
    chosen = tile;
  }
  return chosen;
}

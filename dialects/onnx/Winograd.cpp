//===- Winograd.cpp - The matrices of minimal convolutions ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Winograd.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace onnxc::onnx;
using llvm::ArrayRef;
using llvm::SmallVector;

bool onnxc::onnx::hasWinograd(int64_t tile) { return tile == 2 || tile == 4; }

ArrayRef<double> onnxc::onnx::getWinogradPairs(int64_t tile) {
  static const double kOne[] = {1};
  static const double kTwo[] = {std::sqrt(0.5), std::sqrt(2.0)};
  return tile == 2 ? ArrayRef<double>(kOne) : ArrayRef<double>(kTwo);
}

Coefficients onnxc::onnx::multiplyPairs(int64_t tile, int64_t without) {
  Coefficients product = {1};
  for (auto [i, p] : llvm::enumerate(getWinogradPairs(tile))) {
    if (int64_t(i) == without)
      continue;
    // Squares are exact: 1/2, 1 and 2.
    double square = std::round(2 * p * p) / 2;
    Coefficients next(product.size() + 1, 0);
    for (auto [k, c] : llvm::enumerate(product)) {
      next[k] -= square * c;
      next[k + 1] += c;
    }
    product = std::move(next);
  }
  return product;
}

/// All points but infinity.
static SmallVector<double> getPoints(int64_t tile) {
  SmallVector<double> points = {0};
  for (double p : getWinogradPairs(tile))
    points.append({p, -p});
  return points;
}

/// Powers of each point, and 1 for the highest at infinity.
static Matrix evaluate(int64_t tile, int64_t powers) {
  Matrix rows;
  for (double p : getPoints(tile)) {
    rows.emplace_back();
    for (int64_t k = 0; k < powers; ++k)
      rows.back().push_back(k == 0 ? 1 : rows.back().back() * p);
  }
  rows.emplace_back(powers, 0);
  rows.back().back() = 1;
  return rows;
}

Matrix onnxc::onnx::getKernelTransform(int64_t tile) {
  Matrix g = evaluate(tile, kWinogradKernel);
  SmallVector<double> points = getPoints(tile);
  for (size_t i = 0; i < points.size(); ++i) {
    double divisor = 1;
    for (size_t j = 0; j < points.size(); ++j)
      divisor *= i == j ? 1 : points[i] - points[j];
    for (double &element : g[i])
      element /= divisor;
  }
  return g;
}

Matrix onnxc::onnx::getImageTransform(int64_t tile) {
  int64_t places = tile + kWinogradKernel - 1;
  Matrix b(places, SmallVector<double, 6>(places, 0));
  auto set = [&](int64_t row, ArrayRef<double> inSquares, int64_t shift,
                 double factor) {
    for (auto [k, c] : llvm::enumerate(inSquares))
      b[row][2 * k + shift] += factor * c;
  };
  set(0, multiplyPairs(tile), 0, 1);
  set(places - 1, multiplyPairs(tile), 1, 1);
  for (auto [i, p] : llvm::enumerate(getWinogradPairs(tile))) {
    Coefficients others = multiplyPairs(tile, i);
    for (int64_t sign : {0, 1}) {
      set(1 + 2 * i + sign, others, 2, 1);
      set(1 + 2 * i + sign, others, 1, sign ? -p : p);
    }
  }
  return b;
}

Matrix onnxc::onnx::getResultTransform(int64_t tile) {
  Matrix powers = evaluate(tile, tile);
  Matrix a(tile, SmallVector<double, 6>(powers.size(), 0));
  for (auto [i, row] : llvm::enumerate(powers))
    for (auto [k, element] : llvm::enumerate(row))
      a[k][i] = element;
  return a;
}

static double sumMagnitudes(ArrayRef<double> row) {
  double sum = 0;
  for (double element : row)
    sum += std::abs(element);
  return sum;
}

double onnxc::onnx::getWinogradError(int64_t tile, int64_t channels) {
  Matrix g = getKernelTransform(tile), b = getImageTransform(tile);
  double growth = 0;
  for (const auto &row : getResultTransform(tile)) {
    double sum = 0;
    for (auto [i, element] : llvm::enumerate(row))
      sum += std::abs(element) * sumMagnitudes(g[i]) * sumMagnitudes(b[i]);
    growth = std::max(growth, sum / kWinogradKernel);
  }
  // Along both dimensions; the roundings of the transforms count as well.
  constexpr double kDeviations = 6, kUnit = 0x1p-24;
  double terms = double(channels) + 4. * double(g.size());
  return kDeviations * growth * growth * std::sqrt(terms) * kUnit;
}

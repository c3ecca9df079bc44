//===- Winograd.h - The matrices of minimal convolutions ------------------===//
//
// A convolution of one dimension by a kernel g of 3 is a product of
// polynomials, and that is decided by its values at as many points as it has
// coefficients: m results of m + 2 pixels d take m + 2 multiplications instead
// of 3 m,
//
//   y = At [(G g) * (Bt d)]
//
// where row i of G evaluates g at point i (and divides by what interpolation
// divides by), At evaluates, and row i of Bt holds the coefficients of the
// product of x - p over all points but i. The last point is infinity. In two
// dimensions it is done along both: 36 multiplications for 4 x 4 results, not
// 144.
//
// Points are 0, infinity, and pairs of one number with both signs, of which
// rows share even and odd parts. Small points that are reciprocal keep rounding
// errors small: with 1/sqrt(2) and sqrt(2) they are about those of adding
// products one by one, with 1 and 2 twice as large.
//
// Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, Fast
// Algorithms for Convolutional Neural Networks, 2015; Barabasz and others,
// Error Analysis and Improving the Accuracy of Winograd Convolution, 2020.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_WINOGRAD_H
#define ONNXC_DIALECTS_ONNX_WINOGRAD_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace onnxc::onnx {

/// Elements of a kernel along a dimension.
constexpr int64_t kWinogradKernel = 3;

/// Whether there are points for so many results along a dimension: 2 or 4.
bool hasWinograd(int64_t tile);

/// The positive numbers of the pairs. Rows and columns of the matrices are in
/// the order 0, p, -p for each of them, infinity.
llvm::ArrayRef<double> getWinogradPairs(int64_t tile);

/// Coefficients of a polynomial in x^2, the constant first: the product of
/// x^2 - p^2 over all pairs, or over all but one. The last is 1.
using Coefficients = llvm::SmallVector<double, 3>;
Coefficients multiplyPairs(int64_t tile, int64_t without = -1);

using Matrix = llvm::SmallVector<llvm::SmallVector<double, 6>, 6>;
/// G, m + 2 by 3; Bt, m + 2 by m + 2; At, m by m + 2.
Matrix getKernelTransform(int64_t tile);
Matrix getImageTransform(int64_t tile);
Matrix getResultTransform(int64_t tile);

/// A bound of the rounding error of sums over so many channels, in float32,
/// relative to 9 channels times the largest pixel and weight. Each step of the
/// transforms enlarges what came before by at most the sum of its matrix' row;
/// roundings of sums of n terms add up to sqrt(n) of them, but for cases as
/// rare as e^-18 (Higham and Mary, A New Approach to Probabilistic Rounding
/// Error Analysis, 2019).
double getWinogradError(int64_t tile, int64_t channels);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_WINOGRAD_H

//===- FourierMatrix.h - A Fourier transform as a matrix ------------------===//
//
// For a complex signal x[m], m < M, of which K frequencies are wanted, with
// t = 2 pi (m k mod L) / L,
//
//   X[k, re] = sum over m of  x[m, re] cos t + x[m, im] sin t
//   X[k, im] = sum over m of -x[m, re] sin t + x[m, im] cos t
//
// is one product of a row of 2 M elements with a matrix of 2 M x 2 K. The
// inverse has the other sign and is divided by L; the inverse of a one-sided
// spectrum counts all frequencies but the first and the middle one twice and
// has no imaginary part. The matrix is a constant where sizes are known. The
// product is O(L K) where a fast transform is O(L log L), but of the kind that
// runs at a CPU's peak, for all lengths alike: also those that a run decides.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_FOURIERMATRIX_H
#define ONNXC_DIALECTS_ONNX_FOURIERMATRIX_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// What a transform is asked for, and what its sizes are: lists of one.
struct FourierMatrix {
  bool inverse, onesided;
  mlir::Value inputLength, length, outputLength;
  int64_t numParts;       // of the input: real, or real and imaginary
  int64_t numResultParts; // of the result
};

/// What a transform of these elements computes in: double, as sums of one sign
/// and the other nearly cancel at most frequencies of a smooth signal; of
/// floats of 16 bits float.
mlir::Type getFourierType(mlir::Value signal);

/// The matrix [M * parts, K * result parts].
mlir::Value buildFourierMatrix(GraphBuilder &g, const FourierMatrix &t,
                               mlir::Type real);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_FOURIERMATRIX_H

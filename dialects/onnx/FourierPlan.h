//===- FourierPlan.h - How a Fourier transform is computed ----------------===//
//
// A transform of known length is a few passes over complex numbers, in
// Stockham's order: a pass of radix r turns n = r m numbers, s of each, into
//
//   y[p, k, q] = w(n, p k) * sum over j of x[j, p, q] w(r, j k)
//
// with p < m, q < s, j and k < r, w(n, i) = exp(-2 pi i / n); the next one has
// n = m and s times r. A real signal of even length is a complex one of half of
// it. Where the length has a large prime, the transform is a convolution with a
// chirp (Bluestein), and that are two transforms of a length without.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_FOURIERPLAN_H
#define ONNXC_DIALECTS_ONNX_FOURIERPLAN_H

#include "llvm/ADT/SmallVector.h"
#include <complex>
#include <optional>

namespace onnxc::onnx {

/// What a transform is of, and what is wanted of it.
struct FourierForm {
  int64_t length;
  /// 1 for a real signal, else 2.
  int64_t parts;
  bool inverse, onesided;

  bool givesReal() const { return inverse && onesided; }
  bool takesReal() const { return parts == 1 && !givesReal(); }
  /// Of the input that counts, and of the result: complex or real numbers.
  int64_t inputLength() const { return givesReal() ? length / 2 + 1 : length; }
  int64_t outputLength() const {
    return onesided && !inverse ? length / 2 + 1 : length;
  }
  int64_t resultParts() const { return givesReal() ? 1 : 2; }
};

class DFTOp;
/// Of a transform of rows, [rows, M, parts]; none where the op has another
/// shape or a length that only a run knows.
std::optional<FourierForm> getFourierForm(DFTOp op);

struct FourierPlan {
  explicit FourierPlan(FourierForm form);

  struct Pass {
    int64_t radix, m, s;
    /// Of w(n, p k), k = 1, ...: the real parts of all p, then the imaginary
    /// ones; one each for p and q where s is small, so that vectors of both are
    /// loaded.
    int64_t twiddles;
    bool hasTwiddles() const { return m > 1; }
    bool repeatsTwiddles() const { return s < 16; }
    int64_t numTwiddles() const { return repeatsTwiddles() ? m * s : m; }
  };

  FourierForm form;
  /// Pairs of real numbers are taken for complex ones.
  bool packed;
  /// The length of the complex transform, and of the passes: the same but for
  /// Bluestein.
  int64_t signal, size;
  llvm::SmallVector<Pass> passes;
  /// Places in the tables; each has real parts, then imaginary ones. `packing`
  /// is -i / 2 w(length, k) for k < signal, `chirp` w(2 signal, k k),
  /// `spectrum` that of its conjugate, divided by `size`.
  int64_t packing = 0, chirp = 0, spectrum = 0, numTableElements = 0;

  bool isChirped() const { return signal != size; }
  llvm::SmallVector<double> buildTables() const;
  /// In steps of a machine that does a vector's multiplication in one.
  double getCost() const;

private:
  void addPasses(llvm::ArrayRef<int64_t> radices);
};

/// exp(-2 pi i k / n)
std::complex<double> getUnitRoot(int64_t k, int64_t n);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_FOURIERPLAN_H

//===- ComplexBuilder.h - Complex numbers, and vectors of them ------------===//
//
// Sums of products may be fused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_COMPLEXBUILDER_H
#define ONNXC_PASSES_TENSOR_COMPLEXBUILDER_H

#include "passes/Tensor/LaneBuilder.h"

namespace onnxc {

struct Complex {
  mlir::Value re, im;
};

class ComplexBuilder : public LaneBuilder {
public:
  ComplexBuilder(mlir::OpBuilder &b, mlir::Location loc) : LaneBuilder(b, loc) {
    fastMath = mlir::arith::FastMathFlags::contract;
  }

  // Arithmetic.
  using LaneBuilder::add, LaneBuilder::sub;
  Complex add(Complex l, Complex r) const;
  Complex sub(Complex l, Complex r) const;
  Complex multiply(Complex l, Complex r) const;
  Complex conjugate(Complex x) const { return {x.re, neg(x.im)}; }
  Complex scale(Complex x, double by) const;

  /// The Fourier transform of so many numbers.
  using Numbers = llvm::SmallVector<Complex>;
  Numbers transform(llvm::ArrayRef<Complex> x) const;

private:
  /// x times exp(-2 pi i k / n)
  Complex turn(Complex x, int64_t k, int64_t n) const;
  Numbers transformOdd(llvm::ArrayRef<Complex> x) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_COMPLEXBUILDER_H

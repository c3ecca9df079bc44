//===- ComplexBuilder.h - Complex numbers, and vectors of them ------------===//
//
// Values are scalars, where a vector would have one lane, or vectors. Sums of
// products may be fused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_COMPLEXBUILDER_H
#define ONNXC_PASSES_TENSOR_COMPLEXBUILDER_H

#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

struct Complex {
  mlir::Value re, im;
};

class ComplexBuilder : public TensorBuilder {
public:
  ComplexBuilder(mlir::OpBuilder &b, mlir::Location loc)
      : TensorBuilder(b, loc) {
    fastMath = mlir::arith::FastMathFlags::contract;
  }

  // Elements of a tensor side by side along its last dimension.
  mlir::Type vectorOf(mlir::Type element, int64_t width) const;
  Value loadVector(Value tensor, ValueRange at, int64_t width) const;
  Value storeVector(Value value, Value tensor, ValueRange at) const;

  // Lanes.
  Value splat(Value scalar, int64_t width) const;
  Value reverse(Value x) const;
  /// Lanes [from, from + count).
  Value slice(Value x, int64_t from, int64_t count) const;
  /// One lane of each, then the next of each; 2, 4, 8, ... values.
  Value interleave(llvm::ArrayRef<Value> values) const;
  /// Even lanes and odd ones.
  Complex separate(Value pairs) const;
  Value widen(Value x, mlir::Type element) const;
  Value narrow(Value x, mlir::Type element) const;

  // Arithmetic.
  using TensorBuilder::add, TensorBuilder::sub;
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

//===- ComplexBuilder.cpp - Complex numbers, and vectors of them ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/ComplexBuilder.h"
#include "dialects/onnx/FourierPlan.h"

using namespace mlir;
using namespace onnxc;

Complex ComplexBuilder::add(Complex l, Complex r) const {
  return {add(l.re, r.re), add(l.im, r.im)};
}

Complex ComplexBuilder::sub(Complex l, Complex r) const {
  return {sub(l.re, r.re), sub(l.im, r.im)};
}

Complex ComplexBuilder::multiply(Complex l, Complex r) const {
  return {sub(mul(l.re, r.re), mul(l.im, r.im)),
          add(mul(l.re, r.im), mul(l.im, r.re))};
}

Complex ComplexBuilder::scale(Complex x, double by) const {
  Value factor = constant(x.re, by);
  return {mul(x.re, factor), mul(x.im, factor)};
}

Complex ComplexBuilder::turn(Complex x, int64_t k, int64_t n) const {
  k %= n;
  if (k == 0)
    return x;
  if (4 * k == n)
    return {x.im, neg(x.re)};
  std::complex<double> root = onnx::getUnitRoot(k, n);
  Value factor = constant(x.re, root.real());
  if (8 * k == n)
    return {mul(add(x.re, x.im), factor), mul(sub(x.im, x.re), factor)};
  if (8 * k == 3 * n)
    return {mul(sub(x.re, x.im), factor), mul(add(x.re, x.im), factor)};
  return multiply(x, {factor, constant(x.re, root.imag())});
}

/// Numbers at both ends go together, as they are turned by opposite angles.
SmallVector<Complex> ComplexBuilder::transformOdd(ArrayRef<Complex> x) const {
  size_t n = x.size(), half = n / 2;
  Numbers sums, differences, result(n);
  for (size_t j = 1; j <= half; ++j) {
    sums.push_back(add(x[j], x[n - j]));
    differences.push_back(sub(x[j], x[n - j]));
  }
  result[0] = x[0];
  for (Complex sum : sums)
    result[0] = add(result[0], sum);
  for (size_t k = 1; k <= half; ++k) {
    Complex even = x[0], odd;
    for (size_t j = 1; j <= half; ++j) {
      std::complex<double> root = onnx::getUnitRoot(int64_t(j * k), n);
      Complex term = scale(differences[j - 1], -root.imag());
      even = add(even, scale(sums[j - 1], root.real()));
      odd = j == 1 ? term : add(odd, term);
    }
    result[k] = {add(even.re, odd.im), sub(even.im, odd.re)};
    result[n - k] = {sub(even.re, odd.im), add(even.im, odd.re)};
  }
  return result;
}

SmallVector<Complex> ComplexBuilder::transform(ArrayRef<Complex> x) const {
  size_t n = x.size();
  if (n == 1)
    return Numbers(x);
  if (n == 2)
    return {add(x[0], x[1]), sub(x[0], x[1])};
  if (n % 2 != 0)
    return transformOdd(x);
  // As those of even numbers and of odd ones.
  Numbers parts[2], result(n);
  for (size_t i = 0; i < n; ++i)
    parts[i % 2].push_back(x[i]);
  Numbers even = transform(parts[0]), odd = transform(parts[1]);
  for (size_t k = 0; k < n / 2; ++k) {
    Complex turned = turn(odd[k], int64_t(k), int64_t(n));
    result[k] = add(even[k], turned);
    result[k + n / 2] = sub(even[k], turned);
  }
  return result;
}

//===- ComplexBuilder.cpp - Complex numbers, and vectors of them ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/ComplexBuilder.h"
#include "dialects/onnx/FourierPlan.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace onnxc;

//===----------------------------------------------------------------------===//
// Elements of tensors
//===----------------------------------------------------------------------===//

Type ComplexBuilder::vectorOf(Type element, int64_t width) const {
  return width == 1 ? element : Type(VectorType::get(width, element));
}

Value ComplexBuilder::loadVector(Value tensor, ValueRange at,
                                 int64_t width) const {
  Type element = getElementTypeOrSelf(tensor);
  if (width == 1)
    return extract(tensor, at);
  bool inBounds[] = {true};
  return create<vector::TransferReadOp>(
      cast<VectorType>(vectorOf(element, width)), tensor, at, zero(element),
      ArrayRef<bool>(inBounds));
}

Value ComplexBuilder::storeVector(Value value, Value tensor,
                                  ValueRange at) const {
  if (!isa<VectorType>(value.getType()))
    return insert(value, tensor, at);
  bool inBounds[] = {true};
  return create<vector::TransferWriteOp>(value, tensor, at,
                                         ArrayRef<bool>(inBounds))
      .getResult();
}

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

static int64_t getWidth(Value x) {
  auto type = dyn_cast<VectorType>(x.getType());
  return type ? type.getNumElements() : 1;
}

Value ComplexBuilder::splat(Value scalar, int64_t width) const {
  if (width == 1)
    return scalar;
  return create<vector::BroadcastOp>(
      cast<VectorType>(vectorOf(scalar.getType(), width)), scalar);
}

Value ComplexBuilder::reverse(Value x) const {
  int64_t width = getWidth(x);
  if (width == 1)
    return x;
  SmallVector<int64_t> mask;
  for (int64_t i = width; i-- > 0;)
    mask.push_back(i);
  return create<vector::ShuffleOp>(x, x, mask);
}

Value ComplexBuilder::slice(Value x, int64_t from, int64_t count) const {
  if (count == getWidth(x))
    return x;
  if (count == 1)
    return create<vector::ExtractOp>(x, from);
  return create<vector::ExtractStridedSliceOp>(x, ArrayRef<int64_t>{from},
                                               ArrayRef<int64_t>{count},
                                               ArrayRef<int64_t>{1});
}

Value ComplexBuilder::interleave(ArrayRef<Value> values) const {
  if (values.size() == 1)
    return values[0];
  Values halves[2];
  for (auto [i, value] : llvm::enumerate(values))
    halves[i % 2].push_back(value);
  Value even = interleave(halves[0]), odd = interleave(halves[1]);
  int64_t width = getWidth(even);
  if (width == 1)
    return create<vector::FromElementsOp>(VectorType::get(2, even.getType()),
                                          ValueRange{even, odd});
  SmallVector<int64_t> mask;
  for (int64_t i = 0; i < width; ++i)
    mask.append({i, width + i});
  return create<vector::ShuffleOp>(even, odd, mask);
}

Complex ComplexBuilder::separate(Value pairs) const {
  int64_t width = getWidth(pairs) / 2;
  if (width == 1)
    return {slice(pairs, 0, 1), slice(pairs, 1, 1)};
  SmallVector<int64_t> even, odd;
  for (int64_t i = 0; i < width; ++i) {
    even.push_back(2 * i);
    odd.push_back(2 * i + 1);
  }
  return {create<vector::ShuffleOp>(pairs, pairs, even),
          create<vector::ShuffleOp>(pairs, pairs, odd)};
}

Value ComplexBuilder::widen(Value x, Type element) const {
  if (getElementTypeOrSelf(x) == element)
    return x;
  return create<arith::ExtFOp>(vectorOf(element, getWidth(x)), x);
}

Value ComplexBuilder::narrow(Value x, Type element) const {
  if (getElementTypeOrSelf(x) == element)
    return x;
  return create<arith::TruncFOp>(vectorOf(element, getWidth(x)), x);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

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

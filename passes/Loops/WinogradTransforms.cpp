//===- WinogradTransforms.cpp - Winograd's transforms of vectors ----------===//
//
// Rows of a pair of points p and -p are e + p o and e - p o, where e are the
// terms of even powers and o those of odd ones: each is computed once.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/WinogradTransforms.h"
#include "dialects/onnx/Winograd.h"

using namespace mlir;
using namespace onnxc;
using onnxc::onnx::Coefficients;
using onnxc::onnx::getWinogradPairs;
using onnxc::onnx::multiplyPairs;

using Values = WinogradTransforms::Values;

/// Along rows, then along columns.
static SmallVector<Values>
applyTwice(ArrayRef<Values> square,
           function_ref<Values(ArrayRef<Value>)> transform) {
  SmallVector<Values> rows, result;
  for (const Values &row : square)
    rows.push_back(transform(row));
  for (size_t column = 0; column < rows[0].size(); ++column) {
    Values values;
    for (const Values &row : rows)
      values.push_back(row[column]);
    for (auto [i, value] : llvm::enumerate(transform(values))) {
      if (i == result.size())
        result.emplace_back();
      result[i].push_back(value);
    }
  }
  return result;
}

static double getPower(double p, int64_t k) {
  double power = 1;
  for (int64_t i = 0; i < k; ++i)
    power *= p;
  return power;
}

WinogradTransforms::WinogradTransforms(VectorBuilder &v, int64_t tile)
    : v(v), tile(tile), pairs(getWinogradPairs(tile)) {}

SmallVector<Values>
WinogradTransforms::transformImage(ArrayRef<Values> square) {
  return applyTwice(square,
                    [&](ArrayRef<Value> d) { return transformPixels(d); });
}

SmallVector<Values> WinogradTransforms::transformSums(ArrayRef<Values> square) {
  return applyTwice(square, [&](ArrayRef<Value> m) { return addPoints(m); });
}

Value WinogradTransforms::scale(double factor, Value x, Value sum) {
  Value number = v.constant(x.getType(), factor);
  return factor == 1 ? v.add(sum, x) : v.multiplyAdd(x, number, sum);
}

/// The sum of c[k] d[2 k + shift]; the last coefficient is 1.
Value WinogradTransforms::evaluate(ArrayRef<double> c, ArrayRef<Value> d,
                                   unsigned shift) {
  Value sum = d[2 * (c.size() - 1) + shift];
  for (size_t k = 0; k + 1 < c.size(); ++k)
    sum = scale(c[k], d[2 * k + shift], sum);
  return sum;
}

Values WinogradTransforms::transformPixels(ArrayRef<Value> d) {
  Coefficients all = multiplyPairs(tile);
  Values points = {evaluate(all, d, 0)};
  for (auto [i, p] : llvm::enumerate(pairs)) {
    Coefficients others = multiplyPairs(tile, i);
    Value even = evaluate(others, d, 2), odd = evaluate(others, d, 1);
    points.push_back(scale(p, odd, even));
    points.push_back(p == 1 ? v.sub(even, odd) : scale(-p, odd, even));
  }
  points.push_back(evaluate(all, d, 1));
  return points;
}

Values WinogradTransforms::addPoints(ArrayRef<Value> m) {
  Values sums, differences, results;
  for (size_t i = 0; i < pairs.size(); ++i) {
    sums.push_back(v.add(m[1 + 2 * i], m[2 + 2 * i]));
    differences.push_back(v.sub(m[1 + 2 * i], m[2 + 2 * i]));
  }
  for (int64_t k = 0; k < tile; ++k) {
    Value sum = k == 0 ? m.front() : k == tile - 1 ? m.back() : Value();
    for (auto [i, p] : llvm::enumerate(pairs)) {
      Value term = (k % 2 ? differences : sums)[i];
      double power = getPower(p, k);
      if (sum)
        sum = scale(power, term, sum);
      else
        sum =
            power == 1 ? term : v.mul(term, v.constant(term.getType(), power));
    }
    results.push_back(sum);
  }
  return results;
}

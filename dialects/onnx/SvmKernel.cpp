//===- SvmKernel.cpp - Kernels of support vector machines -----------------===//
//
// With the support vectors as rows of S and weights M (a column a machine),
// the sums that a machine decides by are K(x, S) M:
//
//   LINEAR   x S^T                        so all is x (S^T M), one product with
//                                         a matrix computed here, in double
//   POLY     (gamma x S^T + coef0)^degree
//   SIGMOID  tanh(gamma x S^T + coef0)
//   RBF      exp(-gamma |x - s|^2)        with |x - s|^2 = |x|^2 + |s|^2 - 2 x
//   s
//
// are products of matrices, what follows them elementwise. The form of RBF
// cancels where x is near s but both are far from 0. Distances do not change
// when all is moved, so S's mean is subtracted first. Then the error of the
// exponent is about gamma |s - mean|^2 roundings: where that may be more than
// 16 roundings, the squares of differences are summed instead, which costs
// about the same arithmetic but is no product of matrices.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SvmKernel.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ReductionOps.h"

using namespace mlir;

namespace onnxc::onnx {

/// Roundings that the exponent of a Gaussian may be off by.
static constexpr double kMaxRoundings = 16;

LogicalResult SvmKernel::check(std::optional<Location> loc) const {
  if (!llvm::is_contained({"LINEAR", "POLY", "RBF", "SIGMOID"}, type))
    return emitOptionalError(
        loc, "kernel_type must be LINEAR, POLY, RBF or SIGMOID, not '", type,
        "'");
  size_t count = params ? params->size() : 0;
  if ((count != 0 || type != "LINEAR") && count != 3)
    return emitOptionalError(loc, "kernel_params has ", count,
                             " elements; needed are gamma, coef0 and degree");
  return success();
}

/// factor rows^T, a constant [columns, number of rows].
Value SvmKernel::buildTransposed(GraphBuilder &g, ArrayRef<float> rows,
                                 double factor) const {
  int64_t count = rows.size() / columns;
  SmallVector<float> transposed(rows.size());
  for (int64_t i = 0; i < count; ++i)
    for (int64_t k = 0; k < columns; ++k)
      transposed[k * count + i] = float(factor * rows[i * columns + k]);
  return g.floats(transposed, {columns, count}, g.b.getF32Type());
}

/// |x - s|^2 from the differences of [N, columns, 1] and [columns, V]: vectors
/// hold the sums of several s.
Value SvmKernel::buildDistances(GraphBuilder &g, Value x) const {
  Value rows = g.reshape(x, g.concat({g.size(x, 0), g.ints({columns, 1})}, 0));
  Value difference = g.sub(rows, buildTransposed(g, vectors, 1));
  return ReduceSumSquareOp::create(g.b, g.loc, difference, g.ints(1),
                                   /*keepdims=*/0, /*noop_with_empty_axes=*/0);
}

Value SvmKernel::buildGaussians(GraphBuilder &g, Value x) const {
  Type real = g.b.getF32Type();
  int64_t count = vectors.size() / columns;
  double gamma = (*params)[0];
  SmallVector<double> sums(columns, 0);
  SmallVector<float> mean(columns), moved(vectors.size()), squares(count);
  for (int64_t i = 0; i < int64_t(vectors.size()); ++i)
    sums[i % columns] += vectors[i];
  for (int64_t k = 0; k < columns; ++k)
    mean[k] = float(sums[k] / count);
  double largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    double square = 0;
    for (int64_t k = i * columns; k < (i + 1) * columns; ++k) {
      moved[k] = vectors[k] - mean[k % columns];
      square += double(moved[k]) * moved[k];
    }
    squares[i] = float(square);
    largest = std::max(largest, square);
  }
  Value distance;
  if (std::abs(gamma) * largest <= kMaxRoundings) {
    x = g.sub(x, g.floats(mean, {columns}, real));
    Value square = ReduceSumSquareOp::create(
        g.b, g.loc, x, g.ints(1), /*keepdims=*/1, /*noop_with_empty_axes=*/0);
    Value sum = g.add(g.matmul(x, buildTransposed(g, moved, -2)),
                      g.floats(squares, {count}, real));
    distance = g.max(g.add(sum, square), g.number(0, real));
  } else {
    distance = buildDistances(g, x);
  }
  return g.exp(g.mul(distance, g.number(-gamma, real)));
}

Value SvmKernel::buildKernels(GraphBuilder &g, Value x) const {
  if (type == "RBF")
    return buildGaussians(g, x);
  Type real = g.b.getF32Type();
  Value y = g.add(g.matmul(x, buildTransposed(g, vectors, (*params)[0])),
                  g.number((*params)[1], real));
  if (type == "SIGMOID")
    return TanhOp::create(g.b, g.loc, y);
  double degree = (*params)[2];
  if (degree != 1 && degree != 2 && degree != 3)
    return PowOp::create(g.b, g.loc, y, g.number(degree, real));
  Value power = y;
  for (int i = 1; i < degree; ++i)
    power = g.mul(power, y);
  return power;
}

Value SvmKernel::buildSums(GraphBuilder &g, Value x, ArrayRef<float> weights,
                           int64_t count) const {
  Type real = g.b.getF32Type();
  int64_t rows = vectors.size() / columns;
  if (type != "LINEAR")
    return g.matmul(buildKernels(g, x), g.floats(weights, {rows, count}, real));
  SmallVector<double> sums(columns * count, 0);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t c = 0; c < count; ++c)
      if (float weight = weights[i * count + c])
        for (int64_t k = 0; k < columns; ++k)
          sums[k * count + c] += double(weight) * vectors[i * columns + k];
  SmallVector<float> rounded(sums.begin(), sums.end());
  return g.matmul(x, g.floats(rounded, {columns, count}, real));
}

} // namespace onnxc::onnx

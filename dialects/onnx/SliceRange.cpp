//===- SliceRange.cpp - Bounds of slices with symbolic sizes --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SliceRange.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;

namespace onnxc::onnx {

// Exporters write INT32_MAX or INT64_MAX for "to the end".
static bool isFar(int64_t bound) {
  return bound >= INT32_MAX - 1 || bound <= -int64_t(INT32_MAX);
}

/// A bound as a place from `low` to `high` in the dimension.
static AffineExpr resolve(AffineExpr bound, AffineExpr dim, AffineExpr low,
                          AffineExpr high) {
  AffineExpr counted = bound;
  if (std::optional<int64_t> k = getConstant(bound)) {
    if (isFar(*k))
      return *k > 0 ? high : low;
    if (*k < 0)
      counted = bound + dim;
  } else {
    counted = getSelect(isNonNegative(bound), bound, bound + dim);
  }
  return getMax(getMin(counted, high), low);
}

std::optional<AffineExpr> SliceRange::getSize(AffineExpr dim) const {
  MLIRContext *context = dim.getContext();
  if (anySign && !(getConstant(start) && getConstant(end)))
    return std::nullopt;
  AffineExpr zero = getConstant(context, 0), distance;
  if (step > 0) {
    distance = resolve(end, dim, zero, dim) - resolve(start, dim, zero, dim);
  } else {
    // Backwards the places are -1, behind the end, to dim - 1.
    AffineExpr low = getConstant(context, -1), high = simplify(dim - 1);
    distance = resolve(start, dim, low, high) - resolve(end, dim, low, high);
  }
  return simplify(getMax(simplify(distance), zero).ceilDiv(std::abs(step)));
}

std::optional<int64_t> SliceRange::getFirst(int64_t size) const {
  MLIRContext *context = start.getContext();
  AffineExpr first =
      resolve(start, getConstant(context, size), getConstant(context, 0),
              getConstant(context, step > 0 ? size : size - 1));
  return getConstant(first);
}

static bool mayBeNegative(Value bounds) {
  auto dims = bounds.getDefiningOp<DimsOp>();
  return dims && dims.getAnySign();
}

std::optional<SmallVector<std::optional<SliceRange>>>
getSliceRanges(int64_t rank, Value starts, Value ends, Value axes,
               Value steps) {
  std::optional<Dims> first = getKnownInts(starts), last = getKnownInts(ends);
  if (!first || !last || first->size() != last->size())
    return std::nullopt;
  SmallVector<int64_t> order =
      llvm::to_vector(llvm::seq<int64_t>(0, first->size()));
  SmallVector<int64_t> strides(first->size(), 1);
  if (axes) {
    std::optional<SmallVector<int64_t>> known = getConstantInts(axes);
    if (!known || known->size() != order.size())
      return std::nullopt;
    order = *known;
  }
  if (steps) {
    std::optional<SmallVector<int64_t>> known = getConstantInts(steps);
    if (!known || known->size() != order.size())
      return std::nullopt;
    strides = *known;
  }
  bool anySign = mayBeNegative(starts) || mayBeNegative(ends);
  SmallVector<std::optional<SliceRange>> ranges(rank);
  for (auto [i, axis] : llvm::enumerate(order)) {
    std::optional<int64_t> at = normalizeAxis(axis, rank);
    if (!at || strides[i] == 0)
      return std::nullopt;
    // Steps beyond any size all take one element.
    constexpr int64_t most = int64_t(1) << 61;
    int64_t step = std::clamp(strides[i], -most, most);
    ranges[*at] = SliceRange{(*first)[i], (*last)[i], step, anySign};
  }
  return ranges;
}

} // namespace onnxc::onnx

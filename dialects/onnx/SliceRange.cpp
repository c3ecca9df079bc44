//===- SliceRange.cpp - Bounds of slices with symbolic sizes --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SliceRange.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace onnxc::onnx {

// Exporters write INT32_MAX or INT64_MAX for "to the end".
static bool isFar(int64_t bound) {
  return bound >= INT32_MAX - 1 || bound <= -int64_t(INT32_MAX);
}

/// A bound of a slice with positive step as an expression within [0, dim].
static std::optional<AffineExpr> resolve(AffineExpr bound, AffineExpr dim) {
  if (bound == dim)
    return dim;
  std::optional<int64_t> k = getConstant(bound), size = getConstant(dim);
  MLIRContext *context = dim.getContext();
  if (k && size) {
    int64_t counted = *k < 0 && !isFar(*k) ? *k + *size : *k;
    return getConstant(context, std::clamp<int64_t>(counted, 0, *size));
  }
  if (k && isFar(*k))
    return *k > 0 ? dim : getConstant(context, 0);
  if (k && *k < 0) {
    AffineExpr counted = simplify(dim + *k);
    if (isKnownNonNegative(counted))
      return counted;
    return std::nullopt;
  }
  if (isKnownNonNegative(bound) && isKnownNonNegative(simplify(dim - bound)))
    return bound;
  return k == 0 ? std::optional(bound) : std::nullopt;
}

static std::optional<int64_t> countConstant(const SliceRange &range,
                                            int64_t size) {
  std::optional<int64_t> start = getConstant(range.start),
                         end = getConstant(range.end);
  if (!start || !end)
    return std::nullopt;
  auto fromFront = [&](int64_t k) { return k < 0 && !isFar(k) ? k + size : k; };
  int64_t low = range.step > 0 ? 0 : -1,
          high = range.step > 0 ? size : size - 1;
  int64_t first = std::clamp(fromFront(*start), low, std::max(low, high));
  int64_t last = std::clamp(fromFront(*end), low, std::max(low, high));
  int64_t distance = range.step > 0 ? last - first : first - last;
  return distance <= 0 ? 0 : llvm::divideCeil(distance, std::abs(range.step));
}

/// Whether start and end are constants one apart, counted from the same side.
static bool takesOne(const SliceRange &range) {
  std::optional<int64_t> start = getConstant(range.start),
                         end = getConstant(range.end);
  if (!start || !end || range.step < 1 || isFar(*start))
    return false;
  if (*start == -1)
    return isFar(*end) && *end > 0;
  return *end == *start + 1;
}

bool SliceRange::isAssumed(AffineExpr dim) const {
  if (getConstant(dim) || !takesOne(*this))
    return false;
  int64_t k = *getConstant(start);
  int64_t needed = k < 0 ? -k : k + 1;
  return !isKnownNonNegative(simplify(dim - needed));
}

std::optional<AffineExpr> SliceRange::getSize(AffineExpr dim) const {
  MLIRContext *context = dim.getContext();
  if (std::optional<int64_t> size = getConstant(dim))
    if (std::optional<int64_t> count = countConstant(*this, *size))
      return getConstant(context, *count);
  if (takesOne(*this))
    return getConstant(context, 1);
  if (step < 0) {
    // The whole dimension, backwards.
    std::optional<int64_t> first = getConstant(start), last = getConstant(end);
    if (first && last && (*first == -1 || (isFar(*first) && *first > 0)) &&
        isFar(*last) && *last < 0)
      return simplify(dim.ceilDiv(-step));
    return std::nullopt;
  }
  std::optional<AffineExpr> first = resolve(start, dim),
                            last = resolve(end, dim);
  if (!first || !last)
    return std::nullopt;
  AffineExpr distance = simplify(*last - *first);
  if (!isKnownNonNegative(distance))
    return std::nullopt;
  return simplify(distance.ceilDiv(step));
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
  SmallVector<std::optional<SliceRange>> ranges(rank);
  for (auto [i, axis] : llvm::enumerate(order)) {
    std::optional<int64_t> at = normalizeAxis(axis, rank);
    if (!at || strides[i] == 0)
      return std::nullopt;
    ranges[*at] = SliceRange{(*first)[i], (*last)[i], strides[i]};
  }
  return ranges;
}

} // namespace onnxc::onnx

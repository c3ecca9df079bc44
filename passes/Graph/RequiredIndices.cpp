//===- RequiredIndices.cpp - Indices lie in what they index ---------------===//
//
// Indices that are constants, or expressions over sizes, are checked: now where
// the dimension has a known size, before the model runs where it is free.
// Those that are data are limited by the kernels to the dimension, which
// therefore must not be empty.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/ScatterOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "passes/Graph/RequiredSizes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Every `stride`-th element of a constant, from `first` on.
std::optional<SmallVector<int64_t>> getElements(Value value, int64_t first,
                                                int64_t stride) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant || !constant.getElements())
    return std::nullopt;
  SmallVector<int64_t> result;
  auto take = [&](auto elements) {
    for (size_t i = first; i < elements.size(); i += stride)
      result.push_back(elements[i]);
    return result;
  };
  ElementsAttr elements = constant.getElements();
  if (auto dense = dyn_cast<DenseIntElementsAttr>(elements)) {
    auto range = dense.getValues<APInt>();
    for (int64_t i = first, e = dense.getNumElements(); i < e; i += stride)
      result.push_back(range[i].getSExtValue());
    return result;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  AsmResourceBlob *blob =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  if (!blob)
    return std::nullopt;
  if (resource.getElementType().isInteger(64))
    return take(blob->getDataAs<int64_t>());
  if (resource.getElementType().isInteger(32))
    return take(blob->getDataAs<int32_t>());
  return std::nullopt;
}

/// The elements from `first` on, every `stride`-th, index a dimension.
void requireInside(Value indices, int64_t first, int64_t stride,
                   AffineExpr size, SizeRequirements &r) {
  std::optional<Dims> dims = getDims(indices);
  if (!dims)
    return;
  MLIRContext *context = size.getContext();
  auto check = [&](AffineExpr least, AffineExpr greatest, const Twine &what) {
    std::optional<int64_t> low = onnxc::onnx::getConstant(least),
                           high = onnxc::onnx::getConstant(greatest),
                           count = onnxc::onnx::getConstant(size);
    if (low && high && count) {
      if (*low < -*count || *high >= *count)
        r.fail("index " + Twine(*low < -*count ? *low : *high) +
               " is out of range for a dimension of " + Twine(*count));
      return;
    }
    // 64 bits have room for what is added.
    if ((low && *low < -INT64_MAX) || (high && *high == INT64_MAX))
      return r.fail("index " + Twine(*low < -INT64_MAX ? *low : *high) +
                    " is out of range");
    r.atMost(simplify(greatest + 1), size, what);
    r.atMost(simplify(-least), size, what);
  };
  if (std::optional<SmallVector<int64_t>> known =
          getElements(indices, first, stride)) {
    if (known->empty())
      return;
    auto [low, high] = std::minmax_element(known->begin(), known->end());
    return check(onnxc::onnx::getConstant(context, *low),
                 onnxc::onnx::getConstant(context, *high), "an index");
  }
  std::optional<Dims> exprs = getKnownInts(indices);
  if (exprs && exprs->size() <= 16) {
    for (size_t i = first; i < exprs->size(); i += stride)
      check((*exprs)[i], (*exprs)[i], "an index");
    return;
  }
  AffineExpr count = getProduct(context, *dims);
  r.atMost(getMin(count, r.constant(1)), size,
           "the number of indices into an empty dimension");
}

/// Tuples of indices, the first into dimension `from` of the data.
void requireTuples(Value data, Value indices, int64_t from,
                   SizeRequirements &r) {
  std::optional<Dims> dims = getDims(data), shape = getDims(indices);
  std::optional<int64_t> tuple = shape && !shape->empty()
                                     ? onnxc::onnx::getConstant(shape->back())
                                     : std::nullopt;
  if (!dims || !tuple)
    return;
  for (int64_t t = 0; t < *tuple && from + t < int64_t(dims->size()); ++t)
    requireInside(indices, t, *tuple, (*dims)[from + t], r);
}

template <typename Op> void requireAlongAxis(Op op, SizeRequirements &r) {
  std::optional<Dims> dims = getDims(op.getData());
  if (!dims || dims->empty())
    return;
  int64_t axis = *normalizeAxis(op.getAxis(), dims->size());
  requireInside(op.getIndices(), 0, 1, (*dims)[axis], r);
}

} // namespace

void onnxc::requireIndices(Operation *op, SizeRequirements &r) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<GatherOp, GatherElementsOp, ScatterElementsOp>(
          [&](auto o) { requireAlongAxis(o, r); })
      .Case([&](GatherNDOp o) {
        requireTuples(o.getData(), o.getIndices(), o.getBatchDims(), r);
      })
      .Case([&](ScatterNDOp o) {
        requireTuples(o.getData(), o.getIndices(), 0, r);
      });
}

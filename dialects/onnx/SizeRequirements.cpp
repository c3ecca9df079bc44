//===- SizeRequirements.cpp - Sizes that an operator needs to agree -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

void SizeRequirements::fail(const Twine &message) {
  if (mayNotRun)
    return note(constant(0), constant(1));
  if (!failed)
    op->emitError(message);
  failed = true;
}

AffineExpr SizeRequirements::constant(int64_t value) const {
  return onnxc::onnx::getConstant(op->getContext(), value);
}

void SizeRequirements::rank(StringRef name, Value value, size_t rank) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (dims && dims->size() != rank)
    fail(name + " has rank " + Twine(dims->size()) + ", not " + Twine(rank));
}

void SizeRequirements::equal(AffineExpr size, AffineExpr needed,
                             const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size),
                         has = onnxc::onnx::getConstant(needed);
  if (!is || !has)
    note(size, needed);
  else if (*is != *has)
    fail(what + " is " + Twine(*is) + ", not " + Twine(*has));
}

void SizeRequirements::sameOrOne(AffineExpr size, AffineExpr needed,
                                 const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size);
  if (size == needed || is == 1)
    return;
  if (is)
    return equal(size, needed, what);
  note(simplify((size - 1) * (size - needed)), constant(0));
}

void SizeRequirements::size(StringRef name, Value value, unsigned dim,
                            AffineExpr needed) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (dims && dim < dims->size())
    equal((*dims)[dim], needed,
          "the size of " + name + " in dimension " + Twine(dim));
}

void SizeRequirements::shape(StringRef name, Value value,
                             ArrayRef<AffineExpr> needed) {
  rank(name, value, needed.size());
  for (auto [i, dim] : llvm::enumerate(needed))
    size(name, value, i, dim);
}

void SizeRequirements::broadcast(StringRef name, Value value,
                                 ArrayRef<AffineExpr> shape) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (!dims)
    return;
  if (dims->size() > shape.size())
    return fail(name + " has rank " + Twine(dims->size()) + ", more than " +
                Twine(shape.size()));
  for (auto [i, pair] :
       llvm::enumerate(llvm::zip(*dims, shape.take_back(dims->size()))))
    sameOrOne(std::get<0>(pair), std::get<1>(pair),
              "the size of " + name + " in dimension " + Twine(i));
}

void SizeRequirements::atMost(AffineExpr size, AffineExpr limit,
                              const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size),
                         most = onnxc::onnx::getConstant(limit);
  if (is && most && *is > *most)
    fail(what + " is " + Twine(*is) + ", more than " + Twine(*most));
  else if (!isKnownNonNegative(simplify(limit - size)))
    note(size, getMin(size, limit));
}

void SizeRequirements::notNegative(AffineExpr size, const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size);
  if (is && *is < 0)
    fail(what + " is " + Twine(*is));
  else if (!isKnownNonNegative(size))
    note(getMin(size, constant(0)), constant(0));
}

void SizeRequirements::positive(AffineExpr size, const Twine &what) {
  if (onnxc::onnx::getConstant(size) == 0)
    fail(what + " is 0");
  else if (!isKnownPositive(size))
    note(getMin(size, constant(1)), constant(1));
}

void SizeRequirements::multiple(AffineExpr size, int64_t of,
                                const Twine &what) {
  std::optional<int64_t> is = onnxc::onnx::getConstant(size);
  if (is && *is % of != 0)
    fail(what + " is " + Twine(*is) + ", no multiple of " + Twine(of));
  else
    equal(simplify(size % of), constant(0), what);
}

void SizeRequirements::notNegative(Value result) {
  if (std::optional<Dims> dims = getDims(result))
    for (AffineExpr dim : *dims)
      notNegative(dim, "a size of the result");
}

void SizeRequirements::single(StringRef name, Value value) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (!dims)
    return;
  AffineExpr count = getProduct(value.getContext(), *dims);
  equal(count, constant(1), "the number of elements of " + name);
}

void SizeRequirements::oneOrEach(StringRef name, Value value, AffineExpr size) {
  std::optional<Dims> dims = value ? getDims(value) : std::nullopt;
  if (dims && dims->size() == 1)
    sameOrOne(dims->front(), size, "the number of elements of " + name);
}

void SizeRequirements::heads(StringRef name, AffineExpr size, int64_t heads) {
  std::optional<int64_t> known = onnxc::onnx::getConstant(size);
  if (known && *known % heads != 0)
    fail(name + "'s last size of " + Twine(*known) + " does not divide into " +
         Twine(heads) + " heads");
  else
    equal(simplify(size % heads), constant(0), name);
}

void SizeRequirements::innerSizes(Value left, Value right) {
  std::optional<Dims> a = getDims(left), b = getDims(right);
  if (!a || !b || a->empty() || b->empty())
    return;
  equal(a->back(), (*b)[b->size() == 1 ? 0 : b->size() - 2],
        "the inner size of the product");
}

void SizeRequirements::element(AffineExpr size, Value result) {
  std::optional<Dims> dims = getDims(result);
  if (!dims)
    return;
  AffineExpr count = getProduct(size.getContext(), *dims);
  if (onnxc::onnx::getConstant(count) == 0)
    return;
  if (onnxc::onnx::getConstant(size) == 0 &&
      onnxc::onnx::getConstant(count).value_or(0) > 0)
    return fail("a dimension it takes elements from has none");
  atMost(getMin(count, constant(1)), size, "the number of elements needed");
}

void SizeRequirements::elements(Value data, unsigned from, Value result) {
  if (std::optional<Dims> dims = getDims(data))
    for (AffineExpr size : ArrayRef(*dims).drop_front(from))
      element(size, result);
}

void SizeRequirements::within(Value data, Value indices, int64_t axis) {
  std::optional<Dims> whole = getDims(data), part = getDims(indices);
  if (!whole || !part || whole->size() != part->size())
    return;
  for (auto [i, pair] : llvm::enumerate(llvm::zip(*part, *whole)))
    if (int64_t(i) != axis)
      atMost(std::get<0>(pair), std::get<1>(pair),
             "the size of indices in dimension " + Twine(i));
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

/// Every `stride`-th element of a constant, from `first` on.
static std::optional<SmallVector<int64_t>>
getElements(Value value, int64_t first, int64_t stride) {
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

/// Indices from `least` to `greatest` lie in a dimension.
void SizeRequirements::index(AffineExpr least, AffineExpr greatest,
                             AffineExpr size) {
  std::optional<int64_t> low = onnxc::onnx::getConstant(least),
                         high = onnxc::onnx::getConstant(greatest),
                         count = onnxc::onnx::getConstant(size);
  if (low && high && count) {
    if (*low < -*count || *high >= *count)
      fail("index " + Twine(*low < -*count ? *low : *high) +
           " is out of range for a dimension of " + Twine(*count));
    return;
  }
  // 64 bits have room for what is added.
  if ((low && *low < -INT64_MAX) || (high && *high == INT64_MAX))
    return fail("index " + Twine(*low < -INT64_MAX ? *low : *high) +
                " is out of range");
  atMost(simplify(greatest + 1), size, "an index");
  atMost(simplify(-least), size, "an index");
}

void SizeRequirements::indices(Value indices, int64_t first, int64_t stride,
                               AffineExpr size) {
  std::optional<Dims> dims = getDims(indices);
  if (!dims)
    return;
  MLIRContext *context = size.getContext();
  if (std::optional<SmallVector<int64_t>> known =
          getElements(indices, first, stride)) {
    if (known->empty())
      return;
    auto [low, high] = std::minmax_element(known->begin(), known->end());
    return index(onnxc::onnx::getConstant(context, *low),
                 onnxc::onnx::getConstant(context, *high), size);
  }
  std::optional<Dims> exprs = getKnownInts(indices);
  if (exprs && exprs->size() <= 16) {
    for (size_t i = first; i < exprs->size(); i += stride)
      index((*exprs)[i], (*exprs)[i], size);
    return;
  }
  AffineExpr count = getProduct(context, *dims);
  atMost(getMin(count, constant(1)), size,
         "the number of indices into an empty dimension");
}

void SizeRequirements::indicesAlong(Value data, Value indices, int64_t axis) {
  std::optional<Dims> dims = getDims(data);
  if (dims && !dims->empty())
    this->indices(indices, 0, 1, (*dims)[*normalizeAxis(axis, dims->size())]);
}

void SizeRequirements::indexTuples(Value data, Value indices, int64_t from) {
  std::optional<Dims> dims = getDims(data), shape = getDims(indices);
  std::optional<int64_t> tuple = shape && !shape->empty()
                                     ? onnxc::onnx::getConstant(shape->back())
                                     : std::nullopt;
  if (!dims || !tuple)
    return;
  for (int64_t t = 0; t < *tuple && from + t < int64_t(dims->size()); ++t)
    this->indices(indices, t, *tuple, (*dims)[from + t]);
}

//===- PackedSequence.cpp - Sequences as a few tensors --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/PackedSequence.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/RunTimeChecks.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SequenceOps.h"
#include "dialects/onnx/ShapeOps.h"

using namespace mlir;
using namespace onnxc::onnx;

std::optional<int64_t> PackedSequence::getTensorRank() const {
  return isMixed ? std::nullopt : onnxc::onnx::getConstant(columns);
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// A list of no elements.
static Value buildNothing(GraphBuilder &g, Type element) {
  auto type = RankedTensorType::get({0}, element);
  if (isa<StringType>(element))
    return ConstantOp::create(g.b, g.loc, type, ElementsAttr(),
                              g.b.getArrayAttr({}));
  return ConstantOp::create(
      g.b, g.loc, DenseElementsAttr::get(type, ArrayRef<Attribute>()));
}

static Value flatten(GraphBuilder &g, Value tensor) {
  return g.reshape(tensor, g.count(tensor));
}

static Value length(GraphBuilder &g, const PackedSequence &packed) {
  return g.size(packed.shapes, 0);
}

/// How many elements each tensor has.
static Value getVolumes(GraphBuilder &g, const PackedSequence &packed) {
  Value sizes = packed.shapes;
  if (!packed.getTensorRank())
    sizes = g.select(g.less(sizes, g.integer(0)), g.integer(1), sizes);
  return ReduceProdOp::create(g.b, g.loc, sizes, g.ints(1), /*keepdims=*/0,
                              /*noop_with_empty_axes=*/0);
}

/// The sum of those of a list before a place, a list of one.
static Value sumBefore(GraphBuilder &g, Value list, Value place) {
  return g.sum(g.slice(list, g.ints(0), place, 0), 0, /*keepdims=*/true);
}

/// A place counted from the front, a list of one.
static Value countFromFront(GraphBuilder &g, Value position, Value length) {
  if (!position)
    return g.sub(length, g.ints(1));
  Value at = g.list(position);
  return g.select(g.less(at, g.ints(0)), g.add(at, length), at);
}

static Value sliceFrom(GraphBuilder &g, Value x, Value from) {
  return g.slice(x, from, g.ints(INT64_MAX), 0);
}

/// The sizes as a row of this many columns.
static Value buildRow(GraphBuilder &g, Value tensor, AffineExpr columns) {
  AffineExpr missing = simplify(columns - *getRank(tensor));
  Value row = g.shape(tensor);
  if (onnxc::onnx::getConstant(missing) != 0)
    row = g.concat({row, g.expand(g.ints(-1), g.dims({missing}))}, 0);
  return g.reshape(
      row, g.dims({onnxc::onnx::getConstant(g.b.getContext(), 1), columns}));
}

/// The rows with more columns.
static Value widen(GraphBuilder &g, const PackedSequence &packed,
                   AffineExpr columns) {
  AffineExpr missing = simplify(columns - packed.columns);
  if (onnxc::onnx::getConstant(missing) == 0)
    return packed.shapes;
  Value shape = g.concat({length(g, packed), g.dims({missing})}, 0);
  return g.concat({packed.shapes, g.expand(g.ints(-1), shape)}, 1);
}

/// The sizes in a row, as numbers where all tensors have the same. One that is
/// left follows from the others and the number of elements.
static Value getSizes(GraphBuilder &g, const PackedSequence &packed,
                      Value row) {
  ArrayRef<int64_t> known = packed.sizes;
  int64_t numFree = llvm::count(known, -1);
  if (numFree == int64_t(known.size()))
    return row;
  if (numFree <= 1 && !llvm::is_contained(known, 0))
    return g.ints(known);
  SmallVector<Value> sizes;
  for (auto [i, size] : llvm::enumerate(packed.sizes))
    sizes.push_back(size >= 0 ? g.ints(size)
                              : g.slice(row, g.ints(i), g.ints(i + 1), 0));
  return g.concat(sizes, 0);
}

/// Then an element is a row of `values`, whose size no data tells.
static bool hasOneShape(const PackedSequence &packed) {
  return packed.getTensorRank() == int64_t(packed.sizes.size()) &&
         llvm::all_of(packed.sizes, [](int64_t size) { return size > 0; });
}

static SmallVector<int64_t> getStaticSizes(Value tensor) {
  SmallVector<int64_t> sizes;
  Dims dims = *getDims(tensor);
  for (AffineExpr dim : dims)
    sizes.push_back(onnxc::onnx::getConstant(dim).value_or(-1));
  return sizes;
}

/// What is left where a tensor joins the others.
static void mergeSizes(PackedSequence &packed, Value tensor) {
  if (packed.sizes.empty())
    return;
  for (auto [l, r] : llvm::zip(packed.sizes, getStaticSizes(tensor)))
    if (l != r)
      l = -1;
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

std::optional<PackedSequence>
onnxc::onnx::packElements(GraphBuilder &g, ArrayRef<Value> elements,
                          Type element, int64_t columns) {
  int64_t most = columns;
  for (Value value : elements) {
    if (!getDims(value))
      return std::nullopt;
    most = std::max(most, *getRank(value));
  }
  PackedSequence packed;
  packed.columns = onnxc::onnx::getConstant(g.b.getContext(), most);
  SmallVector<Value> parts, rows;
  for (Value value : elements) {
    packed.isMixed |= *getRank(value) != most;
    parts.push_back(flatten(g, value));
    rows.push_back(buildRow(g, value, packed.columns));
  }
  if (!elements.empty() && !packed.isMixed) {
    packed.sizes = getStaticSizes(elements.front());
    for (Value value : elements.drop_front())
      mergeSizes(packed, value);
  }
  if (elements.empty()) {
    parts.push_back(buildNothing(g, element));
    rows.push_back(g.reshape(g.ints({}), {0, most}));
  }
  packed.values = g.concat(parts, 0);
  packed.shapes = g.concat(rows, 0);
  return packed;
}

Value onnxc::onnx::buildPack(GraphBuilder &g, const PackedSequence &packed,
                             bool isOptional) {
  return PackOp::create(g.b, g.loc, packed.values, packed.shapes,
                        packed.present, isOptional, packed.isMixed,
                        packed.sizes.empty()
                            ? DenseI64ArrayAttr()
                            : g.b.getDenseI64ArrayAttr(packed.sizes));
}

Value onnxc::onnx::getPresence(GraphBuilder &g, const PackedSequence &packed) {
  if (packed.present)
    return packed.present;
  Value count = g.reshape(length(g, packed), ArrayRef<int64_t>());
  return g.less(g.integer(0), count);
}

void onnxc::onnx::requirePresence(GraphBuilder &g,
                                  const PackedSequence &packed) {
  require(g, getPresence(g, packed));
}

void onnxc::onnx::requireConsistency(GraphBuilder &g,
                                     const PackedSequence &packed,
                                     bool isOptionalTensor) {
  Value total = g.sum(getVolumes(g, packed), 0, /*keepdims=*/true);
  require(g, g.equal(total, g.count(packed.values)));
  // A product of two negative sizes is none.
  Value least = g.integer(packed.getTensorRank() ? 0 : -1);
  Value isBad = g.less(packed.shapes, least);
  for (auto [i, size] : llvm::enumerate(packed.sizes))
    if (size >= 0) {
      Value column = g.gather(packed.shapes, g.ints(i), 1);
      isBad = g.either(isBad, g.either(g.less(column, g.integer(size)),
                                       g.less(g.integer(size), column)));
    }
  requireNone(g, isBad);
  if (isOptionalTensor)
    require(g, g.less(length(g, packed), g.ints(2)));
}

//===----------------------------------------------------------------------===//
// Reading and changing
//===----------------------------------------------------------------------===//

void onnxc::onnx::requirePosition(GraphBuilder &g, Value position,
                                  Value length) {
  Value at = countFromFront(g, position, length);
  require(g, g.both(g.lessOrEqual(g.ints(0), at), g.less(at, length)));
}

Value onnxc::onnx::readElement(GraphBuilder &g, const PackedSequence &packed,
                               Value position) {
  std::optional<int64_t> rank = packed.getTensorRank();
  if (!rank)
    return {};
  Value at = countFromFront(g, position, length(g, packed));
  if (hasOneShape(packed)) {
    requirePosition(g, at, length(g, packed));
    Value shape = g.concat({length(g, packed), g.ints(packed.sizes)}, 0);
    return g.reshape(g.gather(g.reshape(packed.values, shape), at, 0),
                     packed.sizes);
  }
  Value next = g.add(at, g.ints(1)), volumes = getVolumes(g, packed);
  Value from = sumBefore(g, volumes, at);
  // Where there is no such place, these slices are too short for the Reshapes.
  Value to = g.add(from, g.reshape(g.slice(volumes, at, next, 0), g.ints(1)));
  Value row = g.reshape(g.slice(packed.shapes, at, next, 0), {*rank});
  return g.reshape(g.slice(packed.values, from, to, 0),
                   getSizes(g, packed, row));
}

PackedSequence onnxc::onnx::insertElement(GraphBuilder &g,
                                          const PackedSequence &packed,
                                          Value tensor, Value position) {
  AffineExpr columns = packed.columns;
  AffineExpr rank =
      onnxc::onnx::getConstant(g.b.getContext(), *getRank(tensor));
  AffineExpr most = columns == rank ? rank : simplify(getMax(columns, rank));
  PackedSequence result = packed;
  result.columns = most;
  result.isMixed |= packed.getTensorRank() != *getRank(tensor);
  if (result.isMixed)
    result.sizes.clear();
  mergeSizes(result, tensor);
  Value flat = flatten(g, tensor), row = buildRow(g, tensor, most);
  Value shapes = widen(g, packed, most);
  if (!position) {
    result.values = g.concat({packed.values, flat}, 0);
    result.shapes = g.concat({shapes, row}, 0);
    return result;
  }
  Value count = length(g, packed);
  Value at = countFromFront(g, position, count);
  require(g, g.both(g.lessOrEqual(g.ints(0), at), g.lessOrEqual(at, count)));
  Value from = sumBefore(g, getVolumes(g, packed), at);
  result.values = g.concat({g.slice(packed.values, g.ints(0), from, 0), flat,
                            sliceFrom(g, packed.values, from)},
                           0);
  result.shapes = g.concat(
      {g.slice(shapes, g.ints(0), at, 0), row, sliceFrom(g, shapes, at)}, 0);
  return result;
}

PackedSequence onnxc::onnx::eraseElement(GraphBuilder &g,
                                         const PackedSequence &packed,
                                         Value position) {
  Value count = length(g, packed);
  Value at = countFromFront(g, position, count), next = g.add(at, g.ints(1));
  require(g, g.both(g.lessOrEqual(g.ints(0), at), g.less(at, count)));
  Value volumes = getVolumes(g, packed);
  auto without = [&](Value x, Value from, Value to) {
    return g.concat({g.slice(x, g.ints(0), from, 0), sliceFrom(g, x, to)}, 0);
  };
  PackedSequence result = packed;
  result.values = without(packed.values, sumBefore(g, volumes, at),
                          sumBefore(g, volumes, next));
  result.shapes = without(packed.shapes, at, next);
  return result;
}

//===----------------------------------------------------------------------===//
// Joining and splitting
//===----------------------------------------------------------------------===//

/// Where the rows of each part of a tensor lie, cut along its middle dimension
/// into parts of these sizes. The part p of [outer, n, inner] is
/// [outer, sizes[p], inner]; its rows lie behind those of the parts before it:
/// row (o, j) at starts[p] * outer + o * sizes[p] + j - starts[p]. A list of
/// [outer, n] places.
static Value findRows(GraphBuilder &g, Value sizes, Value outer, Value n) {
  // The part of j is the number of parts that end at or before it.
  Value all = g.size(sizes, 0);
  Value ends = CumSumOp::create(g.b, g.loc, sizes, g.integer(0),
                                /*exclusive=*/0, /*reverse=*/0);
  Value j = g.range(n);
  Value column = g.reshape(j, g.concat({n, g.ints(1)}, 0));
  Value row = g.reshape(ends, g.concat({g.ints(1), all}, 0));
  Value isBefore = g.cast(g.lessOrEqual(row, column), g.b.getI64Type());
  Value part = g.sum(isBefore, 1);
  Value size = g.gather(sizes, part, 0);
  Value start = g.sub(g.gather(ends, part, 0), size);
  Value o = g.reshape(g.range(outer), g.concat({outer, g.ints(1)}, 0));
  Value first = g.add(g.mul(start, outer), g.sub(j, start));
  return flatten(g, g.add(first, g.mul(o, size)));
}

/// The product of those of a list before a place.
static Value multiplyBefore(GraphBuilder &g, Value list, int64_t place) {
  return g.product(g.slice(list, g.ints(0), g.ints(place), 0));
}

static Value multiplyFrom(GraphBuilder &g, Value list, int64_t place) {
  return g.product(g.slice(list, g.ints(place), g.ints(INT64_MAX), 0));
}

/// Ends the run where tensors have different sizes, but along `axis`.
static void requireEqualRows(GraphBuilder &g, Value shapes, Value first,
                             int64_t rank, std::optional<int64_t> axis) {
  SmallVector<int64_t> counts(rank, 1);
  if (axis)
    counts[*axis] = 0;
  Value differs =
      g.less(g.cast(g.equal(shapes, first), g.b.getI64Type()), g.ints(counts));
  requireNone(g, differs);
}

Value onnxc::onnx::joinElements(GraphBuilder &g, const PackedSequence &packed,
                                int64_t axis, bool isNewAxis) {
  std::optional<int64_t> rank = packed.getTensorRank();
  if (!rank)
    return {};
  Value count = length(g, packed);
  Value first =
      g.reshape(g.slice(packed.shapes, g.ints(0), g.ints(1), 0), {*rank});
  require(g, g.less(g.ints(0), count));
  if (isNewAxis) {
    requireEqualRows(g, packed.shapes, first, *rank, std::nullopt);
    Value side = g.reshape(packed.values,
                           g.concat({count, getSizes(g, packed, first)}, 0));
    SmallVector<int64_t> order;
    for (int64_t i = 1; i <= *rank; ++i)
      order.push_back(i);
    order.insert(order.begin() + axis, 0);
    return g.transpose(side, order);
  }
  requireEqualRows(g, packed.shapes, first, *rank, axis);
  first = getSizes(g, packed, first);
  Value sizes = g.reshape(g.gather(packed.shapes, g.ints(axis), 1), count);
  Value n = g.sum(sizes, 0, /*keepdims=*/true);
  Value before = g.slice(first, g.ints(0), g.ints(axis), 0);
  Value after = sliceFrom(g, first, g.ints(axis + 1));
  Value shape = g.concat({before, n, after}, 0);
  if (axis == 0)
    return g.reshape(packed.values, shape);
  Value outer = multiplyBefore(g, first, axis),
        inner = multiplyFrom(g, first, axis + 1);
  Value rows = g.reshape(packed.values, g.concat({g.mul(outer, n), inner}, 0));
  return g.reshape(g.gather(rows, findRows(g, sizes, outer, n), 0), shape);
}

PackedSequence onnxc::onnx::splitTensor(GraphBuilder &g, Value tensor,
                                        Value sizes, int64_t axis) {
  int64_t rank = *getRank(tensor);
  Value shape = g.shape(tensor), n = g.size(tensor, axis);
  Value count = g.size(sizes, 0);
  require(g, g.equal(g.sum(sizes, 0, /*keepdims=*/true), n));
  requireNone(g, g.less(sizes, g.ints(0)));
  PackedSequence packed;
  packed.columns = onnxc::onnx::getConstant(g.b.getContext(), rank);
  packed.sizes = getStaticSizes(tensor);
  packed.sizes[axis] = -1;
  packed.values = flatten(g, tensor);
  if (axis != 0) {
    Value outer = multiplyBefore(g, shape, axis),
          inner = multiplyFrom(g, shape, axis + 1);
    Value all = g.mul(outer, n);
    Value places = findRows(g, sizes, outer, n);
    Value source = g.scatter(g.expand(g.ints(0), all), places, g.range(all));
    Value rows = g.reshape(tensor, g.concat({all, inner}, 0));
    packed.values = flatten(g, g.gather(rows, source, 0));
  }
  SmallVector<Value> columns;
  Value list = g.concat({count, g.ints(1)}, 0);
  for (int64_t i = 0; i < rank; ++i)
    columns.push_back(
        i == axis ? g.reshape(sizes, list)
                  : g.expand(g.reshape(g.size(tensor, i), {1, 1}), list));
  packed.shapes = g.concat(columns, 1);
  return packed;
}

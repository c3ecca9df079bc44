//===- RunTimeAxes.cpp - Axes that are known at run time only -------------===//
//
// Code is made for fixed axes. Where a model computes them, sizes are computed
// instead: each dimension becomes two, one for the case that an axis names it
// and one for the other, and the one that is not the case has size 1. With
//
//   %x : [s0, s1, s2], axes = [2] at run time
//
// %x is reshaped to [s0, 1, s1, 1, 1, s2]: an op over the dimensions 1, 3 and 5
// does what was asked, whatever the axes are. It costs the arithmetic on a few
// integers; the loops are those of fixed axes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RunTimeAxes.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;

namespace onnxc::onnx {

/// Axes as a list of i64, counted from the front.
static Value normalize(GraphBuilder &g, Value axes, int64_t rank) {
  Value list = g.reshape(g.cast(axes, g.b.getI64Type()), {-1});
  return g.mod(list, g.ints(rank));
}

SplitAxes splitAxes(OpBuilder &b, Location loc, Value data, Value axes,
                    bool emptyNamesAll) {
  GraphBuilder g{b, loc};
  int64_t rank = *getRank(data);
  Value zeros = g.repeat(0, rank), ones = g.repeat(1, rank);
  Value list = normalize(g, axes, rank);
  Value marks = g.expand(g.ints(1), g.shape(list));
  Value isNamed = g.cast(g.scatter(zeros, list, marks), b.getI1Type());
  if (emptyNamesAll)
    isNamed = g.either(isNamed, g.equal(g.count(axes), g.ints(0)));
  Value sizes = g.shape(data);
  Value unnamed = g.select(isNamed, ones, sizes);
  Value named = g.select(isNamed, sizes, ones);
  Value pairs =
      g.concat({g.reshape(unnamed, {rank, 1}), g.reshape(named, {rank, 1})}, 1);
  SplitAxes result{g.reshape(data, g.reshape(pairs, {2 * rank})), Value()};

  std::optional<Dims> axesDims = getDims(axes);
  std::optional<int64_t> number =
      axesDims ? getConstant(axesDims->front()) : std::nullopt;
  if (!number)
    return result;
  // Each goes to the place after those before it, the named ones to a place
  // behind all.
  int64_t left = std::max<int64_t>(rank - *number, 0);
  Value stays = g.select(isNamed, zeros, ones);
  Value order = CumSumOp::create(b, loc, stays, g.ints(0), /*exclusive=*/1,
                                 /*reverse=*/0);
  Value places = g.select(isNamed, g.ints(left), order);
  Value all = g.scatter(g.repeat(0, left + 1), places, sizes);
  result.unnamedSizes = g.slice(all, g.ints(0), g.ints(left), 0);
  return result;
}

Value spreadOverAxes(OpBuilder &b, Location loc, Value pads, Value axes,
                     int64_t rank) {
  GraphBuilder g{b, loc};
  Value list = normalize(g, axes, rank);
  // Columns are moved to the places of their axes, as rows.
  Value columns = g.transpose(g.reshape(pads, {2, -1}), {1, 0});
  Value zeros = g.reshape(g.repeat(0, 2 * rank), {rank, 2});
  Value moved = ScatterNDOp::create(b, loc, zeros, g.reshape(list, {-1, 1}),
                                    columns, "none");
  return g.reshape(g.transpose(moved, {1, 0}), {-1});
}

Value isolateAxis(OpBuilder &b, Location loc, Value data, Value axis) {
  GraphBuilder g{b, loc};
  int64_t rank = *getRank(data);
  Value at = normalize(g, axis, rank);
  Value sizes = g.shape(data), ones = g.repeat(1, rank), all = g.iota(rank);
  Value before = g.select(g.less(all, at), sizes, ones);
  Value after = g.select(g.less(at, all), sizes, ones);
  return g.reshape(data, g.concat({g.product(before), g.gather(sizes, at, 0),
                                   g.product(after)},
                                  0));
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

static bool areOnes(Value steps) {
  std::optional<SmallVector<int64_t>> known = getConstantInts(steps);
  return !steps || (known && llvm::all_of(*known, [](int64_t step) {
                      return step == 1;
                    }));
}

/// The elements of one axis; start, end and step are lists of one.
static Value takeSteps(GraphBuilder &g, Value data, int64_t axis, Value start,
                       Value end, Value step) {
  Value size = g.size(data, axis), zero = g.ints(0), one = g.ints(1);
  // A step of 0 gives a size that no tensor has. Far ones take one element.
  constexpr int64_t most = int64_t(1) << 61;
  Value isZero = g.equal(step, zero);
  step = g.max(g.min(g.select(isZero, one, step), g.ints(most)), g.ints(-most));
  Value bounds = g.concat({start, end, size, step}, 0);
  Value count = g.list(SliceSizeOp::create(g.b, g.loc, bounds));
  count = g.select(isZero, g.ints(-1), count);
  Value last = g.select(g.less(zero, step), size, g.sub(size, one));
  Value counted = g.select(g.less(start, zero), g.add(start, size), start);
  Value first = g.max(g.min(counted, last), zero);
  Value numbers = CumSumOp::create(g.b, g.loc, g.expand(one, count), g.ints(0),
                                   /*exclusive=*/1, /*reverse=*/0);
  return g.gather(data, g.add(first, g.mul(numbers, step)), axis);
}

Value sliceAlongAxes(OpBuilder &b, Location loc, Value data, Value starts,
                     Value ends, Value axes, Value steps) {
  GraphBuilder g{b, loc};
  int64_t rank = *getRank(data);
  Value list = axes ? normalize(g, axes, rank) : g.range(g.count(starts));
  // Axes that are not named are taken as a whole.
  auto spread = [&](Value given, int64_t otherwise) {
    Value ints = g.reshape(g.cast(given, b.getI64Type()), {-1});
    return g.scatter(g.repeat(otherwise, rank), list, ints);
  };
  Value from = spread(starts, 0), to = spread(ends, INT64_MAX);
  if (areOnes(steps))
    return SliceOp::create(b, loc, data, from, to, g.iota(rank), Value());
  Value every = spread(steps, 1);
  for (int64_t axis = 0; axis < rank; ++axis) {
    auto at = [&](Value all) { return g.gather(all, g.ints(axis), 0); };
    data = takeSteps(g, data, axis, at(from), at(to), at(every));
  }
  return data;
}

//===----------------------------------------------------------------------===//
// Unsqueeze
//===----------------------------------------------------------------------===//

Value insertAxes(OpBuilder &b, Location loc, Value data, Value axes,
                 int64_t number) {
  GraphBuilder g{b, loc};
  int64_t rank = *getRank(data), all = rank + number;
  if (rank == 0)
    return g.reshape(data, g.repeat(1, all));
  Value zeros = g.repeat(0, all);
  Value isNew =
      g.cast(g.scatter(zeros, normalize(g, axes, all), g.repeat(1, number)),
             b.getI1Type());
  Value stays = g.select(isNew, zeros, g.repeat(1, all));
  Value from = CumSumOp::create(b, loc, stays, g.ints(0), /*exclusive=*/1,
                                /*reverse=*/0);
  Value sizes = g.gather(g.shape(data), g.min(from, g.ints(rank - 1)), 0);
  return g.reshape(data, g.select(isNew, g.ints(1), sizes));
}

} // namespace onnxc::onnx

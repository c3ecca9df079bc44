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
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;

namespace onnxc::onnx {

namespace {

/// Ops on short lists of i64.
struct ListBuilder {
  OpBuilder &b;
  Location loc;

  Value constant(ArrayRef<int64_t> ints) {
    return ConstantOp::create(b, loc, ints);
  }
  Value repeat(int64_t value, int64_t count) {
    return constant(SmallVector<int64_t>(count, value));
  }
  Value iota(int64_t count) {
    return constant(llvm::to_vector(llvm::seq<int64_t>(0, count)));
  }
  Value sizes(Value data) {
    return ShapeOp::create(b, loc, data, IntegerAttr(), b.getI64IntegerAttr(0));
  }
  Value reshape(Value data, Value shape) {
    return ReshapeOp::create(b, loc, data, shape, /*allowzero=*/1);
  }
  /// As a list of i64, counted from the front.
  Value normalize(Value axes, int64_t rank) {
    Value list = reshape(CastOp::create(b, loc, axes, b.getI64Type()),
                         constant({-1}));
    return ModOp::create(b, loc, list, constant({rank}), /*fmod=*/0);
  }
  Value scatter(Value into, Value places, Value values) {
    return ScatterElementsOp::create(b, loc, into, places, values, /*axis=*/0,
                                     "none");
  }
  Value select(Value condition, Value l, Value r) {
    return WhereOp::create(b, loc, condition, l, r);
  }
  Value product(Value list) {
    return ReduceProdOp::create(b, loc, list, Value(), /*keepdims=*/1,
                                /*noop_with_empty_axes=*/0);
  }
};

} // namespace

SplitAxes splitAxes(OpBuilder &b, Location loc, Value data, Value axes,
                    bool emptyNamesAll) {
  ListBuilder l{b, loc};
  int64_t rank = *getRank(data);
  Value zeros = l.repeat(0, rank), ones = l.repeat(1, rank);
  Value list = l.normalize(axes, rank);
  Value count = SizeOp::create(b, loc, axes);
  Value marks = ExpandOp::create(
      b, loc, l.constant({1}), l.sizes(list));
  Value isNamed =
      CastOp::create(b, loc, l.scatter(zeros, list, marks), b.getI1Type());
  if (emptyNamesAll)
    isNamed = OrOp::create(b, loc, isNamed,
                           EqualOp::create(b, loc, count, l.constant({0})));
  Value sizes = l.sizes(data);
  Value unnamed = l.select(isNamed, ones, sizes);
  Value named = l.select(isNamed, sizes, ones);
  Value column = l.constant({rank, 1});
  SmallVector<Value> pair{l.reshape(unnamed, column), l.reshape(named, column)};
  Value pairs = ConcatOp::create(b, loc, pair, /*axis=*/1);
  SplitAxes result{l.reshape(data, l.reshape(pairs, l.constant({2 * rank}))),
                   Value()};

  std::optional<Dims> axesDims = getDims(axes);
  std::optional<int64_t> number =
      axesDims ? getConstant(axesDims->front()) : std::nullopt;
  if (!number)
    return result;
  // Each goes to the place after those before it, the named ones to a place
  // behind all.
  int64_t left = std::max<int64_t>(rank - *number, 0);
  Value stays = l.select(isNamed, zeros, ones);
  Value order = CumSumOp::create(b, loc, stays, l.constant({0}),
                                 /*exclusive=*/1, /*reverse=*/0);
  Value places = l.select(isNamed, l.constant({left}), order);
  Value all = l.scatter(l.repeat(0, left + 1), places, sizes);
  result.unnamedSizes =
      SliceOp::create(b, loc, all, l.constant({0}), l.constant({left}),
                      l.constant({0}), Value());
  return result;
}

Value spreadOverAxes(OpBuilder &b, Location loc, Value pads, Value axes,
                     int64_t rank) {
  ListBuilder l{b, loc};
  Value list = l.normalize(axes, rank);
  Value rows = l.reshape(pads, l.constant({2, -1}));
  Value columns = TransposeOp::create(b, loc, rows, ArrayRef<int64_t>{1, 0});
  auto type = RankedTensorType::get({rank, 2}, b.getI64Type());
  Value zeros = ConstantOp::create(
      b, loc, DenseElementsAttr::get(type, b.getI64IntegerAttr(0)));
  Value places = l.reshape(list, l.constant({-1, 1}));
  Value moved = ScatterNDOp::create(b, loc, zeros, places, columns, "none");
  return l.reshape(
      TransposeOp::create(b, loc, moved, ArrayRef<int64_t>{1, 0}),
      l.constant({-1}));
}

Value isolateAxis(OpBuilder &b, Location loc, Value data, Value axis) {
  ListBuilder l{b, loc};
  int64_t rank = *getRank(data);
  Value at = l.normalize(axis, rank);
  Value sizes = l.sizes(data), ones = l.repeat(1, rank), all = l.iota(rank);
  Value before = l.select(LessOp::create(b, loc, all, at), sizes, ones);
  Value after = l.select(GreaterOp::create(b, loc, all, at), sizes, ones);
  SmallVector<Value> shape{
      l.product(before),
      GatherElementsOp::create(b, loc, sizes, at, /*axis=*/0),
      l.product(after)};
  return l.reshape(data, ConcatOp::create(b, loc, shape, /*axis=*/0));
}

} // namespace onnxc::onnx

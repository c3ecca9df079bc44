//===- Select.cpp - Ops whose result sizes depend on data -----------------===//
//
// The padded companions: loops that append to results of the largest size and
// count what they appended.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/SelectOps.h"
#include "passes/Tensor/TextBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

Value buildCount(const TensorBuilder &v, Value count) {
  Value integer = v.toInteger(count, v.b.getI64Type());
  return v.generate(OpFoldResult(v.b.getIndexAttr(1)), v.b.getI64Type(),
                    [&](ValueRange) { return integer; });
}

struct LowerNonZero : OpConversionPattern<NonZeroPaddedOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(NonZeroPaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!isComputable(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    TensorBuilder v(rewriter, loc);
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    SmallVector<Value> results =
        v.loops(getSizes(rewriter, op, op.getX()), ValueRange{init, v.index(0)},
                [&](ValueRange i, ValueRange carried) {
                  Value x = v.load(adaptor.getX(), i, type);
                  ScalarBuilder s(v, type);
                  Value counts = s.ne(x, v.zero(x.getType()));
                  return v.ifThen(counts, carried, [&] {
                    Value y = carried[0];
                    for (auto [d, index] : llvm::enumerate(i))
                      y = v.insert(v.toInteger(index, v.b.getI64Type()), y,
                                   {v.index(d), carried[1]});
                    return SmallVector<Value>{y, v.add(carried[1], v.index(1))};
                  });
                });
    results[1] = buildCount(v, results[1]);
    rewriter.replaceOp(op, results);
    return success();
  }
};

/// What of the input is taken: elements, or slices along an axis.
struct LowerCompress : OpConversionPattern<CompressPaddedOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(CompressPaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TensorBuilder v(rewriter, op.getLoc());
    Value length = readSizes(rewriter, op, op.getCondition())[0];
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    // A condition may be shorter than the dimension.
    auto holds = [&](Value at) {
      using Values = SmallVector<Value>;
      Type i1 = rewriter.getI1Type();
      return v.ifElse(
          v.lt(at, length),
          [&] { return Values{v.load(adaptor.getCondition(), at, i1)}; },
          [&] { return Values{v.integer(i1, 0)}; })[0];
    };
    SmallVector<Value> results =
        op.getAxis() ? takeSlices(v, op, adaptor.getInput(), init, holds)
                     : takeElements(v, op, adaptor.getInput(), init, holds);
    rewriter.replaceOp(op, {results[0], buildCount(v, results[1])});
    return success();
  }

private:
  using Holds = llvm::function_ref<Value(Value at)>;

  static SmallVector<Value> takeElements(const TensorBuilder &v,
                                         CompressPaddedOp op, Value input,
                                         Value init, Holds holds) {
    Value zero = v.index(0);
    auto body = [&](ValueRange i, ValueRange carried) {
      SmallVector<Value> next = v.ifThen(
          holds(carried[2]), carried.take_front(2),
          [&]() -> SmallVector<Value> {
            Value x = v.extract(input, i);
            return {v.insert(x, carried[0], carried[1]), v.add(carried[1], 1)};
          });
      next.push_back(v.add(carried[2], 1));
      return next;
    };
    return v.loops(getSizes(v.b, op, op.getInput()), {init, zero, zero}, body);
  }

  static SmallVector<Value> takeSlices(const TensorBuilder &v,
                                       CompressPaddedOp op, Value input,
                                       Value init, Holds holds) {
    SmallVector<OpFoldResult> others = getSizes(v.b, op, op.getInput());
    int64_t axis = *normalizeAxis(*op.getAxis(), others.size());
    OpFoldResult size = others[axis];
    others.erase(others.begin() + axis);
    auto body = [&](ValueRange k, ValueRange carried) {
      auto copy = [&](ValueRange i, ValueRange tensors) -> SmallVector<Value> {
        SmallVector<Value> from(i), to(i);
        from.insert(from.begin() + axis, k[0]);
        to.insert(to.begin() + axis, carried[1]);
        return {v.insert(v.extract(input, from), tensors[0], to)};
      };
      return v.ifThen(holds(k[0]), carried, [&] {
        SmallVector<Value> copied =
            v.loops(others, carried.take_front(1), copy);
        copied.push_back(v.add(carried[1], 1));
        return copied;
      });
    };
    return v.loops(size, {init, v.index(0)}, body);
  }
};

/// The slices along an axis, or all elements.
class Slices {
public:
  Slices(const TensorBuilder &v, UniquePaddedOp op, Value x)
      : v(v), order(v, getElementType(op.getX())),
        type(getElementType(op.getX())), x(x),
        hasAxis(op.getAxis().has_value()) {
    if (!hasAxis) {
      sizes = readSizes(v.b, op, op.getX());
      return;
    }
    inner = getSizes(v.b, op, op.getX());
    axis = *normalizeAxis(*op.getAxis(), inner.size());
    inner.erase(inner.begin() + axis);
  }

  /// Copies a slice to number `to` of `result`.
  Value copy(Value slice, Value result, Value to) const {
    return v.loops(inner, result,
                   [&](ValueRange i, ValueRange t) -> SmallVector<Value> {
                     Value element = v.extract(x, locate(slice, i));
                     SmallVector<Value> at(i);
                     at.insert(at.begin() + axis, to);
                     return {v.insert(element, t[0], at)};
                   })[0];
  }

  /// Negative, zero or positive as slice `l` is before, equal to or after
  /// slice `r`; NaN is after all numbers and equal to itself.
  Value compare(Value l, Value r) const {
    auto body = [&](ValueRange i, ValueRange soFar) -> SmallVector<Value> {
      Value here = compareElements(locate(l, i), locate(r, i));
      Value open = v.eq(soFar[0], v.index(0));
      return {v.select(open, here, soFar[0])};
    };
    return v.loops(inner, v.index(0), body)[0];
  }

private:
  /// Where an element of a slice is in the input.
  SmallVector<Value> locate(Value slice, ValueRange place) const {
    if (hasAxis) {
      SmallVector<Value> at(place);
      at.insert(at.begin() + axis, slice);
      return at;
    }
    SmallVector<Value> at(sizes.size());
    for (int64_t d = int64_t(sizes.size()) - 1; d >= 0; --d) {
      at[d] = d == 0 ? slice : v.rem(slice, sizes[d]);
      slice = v.div(slice, sizes[d]);
    }
    return at;
  }

  Value compareElements(ValueRange l, ValueRange r) const {
    if (isa<StringType>(type))
      return TextBuilder(v.b, v.loc).compare(v.extract(x, l), v.extract(x, r));
    Value p = v.load(x, l, type), q = v.load(x, r, type);
    return v.select(precedes(p, q), v.index(-1),
                    v.select(precedes(q, p), v.index(1), v.index(0)));
  }

  Value precedes(Value l, Value r) const {
    if (!v.isFloat(l))
      return order.lt(l, r);
    Value onlyLast = v.both(order.eq(l, l), order.ne(r, r));
    return v.either(order.lt(l, r), onlyLast);
  }

  const TensorBuilder &v;
  ScalarBuilder order;
  Type type;
  Value x;
  bool hasAxis;
  int64_t axis = 0;
  SmallVector<OpFoldResult> inner; // of a slice; none where it is an element
  SmallVector<Value> sizes;        // of x, where slices are its elements
};

/// The different slices in the order of their first occurrence, then, where
/// they are to be sorted, each one's rank among them.
class LowerUnique : public OpConversionPattern<UniquePaddedOp> {
public:
  using Base::Base;

  LogicalResult
  matchAndRewrite(UniquePaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = getElementType(op.getX());
    if (!isComputable(type) && !isa<StringType>(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    TensorBuilder v(rewriter, op.getLoc());
    Slices slices(v, op, adaptor.getX());
    Found found =
        find(v, slices, getSizes(rewriter, op, op.getInverseIndices()));
    SmallVector<Value> placed = place(v, slices, op, found);
    Value ranks = placed[3];
    Value inverse = v.generate(op->getResult(2), [&](ValueRange i) {
      return v.extract(ranks, read(v, found.slots, i[0]));
    });
    rewriter.replaceOp(op, {placed[0], placed[1], inverse, placed[2],
                            buildCount(v, found.count)});
    return success();
  }

private:
  static Value read(const TensorBuilder &v, Value tensor, Value at) {
    return v.fromInteger(v.extract(tensor, at));
  }
  static Value write(const TensorBuilder &v, Value index, Value tensor,
                     Value at) {
    return v.insert(v.toInteger(index, v.b.getI64Type()), tensor, at);
  }

  /// Slot by slot: the first occurrence and the number of occurrences; for
  /// each slice its slot.
  struct Found {
    Value firsts, times, slots, count;
    Value scratch; // another tensor of that size
  };
  static Found find(const TensorBuilder &v, const Slices &slices,
                    ArrayRef<OpFoldResult> length) {
    Value zero = v.index(0), one = v.index(1);
    auto scratch = [&] { return v.empty(length, v.b.getI64Type()); };
    auto body = [&](ValueRange i, ValueRange c) -> SmallVector<Value> {
      Value none = v.index(-1);
      auto isSlot = [&](ValueRange u, ValueRange at) -> SmallVector<Value> {
        Value order = slices.compare(i[0], read(v, c[0], u[0]));
        Value isHere = v.both(v.lt(at[0], zero), v.eq(order, v.index(0)));
        return {v.select(isHere, u[0], at[0])};
      };
      Value hit = v.loops(OpFoldResult(c[3]), none, isSlot)[0];
      Value isNew = v.lt(hit, zero);
      Value slot = v.select(isNew, c[3], hit);
      Value first = v.select(isNew, i[0], read(v, c[0], slot));
      Value times = v.select(isNew, one, v.add(read(v, c[1], slot), one));
      return {write(v, first, c[0], slot), write(v, times, c[1], slot),
              write(v, slot, c[2], i[0]),
              v.select(isNew, v.add(c[3], one), c[3])};
    };
    SmallVector<Value> r =
        v.loops(length, {scratch(), scratch(), scratch(), zero}, body);
    return {r[0], r[1], r[2], r[3], scratch()};
  }

  /// How many of the slices found are before one.
  static Value getRank(const TensorBuilder &v, const Slices &slices,
                       const Found &found, Value first) {
    auto body = [&](ValueRange u, ValueRange sum) -> SmallVector<Value> {
      Value order = slices.compare(read(v, found.firsts, u[0]), first);
      Value isBefore = v.lt(order, v.index(0));
      return {v.select(isBefore, v.add(sum[0], 1), sum[0])};
    };
    return v.loops(OpFoldResult(found.count), v.index(0), body)[0];
  }

  /// The slices, their first occurrences and counts in the order of the result,
  /// and the rank of each slot.
  static SmallVector<Value> place(const TensorBuilder &v, const Slices &slices,
                                  UniquePaddedOp op, const Found &found) {
    SmallVector<Value> inits = {createEmpty(v.b, v.loc, op->getResult(0)),
                                createEmpty(v.b, v.loc, op->getResult(1)),
                                createEmpty(v.b, v.loc, op->getResult(3)),
                                found.scratch};
    auto body = [&](ValueRange u, ValueRange c) -> SmallVector<Value> {
      Value first = read(v, found.firsts, u[0]);
      Value rank = op.getSorted() ? getRank(v, slices, found, first) : u[0];
      return {slices.copy(first, c[0], rank), write(v, first, c[1], rank),
              write(v, read(v, found.times, u[0]), c[2], rank),
              write(v, rank, c[3], u[0])};
    };
    return v.loops(OpFoldResult(found.count), inits, body);
  }
};

} // namespace

void onnxc::populateSelectLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerNonZero, LowerCompress, LowerUnique>(types,
                                                         patterns.getContext());
}

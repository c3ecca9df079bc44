//===- Select.cpp - Ops whose result sizes depend on data -----------------===//
//
// The padded companions: loops that append to results of the largest size and
// count what they appended.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ScalarBuilder.h"
#include "dialects/onnx/SelectOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/IndexedLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

Value buildCount(IndexBuilder &b, Value count) {
  Value integer = b.toInteger(count, b.b.getI64Type());
  return generate(b.b, b.loc, {b.b.getIndexAttr(1)}, b.b.getI64Type(),
                  [&](IndexBuilder &, ValueRange) { return integer; });
}

/// `then` where the condition holds, else what was carried.
SmallVector<Value>
buildIf(IndexBuilder &b, Value condition, ValueRange carried,
        llvm::function_ref<SmallVector<Value>(IndexBuilder &)> then) {
  auto branch = scf::IfOp::create(
      b.b, b.loc, condition,
      [&](OpBuilder &inner, Location l) {
        IndexBuilder n(inner, l);
        scf::YieldOp::create(inner, l, then(n));
      },
      [&](OpBuilder &inner, Location l) {
        scf::YieldOp::create(inner, l, carried);
      });
  return SmallVector<Value>(branch.getResults());
}

struct LowerNonZero : OpConversionPattern<NonZeroPaddedOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(NonZeroPaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!canCompute(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    IndexBuilder outside(rewriter, loc);
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    SmallVector<Value> results = buildLoopNest(
        rewriter, loc, getSizes(rewriter, op, op.getX()),
        ValueRange{init, outside.constant(0)},
        [&](IndexBuilder &b, ValueRange i, ValueRange carried) {
          Value x = loadElement(b.b, b.loc, b.extract(adaptor.getX(), i), type);
          ScalarBuilder s(b.b, b.loc, type);
          Value counts = s.ne(x, b.zero(x.getType()));
          return buildIf(b, counts, carried, [&](IndexBuilder &n) {
            Value y = carried[0];
            for (auto [d, index] : llvm::enumerate(i))
              y = n.insert(n.toInteger(index, n.b.getI64Type()), y,
                           {n.constant(d), carried[1]});
            return SmallVector<Value>{y, n.add(carried[1], n.constant(1))};
          });
        });
    results[1] = buildCount(outside, results[1]);
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct LowerCompress : OpConversionPattern<CompressPaddedOp> {
  using Base::Base;
  LogicalResult
  matchAndRewrite(CompressPaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    IndexBuilder outside(rewriter, loc);
    Value zero = outside.constant(0), one = outside.constant(1);
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getInput());
    Value length = readSizes(rewriter, op, op.getCondition())[0];
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    auto holds = [&](IndexBuilder &b, Value at) -> Value {
      Value stored = b.extract(adaptor.getCondition(), at);
      return loadElement(b.b, b.loc, stored, b.b.getI1Type());
    };
    // A condition may be shorter than the dimension.
    auto mayHold = [&](IndexBuilder &b, Value at) {
      return scf::IfOp::create(
                 b.b, b.loc, b.lt(at, length),
                 [&](OpBuilder &inner, Location l) {
                   IndexBuilder n(inner, l);
                   scf::YieldOp::create(inner, l, holds(n, at));
                 },
                 [&](OpBuilder &inner, Location l) {
                   Value no = arith::ConstantIntOp::create(inner, l, 0, 1);
                   scf::YieldOp::create(inner, l, no);
                 })
          .getResult(0);
    };
    SmallVector<Value> results;
    if (!op.getAxis()) {
      results = buildLoopNest(
          rewriter, loc, sizes, ValueRange{init, zero, zero},
          [&](IndexBuilder &b, ValueRange i, ValueRange carried) {
            SmallVector<Value> next = buildIf(
                b, mayHold(b, carried[2]), carried.take_front(2),
                [&](IndexBuilder &n) {
                  Value x = n.extract(adaptor.getInput(), i);
                  return SmallVector<Value>{n.insert(x, carried[0], carried[1]),
                                            n.add(carried[1], one)};
                });
            next.push_back(b.add(carried[2], one));
            return next;
          });
    } else {
      int64_t axis = *normalizeAxis(*op.getAxis(), sizes.size());
      SmallVector<OpFoldResult> others = sizes;
      others.erase(others.begin() + axis);
      results = buildLoopNest(
          rewriter, loc, {sizes[axis]}, ValueRange{init, zero},
          [&](IndexBuilder &b, ValueRange k, ValueRange carried) {
            return buildIf(b, mayHold(b, k[0]), carried, [&](IndexBuilder &n) {
              auto copy = [&](IndexBuilder &m, ValueRange i,
                              ValueRange tensors) {
                SmallVector<Value> from(i), to(i);
                from.insert(from.begin() + axis, k[0]);
                to.insert(to.begin() + axis, carried[1]);
                Value x = m.extract(adaptor.getInput(), from);
                return SmallVector<Value>{m.insert(x, tensors[0], to)};
              };
              SmallVector<Value> copied = buildLoopNest(
                  n.b, n.loc, others, carried.take_front(1), copy);
              copied.push_back(n.add(carried[1], one));
              return copied;
            });
          });
    }
    rewriter.replaceOp(op, {results[0], buildCount(outside, results[1])});
    return success();
  }
};

/// The different slices in the order of their first occurrence, then, where
/// they are to be sorted, each one's rank among them.
class LowerUnique : public OpConversionPattern<UniquePaddedOp> {
public:
  using Base::Base;

  LogicalResult
  matchAndRewrite(UniquePaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!canCompute(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    IndexBuilder outside(rewriter, loc);
    Value zero = outside.constant(0), one = outside.constant(1);
    SmallVector<OpFoldResult> length =
        getSizes(rewriter, op, op.getInverseIndices());
    Type i64 = rewriter.getI64Type();
    auto scratch = [&] {
      return tensor::EmptyOp::create(rewriter, loc, length, i64).getResult();
    };
    auto read = [](IndexBuilder &b, Value tensor, Value at) {
      return b.fromInteger(b.extract(tensor, at));
    };
    auto write = [&](IndexBuilder &b, Value index, Value tensor, Value at) {
      return b.insert(b.toInteger(index, i64), tensor, at);
    };

    // Slot by slot: the first occurrence and the number of occurrences; for
    // each slice its slot.
    SmallVector<Value> found = buildLoopNest(
        rewriter, loc, length,
        ValueRange{scratch(), scratch(), scratch(), zero},
        [&](IndexBuilder &b, ValueRange i, ValueRange c) {
          Value none = b.constant(-1);
          SmallVector<Value> hit = buildLoopNest(
              b.b, b.loc, {OpFoldResult(c[3])}, none,
              [&](IndexBuilder &n, ValueRange u, ValueRange at) {
                Value order =
                    compare(n, op, adaptor.getX(), i[0], read(n, c[0], u[0]));
                Value isNew =
                    n.land(n.lt(at[0], zero), n.eq(order, n.constant(0)));
                return SmallVector<Value>{n.select(isNew, u[0], at[0])};
              });
          Value isNew = b.lt(hit[0], zero);
          Value slot = b.select(isNew, c[3], hit[0]);
          Value first = b.select(isNew, i[0], read(b, c[0], slot));
          Value times = b.select(isNew, one, b.add(read(b, c[1], slot), one));
          return SmallVector<Value>{write(b, first, c[0], slot),
                                    write(b, times, c[1], slot),
                                    write(b, slot, c[2], i[0]),
                                    b.select(isNew, b.add(c[3], one), c[3])};
        });
    Value firsts = found[0], times = found[1], slots = found[2],
          count = found[3];

    SmallVector<Value> inits = {createEmpty(rewriter, loc, op->getResult(0)),
                                createEmpty(rewriter, loc, op->getResult(1)),
                                createEmpty(rewriter, loc, op->getResult(3)),
                                scratch()};
    SmallVector<OpFoldResult> inner = getInnerSizes(rewriter, op);
    SmallVector<Value> placed = buildLoopNest(
        rewriter, loc, {OpFoldResult(count)}, inits,
        [&](IndexBuilder &b, ValueRange u, ValueRange c) {
          Value first = read(b, firsts, u[0]), rank = u[0];
          if (op.getSorted())
            rank = buildLoopNest(
                b.b, b.loc, {OpFoldResult(count)}, zero,
                [&](IndexBuilder &n, ValueRange v, ValueRange sum) {
                  Value order = compare(n, op, adaptor.getX(),
                                        read(n, firsts, v[0]), first);
                  Value before = n.lt(order, n.constant(0));
                  return SmallVector<Value>{
                      n.select(before, n.add(sum[0], one), sum[0])};
                })[0];
          Value y = buildLoopNest(
              b.b, b.loc, inner, c.take_front(1),
              [&](IndexBuilder &n, ValueRange i, ValueRange t) {
                Value x = n.extract(adaptor.getX(), locate(n, op, first, i));
                SmallVector<Value> to(i);
                to.insert(to.begin() + getAxis(op), rank);
                return SmallVector<Value>{n.insert(x, t[0], to)};
              })[0];
          return SmallVector<Value>{y, write(b, first, c[1], rank),
                                    write(b, read(b, times, u[0]), c[2], rank),
                                    write(b, rank, c[3], u[0])};
        });
    Value ranks = placed[3];
    Value inverse = generate(rewriter, op->getResult(2),
                             [&](IndexBuilder &b, ValueRange i) {
                               return b.extract(ranks, read(b, slots, i[0]));
                             });
    rewriter.replaceOp(op, {placed[0], placed[1], inverse, placed[2],
                            buildCount(outside, count)});
    return success();
  }

private:
  static int64_t getAxis(UniquePaddedOp op) {
    return op.getAxis() ? *normalizeAxis(*op.getAxis(), *getRank(op.getX()))
                        : 0;
  }
  /// The sizes of one slice; none where slices are elements.
  static SmallVector<OpFoldResult> getInnerSizes(OpBuilder &b,
                                                 UniquePaddedOp op) {
    if (!op.getAxis())
      return {};
    SmallVector<OpFoldResult> sizes = getSizes(b, op, op.getX());
    sizes.erase(sizes.begin() + getAxis(op));
    return sizes;
  }
  /// Where an element of a slice is in the input.
  static SmallVector<Value> locate(IndexBuilder &b, UniquePaddedOp op,
                                   Value slice, ValueRange inner) {
    if (op.getAxis()) {
      SmallVector<Value> at(inner);
      at.insert(at.begin() + getAxis(op), slice);
      return at;
    }
    SmallVector<Value> sizes = readSizes(b.b, op, op.getX());
    SmallVector<Value> at(sizes.size());
    for (int64_t d = int64_t(sizes.size()) - 1; d >= 0; --d) {
      at[d] = d == 0 ? slice : b.rem(slice, sizes[d]);
      slice = b.div(slice, sizes[d]);
    }
    return at;
  }
  /// Negative, zero or positive as slice `l` is before, equal to or after
  /// slice `r`; NaN is after all numbers and equal to itself.
  static Value compare(IndexBuilder &b, UniquePaddedOp op, Value x, Value l,
                       Value r) {
    Type type = onnxc::onnx::getElementType(op.getX());
    auto element = [&](IndexBuilder &n, ValueRange i, ValueRange order) {
      auto load = [&](Value slice) {
        Value stored = n.extract(x, locate(n, op, slice, i));
        return loadElement(n.b, n.loc, stored, type);
      };
      ScalarBuilder s(n.b, n.loc, type);
      Value p = load(l), q = load(r);
      auto precedes = [&](Value y, Value z) -> Value {
        if (!ScalarBuilder::isFloat(y))
          return s.lt(y, z);
        Value onlyLast = n.land(s.eq(y, y), s.ne(z, z));
        return arith::OrIOp::create(n.b, n.loc, s.lt(y, z), onlyLast);
      };
      Value here =
          n.select(precedes(p, q), n.constant(-1),
                   n.select(precedes(q, p), n.constant(1), n.constant(0)));
      Value open = n.eq(order[0], n.constant(0));
      return SmallVector<Value>{n.select(open, here, order[0])};
    };
    return buildLoopNest(b.b, b.loc, getInnerSizes(b.b, op), b.constant(0),
                         element)[0];
  }
};

} // namespace

void onnxc::populateSelectLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerNonZero, LowerCompress, LowerUnique>(types,
                                                         patterns.getContext());
}

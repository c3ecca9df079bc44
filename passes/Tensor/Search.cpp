//===- Search.cpp - Largest, smallest and running values ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ScalarBuilder.h"
#include "dialects/onnx/SearchOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/IndexedLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Whether `x` comes before `y` in the order of the largest (or smallest)
/// first, where NaN is the first of all. `ties`: also when they are equal.
Value precedes(ScalarBuilder &s, Value x, Value y, bool largest, bool ties) {
  Value before = largest ? (ties ? s.ge(x, y) : s.gt(x, y))
                         : (ties ? s.le(x, y) : s.lt(x, y));
  if (!ScalarBuilder::isFloat(x))
    return before;
  Value xIsNan = s.ne(x, x);
  if (!ties) {
    Value yIsNumber = s.eq(y, y);
    xIsNan = arith::AndIOp::create(s.b, s.loc, xIsNan, yIsNumber);
  }
  return arith::OrIOp::create(s.b, s.loc, before, xIsNan);
}

template <typename Op> struct LowerArg : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = onnxc::onnx::getElementType(op.getData());
    if (!canCompute(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getData());
    int64_t axis = *normalizeAxis(op.getAxis(), sizes.size());
    bool keep = op.getKeepdims() != 0, last = op.getSelectLastIndex() != 0;
    auto element = [&](IndexBuilder &b, ValueRange i) -> Value {
      SmallVector<Value> at(i);
      Value zero = b.constant(0), one = b.constant(1);
      if (keep)
        at[axis] = zero;
      else
        at.insert(at.begin() + axis, zero);
      auto load = [&](IndexBuilder &n) {
        return loadElement(n.b, n.loc, n.extract(adaptor.getData(), at), type);
      };
      Value first = load(b);
      auto loop = scf::ForOp::create(
          b.b, b.loc, one, sizes[axis], one, ValueRange{first, zero},
          [&](OpBuilder &inner, Location l, Value k, ValueRange best) {
            IndexBuilder n(inner, l);
            at[axis] = k;
            Value x = load(n);
            ScalarBuilder s(inner, l, type);
            Value better =
                precedes(s, x, best[0], std::is_same_v<Op, ArgMaxOp>, last);
            scf::YieldOp::create(inner, l,
                                 ValueRange{n.select(better, x, best[0]),
                                            n.select(better, k, best[1])});
          });
      return b.toInteger(loop.getResult(1), rewriter.getI64Type());
    };
    rewriter.replaceOp(op, generate(rewriter, op->getResult(0), element));
    return success();
  }
};

/// Each row keeps its k first elements in order while it is read; a new one
/// that precedes the last of them pushes those after it one place on.
struct LowerTopK : OpConversionPattern<TopKOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(TopKOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!canCompute(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    int64_t axis = *normalizeAxis(op.getAxis(), sizes.size());
    bool largest = op.getLargest() != 0;
    IndexBuilder outside(rewriter, loc);
    Value zero = outside.constant(0), one = outside.constant(1);
    Value k = readSizes(rewriter, op, op.getValues())[axis];
    Value last = outside.sub(k, one);
    Value length = outside.select(outside.lt(zero, k), sizes[axis], zero);

    SmallVector<OpFoldResult> rows = getSizes(rewriter, op, op.getX());
    rows.erase(rows.begin() + axis);
    SmallVector<Value> inits = {createEmpty(rewriter, loc, op->getResult(0)),
                                createEmpty(rewriter, loc, op->getResult(1))};

    auto isBefore = [&](IndexBuilder &b, Value x, Value y) {
      ScalarBuilder s(b.b, b.loc, type);
      return precedes(s, loadElement(b.b, b.loc, x, type),
                      loadElement(b.b, b.loc, y, type), largest, false);
    };
    auto row = [&](IndexBuilder &b, ValueRange i, ValueRange tensors) {
      auto place = [&](Value p) {
        SmallVector<Value> at(i);
        at.insert(at.begin() + axis, p);
        return at;
      };
      auto insert = [&](OpBuilder &inner, Location l, Value x, Value number,
                        Value filled, ValueRange lists) {
        IndexBuilder n(inner, l);
        Value no = arith::ConstantIntOp::create(inner, l, 0, 1);
        auto push = scf::ForOp::create(
            inner, l, zero, filled, one,
            ValueRange{lists[0], lists[1], x, number, no},
            [&](OpBuilder &in, Location at, Value p, ValueRange c) {
              IndexBuilder m(in, at);
              Value value = m.extract(c[0], place(p));
              Value index = m.extract(c[1], place(p));
              Value moved =
                  arith::OrIOp::create(in, at, c[4], isBefore(m, c[2], value));
              Value values =
                  m.insert(m.select(moved, c[2], value), c[0], place(p));
              Value indices =
                  m.insert(m.select(moved, c[3], index), c[1], place(p));
              scf::YieldOp::create(
                  in, at,
                  ValueRange{values, indices, m.select(moved, value, c[2]),
                             m.select(moved, index, c[3]), moved});
            });
        // What is left takes the next free place, if there is one.
        auto append = scf::IfOp::create(
            inner, l, n.lt(filled, k),
            [&](OpBuilder &in, Location at) {
              IndexBuilder m(in, at);
              scf::YieldOp::create(
                  in, at,
                  ValueRange{m.insert(push.getResult(2), push.getResult(0),
                                      place(filled)),
                             m.insert(push.getResult(3), push.getResult(1),
                                      place(filled))});
            },
            [&](OpBuilder &in, Location at) {
              scf::YieldOp::create(in, at, push.getResults().take_front(2));
            });
        scf::YieldOp::create(inner, l, append.getResults());
      };
      auto scan = scf::ForOp::create(
          b.b, b.loc, zero, length, one, tensors,
          [&](OpBuilder &inner, Location l, Value p, ValueRange lists) {
            IndexBuilder n(inner, l);
            Value x = n.extract(adaptor.getX(), place(p));
            Value number = n.toInteger(p, inner.getI64Type());
            Value filled = n.min(p, k);
            // The last place is not read before something is there.
            auto joins = scf::IfOp::create(
                inner, l, n.lt(p, k),
                [&](OpBuilder &in, Location at) {
                  scf::YieldOp::create(
                      in, at,
                      arith::ConstantIntOp::create(in, at, 1, 1).getResult());
                },
                [&](OpBuilder &in, Location at) {
                  IndexBuilder m(in, at);
                  Value worst = m.extract(lists[0], place(last));
                  scf::YieldOp::create(in, at, isBefore(m, x, worst));
                });
            auto joined = scf::IfOp::create(
                inner, l, joins.getResult(0),
                [&](OpBuilder &in, Location at) {
                  insert(in, at, x, number, filled, lists);
                },
                [&](OpBuilder &in, Location at) {
                  scf::YieldOp::create(in, at, lists);
                });
            scf::YieldOp::create(inner, l, joined.getResults());
          });
      return SmallVector<Value>(scan.getResults());
    };
    rewriter.replaceOp(op, buildLoopNest(rewriter, loc, rows, inits, row));
    return success();
  }
};

template <typename Op> struct LowerCumulative : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!canCompute(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    SmallVector<Value> sizes = readSizes(rewriter, op, op.getX());
    std::optional<SmallVector<int64_t>> known = getConstantInts(op.getAxis());
    std::optional<int64_t> axis;
    if (known && known->size() == 1)
      axis = normalizeAxis(known->front(), sizes.size());
    if (!axis)
      return rewriter.notifyMatchFailure(
          op, "the axis is known at run time only: make it a constant");

    constexpr bool isSum = std::is_same_v<Op, CumSumOp>;
    IndexBuilder outside(rewriter, loc);
    Value zero = outside.constant(0), one = outside.constant(1);
    Value last = outside.sub(sizes[*axis], one);
    Type computed = type.isF16() || type.isBF16() ? rewriter.getF32Type()
                                                  : getStorageType(type);
    Value start = isSum ? outside.zero(computed)
                        : Value(arith::ConstantOp::create(
                              rewriter, loc, rewriter.getOneAttr(computed)));
    SmallVector<OpFoldResult> rows = getSizes(rewriter, op, op.getX());
    rows.erase(rows.begin() + *axis);
    auto row = [&](IndexBuilder &b, ValueRange i, ValueRange tensors) {
      auto scan = scf::ForOp::create(
          b.b, b.loc, zero, sizes[*axis], one, ValueRange{tensors[0], start},
          [&](OpBuilder &inner, Location l, Value p, ValueRange carried) {
            IndexBuilder n(inner, l);
            SmallVector<Value> at(i);
            at.insert(at.begin() + *axis, op.getReverse() ? n.sub(last, p) : p);
            Value x =
                loadElement(inner, l, n.extract(adaptor.getX(), at), type);
            ScalarBuilder s(inner, l, type);
            Value next = isSum ? s.add(carried[1], x) : s.mul(carried[1], x);
            Value out = storeElement(
                inner, l, op.getExclusive() ? carried[1] : next, type);
            scf::YieldOp::create(
                inner, l, ValueRange{n.insert(out, carried[0], at), next});
          });
      return SmallVector<Value>{scan.getResult(0)};
    };
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    rewriter.replaceOp(op, buildLoopNest(rewriter, loc, rows, init, row));
    return success();
  }
};

} // namespace

void onnxc::populateSearchLowering(RewritePatternSet &patterns,
                                   TypeConverter &types) {
  patterns.add<LowerArg<ArgMaxOp>, LowerArg<ArgMinOp>, LowerTopK,
               LowerCumulative<CumSumOp>, LowerCumulative<CumProdOp>>(
      types, patterns.getContext());
}

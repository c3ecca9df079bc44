//===- Suppression.cpp - NonMaxSuppression --------------------------------===//
//
// For each batch and class: the best box left is taken, and the boxes that
// overlap it too much are dropped, until none is left or enough were taken.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SelectOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/IndexedLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct LowerSuppression : OpConversionPattern<NonMaxSuppressionPaddedOp> {
  using Base::Base;

  struct Box {
    Value top, left, bottom, right;
  };

  /// The corners of a box, the smaller ones first.
  static Box readBox(IndexBuilder &b, Value boxes, Value batch, Value box,
                     bool isCenter) {
    OpBuilder &o = b.b;
    Location l = b.loc;
    auto read = [&](int64_t i) {
      return b.extract(boxes, {batch, box, b.constant(i)});
    };
    if (!isCenter) {
      Value y0 = read(0), x0 = read(1), y1 = read(2), x1 = read(3);
      return {arith::MinimumFOp::create(o, l, y0, y1),
              arith::MinimumFOp::create(o, l, x0, x1),
              arith::MaximumFOp::create(o, l, y0, y1),
              arith::MaximumFOp::create(o, l, x0, x1)};
    }
    Value half = arith::ConstantOp::create(o, l, o.getF32FloatAttr(0.5));
    Value x = read(0), y = read(1);
    Value w = arith::MulFOp::create(o, l, read(2), half);
    Value h = arith::MulFOp::create(o, l, read(3), half);
    return {
        arith::SubFOp::create(o, l, y, h), arith::SubFOp::create(o, l, x, w),
        arith::AddFOp::create(o, l, y, h), arith::AddFOp::create(o, l, x, w)};
  }

  /// Whether the share of two boxes' union that both cover is above a limit.
  static Value overlaps(IndexBuilder &b, const Box &p, const Box &q,
                        Value limit) {
    OpBuilder &o = b.b;
    Location l = b.loc;
    Value zero = arith::ConstantOp::create(o, l, o.getF32FloatAttr(0));
    auto side = [&](Value from, Value to) -> Value {
      return arith::MaximumFOp::create(
          o, l, arith::SubFOp::create(o, l, to, from), zero);
    };
    auto area = [&](const Box &x) -> Value {
      return arith::MulFOp::create(o, l, side(x.top, x.bottom),
                                   side(x.left, x.right));
    };
    Box both = {arith::MaximumFOp::create(o, l, p.top, q.top),
                arith::MaximumFOp::create(o, l, p.left, q.left),
                arith::MinimumFOp::create(o, l, p.bottom, q.bottom),
                arith::MinimumFOp::create(o, l, p.right, q.right)};
    Value shared = area(both);
    Value sum = arith::AddFOp::create(o, l, area(p), area(q));
    Value all = arith::SubFOp::create(o, l, sum, shared);
    Value share = arith::DivFOp::create(o, l, shared, all);
    auto above = [&](Value x, Value y) -> Value {
      return arith::CmpFOp::create(o, l, arith::CmpFPredicate::OGT, x, y);
    };
    return b.land(above(shared, zero), above(share, limit));
  }

  LogicalResult
  matchAndRewrite(NonMaxSuppressionPaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!onnxc::onnx::getElementType(op.getBoxes()).isF32() ||
        !onnxc::onnx::getElementType(op.getScores()).isF32())
      return rewriter.notifyMatchFailure(
          op, "boxes and scores must have elements of 32-bit floats");
    Location loc = op.getLoc();
    bool isCenter = op.getCenterPointBox() != 0;
    IndexBuilder outside(rewriter, loc);
    Value zero = outside.constant(0), one = outside.constant(1);
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getScores());
    Value boxes = outside.materialize(sizes[2]);
    Value most = zero;
    if (Value asked = adaptor.getMaxOutputBoxesPerClass())
      most = outside.max(
          outside.min(outside.fromInteger(outside.extractScalar(asked)), boxes),
          zero);
    Value limit = adaptor.getIouThreshold()
                      ? outside.extractScalar(adaptor.getIouThreshold())
                      : outside.zero(rewriter.getF32Type());
    Value least;
    if (adaptor.getScoreThreshold())
      least = outside.extractScalar(adaptor.getScoreThreshold());
    Type i8 = rewriter.getI8Type(), i64 = rewriter.getI64Type();
    Value alive = tensor::EmptyOp::create(rewriter, loc, {sizes[2]}, i8);
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    Value none = outside.constant(-1);

    auto perClass = [&](IndexBuilder &b, ValueRange i, ValueRange carried) {
      auto score = [&](IndexBuilder &n, Value box) {
        return n.extract(adaptor.getScores(), {i[0], i[1], box});
      };
      // Carried: result, count, and which boxes are left.
      Value marked = buildLoopNest(
          b.b, b.loc, {sizes[2]}, carried[2],
          [&](IndexBuilder &n, ValueRange box, ValueRange t) {
            Value bit = arith::ConstantIntOp::create(n.b, n.loc, 1, 8);
            if (least) {
              Value good =
                  arith::CmpFOp::create(n.b, n.loc, arith::CmpFPredicate::OGT,
                                        score(n, box[0]), least);
              bit = arith::ExtUIOp::create(n.b, n.loc, i8, good);
            }
            return SmallVector<Value>{n.insert(bit, t[0], box)};
          })[0];
      return buildLoopNest(
          b.b, b.loc, {OpFoldResult(most)},
          ValueRange{carried[0], carried[1], marked},
          [&](IndexBuilder &n, ValueRange, ValueRange t) {
            Value best = findBest(n, t[2], sizes[2], none, score);
            auto take = scf::IfOp::create(
                n.b, n.loc, n.lt(none, best),
                [&](OpBuilder &inner, Location l) {
                  IndexBuilder m(inner, l);
                  Value rows = t[0];
                  Value row[] = {i[0], i[1], best};
                  for (auto [k, value] : llvm::enumerate(row))
                    rows = m.insert(m.toInteger(value, i64), rows,
                                    {t[1], m.constant(k)});
                  Box taken =
                      readBox(m, adaptor.getBoxes(), i[0], best, isCenter);
                  auto drop = [&](IndexBuilder &x, ValueRange box,
                                  ValueRange left) {
                    Box other =
                        readBox(x, adaptor.getBoxes(), i[0], box[0], isCenter);
                    Value gone = arith::OrIOp::create(
                        x.b, x.loc, overlaps(x, taken, other, limit),
                        x.eq(box[0], best));
                    Value bit =
                        x.select(gone, x.zero(i8), x.extract(left[0], box));
                    return SmallVector<Value>{x.insert(bit, left[0], box)};
                  };
                  Value left =
                      buildLoopNest(inner, l, {sizes[2]}, t[2], drop)[0];
                  scf::YieldOp::create(
                      inner, l, ValueRange{rows, m.add(t[1], one), left});
                },
                [&](OpBuilder &inner, Location l) {
                  scf::YieldOp::create(inner, l, t);
                });
            return SmallVector<Value>(take.getResults());
          });
    };
    SmallVector<Value> results =
        buildLoopNest(rewriter, loc, {sizes[0], sizes[1]},
                      ValueRange{init, zero, alive}, perClass);
    Value count = outside.toInteger(results[1], i64);
    Value counts = generate(rewriter, op->getResult(1),
                            [&](IndexBuilder &, ValueRange) { return count; });
    rewriter.replaceOp(op, {results[0], counts});
    return success();
  }

private:
  /// The first of the boxes left with the highest score, `none` if none is.
  static Value
  findBest(IndexBuilder &b, Value alive, OpFoldResult boxes, Value none,
           llvm::function_ref<Value(IndexBuilder &, Value)> score) {
    Value start = b.zero(b.b.getF32Type());
    return buildLoopNest(
        b.b, b.loc, {boxes}, ValueRange{none, start},
        [&](IndexBuilder &n, ValueRange box, ValueRange best) {
          Value x = score(n, box[0]);
          Value bit = n.extract(alive, box);
          Value isLeft = arith::CmpIOp::create(
              n.b, n.loc, arith::CmpIPredicate::ne, bit, n.zero(bit.getType()));
          Value higher = arith::CmpFOp::create(
              n.b, n.loc, arith::CmpFPredicate::OGT, x, best[1]);
          Value isFirst = n.lt(best[0], n.constant(0));
          Value better =
              n.land(isLeft, arith::OrIOp::create(n.b, n.loc, isFirst, higher));
          return SmallVector<Value>{n.select(better, box[0], best[0]),
                                    n.select(better, x, best[1])};
        })[0];
  }
};

} // namespace

void onnxc::populateSuppressionLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerSuppression>(types, patterns.getContext());
}

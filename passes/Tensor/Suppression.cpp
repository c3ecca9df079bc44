//===- Suppression.cpp - NonMaxSuppression --------------------------------===//
//
// For each batch and class: the best box left is taken, and the boxes that
// overlap it too much are dropped, until none is left or enough were taken.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SelectOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct Box {
  Value top, left, bottom, right;
};

/// The boxes of one batch and their scores for one class.
struct Boxes {
  const TensorBuilder &v;
  Value boxes, scores, batch, classNumber;
  OpFoldResult count;
  bool isCenter;

  Value getScore(Value box) const {
    return v.extract(scores, {batch, classNumber, box});
  }

  /// The corners of a box, the smaller ones first.
  Box readBox(Value box) const {
    auto read = [&](int64_t i) {
      return v.extract(boxes, {batch, box, v.index(i)});
    };
    if (!isCenter) {
      Value y0 = read(0), x0 = read(1), y1 = read(2), x1 = read(3);
      return {v.min(y0, y1), v.min(x0, x1), v.max(y0, y1), v.max(x0, x1)};
    }
    Value half = v.constant(v.b.getF32Type(), 0.5);
    Value x = read(0), y = read(1);
    Value w = v.mul(read(2), half), h = v.mul(read(3), half);
    return {v.sub(y, h), v.sub(x, w), v.add(y, h), v.add(x, w)};
  }

  /// Whether the share of two boxes' union that both cover is above a limit.
  Value overlap(const Box &p, const Box &q, Value limit) const {
    Value zero = v.constant(v.b.getF32Type(), 0);
    auto side = [&](Value from, Value to) {
      return v.max(v.sub(to, from), zero);
    };
    auto area = [&](const Box &x) {
      return v.mul(side(x.top, x.bottom), side(x.left, x.right));
    };
    Value shared = area({v.max(p.top, q.top), v.max(p.left, q.left),
                         v.min(p.bottom, q.bottom), v.min(p.right, q.right)});
    Value all = v.sub(v.add(area(p), area(q)), shared);
    Value share = v.div(shared, all);
    return v.both(v.gt(shared, zero), v.gt(share, limit));
  }

  /// Which boxes take part: those with a score above `least`, all without one.
  Value mark(Value alive, Value least) const {
    Type i8 = v.b.getI8Type();
    return v.loops(count, alive,
                   [&](ValueRange box, ValueRange t) -> SmallVector<Value> {
                     Value bit = v.integer(i8, 1);
                     if (least)
                       bit = v.convert(v.gt(getScore(box[0]), least), i8);
                     return {v.insert(bit, t[0], box)};
                   })[0];
  }

  /// The first of the boxes left with the highest score, `none` if none is.
  Value findBest(Value alive, Value none) const {
    auto body = [&](ValueRange box, ValueRange best) -> SmallVector<Value> {
      Value score = getScore(box[0]), bit = v.extract(alive, box);
      Value isLeft = v.ne(bit, v.zero(bit.getType()));
      Value isHigher = v.gt(score, best[1]);
      Value isFirst = v.lt(best[0], v.index(0));
      Value isBetter = v.both(isLeft, v.either(isFirst, isHigher));
      return {v.select(isBetter, box[0], best[0]),
              v.select(isBetter, score, best[1])};
    };
    return v.loops(count, {none, v.zero(v.b.getF32Type())}, body)[0];
  }

  /// Those left without the best box and what overlaps it.
  Value drop(Value alive, Value best, Value limit) const {
    Box taken = readBox(best);
    auto body = [&](ValueRange box, ValueRange left) -> SmallVector<Value> {
      Value isGone =
          v.either(overlap(taken, readBox(box[0]), limit), v.eq(box[0], best));
      Value none = v.zero(v.b.getI8Type());
      Value bit = v.select(isGone, none, v.extract(left[0], box));
      return {v.insert(bit, left[0], box)};
    };
    return v.loops(count, alive, body)[0];
  }
};

struct LowerSuppression : OpConversionPattern<NonMaxSuppressionPaddedOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(NonMaxSuppressionPaddedOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!onnxc::onnx::getElementType(op.getBoxes()).isF32() ||
        !onnxc::onnx::getElementType(op.getScores()).isF32())
      return rewriter.notifyMatchFailure(
          op, "boxes and scores must have elements of 32-bit floats");
    TensorBuilder v(rewriter, op.getLoc());
    Value zero = v.index(0), none = v.index(-1);
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getScores());
    Value most = zero;
    if (Value asked = adaptor.getMaxOutputBoxesPerClass()) {
      Value wanted = v.fromInteger(v.extractScalar(asked));
      most = v.max(v.min(wanted, v.index(sizes[2])), zero);
    }
    Value limit = adaptor.getIouThreshold()
                      ? v.extractScalar(adaptor.getIouThreshold())
                      : v.zero(rewriter.getF32Type());
    Value least;
    if (adaptor.getScoreThreshold())
      least = v.extractScalar(adaptor.getScoreThreshold());

    // Carried: result, count, and which boxes are left.
    auto perClass = [&](ValueRange i, ValueRange carried) {
      Boxes boxes{v,    adaptor.getBoxes(), adaptor.getScores(),        i[0],
                  i[1], sizes[2],           op.getCenterPointBox() != 0};
      Value marked = boxes.mark(carried[2], least);
      auto takeOne = [&](ValueRange, ValueRange t) {
        Value best = boxes.findBest(t[2], none);
        return v.ifThen(v.lt(none, best), t, [&]() -> SmallVector<Value> {
          Value rows = insertRow(v, t[0], t[1], {i[0], i[1], best});
          Value left = boxes.drop(t[2], best, limit);
          return {rows, v.add(t[1], 1), left};
        });
      };
      return v.loops(OpFoldResult(most), {carried[0], carried[1], marked},
                     takeOne);
    };
    Value alive = v.empty(sizes[2], rewriter.getI8Type());
    Value init = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    SmallVector<Value> results =
        v.loops({sizes[0], sizes[1]}, {init, zero, alive}, perClass);
    Value count = v.toInteger(results[1], rewriter.getI64Type());
    Value counts =
        v.generate(op->getResult(1), [&](ValueRange) { return count; });
    rewriter.replaceOp(op, {results[0], counts});
    return success();
  }

private:
  static Value insertRow(const TensorBuilder &v, Value rows, Value number,
                         ArrayRef<Value> row) {
    for (auto [k, index] : llvm::enumerate(row))
      rows = v.insert(v.toInteger(index, v.b.getI64Type()), rows,
                      {number, v.index(k)});
    return rows;
  }
};

} // namespace

void onnxc::populateSuppressionLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerSuppression>(types, patterns.getContext());
}

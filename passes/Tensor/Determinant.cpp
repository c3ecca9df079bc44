//===- Determinant.cpp - Determinants of matrices -------------------------===//
//
// Gaussian elimination with the largest pivot of each column, on a copy of the
// matrix: the determinant is the product of the pivots, negated for each pair
// of rows exchanged.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/DeterminantOps.h"
#include "dialects/onnx/ScalarBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tensor/IndexedLoops.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

using Body =
    llvm::function_ref<SmallVector<Value>(IndexBuilder &, Value, ValueRange)>;

SmallVector<Value> loop(IndexBuilder &b, Value from, Value to,
                        ValueRange carried, Body body) {
  auto loop = scf::ForOp::create(
      b.b, b.loc, from, to, b.constant(1), carried,
      [&](OpBuilder &inner, Location l, Value i, ValueRange values) {
        IndexBuilder n(inner, l);
        scf::YieldOp::create(inner, l, body(n, i, values));
      });
  return SmallVector<Value>(loop.getResults());
}

/// Eliminates column k below its pivot; gives the matrix and the determinant
/// so far.
SmallVector<Value> eliminate(IndexBuilder &b, Value k, Value size, Value matrix,
                             Value determinant, Type type) {
  ScalarBuilder s(b.b, b.loc, type);
  Value zero = s.constant(determinant, 0);
  Value below = b.add(k, b.constant(1));
  auto magnitude = [](IndexBuilder &n, Value x) -> Value {
    return math::AbsFOp::create(n.b, n.loc, x);
  };
  // The row of the largest element.
  Value first = magnitude(b, b.extract(matrix, {k, k}));
  Value row = loop(b, below, size, {first, k},
                   [&](IndexBuilder &n, Value i, ValueRange best) {
                     ScalarBuilder t(n.b, n.loc, type);
                     Value x = magnitude(n, n.extract(matrix, {i, k}));
                     Value isLarger = t.gt(x, best[0]);
                     return SmallVector<Value>{t.select(isLarger, x, best[0]),
                                               n.select(isLarger, i, best[1])};
                   })[1];
  Value pivot = b.extract(matrix, {row, k});
  Value sign = s.select(b.eq(row, k), pivot, s.neg(pivot));
  determinant = s.mul(determinant, sign);
  matrix =
      loop(b, k, size, matrix, [&](IndexBuilder &n, Value j, ValueRange m) {
        Value upper = n.extract(m[0], {k, j});
        Value lower = n.extract(m[0], {row, j});
        Value next = n.insert(lower, m[0], {k, j});
        return SmallVector<Value>{n.insert(upper, next, {row, j})};
      })[0];
  Value isZero = s.eq(pivot, zero);
  matrix =
      loop(b, below, size, matrix, [&](IndexBuilder &n, Value i, ValueRange m) {
        ScalarBuilder t(n.b, n.loc, type);
        Value factor =
            t.select(isZero, zero, t.div(n.extract(m[0], {i, k}), pivot));
        return loop(n, below, size, m[0],
                    [&](IndexBuilder &o, Value j, ValueRange inner) {
                      ScalarBuilder u(o.b, o.loc, type);
                      Value x = o.extract(inner[0], {i, j});
                      Value y = o.extract(inner[0], {k, j});
                      x = u.sub(x, u.mul(factor, y));
                      return SmallVector<Value>{o.insert(x, inner[0], {i, j})};
                    });
      })[0];
  return {matrix, determinant};
}

struct LowerDet : OpConversionPattern<DetOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(DetOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = onnxc::onnx::getElementType(op.getX());
    if (!isComputable(type) || !isa<FloatType>(type))
      return rewriter.notifyMatchFailure(op, refuseElements(type));
    Type computed = getComputeType(type);
    SmallVector<OpFoldResult> all = onnxc::getSizes(rewriter, op, op.getX());
    SmallVector<OpFoldResult> batch(ArrayRef(all).drop_back(2));
    SmallVector<OpFoldResult> square(ArrayRef(all).take_back(2));
    IndexBuilder outside(rewriter, loc);
    Value size = outside.materialize(all.back()), zero = outside.constant(0);
    Value scratch = tensor::EmptyOp::create(rewriter, loc, square, computed);
    Value result = createEmpty(rewriter, loc, op->getResult(0));
    auto body = [&](IndexBuilder &b, ValueRange i, ValueRange tensors) {
      Value copy = buildLoopNest(
          b.b, b.loc, square, tensors[1],
          [&](IndexBuilder &n, ValueRange at, ValueRange m) {
            SmallVector<Value> from(i);
            from.append(at.begin(), at.end());
            Value x =
                loadElement(n.b, n.loc, n.extract(adaptor.getX(), from), type);
            return SmallVector<Value>{n.insert(x, m[0], at)};
          })[0];
      Value one =
          arith::ConstantOp::create(b.b, b.loc, b.b.getFloatAttr(computed, 1));
      SmallVector<Value> last =
          loop(b, zero, size, {copy, one},
               [&](IndexBuilder &n, Value k, ValueRange values) {
                 return eliminate(n, k, size, values[0], values[1], type);
               });
      Value stored = storeElement(b.b, b.loc, last[1], type);
      return SmallVector<Value>{b.insert(stored, tensors[0], i), last[0]};
    };
    rewriter.replaceOp(
        op, buildLoopNest(rewriter, loc, batch, {result, scratch}, body)[0]);
    return success();
  }
};

} // namespace

void onnxc::populateDeterminantLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerDet>(types, patterns.getContext());
}

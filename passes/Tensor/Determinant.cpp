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
#include "passes/Tensor/Elimination.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Eliminates column k below its pivot; gives the matrix and the determinant
/// so far.
SmallVector<Value> eliminate(const TensorBuilder &v, Value k, Value size,
                             Value matrix, Value determinant) {
  Value zero = v.constant(determinant, 0), below = v.add(k, 1);
  Value row = findPivot(v, k, size, matrix);
  Value pivot = v.extract(matrix, {row, k});
  Value sign = v.select(v.eq(row, k), pivot, v.neg(pivot));
  determinant = v.mul(determinant, sign);
  matrix = v.loop(k, size, matrix, [&](Value j, Value m) {
    Value upper = v.extract(m, {k, j}), lower = v.extract(m, {row, j});
    return v.insert(upper, v.insert(lower, m, {k, j}), {row, j});
  });
  Value isZero = v.eq(pivot, zero);
  matrix = v.loop(below, size, matrix, [&](Value i, Value m) {
    Value factor = v.select(isZero, zero, v.div(v.extract(m, {i, k}), pivot));
    return v.loop(below, size, m, [&](Value j, Value inner) {
      Value x = v.extract(inner, {i, j}), y = v.extract(inner, {k, j});
      return v.insert(v.sub(x, v.mul(factor, y)), inner, {i, j});
    });
  });
  return {matrix, determinant};
}

struct LowerDet : OpConversionPattern<DetOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(DetOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<SquareMatrices> x = getSquareMatrices(rewriter, op, op.getX());
    if (failed(x))
      return failure();
    Type type = x->type, computed = getComputeType(type);
    TensorBuilder v(rewriter, op.getLoc());
    Value size = v.index(x->square[1]), zero = v.index(0);
    auto body = [&](ValueRange i, ValueRange tensors) -> SmallVector<Value> {
      auto copy = [&](ValueRange at, ValueRange m) -> SmallVector<Value> {
        SmallVector<Value> from(i);
        from.append(at.begin(), at.end());
        return {v.insert(v.load(adaptor.getX(), from, type), m[0], at)};
      };
      Value matrix = v.loops(x->square, tensors[1], copy)[0];
      SmallVector<Value> last =
          v.loops(zero, size, {matrix, v.constant(computed, 1)},
                  [&](ValueRange k, ValueRange soFar) {
                    return eliminate(v, k[0], size, soFar[0], soFar[1]);
                  });
      return {v.store(last[1], tensors[0], i, type), last[0]};
    };
    Value scratch = v.empty(x->square, computed);
    Value result = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(op, v.loops(x->batch, {result, scratch}, body)[0]);
    return success();
  }
};

} // namespace

void onnxc::populateDeterminantLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerDet>(types, patterns.getContext());
}

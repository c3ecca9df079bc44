//===- Inverse.cpp - Inverses of matrices ---------------------------------===//
//
// Gauss-Jordan elimination with the largest pivot of each column, on a copy of
// the matrix with a unit matrix beside it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftMatrixOps.h"
#include "passes/Tensor/Elimination.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// A square matrix with a unit matrix beside it.
struct Elimination {
  const TensorBuilder &v;
  Value size, width;

  /// Makes column k one of the unit matrix.
  Value run(Value k, Value matrix) const {
    Value row = findPivot(v, k, size, matrix);
    Value pivot = v.extract(matrix, {row, k});
    // Exchanges two rows, and divides the first of them.
    matrix = v.loop(v.index(0), width, matrix, [&](Value j, Value m) {
      Value upper = v.extract(m, {k, j}), lower = v.extract(m, {row, j});
      m = v.insert(upper, m, {row, j});
      return v.insert(v.div(lower, pivot), m, {k, j});
    });
    return v.loop(v.index(0), size, matrix, [&](Value i, Value outer) {
      Value factor =
          v.select(v.eq(i, k), v.constant(pivot, 0), v.extract(outer, {i, k}));
      return v.loop(v.index(0), width, outer, [&](Value j, Value m) {
        Value x = v.extract(m, {i, j}), y = v.extract(m, {k, j});
        return v.insert(v.sub(x, v.mul(factor, y)), m, {i, j});
      });
    });
  }
};

struct LowerInverse : OpConversionPattern<MicrosoftInverseOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(MicrosoftInverseOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    FailureOr<SquareMatrices> squares =
        getSquareMatrices(rewriter, op, op.getX());
    if (failed(squares))
      return failure();
    ArrayRef<OpFoldResult> square = squares->square;
    Type type = squares->type, computed = getComputeType(type);
    TensorBuilder v(rewriter, op.getLoc());
    Value size = v.index(square[1]);
    Elimination steps{v, size, v.mul(size, v.index(2))};
    auto body = [&](ValueRange i, ValueRange tensors) -> SmallVector<Value> {
      auto at = [&](ValueRange place) {
        SmallVector<Value> whole(i);
        whole.append(place.begin(), place.end());
        return whole;
      };
      auto fill = [&](ValueRange place, ValueRange m) -> SmallVector<Value> {
        Value one = v.constant(computed, 1), zero = v.constant(computed, 0);
        Value unit = v.select(v.eq(place[0], place[1]), one, zero);
        Value x = v.load(adaptor.getX(), at(place), type);
        return {v.insert(unit, v.insert(x, m[0], place),
                         {place[0], v.add(place[1], size)})};
      };
      Value matrix = v.loops(square, tensors[1], fill)[0];
      matrix = v.loop(v.index(0), size, matrix,
                      [&](Value k, Value m) { return steps.run(k, m); });
      auto take = [&](ValueRange place, ValueRange y) -> SmallVector<Value> {
        Value x = v.extract(matrix, {place[0], v.add(place[1], size)});
        return {v.store(x, y[0], at(place), type)};
      };
      return {v.loops(square, tensors[0], take)[0], matrix};
    };
    std::optional<int64_t> known = getConstantIntValue(square[1]);
    OpFoldResult width = known ? OpFoldResult(rewriter.getIndexAttr(2 * *known))
                               : OpFoldResult(steps.width);
    Value scratch = v.empty({square[0], width}, computed);
    Value result = createEmpty(rewriter, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(op, v.loops(squares->batch, {result, scratch}, body)[0]);
    return success();
  }
};

} // namespace

void onnxc::populateInverseLowering(RewritePatternSet &patterns,
                                    TypeConverter &types) {
  patterns.add<LowerInverse>(types, patterns.getContext());
}

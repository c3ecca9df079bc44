//===- CouplePairs.cpp - Probabilities of classes from those of pairs -----===//
//
// Given r_ij, how probable class i is if it is i or j, the probabilities p of
// all classes minimise the sum of (r_ji p_i - r_ij p_j)^2 over all pairs, which
// is p^T Q p with
//
//   Q_ii = sum over j of r_ji^2,   Q_ij = -r_ji r_ij
//
// At the minimum all (Q p)_i are p^T Q p. An iteration goes through the classes
// and sets each p_i for which that does not hold to what makes it so, then
// scales p to the sum 1 ("Probability Estimates for Multi-class Classification
// by Pairwise Coupling", Wu, Lin and Weng 2004, algorithm 2). It ends when all
// differ by less than 0.005 / k, as in libsvm and onnxruntime: results depend
// on where it ends. A row costs k^2 a round, and takes a few.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/SvmOps.h"
#include "passes/Tensor/TensorBuilder.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static constexpr int64_t kMaxRounds = 100;

namespace {

/// The iteration for one row.
class Coupling {
public:
  Coupling(const TensorBuilder &v, Type real, int64_t classes)
      : v(v), real(real), zero(v.index(0)), count(v.index(classes)),
        classes(classes) {}

  /// Q of a row of pairs.
  Value buildMatrix(Value pairs, Value row) const {
    OpFoldResult size = v.b.getIndexAttr(classes);
    Value matrix = v.filled({size, size}, v.constant(real, 0));
    auto body = [&](ValueRange i, ValueRange outer) -> SmallVector<Value> {
      auto inner = [&](ValueRange j, ValueRange soFar) -> SmallVector<Value> {
        Value q = soFar[0], pair = soFar[1];
        Value first = v.extract(pairs, {row, pair});
        Value second = v.sub(v.constant(real, 1), first);
        q = add(q, i[0], i[0], v.mul(second, second));
        q = add(q, j[0], j[0], v.mul(first, first));
        Value product = v.neg(v.mul(first, second));
        q = v.insert(product, q, {i[0], j[0]});
        q = v.insert(product, q, {j[0], i[0]});
        return {q, v.add(pair, 1)};
      };
      return v.loops(v.add(i[0], 1), count, outer, inner);
    };
    return v.loops(zero, count, {matrix, zero}, body)[0];
  }

  /// All rounds, on the probabilities of a row.
  Value iterate(Value matrix, Value p) const {
    Value even = v.constant(real, 1.0f / float(classes));
    p = v.loop(zero, count, p, [&](Value i, Value tensor) {
      return v.insert(even, tensor, i);
    });
    Value product = v.empty({v.b.getIndexAttr(classes)}, real);
    Value isGoing = v.integer(v.b.getI1Type(), 1);
    auto body = [&](ValueRange, ValueRange kept) -> SmallVector<Value> {
      return v.ifThen(kept[2], kept, [&]() -> SmallVector<Value> {
        return round(matrix, kept[0], kept[1]);
      });
    };
    return v.loops(zero, v.index(kMaxRounds), {p, product, isGoing}, body)[0];
  }

private:
  const TensorBuilder &v;
  Type real;
  Value zero, count;
  int64_t classes;

  Value add(Value tensor, Value i, Value j, Value x) const {
    return v.insert(v.add(v.extract(tensor, {i, j}), x), tensor, {i, j});
  }

  /// Q p, and p^T Q p.
  SmallVector<Value> multiply(Value matrix, Value p, Value product) const {
    auto body = [&](ValueRange i, ValueRange kept) -> SmallVector<Value> {
      Value sum =
          v.loop(zero, count, v.constant(real, 0), [&](Value j, Value soFar) {
            return v.add(soFar,
                         v.mul(v.extract(matrix, {i[0], j}), v.extract(p, j)));
          });
      return {v.insert(sum, kept[0], i),
              v.add(kept[1], v.mul(v.extract(p, i), sum))};
    };
    return v.loops(zero, count, {product, v.constant(real, 0)}, body);
  }

  /// One round, and whether another one may follow.
  SmallVector<Value> round(Value matrix, Value p, Value product) const {
    SmallVector<Value> products = multiply(matrix, p, product);
    Value square = products[1];
    Value error =
        v.loop(zero, count, v.constant(real, 0), [&](Value i, Value most) {
          return v.maxNumber(most,
                             v.abs(v.sub(v.extract(products[0], i), square)));
        });
    Value isGoing = v.le(v.constant(real, 0.005f / float(classes)), error);
    return v.ifThen(
        isGoing, {p, products[0], isGoing}, [&]() -> SmallVector<Value> {
          SmallVector<Value> moved = moveAll(matrix, p, products[0], square);
          return {moved[0], moved[1], isGoing};
        });
  }

  SmallVector<Value> moveAll(Value matrix, Value p, Value product,
                             Value square) const {
    Value one = v.constant(real, 1), two = v.constant(real, 2);
    auto body = [&](ValueRange i, ValueRange kept) -> SmallVector<Value> {
      Value own = v.extract(matrix, {i[0], i[0]});
      Value qp = v.extract(kept[1], i);
      Value step = v.div(v.sub(kept[2], qp), own);
      Value scale = v.add(one, step);
      Value moved = v.insert(v.add(v.extract(kept[0], i), step), kept[0], i);
      Value change = v.mul(step, v.add(v.mul(step, own), v.mul(two, qp)));
      Value next = v.div(v.div(v.add(kept[2], change), scale), scale);
      auto rescale = [&](ValueRange j, ValueRange both) -> SmallVector<Value> {
        Value x = v.add(v.extract(both[1], j),
                        v.mul(step, v.extract(matrix, {i[0], j[0]})));
        return {v.insert(v.div(v.extract(both[0], j), scale), both[0], j),
                v.insert(v.div(x, scale), both[1], j)};
      };
      SmallVector<Value> both = v.loops(zero, count, {moved, kept[1]}, rescale);
      return {both[0], both[1], next};
    };
    return v.loops(zero, count, {p, product, square}, body);
  }
};

struct LowerCouplePairs : OpConversionPattern<CouplePairsOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(CouplePairsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type real = onnxc::onnx::getElementType(op.getPairs());
    if (!real.isF32())
      return rewriter.notifyMatchFailure(op, refuseElements(real));
    TensorBuilder v(rewriter, op.getLoc());
    int64_t classes = op.getClasses();
    SmallVector<OpFoldResult> sizes =
        onnxc::getSizes(rewriter, op, op.getProbabilities());
    auto tile = [&](ValueRange row, unsigned) {
      return Tile{{OpFoldResult(row[0]), rewriter.getIndexAttr(0)},
                  {rewriter.getIndexAttr(1), rewriter.getIndexAttr(classes)},
                  {false, true}};
    };
    auto body = [&](ValueRange row, ValueRange tiles) -> SmallVector<Value> {
      Coupling coupling(v, real, classes);
      Value matrix = coupling.buildMatrix(adaptor.getPairs(), row[0]);
      return {coupling.iterate(matrix, tiles[0])};
    };
    Value result = createEmpty(rewriter, op.getLoc(),
                               cast<OpResult>(op.getProbabilities()));
    rewriter.replaceOp(op, v.forall(sizes.front(), result, tile, body));
    return success();
  }
};

} // namespace

void onnxc::populateCouplePairsLowering(RewritePatternSet &patterns,
                                        TypeConverter &types) {
  patterns.add<LowerCouplePairs>(types, patterns.getContext());
}

//===- Attention.cpp - Attention and rotary embedding ---------------------===//
//
// A forall runs over (batch, head, query). The scores of one query stay in the
// cache between the steps, the value rows are added up along the contiguous
// head size:
//
//   for j: s[j] = q . k[j] * scale (+ mask); max
//   for j: s[j] = exp(s[j] - max); sum
//   for j: for d: y[d] += s[j] / sum * v[j, d]
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/AttentionOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Where element (batch, head, position, feature) of Q, K or V is.
struct Heads {
  Value tensor;
  Type element;
  bool is3D;
  OpFoldResult features;

  SmallVector<Value> at(OpBuilder &b, Location l, Value batch, Value head,
                        Value position, Value feature) const {
    if (!is3D)
      return {batch, head, position, feature};
    Value size = getValueOrCreateConstantIndexOp(b, l, features);
    Value offset = arith::MulIOp::create(b, l, head, size);
    return {batch, position, arith::AddIOp::create(b, l, offset, feature)};
  }
  Value load(OpBuilder &b, Location l, Value batch, Value head, Value position,
             Value feature) const {
    Value stored = tensor::ExtractOp::create(
        b, l, tensor, at(b, l, batch, head, position, feature));
    return loadElement(b, l, stored, element);
  }
};

struct Attention {
  AttentionOp op;
  AttentionOp::Adaptor adaptor;
  Heads q, k, v;
  SmallVector<OpFoldResult> scoreSizes; // batch, heads, queries, keys
  OpFoldResult headSize, valueSize, pastLength;
  int64_t group = 1; // query heads a key head
  double scale = 1;
  Type computed;

  Value constant(OpBuilder &b, Location l, double value) const {
    return arith::ConstantOp::create(b, l, b.getFloatAttr(computed, value));
  }
  Value size(OpBuilder &b, Location l, OpFoldResult value) const {
    return getValueOrCreateConstantIndexOp(b, l, value);
  }
  static Value both(OpBuilder &b, Location l, Value left, Value right) {
    return arith::AndIOp::create(b, l, left, right);
  }

  Value bias(OpBuilder &b, Location l, ValueRange row, Value j);
  SmallVector<Value> build(OpBuilder &b, Location l, ValueRange row,
                           ValueRange tiles);
};

/// What is added to the score of key j: the mask, or -inf where j is out of
/// reach.
Value Attention::bias(OpBuilder &b, Location l, ValueRange row, Value j) {
  auto infinity = APFloat::getInf(cast<FloatType>(computed).getFloatSemantics(),
                                  /*Negative=*/true);
  Value lowest =
      arith::ConstantOp::create(b, l, b.getFloatAttr(computed, infinity));
  Value result = constant(b, l, 0);
  if (op.getAttnMask()) {
    Dims dims = *getDims(op.getAttnMask());
    SmallVector<Value> from{row[0], row[1], row[2], j}, at;
    Value zero = arith::ConstantIndexOp::create(b, l, 0);
    for (auto [dim, index] :
         llvm::zip(dims, ArrayRef(from).take_back(dims.size())))
      at.push_back(getConstant(dim) == 1 ? zero : index);
    // The mask may cover fewer keys than there are: read its last one then.
    bool isBroadcast =
        dims.empty() || (getConstant(dims.back()) == 1 &&
                         getConstantIntValue(scoreSizes[3]) == 1);
    Value covered;
    if (!isBroadcast) {
      Value width = size(b, l, getSize(b, op, dims.back()));
      covered =
          arith::CmpIOp::create(b, l, arith::CmpIPredicate::slt, j, width);
      Value last = buildIndex(b, l, b.getAffineDimExpr(0) - 1, width);
      at.back() = arith::MinSIOp::create(b, l, j, last);
    }
    Type maskType = getElementType(op.getAttnMask());
    Value mask = loadElement(
        b, l, tensor::ExtractOp::create(b, l, adaptor.getAttnMask(), at),
        maskType);
    if (maskType.isInteger(1))
      result = arith::SelectOp::create(b, l, mask, result, lowest);
    else
      result = convertElement(b, l, mask, computed, false);
    if (covered)
      result = arith::SelectOp::create(b, l, covered, result, lowest);
  }

  // The query's absolute position.
  Value position = arith::AddIOp::create(b, l, row[2], size(b, l, pastLength));
  Value valid;
  if (op.getNonpadKvSeqlen()) {
    valid = arith::IndexCastOp::create(
        b, l, b.getIndexType(),
        tensor::ExtractOp::create(b, l, adaptor.getNonpadKvSeqlen(), row[0]));
    if (!op.getPastKey())
      position = buildIndex(b, l,
                            b.getAffineDimExpr(0) + b.getAffineDimExpr(1) -
                                b.getAffineDimExpr(2),
                            {row[2], valid, size(b, l, scoreSizes[2])});
  }
  auto keep = [&](arith::CmpIPredicate predicate, Value limit) {
    Value inside = arith::CmpIOp::create(b, l, predicate, j, limit);
    result = arith::SelectOp::create(b, l, inside, result, lowest);
  };
  AffineExpr d0 = b.getAffineDimExpr(0);
  if (op.getIsCausal())
    keep(arith::CmpIPredicate::sle, position);
  if (op.getLeftWindowSize() >= 0)
    keep(arith::CmpIPredicate::sge,
         buildIndex(b, l, d0 - op.getLeftWindowSize(), position));
  if (op.getRightWindowSize() >= 0)
    keep(arith::CmpIPredicate::sle,
         buildIndex(b, l, d0 + op.getRightWindowSize(), position));
  if (valid)
    keep(arith::CmpIPredicate::slt, valid);
  return result;
}

/// One query: tiles are its row of Y, of the scores, and of qk_matmul_output
/// where that is wanted.
SmallVector<Value> Attention::build(OpBuilder &b, Location l, ValueRange row,
                                    ValueRange tiles) {
  Value zero = arith::ConstantIndexOp::create(b, l, 0);
  Value none = constant(b, l, 0);
  auto infinity = APFloat::getInf(cast<FloatType>(computed).getFloatSemantics(),
                                  /*Negative=*/true);
  Value lowest =
      arith::ConstantOp::create(b, l, b.getFloatAttr(computed, infinity));
  Value keyHead =
      buildIndex(b, l, b.getAffineDimExpr(0).floorDiv(group), row[1]);
  Value keys = size(b, l, scoreSizes[3]);
  bool wantsScores = tiles.size() > 2;
  int64_t mode = op.getQkMatmulOutputMode();
  Type resultType = getElementType(op.getQkMatmulOutput());
  auto capture = [&](OpBuilder &n, Location nl, int64_t when, Value value,
                     Value tile, Value j) -> Value {
    if (!wantsScores || when != mode)
      return tile;
    return tensor::InsertOp::create(
               n, nl, storeElement(n, nl, value, resultType), tile, j)
        .getResult();
  };

  SmallVector<Value> carried{tiles[1], lowest};
  if (wantsScores)
    carried.push_back(tiles[2]);
  SmallVector<Value> scores = buildLoops(
      b, l, zero, keys, carried,
      [&](OpBuilder &n, Location nl, ValueRange ivs,
          ValueRange kept) -> SmallVector<Value> {
        Value j = ivs[0], out = wantsScores ? kept[2] : Value();
        Value s = buildLoops(
            n, nl, headSize, none,
            [&](OpBuilder &m, Location ml, ValueRange d,
                ValueRange sum) -> SmallVector<Value> {
              Value left = q.load(m, ml, row[0], row[1], row[2], d[0]);
              Value right = k.load(m, ml, row[0], keyHead, j, d[0]);
              return {buildSum(m, ml, sum[0],
                               arith::MulFOp::create(m, ml, left, right))};
            })[0];
        s = arith::MulFOp::create(n, nl, s, constant(n, nl, scale));
        out = capture(n, nl, 0, s, out, j);
        if (op.getSoftcap() > 0) {
          Value cap = constant(n, nl, op.getSoftcap());
          s = math::TanhOp::create(n, nl, arith::DivFOp::create(n, nl, s, cap));
          s = arith::MulFOp::create(n, nl, s, cap);
        }
        out = capture(n, nl, 1, s, out, j);
        Value add = bias(n, nl, row, j);
        // Not s + -inf, which is NaN for an infinite score.
        Value masked = arith::CmpFOp::create(n, nl, arith::CmpFPredicate::OEQ,
                                             add, lowest);
        s = arith::SelectOp::create(n, nl, masked, lowest,
                                    arith::AddFOp::create(n, nl, s, add));
        out = capture(n, nl, 2, s, out, j);
        SmallVector<Value> next{tensor::InsertOp::create(n, nl, s, kept[0], j),
                                arith::MaximumFOp::create(n, nl, kept[1], s)};
        if (wantsScores)
          next.push_back(out);
        return next;
      });

  // A query without keys has probabilities of zero.
  Value isEmpty =
      arith::CmpFOp::create(b, l, arith::CmpFPredicate::OEQ, scores[1], lowest);
  Value shift = arith::SelectOp::create(b, l, isEmpty, none, scores[1]);
  SmallVector<Value> exponentials =
      buildLoops(b, l, zero, keys, {scores[0], none},
                 [&](OpBuilder &n, Location nl, ValueRange j,
                     ValueRange kept) -> SmallVector<Value> {
                   Value s = tensor::ExtractOp::create(n, nl, kept[0], j);
                   Value e = math::ExpOp::create(
                       n, nl, arith::SubFOp::create(n, nl, s, shift));
                   return {tensor::InsertOp::create(n, nl, e, kept[0], j),
                           buildSum(n, nl, kept[1], e)};
                 });
  Value isZero = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OEQ,
                                       exponentials[1], none);
  Value divisor =
      arith::SelectOp::create(b, l, isZero, constant(b, l, 1), exponentials[1]);
  Value inverse = arith::DivFOp::create(b, l, constant(b, l, 1), divisor);

  Value y = linalg::FillOp::create(b, l, none, tiles[0]).getResult(0);
  carried = {y};
  if (wantsScores)
    carried.push_back(scores[2]);
  SmallVector<Value> sums = buildLoops(
      b, l, zero, keys, carried,
      [&](OpBuilder &n, Location nl, ValueRange j,
          ValueRange kept) -> SmallVector<Value> {
        Value p = arith::MulFOp::create(
            n, nl, tensor::ExtractOp::create(n, nl, exponentials[0], j),
            inverse);
        SmallVector<Value> next = buildLoops(
            n, nl, valueSize, kept[0],
            [&](OpBuilder &m, Location ml, ValueRange d,
                ValueRange sum) -> SmallVector<Value> {
              Value value = v.load(m, ml, row[0], keyHead, j[0], d[0]);
              Value old = tensor::ExtractOp::create(m, ml, sum[0], d);
              Value added = arith::AddFOp::create(
                  m, ml, old, arith::MulFOp::create(m, ml, p, value));
              return {tensor::InsertOp::create(m, ml, added, sum[0], d)};
            });
        if (wantsScores)
          next.push_back(capture(n, nl, 3, p, kept[1], j[0]));
        return next;
      });
  SmallVector<Value> results{sums[0], exponentials[0]};
  if (wantsScores)
    results.push_back(sums[1]);
  return results;
}

struct LowerAttention : OpConversionPattern<AttentionOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(AttentionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    for (Value value : {op.getQ(), op.getK(), op.getV()})
      if (!isa<FloatType>(getElementType(value)) ||
          !isComputable(getElementType(value)))
        return rewriter.notifyMatchFailure(op, "element type");
    Dims score = *getDims(op.getQkMatmulOutput());
    Dims key = *getDims(op.getPresentKey());
    Dims value = *getDims(op.getPresentValue());
    std::optional<int64_t> heads = getConstant(score[1]),
                           keyHeads = getConstant(key[1]),
                           headSize = getConstant(key[3]);
    if (!heads || !keyHeads || *keyHeads < 1 || *heads % *keyHeads)
      return rewriter.notifyMatchFailure(op, "numbers of heads");
    if (!headSize && !op.getScale())
      return rewriter.notifyMatchFailure(op, "the scale is not constant");
    bool is3D = *getRank(op.getQ()) == 3;
    Attention a{op, adaptor, {}, {}, {}, {}, {}, {}, {}, 1, 1, {}};
    a.computed = getComputeType(getElementType(op.getQ()));
    a.scoreSizes = getSizes(rewriter, op, op.getQkMatmulOutput());
    a.headSize = getSize(rewriter, op, key[3]);
    a.valueSize = getSize(rewriter, op, value[3]);
    a.pastLength = op.getPastKey()
                       ? getSize(rewriter, op, (*getDims(op.getPastKey()))[2])
                       : OpFoldResult(rewriter.getIndexAttr(0));
    a.group = *heads / *keyHeads;
    a.scale = op.getScale() ? double(*op.getScale())
                            : 1.0 / std::sqrt(double(*headSize));
    a.q = {adaptor.getQ(), getElementType(op.getQ()), is3D, a.headSize};
    a.k = {adaptor.getK(), getElementType(op.getK()), is3D, a.headSize};
    a.v = {adaptor.getV(), getElementType(op.getV()), is3D, a.valueSize};

    SmallVector<Value> present(2);
    Heads *caches[] = {&a.k, &a.v};
    Value past[] = {adaptor.getPastKey(), adaptor.getPastValue()};
    for (int i = 0; i < 2; ++i) {
      OpResult result = op->getResult(i + 1);
      if (!past[i] && result.use_empty()) {
        present[i] = createEmpty(rewriter, loc, result);
        continue;
      }
      present[i] =
          concatenate(rewriter, loc, *caches[i], past[i], a.pastLength, result);
      *caches[i] = {present[i], getElementType(result), false,
                    caches[i]->features};
    }

    SmallVector<Value> inits{
        tensor::EmptyOp::create(rewriter, loc,
                                getSizes(rewriter, op, op.getY()), a.computed),
        tensor::EmptyOp::create(rewriter, loc, a.scoreSizes, a.computed)};
    if (!op.getQkMatmulOutput().use_empty())
      inits.push_back(createEmpty(rewriter, loc, op->getResult(3)));
    SmallVector<OpFoldResult> counts(ArrayRef(a.scoreSizes).drop_back());
    SmallVector<Value> results = buildParallel(
        rewriter, loc, counts, inits,
        [&](OpBuilder &b, ValueRange row, unsigned number) {
          OpFoldResult zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
          Tile tile;
          if (number == 0 && is3D) {
            Value width = getValueOrCreateConstantIndexOp(b, loc, a.valueSize);
            Value offset = arith::MulIOp::create(b, loc, row[1], width);
            tile.offsets = {row[0], row[2], offset};
            tile.sizes = {one, one, a.valueSize};
            tile.kept = {false, false, true};
            return tile;
          }
          tile.offsets = {row[0], row[1], row[2], zero};
          tile.sizes = {one, one, one,
                        number == 0 ? a.valueSize : a.scoreSizes[3]};
          tile.kept = {false, false, false, true};
          return tile;
        },
        [&](OpBuilder &b, Location l, ValueRange row, ValueRange tiles) {
          return a.build(b, l, row, tiles);
        });
    Value y = results[0];
    if (a.computed != getStorageType(getElementType(op.getY())))
      y = narrow(rewriter, loc, y, op->getResult(0));
    Value scores = results.size() > 2
                       ? results[2]
                       : createEmpty(rewriter, loc, op->getResult(3));
    rewriter.replaceOp(op, {y, present[0], present[1], scores});
    return success();
  }

private:
  /// The past cache and the new rows, one after the other.
  static Value concatenate(ConversionPatternRewriter &rewriter, Location loc,
                           const Heads &fresh, Value past,
                           OpFoldResult pastLength, OpResult result) {
    Value init = createEmpty(rewriter, loc, result);
    SmallVector<OpFoldResult> sizes =
        getSizes(rewriter, result.getOwner(), result);
    return buildParallel(
        rewriter, loc, ArrayRef(sizes).take_front(3), init,
        [&](OpBuilder &b, ValueRange row, unsigned) {
          OpFoldResult zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
          return Tile{{row[0], row[1], row[2], zero},
                      {one, one, one, sizes[3]},
                      {false, false, false, true}};
        },
        [&](OpBuilder &b, Location l, ValueRange row,
            ValueRange tiles) -> SmallVector<Value> {
          auto copy =
              [&](OpBuilder &n,
                  llvm::function_ref<Value(OpBuilder &, Location, Value)>
                      read) {
                return buildLoops(n, l, sizes[3], tiles[0],
                                  [&](OpBuilder &m, Location ml, ValueRange d,
                                      ValueRange t) -> SmallVector<Value> {
                                    return {tensor::InsertOp::create(
                                        m, ml, read(m, ml, d[0]), t[0], d)};
                                  })[0];
              };
          Value length = getValueOrCreateConstantIndexOp(b, l, pastLength);
          auto readFresh = [&](OpBuilder &n, Location nl, Value d) -> Value {
            Value position = arith::SubIOp::create(n, nl, row[2], length);
            return tensor::ExtractOp::create(
                n, nl, fresh.tensor,
                fresh.at(n, nl, row[0], row[1], position, d));
          };
          if (!past)
            return {copy(b, readFresh)};
          Value isPast = arith::CmpIOp::create(b, l, arith::CmpIPredicate::slt,
                                               row[2], length);
          auto chosen = scf::IfOp::create(
              b, l, isPast,
              [&](OpBuilder &n, Location nl) {
                Value rows = copy(n, [&](OpBuilder &m, Location ml, Value d) {
                  return tensor::ExtractOp::create(
                             m, ml, past, ValueRange{row[0], row[1], row[2], d})
                      .getResult();
                });
                scf::YieldOp::create(n, nl, rows);
              },
              [&](OpBuilder &n, Location nl) {
                scf::YieldOp::create(n, nl, copy(n, readFresh));
              });
          return {chosen.getResult(0)};
        })[0];
  }
};

/// Pairs (x1, x2) of features become (x1 cos - x2 sin, x1 sin + x2 cos); what
/// is beyond the rotated part is copied.
struct LowerRotary : OpConversionPattern<RotaryEmbeddingOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(RotaryEmbeddingOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type element = getElementType(op.getX());
    Dims dims = *getDims(op.getX());
    bool is3D = dims.size() == 3;
    int64_t heads = is3D ? op.getNumHeads().value_or(0) : 1;
    std::optional<int64_t> width = getConstant(dims.back());
    if (!isa<FloatType>(element) || !isComputable(element) || !width ||
        heads < 1 || *width % heads)
      return rewriter.notifyMatchFailure(op, "element type or head size");
    int64_t headSize = *width / heads;
    int64_t rotated =
        op.getRotaryEmbeddingDim() ? op.getRotaryEmbeddingDim() : headSize;
    int64_t half = rotated / 2;
    bool interleaved = op.getInterleaved() != 0;
    SmallVector<OpFoldResult> sizes = getSizes(rewriter, op, op.getX());

    auto build = [&](OpBuilder &b, Location l, ValueRange row,
                     ValueRange tiles) -> SmallVector<Value> {
      AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
      Value batch = row[0], position = row[is3D ? 1 : 2];
      SmallVector<Value> cacheAt{batch, position};
      if (op.getPositionIds())
        cacheAt = {arith::IndexCastOp::create(
            b, l, b.getIndexType(),
            tensor::ExtractOp::create(b, l, adaptor.getPositionIds(),
                                      ValueRange{batch, position}))};
      auto load = [&](OpBuilder &n, Location nl, Value feature) {
        SmallVector<Value> at(row);
        at.push_back(feature);
        return loadElement(n, nl,
                           tensor::ExtractOp::create(n, nl, adaptor.getX(), at),
                           element);
      };
      auto cache = [&](OpBuilder &n, Location nl, Value tensor, Value k) {
        SmallVector<Value> at(cacheAt);
        at.push_back(k);
        return loadElement(n, nl, tensor::ExtractOp::create(n, nl, tensor, at),
                           element);
      };
      Value y = buildLoops(
          b, l, {b.getIndexAttr(heads), b.getIndexAttr(half)}, tiles,
          [&](OpBuilder &n, Location nl, ValueRange ivs,
              ValueRange kept) -> SmallVector<Value> {
            AffineExpr first = d0 * headSize + (interleaved ? d1 * 2 : d1);
            Value at1 = buildIndex(n, nl, first, ivs);
            Value at2 =
                buildIndex(n, nl, first + (interleaved ? 1 : half), ivs);
            Value x1 = load(n, nl, at1), x2 = load(n, nl, at2);
            Value c = cache(n, nl, adaptor.getCosCache(), ivs[1]);
            Value s = cache(n, nl, adaptor.getSinCache(), ivs[1]);
            ScalarBuilder e(n, nl, element);
            Value real = e.sub(e.mul(c, x1), e.mul(s, x2));
            Value imaginary = e.add(e.mul(s, x1), e.mul(c, x2));
            Value next = tensor::InsertOp::create(
                n, nl, storeElement(n, nl, real, element), kept[0], at1);
            return {tensor::InsertOp::create(
                n, nl, storeElement(n, nl, imaginary, element), next, at2)};
          })[0];
      if (rotated < headSize)
        y = buildLoops(
            b, l, {b.getIndexAttr(heads), b.getIndexAttr(headSize - rotated)},
            y,
            [&](OpBuilder &n, Location nl, ValueRange ivs,
                ValueRange kept) -> SmallVector<Value> {
              Value at = buildIndex(n, nl, d0 * headSize + d1 + rotated, ivs);
              return {tensor::InsertOp::create(
                  n, nl, storeElement(n, nl, load(n, nl, at), element), kept[0],
                  at)};
            })[0];
      return {y};
    };
    Value init = createEmpty(rewriter, loc, op->getResult(0));
    rewriter.replaceOp(op, buildParallel(
                               rewriter, loc, ArrayRef(sizes).drop_back(), init,
                               [&](OpBuilder &b, ValueRange row, unsigned) {
                                 Tile tile;
                                 for (Value index : row)
                                   tile.offsets.push_back(index);
                                 tile.offsets.push_back(b.getIndexAttr(0));
                                 tile.sizes.assign(sizes.size(),
                                                   b.getIndexAttr(1));
                                 tile.sizes.back() = sizes.back();
                                 tile.kept.assign(sizes.size(), false);
                                 tile.kept.back() = true;
                                 return tile;
                               },
                               build));
    return success();
  }
};

} // namespace

void onnxc::populateAttentionLowering(RewritePatternSet &patterns,
                                      TypeConverter &types) {
  patterns.add<LowerAttention, LowerRotary>(types, patterns.getContext());
}

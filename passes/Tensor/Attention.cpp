//===- Attention.cpp - Attention and rotary embedding ---------------------===//
//
// Attention is two contractions with rows of softmax between them:
//
//   s[b, g, r, q, j] = sum over d of  Q[b, g, r, q, d] * K[b, g, j, d]
//   rows of s: scale, cap, mask, softmax along j, in place
//   y[b, g, r, q, d] = sum over j of  s[b, g, r, q, j] * V[b, g, j, d]
//
// where the query heads that share a key head g are numbered r: for a single
// query (text is generated a token at a time) they are the rows of the matrix
// product. Heads may be interleaved (rank 3) or not (rank 4); the contractions
// read either where they are. The scores are in a scratch of the caller's, a
// row of them is in the cache during its softmax.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/AttentionOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "passes/Tensor/Contractions.h"
#include "passes/Tensor/RowLoops.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

struct Attention {
  AttentionOp op;
  AttentionOp::Adaptor adaptor;
  Dims score; // batch, heads, queries, keys
  OpFoldResult pastLength;
  double scale = 1;
  Type computed;

  Value constant(OpBuilder &b, Location l, double value) const {
    return arith::ConstantOp::create(b, l, b.getFloatAttr(computed, value));
  }
  Value infinity(OpBuilder &b, Location l) const {
    auto type = cast<FloatType>(computed);
    return arith::ConstantOp::create(
        b, l,
        b.getFloatAttr(type, APFloat::getInf(type.getFloatSemantics(),
                                             /*Negative=*/true)));
  }
  Value size(OpBuilder &b, Location l, AffineExpr expr) const {
    return getValueOrCreateConstantIndexOp(b, l, getSize(b, op, expr));
  }

  std::function<Value(OpBuilder &, Location, Value)>
  prepareBias(OpBuilder &b, Location l, ValueRange row);
  SmallVector<Value> buildRow(OpBuilder &b, Location l, ValueRange row,
                              ValueRange tiles);
};

/// What is added to the score of key j: the mask, or -inf where j is out of
/// reach. Null where nothing is. What does not depend on j is built at once.
std::function<Value(OpBuilder &, Location, Value)>
Attention::prepareBias(OpBuilder &b, Location l, ValueRange row) {
  using Reach = std::pair<arith::CmpIPredicate, Value>;
  SmallVector<Reach> reaches;
  // The query's absolute position.
  Value position = arith::AddIOp::create(
      b, l, row[2], getValueOrCreateConstantIndexOp(b, l, pastLength));
  if (op.getNonpadKvSeqlen()) {
    Value valid = arith::IndexCastOp::create(
        b, l, b.getIndexType(),
        tensor::ExtractOp::create(b, l, adaptor.getNonpadKvSeqlen(), row[0]));
    reaches.push_back({arith::CmpIPredicate::slt, valid});
    if (!op.getPastKey())
      position = buildIndex(b, l,
                            b.getAffineDimExpr(0) + b.getAffineDimExpr(1) -
                                b.getAffineDimExpr(2),
                            {row[2], valid, size(b, l, score[2])});
  }
  AffineExpr d0 = b.getAffineDimExpr(0);
  if (op.getIsCausal())
    reaches.push_back({arith::CmpIPredicate::sle, position});
  if (op.getLeftWindowSize() >= 0)
    reaches.push_back(
        {arith::CmpIPredicate::sge,
         buildIndex(b, l, d0 - op.getLeftWindowSize(), position)});
  if (op.getRightWindowSize() >= 0)
    reaches.push_back(
        {arith::CmpIPredicate::sle,
         buildIndex(b, l, d0 + op.getRightWindowSize(), position)});
  if (!op.getAttnMask() && reaches.empty())
    return {};

  SmallVector<Value> at;
  bool isBroadcast = true;
  // Where the mask covers fewer keys than there are, how many.
  Value width;
  if (op.getAttnMask()) {
    Dims dims = *getDims(op.getAttnMask());
    Value zero = arith::ConstantIndexOp::create(b, l, 0);
    SmallVector<Value> from{row[0], row[1], row[2], zero};
    for (auto [dim, index] :
         llvm::zip(dims, ArrayRef(from).take_back(dims.size())))
      at.push_back(getConstant(dim) == 1 ? zero : index);
    isBroadcast = dims.empty() ||
                  (getConstant(dims.back()) == 1 && getConstant(score[3]) == 1);
    if (!isBroadcast && dims.back() != score[3])
      width = size(b, l, dims.back());
  }
  Value lowest = infinity(b, l), none = constant(b, l, 0);
  return [=](OpBuilder &n, Location nl, Value j) {
    Value result = none;
    if (op.getAttnMask()) {
      SmallVector<Value> indices(at);
      if (!isBroadcast)
        indices.back() = j;
      Value covered;
      if (width) {
        covered =
            arith::CmpIOp::create(n, nl, arith::CmpIPredicate::slt, j, width);
        Value last = buildIndex(n, nl, n.getAffineDimExpr(0) - 1, width);
        indices.back() = arith::MinSIOp::create(n, nl, j, last);
      }
      Type type = getElementType(op.getAttnMask());
      Value mask = loadElement(
          n, nl,
          tensor::ExtractOp::create(n, nl, adaptor.getAttnMask(), indices),
          type);
      if (type.isInteger(1))
        result = arith::SelectOp::create(n, nl, mask, none, lowest);
      else
        result = convertElement(n, nl, mask, computed, false);
      if (covered)
        result = arith::SelectOp::create(n, nl, covered, result, lowest);
    }
    for (auto [predicate, limit] : reaches) {
      Value inside = arith::CmpIOp::create(n, nl, predicate, j, limit);
      result = arith::SelectOp::create(n, nl, inside, result, lowest);
    }
    return result;
  };
}

/// The softmax of one query's scores. The tiles are their row, and that of
/// qk_matmul_output where it is wanted.
SmallVector<Value> Attention::buildRow(OpBuilder &b, Location l, ValueRange row,
                                       ValueRange tiles) {
  Value none = constant(b, l, 0), lowest = infinity(b, l);
  OpFoldResult keys = getSize(b, op, score[3]);
  bool wantsScores = tiles.size() > 1;
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
  auto bias = prepareBias(b, l, row);

  SmallVector<Value> carried{tiles[0], lowest};
  if (wantsScores)
    carried.push_back(tiles[1]);
  SmallVector<Value> scores = buildLoops(
      b, l, keys, carried,
      [&](OpBuilder &n, Location nl, ValueRange ivs,
          ValueRange kept) -> SmallVector<Value> {
        Value j = ivs[0], out = wantsScores ? kept[2] : Value();
        Value s = tensor::ExtractOp::create(n, nl, kept[0], j);
        s = arith::MulFOp::create(n, nl, s, constant(n, nl, scale));
        out = capture(n, nl, 0, s, out, j);
        if (op.getSoftcap() > 0) {
          Value cap = constant(n, nl, op.getSoftcap());
          s = math::TanhOp::create(n, nl, arith::DivFOp::create(n, nl, s, cap));
          s = arith::MulFOp::create(n, nl, s, cap);
        }
        out = capture(n, nl, 1, s, out, j);
        if (bias) {
          Value add = bias(n, nl, j);
          // Not s + -inf, which is NaN for an infinite score.
          Value masked = arith::CmpFOp::create(n, nl, arith::CmpFPredicate::OEQ,
                                               add, lowest);
          s = arith::SelectOp::create(n, nl, masked, lowest,
                                      arith::AddFOp::create(n, nl, s, add));
        }
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
      buildLoops(b, l, keys, {scores[0], none},
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
  carried = {exponentials[0]};
  if (wantsScores)
    carried.push_back(scores[2]);
  return buildLoops(
      b, l, keys, carried,
      [&](OpBuilder &n, Location nl, ValueRange j,
          ValueRange kept) -> SmallVector<Value> {
        Value p = arith::MulFOp::create(
            n, nl, tensor::ExtractOp::create(n, nl, kept[0], j), inverse);
        SmallVector<Value> next{tensor::InsertOp::create(n, nl, p, kept[0], j)};
        if (wantsScores)
          next.push_back(capture(n, nl, 3, p, kept[1], j[0]));
        return next;
      });
}

/// A tensor as the contractions read it, and its dimensions' loops.
struct Factor {
  Value tensor;
  Type element;
  SmallVector<unsigned> loops;
};

struct LowerAttention : OpConversionPattern<AttentionOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(AttentionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    for (Value value : {op.getQ(), op.getK(), op.getV()})
      if (!isa<FloatType>(getElementType(value)) ||
          !isComputable(getElementType(value)))
        return rewriter.notifyMatchFailure(
            op, refuseElements(getElementType(value)));
    Dims score = *getDims(op.getQkMatmulOutput());
    Dims key = *getDims(op.getPresentKey());
    Dims value = *getDims(op.getPresentValue());
    std::optional<int64_t> heads = getConstant(score[1]),
                           keyHeads = getConstant(key[1]),
                           headSize = getConstant(key[3]);
    if (!heads || !keyHeads || *keyHeads < 1 || *heads % *keyHeads)
      return rewriter.notifyMatchFailure(
          op, "the number of heads is free, or that of Q no multiple of K's: "
              "bind the dimension with --dim");
    if (!headSize && !op.getScale())
      return rewriter.notifyMatchFailure(op,
                                         "the head size is free: bind it with "
                                         "--dim, or give the attribute scale");
    Attention a{op, adaptor, score, {}, 1, {}};
    a.computed = getComputeType(getElementType(op.getQ()));
    a.pastLength = op.getPastKey()
                       ? getSize(rewriter, op, (*getDims(op.getPastKey()))[2])
                       : OpFoldResult(rewriter.getIndexAttr(0));
    a.scale = op.getScale() ? double(*op.getScale())
                            : 1.0 / std::sqrt(double(*headSize));

    // Loops of the contractions: batch, key head, query head of it, query,
    // then the result's columns and what is summed over.
    enum { kBatch, kHead, kGroup, kQuery, kColumn, kSum };
    bool is3D = *getRank(op.getQ()) == 3;
    AffineExpr count = key[1],
               group =
                   onnxc::onnx::getConstant(getContext(), *heads / *keyHeads);
    Factor q{{}, getElementType(op.getQ()), {}};
    if (is3D) {
      q.loops = {kBatch, kQuery, kHead, kGroup, kSum};
      q.tensor = expand(rewriter, op, adaptor.getQ(),
                        {score[0], score[2], count, group, key[3]},
                        {{0}, {1}, {2, 3, 4}});
    } else {
      q.loops = {kBatch, kHead, kGroup, kQuery, kSum};
      q.tensor = expand(rewriter, op, adaptor.getQ(),
                        {score[0], count, group, score[2], key[3]},
                        {{0}, {1, 2}, {3}, {4}});
    }

    SmallVector<Value> present(2);
    Factor k{{}, getElementType(op.getK()), {kBatch, kHead, kColumn, kSum}};
    Factor v{{}, getElementType(op.getV()), {kBatch, kHead, kSum, kColumn}};
    for (auto [i, factor, fresh, past] :
         {std::tuple(0, &k, adaptor.getK(), adaptor.getPastKey()),
          std::tuple(1, &v, adaptor.getV(), adaptor.getPastValue())}) {
      OpResult result = op->getResult(i + 1);
      Dims dims = *getDims(result);
      Value rows = fresh;
      if (is3D) {
        AffineExpr length = (*getDims(op->getOperand(i + 1)))[1];
        rows = expand(rewriter, op, fresh, {dims[0], length, dims[1], dims[3]},
                      {{0}, {1}, {2, 3}});
      }
      if (past || !result.use_empty()) {
        present[i] =
            concatenate(rewriter, result, past, rows, is3D, a.pastLength);
        rows = present[i];
      } else {
        present[i] = createEmpty(rewriter, loc, result);
        if (is3D)
          std::swap(factor->loops[1], factor->loops[2]);
      }
      factor->tensor = rows;
    }

    Dims sizes{score[0], count, group, score[2], score[3]};
    Value scores = contract(rewriter, op, q, k, sizes, a.computed);
    SmallVector<ReassociationIndices> merged{{0}, {1, 2}, {3}, {4}};
    SmallVector<Value> rows{
        tensor::CollapseShapeOp::create(rewriter, loc, scores, merged)};
    if (!op.getQkMatmulOutput().use_empty())
      rows.push_back(createEmpty(rewriter, loc, op->getResult(3)));
    rows = buildRows(rewriter, a, rows);
    Factor p{expand(rewriter, op, rows[0], sizes, merged),
             Float32Type::get(getContext()),
             {kBatch, kHead, kGroup, kQuery, kSum}};
    p.element = a.computed;
    sizes.back() = value[3];
    Value y = contract(rewriter, op, p, v, sizes, a.computed);
    rewriter.replaceOp(
        op, {finish(rewriter, op, y, is3D), present[0], present[1],
             rows.size() > 1 ? rows[1]
                             : createEmpty(rewriter, loc, op->getResult(3))});
    return success();
  }

private:
  static Value expand(OpBuilder &b, AttentionOp op, Value tensor, Dims dims,
                      ArrayRef<ReassociationIndices> groups) {
    SmallVector<OpFoldResult> sizes;
    SmallVector<int64_t> shape;
    for (AffineExpr dim : dims) {
      sizes.push_back(getSize(b, op, dim));
      shape.push_back(getConstant(dim).value_or(ShapedType::kDynamic));
    }
    Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
    return tensor::ExpandShapeOp::create(b, op.getLoc(),
                                         RankedTensorType::get(shape, element),
                                         tensor, groups, sizes);
  }

  static Value contract(OpBuilder &b, AttentionOp op, const Factor &left,
                        const Factor &right, ArrayRef<AffineExpr> dims,
                        Type sumType) {
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> sizes;
    for (AffineExpr dim : dims)
      sizes.push_back(getSize(b, op, dim));
    Value zeros = createZeros(b, loc, sizes, sumType);
    unsigned numLoops = dims.size() + 1;
    auto getMap = [&](ArrayRef<unsigned> loops) {
      SmallVector<AffineExpr> exprs;
      for (unsigned loop : loops)
        exprs.push_back(b.getAffineDimExpr(loop));
      return AffineMap::get(numLoops, 0, exprs, b.getContext());
    };
    SmallVector<AffineMap> maps{
        getMap(left.loops), getMap(right.loops),
        b.getMultiDimIdentityMap(numLoops).dropResult(numLoops - 1)};
    SmallVector<utils::IteratorType> kinds(numLoops,
                                           utils::IteratorType::parallel);
    kinds.back() = utils::IteratorType::reduction;
    auto generic = linalg::GenericOp::create(
        b, loc, zeros.getType(), ValueRange{left.tensor, right.tensor}, zeros,
        maps, kinds, [&](OpBuilder &n, Location l, ValueRange args) {
          Value x = loadElement(n, l, args[0], left.element);
          Value y = loadElement(n, l, args[1], right.element);
          linalg::YieldOp::create(n, l, buildMultiplyAdd(n, l, x, y, args[2]));
        });
    setContraction(generic, plan::ProductAttr::get(b.getContext(), /*panels=*/0,
                                                   plan::BytesAttr()));
    return generic.getResult(0);
  }

  static SmallVector<Value> buildRows(OpBuilder &builder, Attention &a,
                                      ArrayRef<Value> rows) {
    Location loc = a.op.getLoc();
    SmallVector<OpFoldResult> sizes =
        getSizes(builder, a.op, a.op.getQkMatmulOutput());
    return buildParallel(
        builder, loc, ArrayRef(sizes).drop_back(), rows,
        [&](OpBuilder &b, ValueRange row, unsigned) {
          OpFoldResult zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
          return Tile{{row[0], row[1], row[2], zero},
                      {one, one, one, sizes[3]},
                      {false, false, false, true}};
        },
        [&](OpBuilder &b, Location l, ValueRange row, ValueRange tiles) {
          return a.buildRow(b, l, row, tiles);
        });
  }

  /// The past cache and the new rows, one after the other.
  static Value concatenate(OpBuilder &b, OpResult result, Value past,
                           Value fresh, bool is3D, OpFoldResult pastLength) {
    Operation *op = result.getOwner();
    Location loc = op->getLoc();
    SmallVector<OpFoldResult> sizes = getSizes(b, op, result);
    SmallVector<OpFoldResult> offsets(4, b.getIndexAttr(0)),
        strides(4, b.getIndexAttr(1));
    Value whole = createEmpty(b, loc, result);
    AffineMap from = b.getMultiDimIdentityMap(4);
    if (is3D)
      from = AffineMap::getPermutationMap(ArrayRef<unsigned>{0, 2, 1, 3},
                                          b.getContext());
    auto element = cast<RankedTensorType>(fresh.getType()).getElementType();
    auto insert = [&](Value rows, AffineMap map, OpFoldResult length) {
      sizes[2] = length;
      Value copy = mapElements(
          b, loc, rows, map, tensor::EmptyOp::create(b, loc, sizes, element),
          [](OpBuilder &, Location, ValueRange args) { return args[0]; });
      whole = tensor::InsertSliceOp::create(b, loc, copy, whole, offsets, sizes,
                                            strides);
    };
    if (past)
      insert(past, b.getMultiDimIdentityMap(4), pastLength);
    offsets[2] = pastLength;
    insert(fresh, from, tensor::getMixedSize(b, loc, fresh, is3D ? 1 : 2));
    return whole;
  }

  /// y[b, g, r, q, d] as the result has it.
  static Value finish(OpBuilder &b, AttentionOp op, Value y, bool is3D) {
    Location loc = op.getLoc();
    OpResult result = op->getResult(0);
    Type element = getElementType(result);
    if (!is3D) {
      Value merged = tensor::CollapseShapeOp::create(
          b, loc, y, SmallVector<ReassociationIndices>{{0}, {1, 2}, {3}, {4}});
      return roundSums(b, loc, merged, result);
    }
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, y);
    std::rotate(sizes.begin() + 1, sizes.begin() + 3, sizes.begin() + 4);
    auto map = AffineMap::getPermutationMap(ArrayRef<unsigned>{0, 2, 3, 1, 4},
                                            b.getContext());
    Value moved = mapElements(
        b, loc, y, map,
        tensor::EmptyOp::create(b, loc, sizes, getStorageType(element)),
        [&](OpBuilder &n, Location l, ValueRange args) {
          return storeElement(n, l, args[0], element);
        });
    return tensor::CollapseShapeOp::create(
        b, loc, moved, SmallVector<ReassociationIndices>{{0}, {1}, {2, 3, 4}});
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
    if (!isa<FloatType>(element) || !isComputable(element))
      return rewriter.notifyMatchFailure(op, refuseElements(element));
    if (heads < 1)
      return rewriter.notifyMatchFailure(
          op, "X has rank 3: give the attribute num_heads");
    if (!width || *width % heads)
      return rewriter.notifyMatchFailure(op,
                                         "the size of the heads is free: bind "
                                         "the last dimension of X with --dim");
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

//===- Attention.cpp - Attention ------------------------------------------===//
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

#include "passes/Tensor/AttentionScores.h"
#include "passes/Tensor/Contractions.h"
#include <cmath>

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// Loops of the contractions: batch, key head, query head of it, query, then
/// the result's columns and what is summed over.
enum { kBatch, kHead, kGroup, kQuery, kColumn, kSum };

/// A tensor as the contractions read it, and its dimensions' loops.
struct Factor {
  Value tensor;
  Type element;
  SmallVector<unsigned> loops;
};

class AttentionBuilder {
public:
  AttentionBuilder(OpBuilder &b, AttentionOp op, AttentionOp::Adaptor adaptor)
      : v(b, op.getLoc()), op(op), adaptor(adaptor),
        is3D(*getRank(op.getQ()) == 3),
        computed(getComputeType(getElementType(op.getQ()))),
        score(*getDims(op.getQkMatmulOutput())),
        key(*getDims(op.getPresentKey())),
        pastLength(op.getPastKey()
                       ? getSize(b, op, (*getDims(op.getPastKey()))[2])
                       : OpFoldResult(b.getIndexAttr(0))) {}

  SmallVector<Value> build(double scale) {
    AffineExpr group = score[1] == key[1]
                           ? onnxc::onnx::getConstant(op.getContext(), 1)
                           : simplify(score[1].floorDiv(key[1]));
    Factor q = prepareQuery(group);
    SmallVector<Value> present(2);
    Factor k{adaptor.getK(),
             getElementType(op.getK()),
             {kBatch, kHead, kColumn, kSum}};
    Factor values{adaptor.getV(),
                  getElementType(op.getV()),
                  {kBatch, kHead, kSum, kColumn}};
    present[0] = preparePresent(1, adaptor.getPastKey(), k);
    present[1] = preparePresent(2, adaptor.getPastValue(), values);

    Dims sizes{score[0], key[1], group, score[2], score[3]};
    SmallVector<ReassociationIndices> merged{{0}, {1, 2}, {3}, {4}};
    SmallVector<Value> rows{
        v.create<tensor::CollapseShapeOp>(contract(q, k, sizes), merged)};
    Value captured = createEmpty(v.b, v.loc, op->getResult(3));
    if (!op.getQkMatmulOutput().use_empty())
      rows.push_back(captured);
    rows = AttentionScores(v.b, op, adaptor, scale, pastLength).build(rows);
    Factor p{expand(rows[0], sizes, merged),
             computed,
             {kBatch, kHead, kGroup, kQuery, kSum}};
    sizes.back() = getDims(op.getPresentValue())->back();
    Value y = finish(contract(p, values, sizes));
    return {y, present[0], present[1], rows.size() > 1 ? rows[1] : captured};
  }

private:
  Factor prepareQuery(AffineExpr group) {
    Type element = getElementType(op.getQ());
    if (is3D)
      return {expand(adaptor.getQ(),
                     {score[0], score[2], key[1], group, key[3]},
                     {{0}, {1}, {2, 3, 4}}),
              element,
              {kBatch, kQuery, kHead, kGroup, kSum}};
    return {expand(adaptor.getQ(), {score[0], key[1], group, score[2], key[3]},
                   {{0}, {1, 2}, {3}, {4}}),
            element,
            {kBatch, kHead, kGroup, kQuery, kSum}};
  }

  /// K or V, the op's operand of that number: makes it what the contractions
  /// read. Gives the result of that number, the past and the new rows.
  Value preparePresent(unsigned number, Value past, Factor &factor) {
    OpResult result = op->getResult(number);
    if (is3D) {
      Dims dims = *getDims(result);
      AffineExpr length = (*getDims(op->getOperand(number)))[1];
      factor.tensor = expand(factor.tensor, {dims[0], length, dims[1], dims[3]},
                             {{0}, {1}, {2, 3}});
    }
    if (past || !result.use_empty()) {
      factor.tensor = concatenate(result, past, factor.tensor);
      return factor.tensor;
    }
    if (is3D)
      std::swap(factor.loops[1], factor.loops[2]);
    return createEmpty(v.b, v.loc, result);
  }

  Value expand(Value tensor, ArrayRef<AffineExpr> dims,
               ArrayRef<ReassociationIndices> groups) {
    SmallVector<OpFoldResult> sizes;
    SmallVector<int64_t> shape;
    for (AffineExpr dim : dims) {
      sizes.push_back(getSize(v.b, op, dim));
      shape.push_back(getConstant(dim).value_or(ShapedType::kDynamic));
    }
    auto type = RankedTensorType::get(shape, getElementTypeOrSelf(tensor));
    return v.create<tensor::ExpandShapeOp>(type, tensor, groups, sizes);
  }

  Value contract(const Factor &left, const Factor &right,
                 ArrayRef<AffineExpr> dims) {
    SmallVector<OpFoldResult> sizes;
    for (AffineExpr dim : dims)
      sizes.push_back(getSize(v.b, op, dim));
    Value zeros = createZeros(v.b, v.loc, sizes, computed);
    unsigned numLoops = dims.size() + 1;
    auto getMap = [&](ArrayRef<unsigned> loops) {
      SmallVector<AffineExpr> exprs;
      for (unsigned loop : loops)
        exprs.push_back(v.b.getAffineDimExpr(loop));
      return AffineMap::get(numLoops, 0, exprs, op.getContext());
    };
    SmallVector<AffineMap> maps{
        getMap(left.loops), getMap(right.loops),
        v.b.getMultiDimIdentityMap(numLoops).dropResult(numLoops - 1)};
    SmallVector<utils::IteratorType> kinds(numLoops,
                                           utils::IteratorType::parallel);
    kinds.back() = utils::IteratorType::reduction;
    auto body = [&](OpBuilder &b, Location l, ValueRange args) {
      Value x = loadElement(b, l, args[0], left.element);
      Value y = loadElement(b, l, args[1], right.element);
      v.create<linalg::YieldOp>(buildMultiplyAdd(b, l, x, y, args[2]));
    };
    auto generic = v.create<linalg::GenericOp>(
        TypeRange{zeros.getType()}, ValueRange{left.tensor, right.tensor},
        ValueRange{zeros}, maps, kinds, body);
    setContraction(generic,
                   plan::ProductAttr::get(v.b.getContext(),
                                          /*panels=*/0, plan::BytesAttr(),
                                          plan::QuantsAttr()));
    return generic.getResult(0);
  }

  /// The past cache and the new rows, one after the other.
  Value concatenate(OpResult result, Value past, Value fresh) {
    SmallVector<OpFoldResult> sizes = getSizes(v.b, op, result);
    SmallVector<OpFoldResult> offsets(4, v.b.getIndexAttr(0)),
        strides(4, v.b.getIndexAttr(1));
    Value whole = createEmpty(v.b, v.loc, result);
    AffineMap identity = v.b.getMultiDimIdentityMap(4);
    auto swapped = AffineMap::getPermutationMap(ArrayRef<unsigned>{0, 2, 1, 3},
                                                op.getContext());
    auto insert = [&](Value rows, AffineMap map, OpFoldResult length) {
      sizes[2] = length;
      Value copy = mapElements(
          v.b, v.loc, rows, map, v.empty(sizes, getElementTypeOrSelf(fresh)),
          [](OpBuilder &, Location, ValueRange args) { return args[0]; });
      whole =
          v.create<tensor::InsertSliceOp>(copy, whole, offsets, sizes, strides);
    };
    if (past)
      insert(past, identity, pastLength);
    offsets[2] = pastLength;
    insert(fresh, is3D ? swapped : identity,
           tensor::getMixedSize(v.b, v.loc, fresh, is3D ? 1 : 2));
    return whole;
  }

  /// y[b, g, r, q, d] as the result has it.
  Value finish(Value y) {
    OpResult result = op->getResult(0);
    if (!is3D) {
      SmallVector<ReassociationIndices> groups{{0}, {1, 2}, {3}, {4}};
      Value merged = v.create<tensor::CollapseShapeOp>(y, groups);
      return roundSums(v.b, v.loc, merged, result);
    }
    Type element = getElementType(result);
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(v.b, v.loc, y);
    std::rotate(sizes.begin() + 1, sizes.begin() + 3, sizes.begin() + 4);
    auto map = AffineMap::getPermutationMap(ArrayRef<unsigned>{0, 2, 3, 1, 4},
                                            op.getContext());
    Value moved =
        mapElements(v.b, v.loc, y, map, v.empty(sizes, getStorageType(element)),
                    [&](OpBuilder &b, Location l, ValueRange args) {
                      return storeElement(b, l, args[0], element);
                    });
    SmallVector<ReassociationIndices> groups{{0}, {1}, {2, 3, 4}};
    return v.create<tensor::CollapseShapeOp>(moved, groups);
  }

  TensorBuilder v;
  AttentionOp op;
  AttentionOp::Adaptor adaptor;
  bool is3D;
  Type computed;
  Dims score; // batch, heads, queries, keys
  Dims key;   // batch, key heads, keys, head size
  OpFoldResult pastLength;
};

struct LowerAttention : OpConversionPattern<AttentionOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(AttentionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    for (Value value : {op.getQ(), op.getK(), op.getV()})
      if (!isa<FloatType>(getElementType(value)) ||
          !isComputable(getElementType(value)))
        return rewriter.notifyMatchFailure(
            op, refuseElements(getElementType(value)));
    Dims key = *getDims(op.getPresentKey());
    Dims scores = *getDims(op.getQkMatmulOutput());
    std::optional<int64_t> heads = getConstant(scores[1]),
                           keyHeads = getConstant(key[1]),
                           headSize = getConstant(key[3]);
    if (scores[1] != key[1] &&
        (!heads || !keyHeads || *keyHeads < 1 || *heads % *keyHeads))
      return rewriter.notifyMatchFailure(
          op, "the number of heads of Q is not K's, and one is free, or that "
              "of Q no multiple of K's: bind the dimension with --dim");
    if (!headSize && !op.getScale())
      return rewriter.notifyMatchFailure(op,
                                         "the head size is free: bind it with "
                                         "--dim, or give the attribute scale");
    double scale = op.getScale() ? double(*op.getScale())
                                 : 1.0 / std::sqrt(double(*headSize));
    rewriter.replaceOp(op,
                       AttentionBuilder(rewriter, op, adaptor).build(scale));
    return success();
  }
};

} // namespace

void onnxc::populateAttentionLowering(RewritePatternSet &patterns,
                                      TypeConverter &types) {
  patterns.add<LowerAttention>(types, patterns.getContext());
}

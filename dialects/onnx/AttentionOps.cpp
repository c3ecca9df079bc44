//===- AttentionOps.cpp - Attention and rotary embedding ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult
RotaryEmbeddingOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  std::optional<int64_t> rank = getRank(adaptor.getX());
  if (rank && *rank != 3 && *rank != 4)
    return emitOptionalError(loc, "X must have rank 3 or 4");
  if (rank == 3 && adaptor.getNumHeads().value_or(0) <= 0)
    return emitOptionalError(loc, "num_heads is needed for X of rank 3");
  types.push_back(adaptor.getX().getType());
  return success();
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Type element = getElementType(adaptor.getQ());
  Type valueElement = getElementType(adaptor.getV());
  std::optional<Dims> q = getDims(adaptor.getQ()), k = getDims(adaptor.getK()),
                      v = getDims(adaptor.getV());
  std::optional<Dims> past;
  if (adaptor.getPastKey())
    past = getDims(adaptor.getPastKey());
  if (!q || !k || !v || (adaptor.getPastKey() && !past)) {
    types.assign({getUnrankedType(element), getUnrankedType(element),
                  getUnrankedType(valueElement), getUnrankedType(element)});
    return success();
  }
  if (!adaptor.getPastKey() != !adaptor.getPastValue())
    return emitOptionalError(loc,
                             "past_key and past_value come together or not");
  if (q->size() != k->size() || q->size() != v->size() ||
      (q->size() != 3 && q->size() != 4) || (past && past->size() != 4))
    return emitOptionalError(loc, "Q, K and V must have rank 3 or 4");
  MLIRContext *context = element.getContext();
  bool is3D = q->size() == 3;
  Dims heads;
  if (is3D) {
    int64_t qHeads = adaptor.getQNumHeads().value_or(0);
    int64_t kvHeads = adaptor.getKvNumHeads().value_or(0);
    if (qHeads <= 0 || kvHeads <= 0)
      return emitOptionalError(
          loc, "q_num_heads and kv_num_heads are needed for rank 3");
    auto split = [&](std::optional<Dims> &dims, int64_t count) {
      dims = Dims{(*dims)[0], getConstant(context, count), (*dims)[1],
                  simplify((*dims)[2].floorDiv(count))};
    };
    split(q, qHeads);
    split(k, kvHeads);
    split(v, kvHeads);
  }
  AffineExpr total = (*k)[2];
  if (past)
    total = simplify((*past)[2] + total);
  Dims y{(*q)[0], (*q)[1], (*q)[2], (*v)[3]};
  if (is3D)
    y = {(*q)[0], (*q)[2], simplify((*q)[1] * (*v)[3])};
  types.assign({getTensorType(y, element),
                getTensorType({(*k)[0], (*k)[1], total, (*k)[3]}, element),
                getTensorType({(*v)[0], (*v)[1], total, (*v)[3]}, valueElement),
                getTensorType({(*q)[0], (*q)[1], (*q)[2], total}, element)});
  return success();
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

/// The mask broadcasts to the scores, but for its last size: keys that it does
/// not cover are masked.
static void requireMask(AttentionOp op, SizeRequirements &r) {
  std::optional<Dims> scores = getDims(op.getQkMatmulOutput()),
                      mask = op.getAttnMask() ? getDims(op.getAttnMask())
                                              : std::nullopt;
  if (!scores || !mask || mask->empty())
    return;
  scores->back() = mask->back();
  r.broadcast("attn_mask", op.getAttnMask(), *scores);
  r.element(mask->back(), op.getQkMatmulOutput());
}

/// The past has the batch, the heads and the head sizes of K and V, and one
/// length.
static void requirePast(AttentionOp op, SizeRequirements &r) {
  std::optional<Dims> past = op.getPastKey() ? getDims(op.getPastKey())
                                             : std::nullopt,
                      key = getDims(op.getPresentKey()),
                      value = getDims(op.getPresentValue());
  if (!past || past->size() != 4 || !key || !value)
    return;
  r.shape("past_key", op.getPastKey(),
          {(*key)[0], (*key)[1], (*past)[2], (*key)[3]});
  r.shape("past_value", op.getPastValue(),
          {(*value)[0], (*value)[1], (*past)[2], (*value)[3]});
}

void AttentionOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> q = getDims(getQ()), k = getDims(getK()),
                      v = getDims(getV());
  if (!q || !k || !v || q->size() != k->size() || q->size() != v->size())
    return;
  r.equal((*k)[0], (*q)[0], "the batch size of K");
  r.equal((*v)[0], (*q)[0], "the batch size of V");
  std::optional<int64_t> heads = getQNumHeads(), kvHeads = getKvNumHeads();
  if (q->size() == 4) {
    r.equal((*k)[3], (*q)[3], "the head size of K");
    r.equal((*v)[1], (*k)[1], "the number of heads of V");
    r.equal((*v)[2], (*k)[2], "the length of V");
    heads = onnxc::onnx::getConstant((*q)[1]);
    kvHeads = onnxc::onnx::getConstant((*k)[1]);
  } else if (q->size() == 3 && heads.value_or(0) > 0 &&
             kvHeads.value_or(0) > 0) {
    r.equal((*v)[1], (*k)[1], "the length of V");
    for (auto [name, size, count] :
         {std::tuple(StringRef("Q"), (*q)[2], *heads),
          std::tuple(StringRef("K"), (*k)[2], *kvHeads),
          std::tuple(StringRef("V"), (*v)[2], *kvHeads)})
      r.heads(name, size, count);
    r.equal(simplify((*k)[2].floorDiv(*kvHeads)),
            simplify((*q)[2].floorDiv(*heads)), "the head size of K");
  }
  requireMask(*this, r);
  requirePast(*this, r);
  r.shape("nonpad_kv_seqlen", getNonpadKvSeqlen(), {(*q)[0]});
  if (heads && kvHeads && *kvHeads > 0 && *heads % *kvHeads != 0)
    r.fail("Q has " + Twine(*heads) + " heads, no multiple of the " +
           Twine(*kvHeads) + " of K and V");
}

/// Heads of pairs, and one angle a pair.
void RotaryEmbeddingOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getX()), cosines = getDims(getCosCache()),
                      sines = getDims(getSinCache());
  if (!dims || !cosines || !sines)
    return;
  int64_t heads = dims->size() == 3 ? getNumHeads().value_or(1) : 1;
  r.heads("X", dims->back(), heads);
  AffineExpr size = simplify(dims->back().floorDiv(heads));
  int64_t stated = getRotaryEmbeddingDim();
  AffineExpr rotated = stated == 0 ? size : r.constant(stated);
  std::optional<int64_t> known = onnxc::onnx::getConstant(size);
  if (stated < 0 || (known && stated > *known))
    return r.fail("rotary_embedding_dim is " + Twine(stated) + ", a head has " +
                  Twine(known.value_or(0)) + " features");
  r.atMost(rotated, size, "rotary_embedding_dim");
  std::optional<int64_t> features = onnxc::onnx::getConstant(rotated);
  if (features && *features % 2 != 0)
    return r.fail("rotates " + Twine(*features) +
                  " features a head, which are not pairs");
  r.equal(simplify(rotated % 2), r.constant(0), "rotary_embedding_dim");
  for (const auto &[name, cache, shape] :
       {std::tuple(StringRef("cos_cache"), getCosCache(), *cosines),
        std::tuple(StringRef("sin_cache"), getSinCache(), *sines)}) {
    size_t rank = getPositionIds() ? 2 : 3;
    r.rank(name, cache, rank);
    if (shape.size() != rank)
      return;
    r.size(name, cache, rank - 1, simplify(rotated.floorDiv(2)));
    if (getPositionIds())
      continue;
    r.size(name, cache, 0, dims->front());
    r.size(name, cache, 1, (*dims)[dims->size() - 2]);
  }
  if (!getPositionIds())
    return;
  r.size("sin_cache", getSinCache(), 0, cosines->front());
  r.shape("position_ids", getPositionIds(),
          {dims->front(), (*dims)[dims->size() - 2]});
  r.indicesAlong(getCosCache(), getPositionIds(), 0);
}

//===----------------------------------------------------------------------===//
// How much is multiplied
//===----------------------------------------------------------------------===//

/// Query by key, and probabilities by value.
AffineExpr AttentionOp::getMacs() {
  AffineExpr length = getDim(getK(), -2);
  if (Value past = getPastKey())
    length = add(length, getDim(past, -2));
  return multiply(add(getNumElements(getQ()), getNumElements(getY())), length);
}

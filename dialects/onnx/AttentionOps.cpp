//===- AttentionOps.cpp - Attention and rotary embedding ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/AttentionOps.h"

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

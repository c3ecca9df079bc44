//===- MicrosoftDecoderOps.cpp - Attention of one word --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftDecoderOps.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/MicrosoftAttentionOps.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

using DecoderOp = MicrosoftDecoderMaskedMultiHeadAttentionOp;

ONNXC_INFER_FLOAT(MicrosoftDecoderMaskedMultiHeadAttentionOp, Query, 4)

static LogicalResult refuse(Operation *op, const Twine &what) {
  return op->emitError(what) << " is known but not built";
}

LogicalResult DecoderOp::verify() {
  if (getNumHeads() <= 0)
    return emitError("needs heads");
  if (!getKey() != !getValue() || !getPastKey() != !getPastValue())
    return emitError("has a key without a value, or a value without a key");
  if (getCacheIndirection())
    return refuse(*this, "cache_indirection, of a beam search,");
  if (!getPastPresentShareBuffer())
    return success();
  if (!getPastKey() || !getPastSequenceLength())
    return emitError("past and present share a buffer: it needs past_key, "
                     "past_value and past_sequence_length");
  if (getMaskIndex() || getAttentionBias())
    return refuse(*this, "a mask or bias beside a buffer that past and present "
                         "share");
  return success();
}

void DecoderOp::requireSizes(SizeRequirements &r) {
  r.rank("query", getQuery(), 3);
  std::optional<Dims> query = getDims(getQuery());
  if (!query || query->size() != 3)
    return;
  r.equal((*query)[1], r.constant(1), "the number of words in query");
  AffineExpr size = query->back();
  if (!getKey()) {
    r.equal(simplify(size % 3), r.constant(0), "the last size of query");
    size = simplify(size.floorDiv(3));
  }
  r.heads("query", size, getNumHeads());
  if (getMaskIndex())
    r.rank("mask_index", getMaskIndex(), 2);
  if (!getPastPresentShareBuffer())
    return;
  r.single("past_sequence_length", getPastSequenceLength());
  if (getKey()) {
    r.shape("key", getKey(), *query);
    r.shape("value", getValue(), *query);
  }
  r.rank("past_key", getPastKey(), 4);
  std::optional<Dims> past = getDims(getPastKey());
  if (!past || past->size() != 4)
    return;
  Dims cache = {query->front(), r.constant(getNumHeads()), (*past)[2],
                simplify(size.floorDiv(getNumHeads()))};
  r.shape("past_key", getPastKey(), cache);
  r.shape("past_value", getPastValue(), cache);
  r.atMost(r.constant(1), (*past)[2], "the least length of the buffer");
}

namespace {

/// Queries, keys and values of the word, [batch, 1, size] each.
struct Word {
  Value query, key, value;
};

} // namespace

static Word readWord(GraphBuilder &g, DecoderOp op, AffineExpr size) {
  if (op.getKey())
    return {op.getQuery(), op.getKey(), op.getValue()};
  auto cut = [&](int64_t part) {
    return g.slice(op.getQuery(), g.dims({simplify(size * part)}),
                   g.dims({simplify(size * (part + 1))}), 2);
  };
  return {cut(0), cut(1), cut(2)};
}

/// Attention to the word and what the buffers hold of those before it.
static SmallVector<Value> attendToBuffers(GraphBuilder &g, DecoderOp op,
                                          Word word, AffineExpr batch,
                                          AffineExpr size) {
  OpBuilder &b = g.b;
  Type element = getElementType(word.query);
  AffineExpr one = getConstant(b.getContext(), 1);
  AffineExpr heads = getConstant(b.getContext(), op.getNumHeads());
  AffineExpr length = (*getDims(op.getPastKey()))[2];
  Dims shape = {batch, heads, one, simplify(size.floorDiv(op.getNumHeads()))};
  int64_t part = 0;
  auto split = [&](Value x) {
    if (op.getBias())
      x = g.add(x, g.slice(op.getBias(), g.dims({simplify(size * part)}),
                           g.dims({simplify(size * (part + 1))}), 0));
    ++part;
    // One word: heads follow each other either way.
    return g.reshape(x, g.dims(shape));
  };
  Value place = g.list(op.getPastSequenceLength());
  auto write = [&](Value past, Value x) -> Value {
    return TensorScatterOp::create(
        b, g.loc, past, x, g.expand(place, g.dims({batch})),
        b.getI64IntegerAttr(2), b.getStringAttr("linear"));
  };
  Value query = split(word.query);
  Value key = write(op.getPastKey(), split(word.key));
  Value value = write(op.getPastValue(), split(word.value));
  Value isKnown = g.lessOrEqual(g.range(g.dims({length})), place);
  Value mask = g.select(isKnown, g.number(0, element),
                        g.number(op.getMaskFilterValue(), element));
  mask = g.reshape(mask, g.dims({one, one, one, length}));
  IntegerAttr none = b.getI64IntegerAttr(-1), zero = b.getI64IntegerAttr(0);
  auto attention = AttentionOp::create(
      b, g.loc, query, key, value, mask, Value(), Value(), Value(), zero,
      IntegerAttr(), none, IntegerAttr(), zero, none, op.getScaleAttr(),
      b.getF32FloatAttr(0), IntegerAttr());
  Value y = g.reshape(attention.getY(), g.dims({batch, one, size}));
  return {y, key, value, Value()};
}

SmallVector<Value> DecoderOp::expand(OpBuilder &b) {
  std::optional<Dims> query = getDims(getQuery());
  if (!query || query->size() != 3 || (getPastKey() && !getDims(getPastKey())))
    return {};
  if (!getQk().use_empty())
    return refuseExpansion(*this, "its output qk is known but not built");
  GraphBuilder g{b, getLoc()};
  AffineExpr size = query->back();
  if (!getKey())
    size = simplify(size.floorDiv(3));
  Word word = readWord(g, *this, size);
  if (getPastPresentShareBuffer())
    return attendToBuffers(g, *this, word, query->front(), size);
  auto attention = MicrosoftMultiHeadAttentionOp::create(
      b, getLoc(), word.query, word.key, word.value, getBias(), getMaskIndex(),
      getAttentionBias(), getPastKey(), getPastValue(), Value(), Value(),
      getMaskFilterValueAttr(), getNumHeadsAttr(), getScaleAttr(),
      b.getI64IntegerAttr(0));
  return {attention.getOutput(), attention.getPresentKey(),
          attention.getPresentValue(), Value()};
}

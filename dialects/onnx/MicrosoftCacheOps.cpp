//===- MicrosoftCacheOps.cpp - Attention over a cache ---------------------===//
//
// Queries see the keys of their batch up to their own place: place = past +
// number in the run, where past = seqlens_k + 1 - queries. New keys and values
// are written to the cache from past on.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftCacheOps.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/MicrosoftHeads.h"
#include "dialects/onnx/NormalizationOps.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftGroupQueryAttentionOp, Query, 4)

LogicalResult MicrosoftGroupQueryAttentionOp::verify() {
  auto refuse = [&](StringRef what) {
    return emitError(what) << " is known but not built";
  };
  if (getNumHeads() <= 0 || getKvNumHeads() <= 0 ||
      getNumHeads() % getKvNumHeads() != 0)
    return emitError("has ") << getNumHeads() << " heads, no multiple of the "
                             << getKvNumHeads() << " of keys and values";
  if (getSlidingWindowCache())
    return refuse("sliding_window_cache");
  if (getKScale() || getVScale() || getKQuantType() != "NONE" ||
      getVQuantType() != "NONE")
    return refuse("a quantised cache");
  if (getQuerySeqlens())
    return refuse("query_seqlens");
  if (!getKey() != !getValue() || !getPastKey() != !getPastValue() ||
      !getQNormWeight() != !getKNormWeight())
    return emitError(
        "key and value, past_key and past_value, q_norm_weight and "
        "k_norm_weight come together or not");
  if (getDoRotary() && (!getCosCache() || !getSinCache()))
    return emitError("do_rotary needs cos_cache and sin_cache");
  return success();
}

namespace {

/// One GroupQueryAttention as it is built of others.
class CacheAttention {
public:
  CacheAttention(MicrosoftGroupQueryAttentionOp op, GraphBuilder &g)
      : op(op), g(g), heads(op.getNumHeads()), kvHeads(op.getKvNumHeads()),
        query(*getDims(op.getQuery())), element(getElementType(op.getQuery())) {
    int64_t all = op.getKey() ? heads : heads + 2 * kvHeads;
    size = simplify(query[2].floorDiv(all));
  }

  SmallVector<Value> build();

private:
  MicrosoftGroupQueryAttentionOp op;
  GraphBuilder &g;
  int64_t heads, kvHeads;
  Dims query;
  Type element;
  AffineExpr size; // of a head
  /// [batch, 1, 1, 1]: keys with the new ones, and before them.
  Value length, past;
  /// How much longer the caches become.
  Value more;
  Value positions;

  AffineExpr constant(int64_t x) { return getConstant(op.getContext(), x); }
  Value perBatch(Value x) {
    return g.reshape(x,
                     g.dims({query[0], constant(1), constant(1), constant(1)}));
  }
  void findPlaces();
  Value readHeads(Value x, int64_t count, Value norm, FloatAttr epsilon,
                  bool rotates);
  Value append(Value cache, Value rows);
  Value findKept(Value keys);
  Value addSink(Value &keys, Value &values, Value mask);
};

} // namespace

void CacheAttention::findPlaces() {
  Type i64 = g.b.getI64Type();
  length = g.add(perBatch(g.cast(op.getSeqlensK(), i64)), g.integer(1));
  past = g.max(g.sub(length, g.dims({query[1]})), g.integer(0));
  positions = op.getPositionIds();
  if (op.getDoRotary() && !positions)
    positions = g.add(g.reshape(past, g.dims({query[0], constant(1)})),
                      g.range(g.dims({query[1]})));
  if (!op.getPastKey())
    return;
  Value total = g.cast(g.list(op.getTotalSequenceLength()), i64);
  more = g.max(g.sub(total, g.size(op.getPastKey(), 2)), g.ints(0));
}

/// [batch, length, count * size] as [batch, count, length, size], normalised
/// and rotated as the operator says.
Value CacheAttention::readHeads(Value x, int64_t count, Value norm,
                                FloatAttr epsilon, bool rotates) {
  OpBuilder &b = g.b;
  x = g.reshape(x, g.dims({query[0], query[1], constant(count), size}));
  if (norm)
    x = RMSNormalizationOp::create(b, g.loc, x, norm, b.getI64IntegerAttr(-1),
                                   epsilon, b.getI64IntegerAttr(1));
  x = g.transpose(x, {0, 2, 1, 3});
  if (!rotates)
    return x;
  int64_t rotated = 0;
  std::optional<Dims> table = getDims(op.getCosCache());
  if (std::optional<int64_t> pairs =
          table ? onnxc::onnx::getConstant(table->back()) : std::nullopt)
    rotated = 2 * *pairs;
  return RotaryEmbeddingOp::create(b, g.loc, x, op.getCosCache(),
                                   op.getSinCache(), positions,
                                   op.getRotaryInterleavedAttr(), IntegerAttr(),
                                   b.getI64IntegerAttr(rotated));
}

/// The cache, made long enough, with the rows from `past` on.
Value CacheAttention::append(Value cache, Value rows) {
  if (!cache)
    return rows;
  return AppendRowsOp::create(g.b, g.loc, cache, rows,
                              g.reshape(past, g.dims({query[0]})), more);
}

/// Which keys a query sees: [batch, 1, queries, keys].
Value CacheAttention::findKept(Value keys) {
  Value key = g.reshape(g.range(g.size(keys, 2)), {1, 1, 1, -1});
  Value kept = g.less(key, length);
  if (!op.getCausal())
    return kept;
  Value place =
      g.add(past, g.reshape(g.range(g.dims({query[1]})), {1, 1, -1, 1}));
  kept = g.both(kept, g.lessOrEqual(key, place));
  int64_t window = op.getLocalWindowSize();
  if (window >= 0)
    kept = g.both(kept, g.less(place, g.add(key, g.integer(window))));
  return kept;
}

/// One more key and value of zeros: its score is 0, or what the head's sink
/// says, and takes its part of the sum.
Value CacheAttention::addSink(Value &keys, Value &values, Value mask) {
  Value row =
      g.expand(g.number(0, element),
               g.dims({query[0], constant(kvHeads), constant(1), size}));
  keys = g.concat({keys, row}, 2);
  values = g.concat({values, row}, 2);
  Value sink = g.number(0, element);
  if (op.getHeadSink())
    sink = g.reshape(op.getHeadSink(), {1, -1, 1, 1});
  Dims column = {query[0], constant(heads), query[1], constant(1)};
  Value all = g.expand(mask, g.dims(column));
  return g.concat({all, g.expand(sink, g.dims(column))}, 3);
}

SmallVector<Value> CacheAttention::build() {
  OpBuilder &b = g.b;
  findPlaces();
  auto [q, k, v] = splitHeads(g, op, size, heads, kvHeads);
  auto epsilon = [&](std::optional<float> own) {
    return b.getF32FloatAttr(own.value_or(op.getQkNormEpsilon()));
  };
  bool rotates = op.getDoRotary();
  q = readHeads(q, heads, op.getQNormWeight(), epsilon(op.getQNormEpsilon()),
                rotates);
  k = readHeads(k, kvHeads, op.getKNormWeight(), epsilon(op.getKNormEpsilon()),
                rotates);
  v = readHeads(v, kvHeads, Value(), FloatAttr(), /*rotates=*/false);
  Value presentKey = append(op.getPastKey(), k);
  // One symbol tells both lengths, which therefore are equal.
  if (more)
    more = g.sub(g.size(presentKey, 2), g.size(op.getPastKey(), 2));
  Value presentValue = append(op.getPastValue(), v);
  Value mask = findKept(presentKey);
  bool hasSink = op.getHeadSink() || op.getSmoothSoftmax() > 0;
  if (op.getAttentionBias() || hasSink) {
    // Low enough for every type of floats.
    Value hidden = g.number(-60000, element);
    Value added =
        op.getAttentionBias() ? op.getAttentionBias() : g.number(0, element);
    mask = g.select(mask, added, hidden);
  }
  k = presentKey, v = presentValue;
  if (hasSink)
    mask = addSink(k, v, mask);
  IntegerAttr none = b.getI64IntegerAttr(-1), zero = b.getI64IntegerAttr(0);
  Value y =
      AttentionOp::create(b, g.loc, q, k, v, mask, Value(), Value(), Value(),
                          zero, IntegerAttr(), none, IntegerAttr(), zero, none,
                          op.getScaleAttr(), op.getSoftcapAttr(), IntegerAttr())
          .getY();
  y = g.reshape(g.transpose(y, {0, 2, 1, 3}),
                g.dims({query[0], query[1], simplify(size * heads)}));
  return {y, presentKey, presentValue, Value()};
}

void MicrosoftGroupQueryAttentionOp::requireSizes(SizeRequirements &r) {
  r.rank("query", getQuery(), 3);
  r.rank("cos_cache", getCosCache(), 2);
  r.rank("sin_cache", getSinCache(), 2);
  std::optional<Dims> query = getDims(getQuery());
  if (!query || query->size() != 3)
    return;
  int64_t all = getNumHeads() + (getKey() ? 0 : 2 * getKvNumHeads());
  r.heads("query", query->back(), all);
  AffineExpr size = simplify(query->back().floorDiv(all));
  if (getKey())
    for (auto [name, x] : {std::pair(StringRef("key"), getKey()),
                           std::pair(StringRef("value"), getValue())})
      r.shape(name, x,
              {(*query)[0], (*query)[1], simplify(size * getKvNumHeads())});
  if (!getPastKey())
    return;
  r.rank("past_key", getPastKey(), 4);
  r.rank("past_value", getPastValue(), 4);
  std::optional<Dims> past = getDims(getPastKey());
  if (!past || past->size() != 4)
    return;
  Dims cache = {(*query)[0], r.constant(getKvNumHeads()), (*past)[2], size};
  r.shape("past_key", getPastKey(), cache);
  r.shape("past_value", getPastValue(), cache);
}

SmallVector<Value> MicrosoftGroupQueryAttentionOp::expand(OpBuilder &b) {
  std::optional<Dims> query = getDims(getQuery());
  if (!query || query->size() != 3)
    return {};
  if (!getOutputQk().use_empty())
    return refuseExpansion(*this,
                           "its output output_qk is known but not built");
  GraphBuilder g{b, getLoc()};
  return CacheAttention(*this, g).build();
}

//===- MicrosoftSparseOps.cpp - Attention to some blocks of keys ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftSparseOps.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/MicrosoftHeads.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

using SparseOp = MicrosoftSparseAttentionOp;

ONNXC_INFER_FLOAT(MicrosoftSparseAttentionOp, Query, 3)

LogicalResult SparseOp::verify() {
  if (getNumHeads() <= 0 || getKvNumHeads() <= 0 ||
      getNumHeads() % getKvNumHeads() != 0)
    return emitError("has ") << getNumHeads() << " heads, no multiple of the "
                             << getKvNumHeads() << " of keys and values";
  if (getSparseBlockSize() <= 0)
    return emitError("sparse_block_size is ")
           << getSparseBlockSize() << ", not positive";
  if (!getKey() != !getValue())
    return emitError("has a key without a value, or a value without a key");
  if (getDoRotary() && (!getCosCache() || !getSinCache()))
    return emitError("do_rotary needs cos_cache and sin_cache");
  return success();
}

/// The size of a head.
static AffineExpr getHeadSize(SparseOp op, AffineExpr size) {
  int64_t heads = op.getNumHeads() + (op.getKey() ? 0 : 2 * op.getKvNumHeads());
  return simplify(size.floorDiv(heads));
}

void SparseOp::requireSizes(SizeRequirements &r) {
  r.rank("query", getQuery(), 3);
  r.rank("past_key", getPastKey(), 4);
  r.rank("block_row_indices", getBlockRowIndices(), 2);
  r.rank("block_col_indices", getBlockColIndices(), 2);
  r.single("total_sequence_length", getTotalSequenceLength());
  std::optional<Dims> query = getDims(getQuery()), past = getDims(getPastKey()),
                      rows = getDims(getBlockRowIndices());
  if (!query || query->size() != 3 || !past || past->size() != 4 || !rows ||
      rows->size() != 2)
    return;
  r.heads("query", query->back(),
          getNumHeads() + (getKey() ? 0 : 2 * getKvNumHeads()));
  AffineExpr size = getHeadSize(*this, query->back());
  if (getKey())
    for (auto [name, x] : {std::pair(StringRef("key"), getKey()),
                           std::pair(StringRef("value"), getValue())})
      r.shape(name, x,
              {(*query)[0], (*query)[1], simplify(size * getKvNumHeads())});
  Dims cache = {(*query)[0], r.constant(getKvNumHeads()), (*past)[2], size};
  r.shape("past_key", getPastKey(), cache);
  r.shape("past_value", getPastValue(), cache);
  r.shape("key_total_sequence_lengths", getKeyTotalSequenceLengths(),
          {query->front()});
  r.size("block_col_indices", getBlockColIndices(), 0, rows->front());
  r.atMost(r.constant(1), rows->front(), "the least number of layouts");
  r.atMost(r.constant(2), rows->back(), "the least size of a layout's rows");
  r.atMost(simplify((rows->back() - 1) * -getSparseBlockSize() + (*past)[2]),
           r.constant(0), "the cache, less what the layouts cover,");
}

namespace {

/// One SparseAttention as it is built of others.
class BlockAttention {
public:
  BlockAttention(GraphBuilder &g, SparseOp op)
      : g(g), op(op), element(getElementType(op.getQuery())),
        query(*getDims(op.getQuery())), past(*getDims(op.getPastKey())),
        layout(*getDims(op.getBlockRowIndices())) {
    size = getHeadSize(op, query.back());
    blocks = simplify(layout.back() - 1);
  }

  SmallVector<Value> build();

private:
  GraphBuilder &g;
  SparseOp op;
  Type element;
  Dims query, past, layout;
  AffineExpr size, blocks;
  /// i64, [batch, 1]: how many keys there were; [batch, queries]: their places.
  Value before, places;

  AffineExpr number(int64_t x) { return getConstant(op.getContext(), x); }
  void findPlaces();
  Value readHeads(Value x, int64_t heads, bool rotates);
  Value findBlocks();
  Value findKept();
};

} // namespace

void BlockAttention::findPlaces() {
  Type i64 = g.b.getI64Type();
  Value length = g.dims({query[1]});
  Value lengths = g.cast(op.getKeyTotalSequenceLengths(), i64);
  // A prompt may be padded behind its words.
  Value isPrompt = g.equal(g.list(op.getTotalSequenceLength()), length);
  Value left = g.max(g.sub(lengths, length), g.integer(0));
  before = g.select(isPrompt, g.integer(0), left);
  before = g.reshape(before, g.dims({query[0], number(1)}));
  places = g.add(before, g.range(length));
}

/// [batch, length, heads * size] as [batch, heads, length, size].
Value BlockAttention::readHeads(Value x, int64_t heads, bool rotates) {
  OpBuilder &b = g.b;
  x = g.reshape(x, g.dims({query[0], query[1], number(heads), size}));
  x = g.transpose(x, {0, 2, 1, 3});
  if (!rotates)
    return x;
  int64_t rotated = 0;
  std::optional<Dims> table = getDims(op.getCosCache());
  if (std::optional<int64_t> pairs =
          table && !table->empty() ? getConstant(table->back()) : std::nullopt)
    rotated = 2 * *pairs;
  return RotaryEmbeddingOp::create(b, g.loc, x, op.getCosCache(),
                                   op.getSinCache(), places,
                                   op.getRotaryInterleavedAttr(), IntegerAttr(),
                                   b.getI64IntegerAttr(rotated));
}

/// Which blocks of keys each block of queries sees, of each layout: bool of
/// [layouts, blocks, blocks].
Value BlockAttention::findBlocks() {
  OpBuilder &b = g.b;
  Type i64 = b.getI64Type();
  Value starts = g.cast(op.getBlockRowIndices(), i64),
        columns = g.cast(op.getBlockColIndices(), i64);
  // Entry j is in the row behind all those that end at j or before.
  Value ends = g.reshape(g.slice(starts, g.ints(1), g.dims({layout.back()}), 1),
                         g.dims({layout.front(), blocks, number(1)}));
  Value entry = g.range(g.size(columns, 1));
  Value row = g.sum(g.cast(g.lessOrEqual(ends, entry), i64), 1);
  Value count = g.dims({blocks});
  // What is no entry goes to a place behind all blocks.
  Value isEntry = g.both(g.both(g.less(row, count), g.less(columns, count)),
                         g.lessOrEqual(g.integer(0), columns));
  Value last = g.mul(count, count);
  Value place = g.select(isEntry, g.add(g.mul(row, count), columns), last);
  Value shape = g.concat({g.dims({layout.front()}), g.add(last, g.ints(1))}, 0);
  Value none = g.expand(g.integer(0), shape);
  Value ones = g.expand(g.integer(1), g.shape(place));
  Value seen = ScatterElementsOp::create(b, g.loc, none, place, ones,
                                         b.getI64IntegerAttr(1),
                                         b.getStringAttr("none"));
  seen = g.slice(seen, g.ints(0), last, 1);
  return g.reshape(g.cast(seen, b.getI1Type()),
                   g.dims({layout.front(), blocks, blocks}));
}

/// Which keys each head's queries see: bool of [batch, heads, queries, keys].
Value BlockAttention::findKept() {
  Value keys = g.range(g.dims({past[2]}));
  Value block = g.integer(op.getSparseBlockSize());
  Value seen = g.gather(findBlocks(), g.div(places, block), 1);
  seen = g.gather(seen, g.div(keys, block), 3);
  // [layouts, batch, queries, keys]
  seen = g.transpose(seen, {1, 0, 2, 3});
  Value heads = g.range(g.dims({number(op.getNumHeads())}));
  seen = g.gather(seen, g.mod(heads, g.dims({layout.front()})), 1);
  Value own =
      g.reshape(places, g.dims({query[0], number(1), query[1], number(1)}));
  return g.both(seen, g.lessOrEqual(keys, own));
}

SmallVector<Value> BlockAttention::build() {
  OpBuilder &b = g.b;
  findPlaces();
  int64_t heads = op.getNumHeads(), kvHeads = op.getKvNumHeads();
  auto [q, k, v] = splitHeads(g, op, size, heads, kvHeads);
  bool rotates = op.getDoRotary() != 0;
  q = readHeads(q, heads, rotates);
  auto write = [&](Value cache, Value rows) -> Value {
    return TensorScatterOp::create(
        b, g.loc, cache, rows, g.reshape(before, g.dims({query[0]})),
        b.getI64IntegerAttr(-2), b.getStringAttr("linear"));
  };
  Value keys = write(op.getPastKey(), readHeads(k, kvHeads, rotates));
  Value values = write(op.getPastValue(), readHeads(v, kvHeads, false));
  IntegerAttr none = b.getI64IntegerAttr(-1), zero = b.getI64IntegerAttr(0);
  // A scale of 0 stands for the usual one.
  FloatAttr scale = op.getScaleAttr();
  if (scale && scale.getValueAsDouble() == 0)
    scale = FloatAttr();
  Value y = AttentionOp::create(b, g.loc, q, keys, values, findKept(), Value(),
                                Value(), Value(), zero, IntegerAttr(), none,
                                IntegerAttr(), zero, none, scale,
                                b.getF32FloatAttr(0), IntegerAttr())
                .getY();
  y = g.reshape(g.transpose(y, {0, 2, 1, 3}),
                g.dims({query[0], query[1], simplify(size * heads)}));
  return {y, keys, values};
}

SmallVector<Value> SparseOp::expand(OpBuilder &b) {
  std::optional<Dims> query = getDims(getQuery()), past = getDims(getPastKey()),
                      rows = getDims(getBlockRowIndices());
  if (!query || query->size() != 3 || !past || past->size() != 4 || !rows ||
      rows->size() != 2 || !getDims(getBlockColIndices()))
    return {};
  GraphBuilder g{b, getLoc()};
  return BlockAttention(g, *this).build();
}

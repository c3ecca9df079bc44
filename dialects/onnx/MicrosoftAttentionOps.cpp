//===- MicrosoftAttentionOps.cpp - Attention with its projections ---------===//
//
// All become ONNX's Attention: what differs is how queries, keys and values
// come, what hides keys, and how the state is kept.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftAttentionOps.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftRotaryEmbeddingOp, Input, 1)
ONNXC_INFER_FLOAT(MicrosoftAttentionOp, Input, 2)
ONNXC_INFER_FLOAT(MicrosoftQAttentionOp, Bias, 2)
ONNXC_INFER_FLOAT(MicrosoftMultiHeadAttentionOp, Query, 4)

static LogicalResult refuse(Operation *op, StringRef what) {
  return op->emitError(what) << " is known but not built";
}

//===----------------------------------------------------------------------===//
// What the operators share
//===----------------------------------------------------------------------===//

namespace {

/// All of [batch, length, heads * size], or all of [batch, heads, length,
/// size].
struct AttentionParts {
  Value query, key, value;
  bool isOfHeads = false;
  /// What is added to the scores; null for nothing.
  Value mask;
  Value pastKey, pastValue;
  int64_t heads = 0;
  FloatAttr scale;
  bool isCausal = false;

  AttentionParts() = default;
  AttentionParts(Value query, Value key, Value value)
      : query(query), key(key), value(value) {}
};

} // namespace

static AttentionOp attend(GraphBuilder &g, const AttentionParts &parts) {
  OpBuilder &b = g.b;
  IntegerAttr heads, none = b.getI64IntegerAttr(-1);
  if (!parts.isOfHeads)
    heads = b.getI64IntegerAttr(parts.heads);
  return AttentionOp::create(b, g.loc, parts.query, parts.key, parts.value,
                             parts.mask, parts.pastKey, parts.pastValue,
                             /*nonpad_kv_seqlen=*/Value(),
                             b.getI64IntegerAttr(parts.isCausal), heads, none,
                             heads, b.getI64IntegerAttr(0), none, parts.scale,
                             b.getF32FloatAttr(0), IntegerAttr());
}

/// `filter` where a key is hidden, else 0, to be added to scores of [batch,
/// heads, queries, keys]. A mask of [batch] counts keys, one of [2 * batch] has
/// their ends and then their starts; those of [batch, keys] and [batch,
/// queries, keys] are not positive for hidden ones.
static Value getHidden(GraphBuilder &g, Value mask, AffineExpr batch,
                       AffineExpr keys, float filter, Type element) {
  Dims dims = *getDims(mask);
  AffineExpr one = getConstant(g.b.getContext(), 1);
  Value kept;
  if (dims.size() == 1) {
    Value places = g.reshape(g.range(g.dims({keys})), {1, 1, 1, -1});
    auto getBounds = [&](AffineExpr from) {
      Value part = g.slice(mask, g.dims({from}),
                           g.dims({simplify(from + batch)}), /*axis=*/0);
      return g.reshape(g.cast(part, g.b.getI64Type()),
                       g.dims({batch, one, one, one}));
    };
    // Without starts, they are zeros.
    Value zeros = g.expand(g.number(0, getElementType(mask)), g.dims({batch}));
    mask = g.concat({mask, zeros}, 0);
    kept = g.both(g.less(places, getBounds(getConstant(g.b.getContext(), 0))),
                  g.lessOrEqual(getBounds(batch), places));
  } else {
    Dims shape = {dims[0], one, dims.size() == 2 ? one : dims[1], dims.back()};
    Value zero = g.number(0, getElementType(mask));
    kept = g.less(zero, g.reshape(mask, g.dims(shape)));
  }
  return g.select(kept, g.number(0, element), g.number(filter, element));
}

/// The mask that hides keys and what is added to scores, as one.
template <typename Op>
static Value getMask(GraphBuilder &g, Op op, Value hiding, Value added,
                     AffineExpr batch, AffineExpr keys, Type element) {
  if (!hiding)
    return added;
  Value mask =
      getHidden(g, hiding, batch, keys, op.getMaskFilterValue(), element);
  return added ? g.add(mask, added) : mask;
}

/// A mask of one dimension counts keys of each batch, or has two lists of them;
/// others have a place for each key, and one of three for each query, too.
static void requireMask(SizeRequirements &r, StringRef name, Value mask,
                        AffineExpr batch, AffineExpr queries, AffineExpr keys) {
  std::optional<Dims> dims = mask ? getDims(mask) : std::nullopt;
  if (dims && dims->size() == 2)
    return r.shape(name, mask, {batch, keys});
  if (dims && dims->size() == 3)
    return r.shape(name, mask, {batch, queries, keys});
  if (!dims || dims->size() != 1 || dims->front() == batch)
    return;
  AffineExpr length = dims->front();
  r.equal(simplify((length - batch) * (length - batch * 2)), r.constant(0),
          "the length of the mask");
}

static LogicalResult verifyMask(Operation *op, Value mask) {
  std::optional<int64_t> rank = mask ? getRank(mask) : std::nullopt;
  if (rank && (*rank < 1 || *rank > 3))
    return refuse(op, "a mask of four dimensions");
  return success();
}

//===----------------------------------------------------------------------===//
// Attention, QAttention
//===----------------------------------------------------------------------===//

template <typename Op> static LogicalResult verifyAttention(Op op) {
  if (op.getNumHeads() <= 0)
    return op.emitError("needs heads");
  if (op.getDoRotary())
    return refuse(op, "do_rotary");
  if (op.getPastPresentShareBuffer())
    return refuse(op, "past_present_share_buffer");
  return verifyMask(op, op.getMaskIndex());
}

LogicalResult MicrosoftAttentionOp::verify() {
  if (getPastSequenceLength())
    return refuse(*this, "past_sequence_length");
  if (getQkvHiddenSizes() && getQkvHiddenSizes()->size() != 3)
    return emitError("qkv_hidden_sizes has ")
           << getQkvHiddenSizes()->size() << " elements, not 3";
  return verifyAttention(*this);
}

LogicalResult MicrosoftQAttentionOp::verify() { return verifyAttention(*this); }

/// Where the columns of queries, keys and values begin, and the last ones end.
static SmallVector<AffineExpr>
getColumns(AffineExpr all, std::optional<ArrayRef<int64_t>> sizes) {
  SmallVector<AffineExpr> columns = {getConstant(all.getContext(), 0)};
  for (int i = 0; i < 3; ++i) {
    AffineExpr size =
        sizes ? getConstant(all.getContext(), (*sizes)[i]) : all.floorDiv(3);
    columns.push_back(simplify(columns.back() + size));
  }
  return columns;
}

/// With those of the state, [2, batch, heads, keys, size].
static AffineExpr countKeys(const Dims &input, Value past) {
  std::optional<Dims> dims = past ? getDims(past) : std::nullopt;
  return dims && dims->size() == 5 ? simplify((*dims)[3] + input[1]) : input[1];
}

/// Attention of [batch, length, size] tensors with the state that one tensor
/// holds; gives the output and the state.
template <typename Op>
static SmallVector<Value> attendWithState(GraphBuilder &g, Op op,
                                          AttentionParts parts, Value past,
                                          Value added, const Dims &input,
                                          AffineExpr keySize, Type element) {
  AffineExpr batch = input[0], keys = countKeys(input, past);
  if (past) {
    parts.pastKey = g.gather(past, g.integer(0), 0);
    parts.pastValue = g.gather(past, g.integer(1), 0);
  }
  parts.heads = op.getNumHeads();
  parts.scale = op.getScaleAttr();
  parts.isCausal = op.getUnidirectional();
  parts.mask = getMask(g, op, op.getMaskIndex(), added, batch, keys, element);
  AttentionOp attention = attend(g, parts);
  if (op.getPresent().use_empty())
    return {attention.getY(), Value()};
  MLIRContext *context = op.getContext();
  Value shape =
      g.dims({getConstant(context, 1), batch, getConstant(context, parts.heads),
              keys, simplify(keySize.floorDiv(parts.heads))});
  Value present = g.concat({g.reshape(attention.getPresentKey(), shape),
                            g.reshape(attention.getPresentValue(), shape)},
                           0);
  return {attention.getY(), present};
}

void MicrosoftAttentionOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> input = getDims(getInput()),
                      weights = getDims(getWeights());
  r.rank("input", getInput(), 3);
  r.rank("weights", getWeights(), 2);
  if (getPast())
    r.rank("past", getPast(), 5);
  if (!input || !weights || input->size() != 3 || weights->size() != 2)
    return;
  requireMask(r, "mask_index", getMaskIndex(), (*input)[0], (*input)[1],
              countKeys(*input, getPast()));
  r.equal((*weights)[1], getColumns((*weights)[1], getQkvHiddenSizes()).back(),
          "the columns of the weights");
  if (getBias())
    r.size("bias", getBias(), 0, (*weights)[1]);
}

void MicrosoftQAttentionOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> input = getDims(getInput()),
                      weights = getDims(getWeight());
  r.rank("input", getInput(), 3);
  r.rank("weight", getWeight(), 2);
  if (getPast())
    r.rank("past", getPast(), 5);
  if (!input || !weights || input->size() != 3 || weights->size() != 2)
    return;
  requireMask(r, "mask_index", getMaskIndex(), (*input)[0], (*input)[1],
              countKeys(*input, getPast()));
  r.equal((*weights)[1], getColumns((*weights)[1], std::nullopt).back(),
          "the columns of the weights");
}

SmallVector<Value> MicrosoftAttentionOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput()),
                      weights = getDims(getWeights());
  if (!input || !weights || input->size() != 3 || weights->size() != 2 ||
      (getPast() && !getDims(getPast())) ||
      (getMaskIndex() && !getDims(getMaskIndex())))
    return {};
  GraphBuilder g{b, getLoc()};
  SmallVector<AffineExpr> columns =
      getColumns((*weights)[1], getQkvHiddenSizes());
  auto project = [&](int i) {
    auto cut = [&](Value x, int64_t axis) {
      return g.slice(x, g.dims({columns[i]}), g.dims({columns[i + 1]}), axis);
    };
    Value product = g.matmul(getInput(), cut(getWeights(), 1));
    return getBias() ? g.add(product, cut(getBias(), 0)) : product;
  };
  AttentionParts parts(project(0), project(1), project(2));
  return attendWithState(g, *this, parts, getPast(), getAttentionBias(), *input,
                         simplify(columns[2] - columns[1]),
                         onnxc::onnx::getElementType(getInput()));
}

SmallVector<Value> MicrosoftQAttentionOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput()),
                      weights = getDims(getWeight());
  if (!input || !weights || input->size() != 3 || weights->size() != 2 ||
      (getPast() && !getDims(getPast())) ||
      (getMaskIndex() && !getDims(getMaskIndex())))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getBias());
  Value sum =
      MatMulIntegerOp::create(b, getLoc(), getInput(), getWeight(),
                              getInputZeroPoint(), getWeightZeroPoint());
  Value projected = g.add(
      g.mul(g.cast(sum, element), g.mul(getInputScale(), getWeightScale())),
      getBias());
  SmallVector<AffineExpr> columns = getColumns((*weights)[1], std::nullopt);
  auto cut = [&](int i) {
    return g.slice(projected, g.dims({columns[i]}), g.dims({columns[i + 1]}),
                   2);
  };
  return attendWithState(g, *this, AttentionParts(cut(0), cut(1), cut(2)),
                         getPast(), Value(), *input, columns[1], element);
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftMultiHeadAttentionOp::verify() {
  if (getNumHeads() <= 0)
    return emitError("needs heads");
  if (getPastSequenceLength() || getCacheIndirection())
    return refuse(*this, "a buffer that past and present share");
  return verifyMask(*this, getKeyPaddingMask());
}

namespace {

/// Brings queries, keys and values into one form.
class HeadReader {
public:
  HeadReader(GraphBuilder &g, int64_t heads, Value bias)
      : g(g), heads(heads), bias(bias) {}

  /// Part `i` of a tensor [batch, length, heads, parts, size].
  Value unpack(Value packed, int64_t part, AffineExpr biasFrom) {
    Value x = g.gather(packed, g.integer(part), 3);
    AffineExpr size = getDims(packed)->back();
    if (bias) {
      AffineExpr all = simplify(size * heads);
      x = g.add(x,
                g.reshape(cutBias(biasFrom, all), g.dims({getCount(), size})));
    }
    return g.transpose(x, {0, 2, 1, 3});
  }

  /// [batch, length, heads * size], with its bias.
  Value addBias(Value x, AffineExpr biasFrom) {
    return bias ? g.add(x, cutBias(biasFrom, getDims(x)->back())) : x;
  }

  /// The same as [batch, heads, length, size]; `dims` are those of x.
  Value splitHeads(Value x, const Dims &dims) {
    Value split = g.reshape(x, g.dims({dims[0], dims[1], getCount(),
                                       simplify(dims[2].floorDiv(heads))}));
    return g.transpose(split, {0, 2, 1, 3});
  }

private:
  GraphBuilder &g;
  int64_t heads;
  Value bias;

  AffineExpr getCount() { return getConstant(g.b.getContext(), heads); }
  Value cutBias(AffineExpr from, AffineExpr size) {
    return g.slice(bias, g.dims({from}), g.dims({simplify(from + size)}), 0);
  }
};

/// The sizes of one MultiHeadAttention.
struct MultiHeadSizes {
  AffineExpr batch, queries, keys, querySize, valueSize;
};

} // namespace

/// None where a form is not one of the operator's.
static std::optional<MultiHeadSizes>
getSizes(MicrosoftMultiHeadAttentionOp op) {
  auto known = [](Value x) { return x ? getDims(x) : std::nullopt; };
  std::optional<Dims> q = known(op.getQuery()), k = known(op.getKey()),
                      v = known(op.getValue());
  int64_t heads = op.getNumHeads();
  if (!q)
    return std::nullopt;
  if (q->size() == 5) {
    AffineExpr size = simplify((*q)[4] * heads);
    return MultiHeadSizes{(*q)[0], (*q)[1], (*q)[1], size, size};
  }
  if (q->size() != 3 || !k || k->size() < 3)
    return std::nullopt;
  MultiHeadSizes sizes{(*q)[0], (*q)[1], (*k)[1], (*q)[2], (*q)[2]};
  if (k->size() == 5)
    return sizes;
  if (!v || v->size() != k->size())
    return std::nullopt;
  if (k->size() == 4) {
    sizes.keys = (*k)[2];
    sizes.valueSize = simplify((*v)[3] * heads);
    return sizes;
  }
  sizes.valueSize = v->back();
  return k->size() == 3 ? std::optional(sizes) : std::nullopt;
}

static AttentionParts readHeads(GraphBuilder &g,
                                MicrosoftMultiHeadAttentionOp op,
                                const MultiHeadSizes &sizes) {
  HeadReader reader(g, op.getNumHeads(), op.getBias());
  AffineExpr zero = getConstant(op.getContext(), 0);
  AffineExpr keyBias = sizes.querySize, valueBias = simplify(keyBias * 2);
  Value query = op.getQuery(), key = op.getKey(), value = op.getValue();
  AttentionParts parts;
  parts.isOfHeads = true;
  if (getRank(query) == 5) {
    parts.query = reader.unpack(query, 0, zero);
    parts.key = reader.unpack(query, 1, keyBias);
    parts.value = reader.unpack(query, 2, valueBias);
    return parts;
  }
  parts.query = reader.addBias(query, zero);
  if (getRank(key) == 3) {
    parts.isOfHeads = false;
    parts.key = reader.addBias(key, keyBias);
    parts.value = reader.addBias(value, valueBias);
    return parts;
  }
  parts.query = reader.splitHeads(parts.query, *getDims(query));
  bool isPacked = getRank(key) == 5;
  parts.key = isPacked ? reader.unpack(key, 0, keyBias) : key;
  parts.value = isPacked ? reader.unpack(key, 1, valueBias) : value;
  return parts;
}

void MicrosoftMultiHeadAttentionOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> query = getDims(getQuery());
  if (!query)
    return;
  std::optional<MultiHeadSizes> sizes = ::getSizes(*this);
  if (!sizes) {
    if (getKey() && !getDims(getKey()))
      return;
    return r.fail("its query, key and value are none of the operator's forms");
  }
  std::optional<Dims> pastDims =
      getPastKey() ? getDims(getPastKey()) : std::nullopt;
  bool hasPast = pastDims && pastDims->size() == 4;
  requireMask(r, "key_padding_mask", getKeyPaddingMask(), sizes->batch,
              sizes->queries,
              hasPast ? simplify((*pastDims)[2] + sizes->keys) : sizes->keys);
  for (auto [name, past] : {std::pair(StringRef("past_key"), getPastKey()),
                            std::pair(StringRef("past_value"), getPastValue())})
    if (past)
      r.rank(name, past, 4);
  r.heads("query", sizes->querySize, getNumHeads());
  if (query->size() == 5)
    r.size("query", getQuery(), 3, r.constant(3));
  if (getBias())
    r.size("bias", getBias(), 0,
           simplify(sizes->querySize * 2 + sizes->valueSize));
}

SmallVector<Value> MicrosoftMultiHeadAttentionOp::expand(OpBuilder &b) {
  std::optional<MultiHeadSizes> sizes = ::getSizes(*this);
  if (!sizes || (getPastKey() && !getDims(getPastKey())) ||
      (getKeyPaddingMask() && !getDims(getKeyPaddingMask())))
    return {};
  if (!getQk().use_empty())
    return refuseExpansion(*this, "its output qk is known but not built");
  GraphBuilder g{b, getLoc()};
  AttentionParts parts = readHeads(g, *this, *sizes);
  AffineExpr keys = sizes->keys;
  if (getPastKey())
    keys = simplify((*getDims(getPastKey()))[2] + keys);
  parts.pastKey = getPastKey();
  parts.pastValue = getPastValue();
  parts.heads = getNumHeads();
  parts.scale = getScaleAttr();
  parts.isCausal = getUnidirectional();
  parts.mask =
      getMask(g, *this, getKeyPaddingMask(), getAttentionBias(), sizes->batch,
              keys, onnxc::onnx::getElementType(getQuery()));
  AttentionOp attention = attend(g, parts);
  Value y = attention.getY();
  if (parts.isOfHeads)
    y = g.reshape(g.transpose(y, {0, 2, 1, 3}),
                  g.dims({sizes->batch, sizes->queries, sizes->valueSize}));
  return {y, attention.getPresentKey(), attention.getPresentValue(), Value()};
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftRotaryEmbeddingOp::verify() {
  if (getIsPackedBatching())
    return refuse(*this, "is_packed_batching");
  if (getScale() != 1)
    return refuse(*this, "a scale");
  return success();
}

/// A position for each word, or that of the first.
void MicrosoftRotaryEmbeddingOp::requireSizes(SizeRequirements &r) {
  if (getRank(getPositionIds()) == 1)
    r.single("position_ids", getPositionIds());
}

SmallVector<Value> MicrosoftRotaryEmbeddingOp::expand(OpBuilder &b) {
  std::optional<Dims> x = getDims(getInput()),
                      positions = getDims(getPositionIds()),
                      cosines = getDims(getCosCache());
  if (!x || !positions || !cosines || cosines->empty() ||
      (x->size() != 3 && x->size() != 4))
    return {};
  GraphBuilder g{b, getLoc()};
  IntegerAttr heads;
  if (x->size() == 3) {
    // Unless told, a head has as many features as the tables are for.
    std::optional<int64_t> all = onnxc::onnx::getConstant(x->back()),
                           pairs = onnxc::onnx::getConstant(cosines->back());
    int64_t count = getNumHeads();
    if (count == 0 && all && pairs && *pairs > 0)
      count = *all / (2 * *pairs);
    if (count == 0)
      return refuseExpansion(
          *this, "the number of heads is free: bind the last size of its input "
                 "with --dim");
    heads = b.getI64IntegerAttr(count);
  }
  AffineExpr length = (*x)[x->size() - 2];
  Value ids = getPositionIds();
  if (positions->size() == 1) {
    Value rest = g.add(g.range(g.dims({length})), ids);
    ids = g.expand(rest, g.dims({x->front(), length}));
  }
  return {RotaryEmbeddingOp::create(b, getLoc(), getInput(), getCosCache(),
                                    getSinCache(), ids, getInterleavedAttr(),
                                    heads, getRotaryEmbeddingDimAttr())};
}

//===- MicrosoftTokenOps.cpp - Tokens, packed or hashed -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftTokenOps.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SelectOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include <limits>

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftNGramRepeatBlockOp, Scores, 1)
ONNXC_INFER_ELEMENT(MicrosoftTorchEmbeddingOp, Weight, 1)
ONNXC_INFER_ELEMENT(MicrosoftRestorePaddingOp, Input, 1)
ONNXC_INFER_FLOAT(MicrosoftPackedAttentionOp, Input, 1)
ONNXC_INFER_FLOAT(MicrosoftPackedMultiHeadAttentionOp, Query, 1)

//===----------------------------------------------------------------------===//
// NGramRepeatBlock
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftNGramRepeatBlockOp::verify() {
  // Each word but the last is one comparison.
  constexpr int64_t kMost = 64;
  if (getNgramSize() <= 0 || getNgramSize() > kMost)
    return emitError("ngram_size is ")
           << getNgramSize() << ", not from 1 to " << kMost;
  return success();
}

void MicrosoftNGramRepeatBlockOp::requireSizes(SizeRequirements &r) {
  r.rank("scores", getScores(), 2);
  if (std::optional<Dims> scores = getDims(getScores());
      scores && scores->size() == 2) {
    r.rank("input_ids", getInputIds(), 2);
    r.size("input_ids", getInputIds(), 0, scores->front());
    r.element(scores->back(), getInputIds());
  }
}

/// A word is blocked where the n - 1 before it are the last n - 1 of all. In
/// front of the first word there are some that no word equals.
SmallVector<Value> MicrosoftNGramRepeatBlockOp::expand(OpBuilder &b) {
  std::optional<Dims> ids = getDims(getInputIds());
  if (!ids || ids->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  MLIRContext *context = b.getContext();
  Type word = b.getI64Type(), score = onnxc::onnx::getElementType(getScores());
  int64_t before = getNgramSize() - 1;
  AffineExpr length = ids->back();
  Value words = g.cast(getInputIds(), word), padded = words;
  if (before > 0) {
    Value none = g.integer(std::numeric_limits<int64_t>::min());
    Value front =
        g.expand(none, g.dims({ids->front(), getConstant(context, before)}));
    padded = g.concat({front, words}, 1);
  }
  auto cut = [&](AffineExpr from, AffineExpr count) {
    return g.slice(padded, g.dims({from}), g.dims({simplify(from + count)}), 1);
  };
  Value isBlocked;
  for (int64_t i = 0; i < before; ++i) {
    Value isEqual = g.equal(cut(getConstant(context, i), length),
                            cut(simplify(length + i), getConstant(context, 1)));
    isBlocked = isBlocked ? g.both(isBlocked, isEqual) : isEqual;
  }
  double infinity = std::numeric_limits<double>::infinity();
  Value low = g.number(-infinity, score), high = g.number(infinity, score);
  Value updates =
      isBlocked ? g.select(isBlocked, low, high) : g.expand(low, g.dims(*ids));
  return {ScatterElementsOp::create(b, getLoc(), getScores(), words, updates,
                                    b.getI64IntegerAttr(1),
                                    b.getStringAttr("min"))};
}

//===----------------------------------------------------------------------===//
// MurmurHash3
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftMurmurHash3Op::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftMurmurHash3Op>(loc, adaptor)))
    return failure();
  Type element = getElementType(adaptor.getX());
  if (!element.isInteger(32) && !element.isInteger(64) && !element.isF32() &&
      !element.isF64())
    return emitOptionalError(loc, "its input is of ", element,
                             "; it takes numbers of 32 or 64 bits");
  types.push_back(getUnrankedType(IntegerType::get(
      context, 32,
      adaptor.getPositive() ? IntegerType::Unsigned : IntegerType::Signless)));
  return success();
}

namespace {

/// Arithmetic of 32 bits, which wraps.
struct HashBuilder {
  GraphBuilder &g;
  Type word;

  Value number(uint32_t value) { return g.number(value, word); }
  Value shift(Value x, unsigned bits, StringRef direction) {
    return BitShiftOp::create(g.b, g.loc, x, number(bits),
                              g.b.getStringAttr(direction));
  }
  Value exclusiveOr(Value x, Value y) {
    return BitwiseXorOp::create(g.b, g.loc, x, y);
  }
  Value rotate(Value x, unsigned bits) {
    return BitwiseOrOp::create(g.b, g.loc, shift(x, bits, "LEFT"),
                               shift(x, 32 - bits, "RIGHT"));
  }
  Value mixIn(Value hash, Value block) {
    block = rotate(g.mul(block, number(0xcc9e2d51)), 15);
    hash = exclusiveOr(hash, g.mul(block, number(0x1b873593)));
    return g.add(g.mul(rotate(hash, 13), number(5)), number(0xe6546b64));
  }
  Value finish(Value hash, unsigned bytes) {
    hash = exclusiveOr(hash, number(bytes));
    hash = exclusiveOr(hash, shift(hash, 16, "RIGHT"));
    hash = g.mul(hash, number(0x85ebca6b));
    hash = exclusiveOr(hash, shift(hash, 13, "RIGHT"));
    hash = g.mul(hash, number(0xc2b2ae35));
    return exclusiveOr(hash, shift(hash, 16, "RIGHT"));
  }
};

} // namespace

static Value bitcast(GraphBuilder &g, Value x, Type to) {
  return BitCastOp::create(g.b, g.loc, x, getDataType(to));
}

SmallVector<Value> MicrosoftMurmurHash3Op::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  unsigned bits = onnxc::onnx::getElementType(getX()).getIntOrFloatBitWidth();
  auto unsignedOf = [&](unsigned width) {
    return IntegerType::get(b.getContext(), width, IntegerType::Unsigned);
  };
  HashBuilder hash{g, unsignedOf(32)};
  Value state = hash.number(uint32_t(getSeed()));
  if (bits == 32) {
    Value block = bitcast(g, getX(), hash.word);
    state = hash.mixIn(state, block);
  } else {
    Value whole = bitcast(g, getX(), unsignedOf(64));
    Value upper =
        BitShiftOp::create(b, getLoc(), whole, g.number(32, unsignedOf(64)),
                           b.getStringAttr("RIGHT"));
    state = hash.mixIn(state, g.cast(whole, unsignedOf(32)));
    state = hash.mixIn(state, g.cast(upper, unsignedOf(32)));
  }
  Value y = hash.finish(state, bits / 8);
  return {getPositive() ? y : bitcast(g, y, b.getI32Type())};
}

SmallVector<Value> MicrosoftTorchEmbeddingOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  return {g.gather(getWeight(), getIndices(), 0)};
}

//===----------------------------------------------------------------------===//
// RemovePadding, RestorePadding
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftRemovePaddingOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftRemovePaddingOp>(loc, adaptor)))
    return failure();
  Type count = getUnrankedType(IntegerType::get(context, 32));
  types.assign({getUnrankedType(getElementType(adaptor.getInput())), count,
                count, count});
  return success();
}

void MicrosoftRemovePaddingOp::requireSizes(SizeRequirements &r) {
  r.rank("input", getInput(), 3);
  if (std::optional<Dims> dims = getDims(getInput()); dims && dims->size() == 3)
    r.shape("sequence_token_count", getSequenceTokenCount(), {dims->front()});
}

static Value addUp(GraphBuilder &g, Value x) {
  return CumSumOp::create(g.b, g.loc, x, g.integer(0), /*exclusive=*/0,
                          /*reverse=*/0);
}

SmallVector<Value> MicrosoftRemovePaddingOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims || dims->size() != 3)
    return {};
  GraphBuilder g{b, getLoc()};
  Type count = IntegerType::get(b.getContext(), 32);
  AffineExpr all = simplify((*dims)[0] * (*dims)[1]);
  Value flat = g.dims({all}), rows = g.dims({all, dims->back()});
  Value counts = g.reshape(getSequenceTokenCount(), {-1, 1});
  Value places = g.cast(g.range(g.dims({(*dims)[1]})), count);
  Value isWord = g.reshape(g.less(places, counts), flat);
  Value words = CompressOp::create(b, getLoc(), g.reshape(getInput(), rows),
                                   isWord, b.getI64IntegerAttr(0));

  // Words go in front in their order, and what pads behind them.
  Value one = g.cast(isWord, count);
  Value other = g.sub(g.number(1, count), one);
  Value before = g.add(g.sub(addUp(g, other), g.number(1, count)),
                       g.sum(one, 0, /*keepdims=*/true));
  Value to = g.select(isWord, g.sub(addUp(g, one), g.number(1, count)), before);
  Value numbers = g.cast(g.range(flat), count);
  Value offsets = g.scatter(numbers, to, numbers);
  offsets = g.reshape(offsets, g.dims({(*dims)[0], (*dims)[1]}));
  Value zero = g.reshape(g.number(0, count), {1});
  Value sums = g.concat({zero, addUp(g, getSequenceTokenCount())}, 0);
  Value longest =
      ReduceMaxOp::create(b, getLoc(), getSequenceTokenCount(), g.ints(0),
                          /*keepdims=*/1, /*noop_with_empty_axes=*/0);
  return {words, offsets, sums, longest};
}

/// [words, size], each at its place of [batch * length, size]; zeros elsewhere.
static Value placeWords(GraphBuilder &g, Value words, Value offsets,
                        const Dims &wordDims, AffineExpr places) {
  Value zeros = g.expand(g.number(0, getElementType(words)),
                         g.dims({places, wordDims.back()}));
  Value flat = g.reshape(g.cast(offsets, g.b.getI64Type()), {-1});
  Value to = g.slice(flat, g.ints(0), g.dims({wordDims.front()}), 0);
  return ScatterNDOp::create(g.b, g.loc, zeros, g.reshape(to, {-1, 1}), words,
                             g.b.getStringAttr("none"));
}

void MicrosoftRestorePaddingOp::requireSizes(SizeRequirements &r) {
  r.rank("input", getInput(), 2);
  r.rank("token_offset", getTokenOffset(), 2);
  std::optional<Dims> words = getDims(getInput()),
                      offsets = getDims(getTokenOffset());
  if (words && words->size() == 2 && offsets && offsets->size() == 2)
    r.atMost(words->front(), simplify((*offsets)[0] * (*offsets)[1]),
             "the number of words");
}

SmallVector<Value> MicrosoftRestorePaddingOp::expand(OpBuilder &b) {
  std::optional<Dims> words = getDims(getInput()),
                      offsets = getDims(getTokenOffset());
  if (!words || words->size() != 2 || !offsets || offsets->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Value all = placeWords(g, getInput(), getTokenOffset(), *words,
                         simplify((*offsets)[0] * (*offsets)[1]));
  return {
      g.reshape(all, g.dims({(*offsets)[0], (*offsets)[1], words->back()}))};
}

//===----------------------------------------------------------------------===//
// PackedAttention, PackedMultiHeadAttention
//===----------------------------------------------------------------------===//

namespace {

/// Attention of words that are one behind the other, whose sentences
/// `token_offset` restores.
template <typename Op> class PackedAttention {
public:
  PackedAttention(Op op, GraphBuilder &g, float filter)
      : op(op), g(g), filter(filter), offsets(*getDims(op.getTokenOffset())) {}

  /// Of [words, size] each.
  Value attend(Value query, const Dims &queryDims, Value key,
               const Dims &keyDims, Value value, const Dims &valueDims) {
    OpBuilder &b = g.b;
    IntegerAttr heads = b.getI64IntegerAttr(op.getNumHeads());
    IntegerAttr none = b.getI64IntegerAttr(-1), zero = b.getI64IntegerAttr(0);
    auto attention = AttentionOp::create(
        b, g.loc, restore(query, queryDims), restore(key, keyDims),
        restore(value, valueDims), getMask(query), Value(), Value(), Value(),
        zero, heads, none, heads, zero, none, op.getScaleAttr(),
        b.getF32FloatAttr(0), IntegerAttr());
    Value rows =
        g.reshape(attention.getY(), g.dims({getPlaces(), valueDims.back()}));
    Value flat = g.reshape(g.cast(op.getTokenOffset(), b.getI64Type()), {-1});
    Value words = g.slice(flat, g.ints(0), g.dims({queryDims.front()}), 0);
    return g.gather(rows, words, 0);
  }

private:
  Op op;
  GraphBuilder &g;
  float filter;
  Dims offsets;

  AffineExpr getPlaces() { return simplify(offsets[0] * offsets[1]); }

  Value restore(Value x, const Dims &dims) {
    Value rows = placeWords(g, x, op.getTokenOffset(), dims, getPlaces());
    return g.reshape(rows, g.dims({offsets[0], offsets[1], dims.back()}));
  }

  /// Hides what is behind the words of each sentence.
  Value getMask(Value query) {
    Type element = getElementType(query);
    Value sums = op.getCumulativeSequenceLength();
    AffineExpr one = getConstant(g.b.getContext(), 1);
    auto cut = [&](AffineExpr from) {
      return g.slice(sums, g.dims({from}),
                     g.dims({simplify(from + offsets[0])}), 0);
    };
    Value counts =
        g.cast(g.sub(cut(one), cut(simplify(one - 1))), g.b.getI64Type());
    counts = g.reshape(counts, g.dims({offsets[0], one, one, one}));
    Value isWord = g.less(g.range(g.dims({offsets[1]})), counts);
    Value mask =
        g.select(isWord, g.number(0, element), g.number(filter, element));
    return op.getAttentionBias() ? g.add(mask, op.getAttentionBias()) : mask;
  }
};

} // namespace

template <typename Op>
static void requirePacked(Op op, Value words, SizeRequirements &r) {
  r.rank("token_offset", op.getTokenOffset(), 2);
  std::optional<Dims> offsets = getDims(op.getTokenOffset()),
                      dims = getDims(words);
  if (!offsets || offsets->size() != 2 || !dims || dims->empty())
    return;
  r.shape("cumulative_sequence_length", op.getCumulativeSequenceLength(),
          {simplify(offsets->front() + 1)});
  r.atMost(dims->front(), simplify((*offsets)[0] * (*offsets)[1]),
           "the number of words");
}

LogicalResult MicrosoftPackedAttentionOp::verify() {
  if (getNumHeads() <= 0)
    return emitError("needs heads");
  if (getQkvHiddenSizes() && getQkvHiddenSizes()->size() != 3)
    return emitError("qkv_hidden_sizes has ")
           << getQkvHiddenSizes()->size() << " elements, not 3";
  return success();
}

/// Where the columns of queries, keys and values end.
static SmallVector<AffineExpr> getColumns(MicrosoftPackedAttentionOp op,
                                          AffineExpr all) {
  std::optional<ArrayRef<int64_t>> sizes = op.getQkvHiddenSizes();
  SmallVector<AffineExpr> columns = {getConstant(op.getContext(), 0)};
  for (int i = 0; i < 3; ++i) {
    AffineExpr size =
        sizes ? getConstant(op.getContext(), (*sizes)[i]) : all.floorDiv(3);
    columns.push_back(simplify(columns.back() + size));
  }
  return columns;
}

void MicrosoftPackedAttentionOp::requireSizes(SizeRequirements &r) {
  r.rank("input", getInput(), 2);
  r.rank("weights", getWeights(), 2);
  requirePacked(*this, getInput(), r);
  std::optional<Dims> weights = getDims(getWeights());
  if (!weights || weights->size() != 2)
    return;
  r.shape("bias", getBias(), {weights->back()});
  SmallVector<AffineExpr> columns = getColumns(*this, weights->back());
  r.equal(weights->back(), columns.back(), "the columns of the weights");
  r.heads("weights", columns[1], getNumHeads());
}

SmallVector<Value> MicrosoftPackedAttentionOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput()),
                      weights = getDims(getWeights()),
                      offsets = getDims(getTokenOffset());
  if (!input || input->size() != 2 || !weights || weights->size() != 2 ||
      !offsets || offsets->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Value all = g.add(g.matmul(getInput(), getWeights()), getBias());
  SmallVector<AffineExpr> columns = getColumns(*this, weights->back());
  SmallVector<Value> parts;
  SmallVector<Dims> dims;
  for (int i = 0; i < 3; ++i) {
    parts.push_back(
        g.slice(all, g.dims({columns[i]}), g.dims({columns[i + 1]}), 1));
    dims.push_back({input->front(), simplify(columns[i + 1] - columns[i])});
  }
  constexpr float kFilter = -10000;
  return {PackedAttention(*this, g, kFilter)
              .attend(parts[0], dims[0], parts[1], dims[1], parts[2], dims[2])};
}

LogicalResult MicrosoftPackedMultiHeadAttentionOp::verify() {
  if (getNumHeads() <= 0)
    return emitError("needs heads");
  if (!getKey() != !getValue())
    return emitError("has a key without a value, or a value without a key");
  return success();
}

/// The dims of query, key and value without heads; none where a form is not one
/// of the operator's.
static std::optional<SmallVector<Dims>>
getPartDims(MicrosoftPackedMultiHeadAttentionOp op) {
  std::optional<Dims> query = getDims(op.getQuery());
  if (!query)
    return std::nullopt;
  if (!op.getKey()) {
    if (query->size() != 4)
      return std::nullopt;
    Dims part = {(*query)[0], simplify((*query)[1] * (*query)[3])};
    return SmallVector<Dims>(3, part);
  }
  std::optional<Dims> key = getDims(op.getKey()),
                      value = getDims(op.getValue());
  if (query->size() != 2 || !key || key->size() != 2 || !value ||
      value->size() != 2)
    return std::nullopt;
  return SmallVector<Dims>{*query, *key, *value};
}

void MicrosoftPackedMultiHeadAttentionOp::requireSizes(SizeRequirements &r) {
  std::optional<SmallVector<Dims>> parts = getPartDims(*this);
  if (!parts) {
    if (getDims(getQuery()) && (!getKey() || getDims(getKey())))
      r.fail("its query, key and value are none of the operator's forms");
    return;
  }
  requirePacked(*this, getQuery(), r);
  if (!getKey()) {
    r.size("query", getQuery(), 1, r.constant(getNumHeads()));
    r.size("query", getQuery(), 2, r.constant(3));
  }
  for (const Dims &part : *parts) {
    r.equal(part.front(), parts->front().front(), "the number of words");
    r.heads("query", part.back(), getNumHeads());
  }
  if (getBias())
    r.size("bias", getBias(), 0,
           simplify((*parts)[0].back() * 2 + (*parts)[2].back()));
}

SmallVector<Value> MicrosoftPackedMultiHeadAttentionOp::expand(OpBuilder &b) {
  std::optional<SmallVector<Dims>> dims = getPartDims(*this);
  std::optional<Dims> offsets = getDims(getTokenOffset());
  if (!dims || !offsets || offsets->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  SmallVector<Value> parts = {getQuery(), getKey(), getValue()};
  AffineExpr from = getConstant(b.getContext(), 0);
  for (int i = 0; i < 3; ++i) {
    AffineExpr size = (*dims)[i].back();
    if (!getKey())
      parts[i] =
          g.reshape(g.gather(getQuery(), g.integer(i), 2), g.dims((*dims)[i]));
    if (getBias())
      parts[i] = g.add(parts[i], g.slice(getBias(), g.dims({from}),
                                         g.dims({simplify(from + size)}), 0));
    from = simplify(from + size);
  }
  return {PackedAttention(*this, g, getMaskFilterValue())
              .attend(parts[0], (*dims)[0], parts[1], (*dims)[1], parts[2],
                      (*dims)[2])};
}

//===- MicrosoftRecurrenceOps.cpp - Attention as a recurrence -------------===//
//
// Both become an onnx.LinearRecurrence of float32 between other layouts.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftRecurrenceOps.h"
#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/MicrosoftStates.h"
#include "dialects/onnx/PackedRows.h"
#include "dialects/onnx/RecurrenceOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftLinearAttentionOp, Query, 2)

static bool decays(StringRef rule) { return rule.starts_with("gated"); }
static bool asks(StringRef rule) { return rule.ends_with("delta"); }

template <typename Op> static LogicalResult verifyRule(Op op) {
  StringRef rule = op.getUpdateRule();
  if (rule != "linear" && !decays(rule) && !asks(rule))
    return op.emitError("unknown update_rule ") << rule;
  if (decays(rule) && !op.getDecay())
    return op.emitError("update_rule ") << rule << " needs decay";
  if (asks(rule) && !op.getBeta())
    return op.emitError("update_rule ") << rule << " needs beta";
  return success();
}

static Value widen(GraphBuilder &g, Value x) {
  return g.cast(x, g.b.getF32Type());
}

/// y times the scale, 1 / sqrt(size) where it is 0.
static Value scaleBy(GraphBuilder &g, Value y, float scale, AffineExpr size) {
  Type real = g.b.getF32Type();
  if (scale != 0)
    return g.mul(y, g.number(scale, real));
  return g.div(y, SqrtOp::create(g.b, g.loc, g.cast(g.dims({size}), real)));
}

//===----------------------------------------------------------------------===//
// LinearAttention
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftLinearAttentionOp::verify() {
  if (getStateWindow() != 0)
    return emitError("state_window is known but not built");
  int64_t queries = getQNumHeads(), heads = getKvNumHeads();
  if (queries <= 0 || heads <= 0 ||
      (queries % heads != 0 && heads % queries != 0))
    return emitError("has ") << queries << " heads of queries and " << heads
                             << " of keys and values, no multiples of each "
                                "other";
  return verifyRule(*this);
}

namespace {

/// Sizes of [batch, length, heads * size] operands.
struct HeadSizes {
  AffineExpr batch, length, rows, columns;
  int64_t keyHeads = 0;
};

} // namespace

static std::optional<HeadSizes> readSizes(MicrosoftLinearAttentionOp op) {
  std::optional<Dims> query = getDims(op.getQuery()),
                      key = getDims(op.getKey()),
                      value = getDims(op.getValue());
  if (!query || query->size() != 3 || !key || key->size() != 3 || !value ||
      value->size() != 3)
    return std::nullopt;
  HeadSizes sizes;
  sizes.batch = (*query)[0], sizes.length = (*query)[1];
  sizes.rows = simplify(query->back().floorDiv(op.getQNumHeads()));
  sizes.columns = simplify(value->back().floorDiv(op.getKvNumHeads()));
  // Keys may have the heads of queries, those of values, or others still.
  sizes.keyHeads =
      key->back() == query->back() ? op.getQNumHeads() : op.getKvNumHeads();
  std::optional<int64_t> all = getConstant(key->back()),
                         rows = getConstant(sizes.rows);
  if (all && rows && *rows > 0 && *all % *rows == 0)
    sizes.keyHeads = *all / *rows;
  return sizes;
}

void MicrosoftLinearAttentionOp::requireSizes(SizeRequirements &r) {
  for (auto [name, x] : {std::pair(StringRef("query"), getQuery()),
                         std::pair(StringRef("key"), getKey()),
                         std::pair(StringRef("value"), getValue()),
                         std::pair(StringRef("decay"), getDecay()),
                         std::pair(StringRef("beta"), getBeta())})
    r.rank(name, x, 3);
  std::optional<HeadSizes> sizes = readSizes(*this);
  if (!sizes)
    return;
  AffineExpr heads = r.constant(getKvNumHeads());
  r.heads("query", getDims(getQuery())->back(), getQNumHeads());
  r.heads("value", getDims(getValue())->back(), getKvNumHeads());
  r.shape(
      "key", getKey(),
      {sizes->batch, sizes->length, simplify(sizes->rows * sizes->keyHeads)});
  if (getPastState())
    r.shape("past_state", getPastState(),
            {sizes->batch, heads, sizes->rows, sizes->columns});
}

/// Whether the last size is known to be this.
static bool hasLast(Value x, AffineExpr size) {
  std::optional<Dims> dims = x ? getDims(x) : std::nullopt;
  return dims && !dims->empty() && dims->back() == size;
}

SmallVector<Value> MicrosoftLinearAttentionOp::expand(OpBuilder &b) {
  std::optional<HeadSizes> sizes = readSizes(*this);
  if (!sizes || (getDecay() && !getDims(getDecay())) ||
      (getBeta() && !getDims(getBeta())))
    return {};
  GraphBuilder g{b, getLoc()};
  MLIRContext *context = b.getContext();
  auto number = [&](int64_t value) {
    return onnxc::onnx::getConstant(context, value);
  };
  AffineExpr heads = number(getKvNumHeads()),
             tokens = simplify(sizes->batch * sizes->length);
  auto split = [&](Value x, AffineExpr count, AffineExpr size) {
    return g.reshape(widen(g, x), g.dims({tokens, count, size}));
  };
  Value decay, beta;
  if (decays(getUpdateRule())) {
    bool isOne = hasLast(getDecay(), heads);
    decay = split(getDecay(), heads, isOne ? number(1) : sizes->rows);
  }
  if (asks(getUpdateRule())) {
    // One for all heads, or one for each.
    AffineExpr count = hasLast(getBeta(), number(1)) ? number(1) : heads;
    beta = g.reshape(widen(g, getBeta()), g.dims({tokens, count}));
    beta = g.expand(beta, g.dims({tokens, heads}));
  }
  Dims shape = {sizes->batch, heads, sizes->rows, sizes->columns};
  Value state = getPastState()
                    ? widen(g, getPastState())
                    : g.expand(g.number(0, b.getF32Type()), g.dims(shape));
  Value starts = g.mul(g.range(g.dims({simplify(sizes->batch + 1)})),
                       g.dims({sizes->length}));
  auto recurrence = LinearRecurrenceOp::create(
      b, getLoc(), split(getQuery(), number(getQNumHeads()), sizes->rows),
      split(getKey(), number(sizes->keyHeads), sizes->rows),
      split(getValue(), heads, sizes->columns), starts, state, decay, beta);
  int64_t most = std::max(getQNumHeads(), getKvNumHeads());
  Value y = scaleBy(g, recurrence.getOutput(), getScale(), sizes->rows);
  y = g.reshape(y, g.dims({sizes->batch, sizes->length,
                           simplify(sizes->columns * most)}));
  Type element = onnxc::onnx::getElementType(getQuery());
  return {g.cast(y, element),
          g.cast(recurrence.getFinalState(),
                 getPastState() ? onnxc::onnx::getElementType(getPastState())
                                : element)};
}

//===----------------------------------------------------------------------===//
// GatedDeltaNet
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftGatedDeltaNetOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftGatedDeltaNetOp>(loc, adaptor)))
    return failure();
  types.assign(3, getUnrankedType(Float32Type::get(context)));
  types[0] = getUnrankedType(getElementType(adaptor.getQuery()));
  for (Value x :
       {adaptor.getDecay(), adaptor.getBeta(), adaptor.getInitialState(),
        adaptor.getALog(), adaptor.getDtBias()})
    if (x && !isa<FloatType>(getElementType(x)))
      return emitOptionalError(loc, "an input is of ", getElementType(x),
                               ", not of floats");
  return checkFloats(loc, adaptor.getQuery(), {});
}

LogicalResult MicrosoftGatedDeltaNetOp::verify() {
  StringRef gate = getGateActivation(), rate = getBetaActivation();
  if (gate != "none" && gate != "softplus" && gate != "qwen" &&
      gate != "sigmoid" && gate != "kda")
    return emitError("unknown gate_activation ") << gate;
  if (rate != "none" && rate != "sigmoid")
    return emitError("unknown beta_activation ") << rate;
  if (gate != "none" && (!getALog() || !getDtBias()))
    return emitError("gate_activation ") << gate << " needs a_log and dt_bias";
  if (failed(verifyCaptures(*this)))
    return failure();
  if (!getKey() != !getValue())
    return emitError("has a key without a value, or a value without a key");
  if (!getInitialState() && (!getKey() || !getCuSeqlens()))
    return emitError("needs initial_state, which says how many heads or "
                     "sequences there are");
  return verifyRule(*this);
}

namespace {

/// One GatedDeltaNet as it is built of others. Tokens are one dimension, or a
/// batch of sequences of one length.
class DeltaNet {
public:
  explicit DeltaNet(MicrosoftGatedDeltaNetOp op);

  /// Whether the types tell all that has to be known.
  bool isKnown = false;
  /// The sequences are of one length, but how many is not known.
  bool isUneven = false;
  Dims front; // of query: [tokens] or [batch, length]
  AffineExpr tokens, sequences, rows, columns, queryHeads, keyHeads, heads;

  SmallVector<Value> build(GraphBuilder &g);

private:
  MicrosoftGatedDeltaNetOp op;

  AffineExpr number(int64_t value) {
    return getConstant(op.getContext(), value);
  }
  void readPacked(ArrayRef<AffineExpr> query);
  Value split(GraphBuilder &g, Value x, AffineExpr count, AffineExpr size) {
    return g.reshape(widen(g, x), g.dims({tokens, count, size}));
  }
  SmallVector<Value> readParts(GraphBuilder &g);
  Value readDecay(GraphBuilder &g);
  Value getStarts(GraphBuilder &g);
  Value capture(GraphBuilder &g, Value starts, Value decay, Value key,
                Value delta);
};

} // namespace

DeltaNet::DeltaNet(MicrosoftGatedDeltaNetOp op) : op(op) {
  std::optional<Dims> query = getDims(op.getQuery());
  if (!query || query->size() < (op.getKey() ? 3 : 2) ||
      query->size() > (op.getKey() ? 4 : 3))
    return;
  size_t behind = op.getKey() ? 2 : 1;
  front.assign(query->begin(), query->end() - behind);
  tokens = simplify(getProduct(op.getContext(), front));
  std::optional<Dims> state =
      op.getInitialState() ? getDims(op.getInitialState()) : std::nullopt;
  if (op.getInitialState() && (!state || state->size() != 4))
    return;
  if (state)
    heads = (*state)[1], columns = (*state)[2], rows = (*state)[3];
  if (op.getKey()) {
    std::optional<Dims> key = getDims(op.getKey()),
                        value = getDims(op.getValue());
    if (!key || key->size() != query->size() || !value ||
        value->size() != query->size())
      return;
    queryHeads = (*query)[front.size()], keyHeads = (*key)[front.size()];
    heads = (*value)[front.size()], columns = value->back();
    rows = query->back();
  } else {
    readPacked(*query);
    if (!queryHeads)
      return;
  }
  if (op.getCuSeqlens()) {
    std::optional<Dims> starts = getDims(op.getCuSeqlens());
    if (!starts || starts->size() != 1)
      return;
    sequences = simplify(starts->front() - 1);
  } else {
    sequences = front.size() == 2 ? front.front() : state->front();
    isUneven = front.size() == 1 && !getConstant(sequences);
  }
  isKnown = !op.getDecay() || getDims(op.getDecay());
}

/// The last size is 2 * heads of queries * rows + heads * columns.
void DeltaNet::readPacked(ArrayRef<AffineExpr> query) {
  std::optional<int64_t> all = getConstant(query.back()),
                         count = getConstant(heads), size = getConstant(rows),
                         width = getConstant(columns);
  if (!all || !count || !size || !width || *size <= 0)
    return;
  queryHeads = keyHeads = number((*all - *count * *width) / (2 * *size));
}

/// Query, key and value, [tokens, heads, size] of float32.
SmallVector<Value> DeltaNet::readParts(GraphBuilder &g) {
  Value query = op.getQuery(), key = op.getKey(), value = op.getValue();
  if (!key) {
    AffineExpr wide = simplify(queryHeads * rows);
    Value all = op.getQuery();
    auto cut = [&](AffineExpr from, AffineExpr to) {
      return g.slice(all, g.dims({from}), g.dims({simplify(to)}), front.size());
    };
    query = cut(number(0), wide), key = cut(wide, wide * 2);
    value = cut(simplify(wide * 2), wide * 2 + heads * columns);
  }
  SmallVector<Value> parts = {split(g, query, queryHeads, rows),
                              split(g, key, keyHeads, rows),
                              split(g, value, heads, columns)};
  // Kimi's model adds more to a length than others do.
  StringRef gate = op.getGateActivation();
  double least = gate == "sigmoid" || gate == "kda" ? 1e-6 : 1e-12;
  if (op.getQkL2Norm())
    for (Value &x : MutableArrayRef(parts).take_front(2)) {
      Value squares = g.sum(g.mul(x, x), 2, /*keepdims=*/true);
      Value length = SqrtOp::create(
          g.b, g.loc, g.add(squares, g.number(least, g.b.getF32Type())));
      x = g.div(x, length);
    }
  return parts;
}

/// [tokens, heads, 1 or rows], to be taken exp of.
Value DeltaNet::readDecay(GraphBuilder &g) {
  bool isOne = getDims(op.getDecay())->size() == front.size() + 1;
  AffineExpr width = isOne ? number(1) : rows;
  Value decay = split(g, op.getDecay(), heads, width);
  StringRef gate = op.getGateActivation();
  if (gate == "none")
    return decay;
  Value rate =
      g.reshape(g.exp(widen(g, op.getALog())), g.dims({heads, number(1)}));
  std::optional<Dims> bias = getDims(op.getDtBias());
  bool isBiasOne = bias && bias->size() == 1 && bias->front() == heads;
  Value shift = g.reshape(widen(g, op.getDtBias()),
                          g.dims({heads, isBiasOne ? number(1) : rows}));
  Value x = g.add(decay, shift);
  if (gate == "softplus" || gate == "qwen")
    return g.neg(g.mul(rate, SoftplusOp::create(g.b, g.loc, x)));
  Value bounded = SigmoidOp::create(g.b, g.loc, g.mul(rate, x));
  return g.mul(bounded, g.number(op.getGateLowerBound(), g.b.getF32Type()));
}

Value DeltaNet::getStarts(GraphBuilder &g) {
  if (op.getCuSeqlens())
    return g.cast(op.getCuSeqlens(), g.b.getI64Type());
  AffineExpr length = front.size() == 2 ? front.back() : number(0);
  if (std::optional<int64_t> count = getConstant(sequences);
      front.size() == 1 && count && *count > 0)
    length = simplify(tokens.floorDiv(*count));
  return g.mul(g.range(g.dims({simplify(sequences + 1)})), g.dims({length}));
}

/// Of each sequence the decays, keys and deltas of its first tokens, behind
/// each other; zeros behind those that are asked for.
Value DeltaNet::capture(GraphBuilder &g, Value starts, Value decay, Value key,
                        Value delta) {
  int64_t capacity = op.getStateUpdateCapacity();
  PackedRows places(g, starts, tokens, sequences);
  Value isTaken = places.isCaptured(op.getCaptureCount(), capacity);
  if (op.getStateUpdateActive()) {
    Value isActive = g.equal(g.list(op.getStateUpdateActive()), g.integer(0));
    isTaken = g.select(isActive, g.number(0, g.b.getI1Type()), isTaken);
  }
  isTaken =
      g.reshape(isTaken, g.dims({sequences, number(capacity), number(1)}));
  Value none = g.number(0, g.b.getF32Type());
  SmallVector<Value> parts;
  auto add = [&](Value x, AffineExpr width) {
    // No history: place 0 is the first row.
    Value rows = g.reshape(x, g.dims({tokens, width}));
    Value taken = places.take(rows, number(0), places.number, g.iota(capacity));
    parts.push_back(g.reshape(g.select(isTaken, taken, none),
                              g.dims({sequences, simplify(width * capacity)})));
  };
  // A rule without decay has decays of 1, one a head.
  bool isOne = !decay || getDims(op.getDecay())->size() == front.size() + 1;
  Value factors =
      decay ? g.exp(decay)
            : g.expand(g.number(1, g.b.getF32Type()), g.dims({tokens, heads}));
  add(factors, simplify(heads * (isOne ? number(1) : rows)));
  add(key, simplify(keyHeads * rows));
  add(delta, simplify(heads * columns));
  return g.concat(parts, 1);
}

SmallVector<Value> DeltaNet::build(GraphBuilder &g) {
  OpBuilder &b = g.b;
  SmallVector<Value> parts = readParts(g);
  Value decay = decays(op.getUpdateRule()) ? readDecay(g) : Value(), beta;
  if (asks(op.getUpdateRule())) {
    beta = g.reshape(widen(g, op.getBeta()), g.dims({tokens, heads}));
    if (op.getBetaActivation() == "sigmoid")
      beta = SigmoidOp::create(b, g.loc, beta);
  }
  Dims shape = {sequences, heads, rows, columns};
  Value state = op.getInitialState()
                    ? g.transpose(widen(g, op.getInitialState()), {0, 1, 3, 2})
                    : g.expand(g.number(0, b.getF32Type()), g.dims(shape));
  Value starts = getStarts(g);
  auto recurrence = LinearRecurrenceOp::create(
      b, g.loc, parts[0], parts[1], parts[2], starts, state, decay, beta);
  Value y = scaleBy(g, recurrence.getOutput(), op.getScale(), rows);
  Dims all = front;
  all.push_back(
      number(std::max(*getConstant(queryHeads), *getConstant(heads))));
  all.push_back(columns);
  y = g.cast(g.reshape(y, g.dims(all)), getElementType(op.getQuery()));
  Value update =
      op.getStateUpdateCapacity()
          ? capture(g, starts, decay, parts[1], recurrence.getDelta())
          : Value();
  return {y, g.transpose(recurrence.getFinalState(), {0, 1, 3, 2}), update};
}

void MicrosoftGatedDeltaNetOp::requireSizes(SizeRequirements &r) {
  DeltaNet net(*this);
  if (!net.isKnown)
    return;
  if (getKey() && net.front.size() == 2)
    for (auto [name, x] : {std::pair(StringRef("key"), getKey()),
                           std::pair(StringRef("value"), getValue())})
      for (unsigned i = 0; i < 2; ++i)
        r.size(name, x, i, net.front[i]);
  if (getInitialState())
    r.shape("initial_state", getInitialState(),
            {net.sequences, net.heads, net.columns, net.rows});
  if (getCuSeqlens())
    r.rank("query", getQuery(), getKey() ? 3 : 2);
  if (std::optional<int64_t> count = onnxc::onnx::getConstant(net.sequences);
      count && *count > 0 && !getCuSeqlens())
    r.equal(simplify(net.tokens % *count), r.constant(0),
            "the number of tokens by sequences");
  if (getALog())
    r.shape("a_log", getALog(), {net.heads});
  if (getCaptureCount())
    r.shape("capture_count", getCaptureCount(), {net.sequences});
}

SmallVector<Value> MicrosoftGatedDeltaNetOp::expand(OpBuilder &b) {
  DeltaNet net(*this);
  if (!net.isKnown)
    return {};
  if (net.isUneven)
    return refuseExpansion(*this,
                           "how many sequences there are is free: bind the "
                           "first size of initial_state with --dim, or give "
                           "cu_seqlens");
  if (!onnxc::onnx::getConstant(net.queryHeads) ||
      !onnxc::onnx::getConstant(net.heads))
    return refuseExpansion(*this,
                           "the number of heads is free: bind it with --dim");
  if (!getStateUpdate().use_empty() && !getStateUpdateCapacity())
    return refuseExpansion(*this, "its output state_update needs a "
                                  "state_update_capacity");
  GraphBuilder g{b, getLoc()};
  return net.build(g);
}

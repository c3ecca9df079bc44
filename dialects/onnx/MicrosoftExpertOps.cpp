//===- MicrosoftExpertOps.cpp - Mixtures of experts -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftExpertOps.h"
#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/ScatterOps.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SoftmaxOps.h"
#include <limits>

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftMoEOp, Input, 1)
ONNXC_INFER_OPEN(MicrosoftQMoEOp, Input, 1,
                 checkFloats(loc, adaptor.getInput(), {}))

static LogicalResult refuse(Operation *op, const Twine &what) {
  return op->emitError(what) << " is known but not built";
}

//===----------------------------------------------------------------------===//
// What MoE and QMoE share
//===----------------------------------------------------------------------===//

namespace {

/// One layer of all experts: weights of [experts, outputs, inputs], and a bias
/// of [experts, outputs] or null.
struct ExpertLayer {
  Value weights, bias;

  explicit operator bool() const { return bool(weights); }
};

} // namespace

template <typename Op> static LogicalResult verifyExperts(Op op) {
  if (op.getK() <= 0)
    return op.emitError("k is ") << op.getK() << "; it must be positive";
  StringRef activation = op.getActivationType();
  if (!llvm::is_contained({"relu", "gelu", "silu", "swiglu", "identity"},
                          activation))
    return refuse(op, "activation_type '" + activation + "'");
  if (op.getUseSparseMixer())
    return refuse(op, "use_sparse_mixer");
  if (op.getSwigluLimitAfterActivation())
    return refuse(op, "swiglu_limit_after_activation");
  bool hasThird = bool(op.getFc3ExpertsWeights());
  if (activation != "swiglu")
    return hasThird ? refuse(op, "fc3 with " + activation) : success();
  if (op.getSwigluFusion() < 0 || op.getSwigluFusion() > 2)
    return op.emitError("unknown swiglu_fusion ") << op.getSwigluFusion();
  if (hasThird != (op.getSwigluFusion() == 0))
    return op.emitError("swiglu takes fc3_experts_weights, or a swiglu_fusion "
                        "of 1 or 2");
  return success();
}

/// g * sigmoid(alpha * g) * (l + beta)
template <typename Op>
static Value multiplyGate(GraphBuilder &g, Op op, Value gate, Value up) {
  Type element = getElementType(gate);
  if (std::optional<float> limit = op.getSwigluLimit()) {
    Value high = g.number(*limit, element);
    gate = g.min(gate, high);
    up = g.max(g.min(up, high), g.number(-double(*limit), element));
  }
  if (op.getActivationBeta() != 0)
    up = g.add(up, g.number(op.getActivationBeta(), element));
  return g.mul(swish(g, gate, op.getActivationAlpha()), up);
}

static Value apply(GraphBuilder &g, const ExpertLayer &layer, Value x) {
  Value y = g.matmul(x, g.transpose(layer.weights, {0, 2, 1}));
  if (!layer.bias)
    return y;
  Value bias = g.reshape(
      layer.bias,
      g.concat({g.size(layer.bias, 0), g.ints(1), g.size(layer.bias, 1)}, 0));
  return g.add(y, bias);
}

/// [experts, words, inner size]; `outputs` are the first layer's.
template <typename Op>
static Value activateExperts(GraphBuilder &g, Op op, Value x,
                             const ExpertLayer &first, AffineExpr outputs,
                             const ExpertLayer &third) {
  Value y = apply(g, first, x);
  StringRef activation = op.getActivationType();
  if (activation == "relu")
    return ReluOp::create(g.b, g.loc, y);
  if (activation == "gelu")
    return gelu(g, y, /*isApproximate=*/true);
  if (activation == "silu")
    return swish(g, y, 1);
  if (activation == "identity")
    return y;
  if (third)
    return multiplyGate(g, op, y, apply(g, third, x));
  bool isInterleaved = op.getSwigluFusion() == 1;
  AffineExpr half = simplify(outputs.floorDiv(2));
  if (!isInterleaved)
    return multiplyGate(g, op, g.slice(y, g.ints(0), g.dims({half}), 2),
                        g.slice(y, g.dims({half}), g.dims({outputs}), 2));
  Value even = g.mul(g.range(g.dims({half})), g.integer(2));
  return multiplyGate(g, op, g.gather(y, even, 2),
                      g.gather(y, g.add(even, g.integer(1)), 2));
}

/// Of each word the k best of `scores`, and as [words, experts] the weights of
/// these; 0 for the others.
static Value selectExperts(GraphBuilder &g, Value scores, Value weights,
                           int64_t k, bool isNormalized) {
  OpBuilder &b = g.b;
  auto best =
      TopKOp::create(b, g.loc, scores, g.ints(k), b.getI64IntegerAttr(-1),
                     b.getI64IntegerAttr(1), b.getI64IntegerAttr(1));
  Value chosen = GatherElementsOp::create(b, g.loc, weights, best.getIndices(),
                                          b.getI64IntegerAttr(1));
  if (isNormalized)
    chosen = g.div(chosen, g.sum(chosen, 1, /*keepdims=*/true));
  Value zeros = g.expand(g.number(0, getElementType(weights)), g.shape(scores));
  return ScatterElementsOp::create(b, g.loc, zeros, best.getIndices(), chosen,
                                   b.getI64IntegerAttr(1),
                                   b.getStringAttr("none"));
}

/// The words' sums over experts; what no weight selects may be anything.
static Value mixExperts(GraphBuilder &g, Value outputs, Value weights) {
  Type element = getElementType(outputs);
  Value spread = g.cast(
      g.reshape(
          g.transpose(weights, {1, 0}),
          g.concat({g.size(weights, 1), g.size(weights, 0), g.ints(1)}, 0)),
      element);
  Value zero = g.number(0, element);
  Value weighted = g.select(g.less(zero, spread), g.mul(outputs, spread), zero);
  return g.sum(weighted, 0);
}

static std::optional<int64_t> getSize(Value x, unsigned dim) {
  std::optional<Dims> dims = getDims(x);
  return dims && dim < dims->size() ? onnxc::onnx::getConstant((*dims)[dim])
                                    : std::nullopt;
}

/// The sizes that layers, words and experts share. `columns(weights)` says how
/// many inputs a layer's weights are for.
template <typename Op, typename Columns>
static void requireExperts(Op op, SizeRequirements &r, Columns columns) {
  std::optional<Dims> input = getDims(op.getInput()),
                      first = getDims(op.getFc1ExpertsWeights()),
                      second = getDims(op.getFc2ExpertsWeights());
  r.rank("fc1_experts_weights", op.getFc1ExpertsWeights(), 3);
  r.rank("fc2_experts_weights", op.getFc2ExpertsWeights(), 3);
  r.rank("router_probs", op.getRouterProbs(), 2);
  if (!input || !first || first->size() != 3 || !second || second->size() != 3)
    return;
  if (input->size() != 2 && input->size() != 3)
    return r.fail("input has rank " + Twine(input->size()) + ", not 2 or 3");
  AffineExpr experts = first->front(), size = input->back();
  AffineExpr inner = (*first)[1];
  if (op.getActivationType() == "swiglu" && op.getSwigluFusion() != 0) {
    r.equal(simplify(inner % 2), r.constant(0), "the outputs of fc1");
    inner = simplify(inner.floorDiv(2));
  }
  AffineExpr words = getProduct(op.getContext(), ArrayRef(*input).drop_back());
  r.shape("router_probs", op.getRouterProbs(), {words, experts});
  if (std::optional<int64_t> count = onnxc::onnx::getConstant(experts);
      count && op.getK() > *count)
    r.fail("k is " + Twine(op.getK()) + ", more than its " + Twine(*count) +
           " experts");
  r.shape("fc1_experts_weights", op.getFc1ExpertsWeights(),
          {experts, (*first)[1], columns(0, size)});
  r.shape("fc2_experts_weights", op.getFc2ExpertsWeights(),
          {experts, size, columns(1, inner)});
  if (op.getFc3ExpertsWeights())
    r.shape("fc3_experts_weights", op.getFc3ExpertsWeights(),
            {experts, inner, columns(2, size)});
  for (auto [name, bias, outputs] :
       {std::tuple(StringRef("fc1_experts_bias"), op.getFc1ExpertsBias(),
                   (*first)[1]),
        std::tuple(StringRef("fc2_experts_bias"), op.getFc2ExpertsBias(), size),
        std::tuple(StringRef("fc3_experts_bias"), op.getFc3ExpertsBias(),
                   inner)})
    if (bias)
      r.shape(name, bias, {experts, outputs});
}

template <typename Op>
static Value expandExperts(GraphBuilder &g, Op op, const Dims &input,
                           AffineExpr outputs, const ExpertLayer &first,
                           const ExpertLayer &second, const ExpertLayer &third,
                           Value weights) {
  MLIRContext *context = op.getContext();
  Value words = g.reshape(
      op.getInput(),
      g.dims({getConstant(context, 1),
              getProduct(context, ArrayRef(input).drop_back()), input.back()}));
  Value inner = activateExperts(g, op, words, first, outputs, third);
  return g.reshape(mixExperts(g, apply(g, second, inner), weights),
                   g.dims(input));
}

static Value softmax(GraphBuilder &g, Value x) {
  return SoftmaxOp::create(g.b, g.loc, x, g.b.getI64IntegerAttr(-1));
}

//===----------------------------------------------------------------------===//
// MoE
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftMoEOp::verify() { return verifyExperts(*this); }

void MicrosoftMoEOp::requireSizes(SizeRequirements &r) {
  requireExperts(*this, r, [](int, AffineExpr size) { return size; });
}

SmallVector<Value> MicrosoftMoEOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput()),
                      first = getDims(getFc1ExpertsWeights());
  if (!input || !first || first->size() != 3 || !getDims(getRouterProbs()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value scores = softmax(g, g.cast(getRouterProbs(), b.getF32Type()));
  Value weights =
      selectExperts(g, scores, scores, getK(), getNormalizeRoutingWeights());
  return {expandExperts(g, *this, *input, (*first)[1],
                        {getFc1ExpertsWeights(), getFc1ExpertsBias()},
                        {getFc2ExpertsWeights(), getFc2ExpertsBias()},
                        {getFc3ExpertsWeights(), getFc3ExpertsBias()},
                        weights)};
}

//===----------------------------------------------------------------------===//
// QMoE
//===----------------------------------------------------------------------===//

static int64_t getBits(MicrosoftQMoEOp op, int layer) {
  std::optional<int64_t> own = layer == 0   ? op.getFc1ExpertWeightBits()
                               : layer == 1 ? op.getFc2ExpertWeightBits()
                                            : op.getFc3ExpertWeightBits();
  return own.value_or(op.getExpertWeightBits());
}

LogicalResult MicrosoftQMoEOp::verify() {
  if (getQuantType() != "int")
    return refuse(*this, "quant_type '" + getQuantType() + "'");
  if (getWeightsPrepacked().value_or(0) > 0)
    return emitError("its weights are packed for a GPU: export it with "
                     "weights_prepacked = 0");
  for (int layer = 0; layer < 3; ++layer)
    if (int64_t bits = getBits(*this, layer);
        bits != 2 && bits != 4 && bits != 8)
      return refuse(*this, "weights of " + Twine(bits) + " bits");
  int64_t block = getBlockSize().value_or(0);
  if (block && (block < 16 || !llvm::isPowerOf2_64(block)))
    return emitError("block_size is ")
           << block << ", no power of 2 of at least 16";
  if (!getFc1Scales() || !getFc2Scales() ||
      (getFc3ExpertsWeights() && !getFc3Scales()))
    return emitError("needs the scales of its weights");
  for (Value extra :
       {getFc1GlobalScale(), getFc2GlobalScale(), getFc1ActScale(),
        getFc2ActScale(), getFc1ActBlockScale(), getFc2ActBlockScale()})
    if (extra)
      return refuse(*this, "a scale of activations or of all experts");
  for (Value integers :
       {getFc1ExpertsWeights(), getFc2ExpertsWeights(), getFc3ExpertsWeights(),
        getFc1ZeroPoints(), getFc2ZeroPoints(), getFc3ZeroPoints()})
    if (integers && !onnxc::onnx::getElementType(integers).isUnsignedInteger(8))
      return emitError("its weights and zero points are not bytes");
  return verifyExperts(*this);
}

namespace {

/// One layer's quantised weights.
struct QuantisedLayer {
  Value weights, scales, points;
  int64_t bits, block;
  /// Unpacked: [experts, outputs, inputs].
  Dims dims;

  /// [experts, outputs] or [experts, outputs, blocks]
  Dims getScaleDims() const {
    Dims result = {dims[0], dims[1]};
    if (block)
      result.push_back(simplify(dims[2].floorDiv(block)));
    return result;
  }
  /// The same, the last dimension in bytes.
  Dims getPointDims() const {
    Dims result = getScaleDims();
    result.back() = simplify(result.back().ceilDiv(8 / bits));
    return result;
  }
};

} // namespace

static Value dequantize(GraphBuilder &g, const QuantisedLayer &layer,
                        Type element) {
  Value codes =
      g.cast(unpack(g, layer.weights, layer.bits, layer.dims), element);
  Value zero = g.number(1 << (layer.bits - 1), element);
  Dims scaleDims = layer.getScaleDims(), spread = scaleDims;
  spread.push_back(getConstant(g.b.getContext(), 1));
  if (layer.points) {
    Dims padded = layer.getPointDims();
    int64_t axis = padded.size() - 1;
    padded.back() = simplify(padded.back() * (8 / layer.bits));
    Value points = unpack(g, layer.points, layer.bits, padded);
    points = g.slice(points, g.ints(0), g.dims({scaleDims.back()}), axis);
    zero = g.reshape(g.cast(points, element), g.dims(spread));
  }
  Dims grouped = layer.dims;
  if (layer.block) {
    grouped.back() = scaleDims.back();
    grouped.push_back(getConstant(g.b.getContext(), layer.block));
    codes = g.reshape(codes, g.dims(grouped));
  }
  Value scales = g.reshape(g.cast(layer.scales, element), g.dims(spread));
  Value weights = g.mul(g.sub(codes, zero), scales);
  return layer.block ? g.reshape(weights, g.dims(layer.dims)) : weights;
}

/// None until the shapes are known, or without weights.
static std::optional<QuantisedLayer> getLayer(MicrosoftQMoEOp op, int layer) {
  Value weights[] = {op.getFc1ExpertsWeights(), op.getFc2ExpertsWeights(),
                     op.getFc3ExpertsWeights()};
  Value scales[] = {op.getFc1Scales(), op.getFc2Scales(), op.getFc3Scales()};
  Value points[] = {op.getFc1ZeroPoints(), op.getFc2ZeroPoints(),
                    op.getFc3ZeroPoints()};
  std::optional<Dims> dims =
      weights[layer] ? getDims(weights[layer]) : std::nullopt;
  if (!dims || dims->size() != 3)
    return std::nullopt;
  int64_t bits = getBits(op, layer);
  dims->back() = simplify(dims->back() * (8 / bits));
  return QuantisedLayer{weights[layer],
                        scales[layer],
                        points[layer],
                        bits,
                        op.getBlockSize().value_or(0),
                        *dims};
}

void MicrosoftQMoEOp::requireSizes(SizeRequirements &r) {
  requireExperts(*this, r, [&](int layer, AffineExpr size) {
    int64_t perByte = 8 / getBits(*this, layer);
    r.equal(simplify(size % perByte), r.constant(0),
            "the inputs of fc" + Twine(layer + 1) + " by codes in a byte");
    return simplify(size.floorDiv(perByte));
  });
  for (int i = 0; i < 3; ++i) {
    std::optional<QuantisedLayer> layer = getLayer(*this, i);
    if (!layer)
      continue;
    std::string name = ("fc" + Twine(i + 1)).str();
    if (layer->block)
      r.equal(simplify(layer->dims[2] % layer->block), r.constant(0),
              "the inputs of " + name + " by blocks");
    r.shape(name + "_scales", layer->scales, layer->getScaleDims());
    if (layer->points)
      r.shape(name + "_zero_points", layer->points, layer->getPointDims());
  }
  if (getRouterWeights())
    if (std::optional<Dims> probs = getDims(getRouterProbs()))
      r.shape("router_weights", getRouterWeights(), *probs);
}

SmallVector<Value> MicrosoftQMoEOp::expand(OpBuilder &b) {
  std::optional<Dims> input = getDims(getInput());
  std::optional<QuantisedLayer> first = getLayer(*this, 0),
                                second = getLayer(*this, 1),
                                third = getLayer(*this, 2);
  if (!input || !first || !second || !getDims(getRouterProbs()) ||
      (getFc3ExpertsWeights() && !third))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getInput());
  Value probs = g.cast(getRouterProbs(), b.getF32Type()), weights;
  if (getRouterWeights()) {
    weights =
        selectExperts(g, probs, g.cast(getRouterWeights(), b.getF32Type()),
                      getK(), getNormalizeRoutingWeights());
  } else {
    Value scores = softmax(g, probs);
    weights = selectExperts(g, scores, scores, getK(), /*isNormalized=*/true);
  }
  ExpertLayer last{third ? dequantize(g, *third, element) : Value(),
                   getFc3ExpertsBias()};
  return {expandExperts(g, *this, *input, first->dims[1],
                        {dequantize(g, *first, element), getFc1ExpertsBias()},
                        {dequantize(g, *second, element), getFc2ExpertsBias()},
                        last, weights)};
}

//===----------------------------------------------------------------------===//
// MoEGroupRouter
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftMoEGroupRouterOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftMoEGroupRouterOp>(loc, adaptor)))
    return failure();
  Type real = getUnrankedType(Float32Type::get(context));
  types.assign(
      {getUnrankedType(getElementType(adaptor.getLogits())), real, real});
  return checkFloats(loc, adaptor.getLogits(), {});
}

LogicalResult MicrosoftMoEGroupRouterOp::verify() {
  if (getProjectionWeight())
    return refuse(*this, "projection_weight");
  if (getNGroup() <= 0 || getTopkGroup() <= 0 || getTopK() <= 0 ||
      getGroupTopk() <= 0)
    return emitError("n_group, topk_group, top_k and group_topk must be "
                     "positive");
  if (getTopkGroup() > getNGroup())
    return emitError("selects ")
           << getTopkGroup() << " of " << getNGroup() << " groups";
  return success();
}

void MicrosoftMoEGroupRouterOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> logits = getDims(getLogits());
  if (!logits)
    return;
  if (logits->empty())
    return r.fail("logits have rank 0");
  std::optional<int64_t> experts = ::getSize(getLogits(), logits->size() - 1);
  if (!experts)
    return r.fail("the number of experts is free: bind it with --dim");
  if (*experts % getNGroup() != 0)
    return r.fail("its " + Twine(*experts) + " experts do not divide into " +
                  Twine(getNGroup()) + " groups");
  if (getTopK() > *experts / getNGroup() * getTopkGroup())
    return r.fail("top_k is " + Twine(getTopK()) +
                  ", more than the experts of the selected groups");
  r.shape("expert_bias", getExpertBias(), {logits->back()});
}

/// 1 at the k best of each row, else 0.
static Value markBest(GraphBuilder &g, Value scores, int64_t k) {
  Value ones = g.expand(g.number(1, getElementType(scores)), g.shape(scores));
  return selectExperts(g, scores, ones, k, /*isNormalized=*/false);
}

SmallVector<Value> MicrosoftMoEGroupRouterOp::expand(OpBuilder &b) {
  std::optional<Dims> logits = getDims(getLogits());
  std::optional<int64_t> experts =
      logits && !logits->empty() ? ::getSize(getLogits(), logits->size() - 1)
                                 : std::nullopt;
  if (!experts || *experts % getNGroup() != 0)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getLogits()),
       real = b.getF32Type();
  MLIRContext *context = b.getContext();
  AffineExpr words = getProduct(context, ArrayRef(*logits).drop_back());
  AffineExpr groups = getConstant(context, getNGroup());
  int64_t groupSize = *experts / getNGroup();
  Value rows = g.dims({words, logits->back()});
  Value x = g.cast(g.reshape(getLogits(), rows), real);
  Value scores = SigmoidOp::create(b, getLoc(), x);
  Value biased = g.add(scores, getExpertBias()), candidates = biased;
  Value low = g.number(-std::numeric_limits<double>::infinity(), real);
  Value zero = g.number(0, real);
  if (getTopkGroup() < getNGroup()) {
    Dims grouped = {words, groups, getConstant(context, groupSize)};
    Value parts = g.reshape(biased, g.dims(grouped));
    int64_t count = std::min(getGroupTopk(), groupSize);
    auto best = TopKOp::create(b, getLoc(), parts, g.ints(count),
                               b.getI64IntegerAttr(-1), b.getI64IntegerAttr(1),
                               b.getI64IntegerAttr(1));
    Value marks = markBest(g, g.sum(best.getValues(), 2), getTopkGroup());
    marks = g.reshape(marks, g.dims({words, groups, getConstant(context, 1)}));
    candidates = g.reshape(g.select(g.less(zero, marks), parts, low), rows);
  }
  Value isChosen = g.less(zero, markBest(g, candidates, getTopK()));
  Value probs = g.select(isChosen, g.log(g.max(scores, g.number(1e-20, real))),
                         g.number(getRouterSentinel(), real));
  return {g.cast(probs, element), biased, scores};
}

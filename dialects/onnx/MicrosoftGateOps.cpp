//===- MicrosoftGateOps.cpp - Gates and mixes of streams ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftGateOps.h"
#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/AttentionOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/NormalizationOps.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/RandomOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SoftmaxOps.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftBiasSoftmaxOp, Data, 1)
ONNXC_INFER_OPEN(MicrosoftScaledSiLUOp, X, 1,
                 checkFloats(loc, adaptor.getX(), {}))
ONNXC_INFER_FLOAT(MicrosoftSwiGLUOp, Gate, 1)
ONNXC_INFER_FLOAT(MicrosoftGatedAddOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftGatedRMSNormOp, X, 1)
ONNXC_INFER_OPEN(MicrosoftBranchwiseRMSNormOp, X, 1,
                 checkFloats(loc, adaptor.getX(), {}))
ONNXC_INFER_OPEN(MicrosoftHyperConnectionPreMixOp, Streams, 1,
                 checkFloats(loc, adaptor.getStreams(), {}))
ONNXC_INFER_OPEN(MicrosoftHyperConnectionPostMixOp, Streams, 1,
                 checkFloats(loc, adaptor.getStreams(), {}))
ONNXC_INFER_OPEN(MicrosoftLinearAttentionGateOp, A, 2,
                 checkFloats(loc, adaptor.getA(), {}))
ONNXC_INFER_FLOAT(MicrosoftEngramGateOp, Key, 2)
ONNXC_INFER_FLOAT(MicrosoftMRotaryEmbeddingOp, Input, 1)

static Value widen(GraphBuilder &g, Value x) {
  return g.cast(x, g.b.getF32Type());
}

//===----------------------------------------------------------------------===//
// BiasSoftmax, BiasDropout
//===----------------------------------------------------------------------===//

void MicrosoftBiasSoftmaxOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getData()))
    r.broadcast("bias", getBias(), *dims);
}

/// The bias is broadcast wherever its size is 1: where the attribute says.
SmallVector<Value> MicrosoftBiasSoftmaxOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getData());
  std::optional<int64_t> axis =
      dims ? normalizeAxis(getAxis(), dims->size()) : std::nullopt;
  if (!axis)
    return {};
  GraphBuilder g{b, getLoc()};
  Value sum = g.add(getData(), getBias());
  auto softmax = [&](Value x) -> Value {
    return SoftmaxOp::create(b, getLoc(), x, b.getI64IntegerAttr(-1));
  };
  if (*axis + 1 == int64_t(dims->size()))
    return {softmax(sum)};
  MLIRContext *context = b.getContext();
  Value rows = g.dims({getProduct(context, ArrayRef(*dims).take_front(*axis)),
                       getProduct(context, ArrayRef(*dims).drop_front(*axis))});
  return {g.reshape(softmax(g.reshape(sum, rows)), g.dims(*dims))};
}

LogicalResult MicrosoftBiasDropoutOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftBiasDropoutOp>(loc, adaptor)))
    return failure();
  types.assign({getUnrankedType(getElementType(adaptor.getData())),
                getUnrankedType(IntegerType::get(context, 1))});
  return checkFloats(loc, adaptor.getData(), {});
}

void MicrosoftBiasDropoutOp::requireSizes(SizeRequirements &r) {
  requireLists(r, getData(), {{"bias", getBias()}});
  if (std::optional<Dims> dims = getDims(getData()))
    r.shape("residual", getResidual(), *dims);
}

SmallVector<Value> MicrosoftBiasDropoutOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  auto dropout =
      DropoutOp::create(b, getLoc(), g.add(getData(), getBias()), getRatio(),
                        getTrainingMode(), getSeedAttr());
  Value y = dropout.getOutput();
  return {getResidual() ? g.add(y, getResidual()) : y, dropout.getMask()};
}

//===----------------------------------------------------------------------===//
// Gates
//===----------------------------------------------------------------------===//

SmallVector<Value> MicrosoftScaledSiLUOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getX());
  Value scale = getScale()
                    ? g.reshape(widen(g, getScale()), ArrayRef<int64_t>())
                    : g.number(getAlpha(), b.getF32Type());
  Value z = g.cast(g.mul(widen(g, getX()), scale), element);
  Value gate = g.cast(SigmoidOp::create(b, getLoc(), widen(g, z)), element);
  return {g.cast(g.mul(widen(g, z), widen(g, gate)), element)};
}

void MicrosoftSwiGLUOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getGate());
  if (!dims)
    return;
  if (getUp())
    return r.shape("up", getUp(), *dims);
  if (dims->empty())
    return r.fail("gate has rank 0, and no up is given");
  r.equal(simplify(dims->back() % 2), r.constant(0), "the last size of gate");
}

SmallVector<Value> MicrosoftSwiGLUOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getGate());
  if (!dims || (!getUp() && dims->empty()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getGate()), real = b.getF32Type();
  Value gate = getGate(), up = getUp();
  if (!up) {
    int64_t axis = dims->size() - 1;
    Value half = g.dims({simplify(dims->back().floorDiv(2))});
    up = g.slice(gate, half, g.dims({dims->back()}), axis);
    gate = g.slice(gate, g.ints(0), half, axis);
  }
  gate = widen(g, gate), up = widen(g, up);
  if (getLimit() > 0) {
    Value limit = g.number(getLimit(), real);
    gate = g.min(gate, limit);
    up = g.max(g.min(up, limit), g.number(-getLimit(), real));
  }
  Value y = swish(g, gate, getActivationAlpha());
  if (getRoundActivation())
    y = widen(g, g.cast(y, element));
  if (getActivationBeta() != 0)
    up = g.add(up, g.number(getActivationBeta(), real));
  return {g.cast(g.mul(y, up), element)};
}

LogicalResult MicrosoftGatedAddOp::verify() {
  if (getGateWeight())
    return emitError("gate_weight is known but not built");
  return success();
}

void MicrosoftGatedAddOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims)
    return;
  if (dims->empty())
    return r.fail("X has rank 0");
  r.shape("Y", getY(), *dims);
  dims->back() = r.constant(1);
  r.shape("gate", getGate(), *dims);
}

SmallVector<Value> MicrosoftGatedAddOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  return {g.add(getX(), g.mul(getY(), getGate()))};
}

void MicrosoftLinearAttentionGateOp::requireSizes(SizeRequirements &r) {
  requireLists(r, getA(),
               {{"dt_bias", getDtBias()}, {"decay_scale", getDecayScale()}});
  if (std::optional<Dims> dims = getDims(getA()))
    r.shape("b", getB(), *dims);
}

SmallVector<Value> MicrosoftLinearAttentionGateOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getA());
  Value rate =
      SoftplusOp::create(b, getLoc(), g.add(widen(g, getA()), getDtBias()));
  Value decay = g.cast(g.mul(rate, getDecayScale()), element);
  if (getBeta().use_empty())
    return {decay, Value()};
  if (!getB())
    return refuseExpansion(*this, "its output beta needs the input b");
  Value gate = SigmoidOp::create(b, getLoc(), widen(g, getB()));
  return {decay, g.cast(gate, element)};
}

//===----------------------------------------------------------------------===//
// Normalisations of streams
//===----------------------------------------------------------------------===//

/// x over its root mean square along the last dimension, in f32.
static Value normalizeRows(GraphBuilder &g, Value x, AffineExpr size,
                           float epsilon) {
  Value wide = widen(g, x);
  Value ones = g.expand(g.number(1, g.b.getF32Type()), g.dims({size}));
  return RMSNormalizationOp::create(
      g.b, g.loc, wide, ones, g.b.getI64IntegerAttr(-1),
      g.b.getF32FloatAttr(epsilon), g.b.getI64IntegerAttr(1));
}

LogicalResult MicrosoftGatedRMSNormOp::verify() {
  if (llvm::is_contained({"silu", "swish", "sigmoid"}, getActivation()))
    return success();
  return emitError("unknown activation '") << getActivation() << "'";
}

void MicrosoftGatedRMSNormOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getX()), scale = getDims(getScale());
  r.rank("scale", getScale(), 1);
  if (!dims || !scale || scale->size() != 1)
    return;
  r.shape("gate", getGate(), *dims);
  if (dims->empty())
    return r.fail("X has rank 0");
  // Where the scale is empty, so is a row.
  r.equal(simplify(dims->back() % getMax(scale->front(), r.constant(1))),
          r.constant(0), "the last size of X by groups");
}

SmallVector<Value> MicrosoftGatedRMSNormOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX()), scale = getDims(getScale());
  if (!dims || dims->empty() || !scale || scale->size() != 1)
    return {};
  GraphBuilder g{b, getLoc()};
  Dims groups = *dims;
  groups.back() = simplify(dims->back().floorDiv(scale->front()));
  groups.push_back(scale->front());
  Value rows = g.reshape(getX(), g.dims(groups));
  Value y = g.mul(normalizeRows(g, rows, scale->front(), getEpsilon()),
                  widen(g, getScale()));
  y = g.reshape(y, g.dims(*dims));
  Value gate = widen(g, getGate());
  gate = getActivation() == "sigmoid"
             ? Value(SigmoidOp::create(b, getLoc(), gate))
             : swish(g, gate, 1);
  return {g.cast(g.mul(y, gate), onnxc::onnx::getElementType(getX()))};
}

namespace {

/// Streams as [..., C, H].
struct Streams {
  Dims all, grouped;
  AffineExpr count, size;
};

} // namespace

static std::optional<Streams> getStreams(Value x, int64_t branches) {
  std::optional<Dims> dims = getDims(x);
  if (!dims || branches < 0 || dims->size() < (branches ? 1 : 2))
    return std::nullopt;
  Dims grouped = *dims;
  if (branches) {
    grouped.back() = getConstant(x.getContext(), branches);
    grouped.push_back(simplify(dims->back().floorDiv(branches)));
  }
  return Streams{*dims, grouped, grouped[grouped.size() - 2], grouped.back()};
}

static void requireStreams(SizeRequirements &r, Value x, int64_t branches) {
  std::optional<Dims> dims = getDims(x);
  if (!dims)
    return;
  if (!getStreams(x, branches))
    return r.fail("its streams of rank " + Twine(dims->size()) +
                  " are not in branches");
  if (branches)
    r.equal(simplify(dims->back() % branches), r.constant(0),
            "the last size of its streams by branches");
}

/// Gates of [..., C], [..., C, 1], [..., C, H] or [..., C * H] as one of the
/// streams' rank.
static Value spreadGates(GraphBuilder &g, Value gates, const Streams &streams) {
  std::optional<Dims> dims = getDims(gates);
  size_t rank = streams.grouped.size();
  if (dims->size() == rank)
    return gates;
  Dims shape = *dims;
  if (shape.back() == streams.count) {
    shape.push_back(getConstant(g.b.getContext(), 1));
  } else {
    shape.back() = streams.count;
    shape.push_back(streams.size);
  }
  return g.reshape(gates, g.dims(shape));
}

static void requireGates(SizeRequirements &r, StringRef name, Value gates,
                         const Streams &streams) {
  std::optional<Dims> dims = getDims(gates);
  if (!dims)
    return;
  size_t rank = streams.grouped.size();
  ArrayRef<AffineExpr> front = ArrayRef(streams.grouped).drop_back(2);
  for (auto [i, size] : llvm::enumerate(front))
    r.size(name, gates, i, size);
  if (dims->size() == rank) {
    r.size(name, gates, rank - 2, streams.count);
    return r.sameOrOne(dims->back(), streams.size, "the last size of " + name);
  }
  r.rank(name, gates, rank - 1);
  if (dims->size() == streams.grouped.size() - 1 &&
      dims->back() != streams.count)
    r.equal(dims->back(), simplify(streams.count * streams.size),
            "the last size of " + name);
}

void MicrosoftBranchwiseRMSNormOp::requireSizes(SizeRequirements &r) {
  requireStreams(r, getX(), getNumBranches());
  std::optional<Streams> streams = getStreams(getX(), getNumBranches());
  std::optional<Dims> scale = getScale() ? getDims(getScale()) : std::nullopt;
  if (!streams || !scale)
    return;
  if (scale->size() == 2)
    return r.shape("scale", getScale(), {streams->count, streams->size});
  r.rank("scale", getScale(), 1);
  if (scale->size() == 1 && scale->front() != streams->size)
    r.equal(scale->front(), simplify(streams->count * streams->size),
            "the size of scale");
}

SmallVector<Value> MicrosoftBranchwiseRMSNormOp::expand(OpBuilder &b) {
  std::optional<Streams> streams = getStreams(getX(), getNumBranches());
  std::optional<Dims> scale = getScale() ? getDims(getScale()) : std::nullopt;
  if (!streams || (getScale() && !scale))
    return {};
  GraphBuilder g{b, getLoc()};
  Value y = normalizeRows(g, g.reshape(getX(), g.dims(streams->grouped)),
                          streams->size, getEpsilon());
  if (scale) {
    Value factor = widen(g, getScale());
    if (scale->size() == 1 && scale->front() != streams->size)
      factor = g.reshape(factor, g.dims({streams->count, streams->size}));
    y = g.mul(y, factor);
  }
  return {g.cast(g.reshape(y, g.dims(streams->all)),
                 onnxc::onnx::getElementType(getX()))};
}

//===----------------------------------------------------------------------===//
// Mixes of streams
//===----------------------------------------------------------------------===//

void MicrosoftHyperConnectionPreMixOp::requireSizes(SizeRequirements &r) {
  requireStreams(r, getStreams(), getNumBranches());
  if (auto streams = ::getStreams(getStreams(), getNumBranches()))
    requireGates(r, "pre_mix", getPreMix(), *streams);
}

SmallVector<Value> MicrosoftHyperConnectionPreMixOp::expand(OpBuilder &b) {
  std::optional<Streams> streams = ::getStreams(getStreams(), getNumBranches());
  if (!streams || !getDims(getPreMix()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = widen(g, g.reshape(getStreams(), g.dims(streams->grouped)));
  Value gates = widen(g, spreadGates(g, getPreMix(), *streams));
  Value y = g.sum(g.mul(x, gates), -2);
  if (getReductionScale() != 1)
    y = g.mul(y, g.number(getReductionScale(), b.getF32Type()));
  return {g.cast(y, onnxc::onnx::getElementType(getStreams()))};
}

void MicrosoftHyperConnectionPostMixOp::requireSizes(SizeRequirements &r) {
  requireStreams(r, getStreams(), getNumBranches());
  std::optional<Streams> streams = ::getStreams(getStreams(), getNumBranches());
  if (!streams)
    return;
  requireGates(r, "post_mix", getPostMix(), *streams);
  Dims shape(ArrayRef(streams->grouped).drop_back(2));
  shape.push_back(streams->size);
  r.shape("block_output", getBlockOutput(), shape);
  shape.back() = streams->count;
  shape.push_back(streams->count);
  if (getStreamMix())
    r.shape("stream_mix", getStreamMix(), shape);
}

SmallVector<Value> MicrosoftHyperConnectionPostMixOp::expand(OpBuilder &b) {
  std::optional<Streams> streams = ::getStreams(getStreams(), getNumBranches());
  if (!streams || !getDims(getPostMix()) || !getDims(getBlockOutput()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value mixed = widen(g, g.reshape(getStreams(), g.dims(streams->grouped)));
  if (getStreamMix()) {
    SmallVector<int64_t> order(streams->grouped.size());
    for (auto [i, dim] : llvm::enumerate(order))
      dim = i;
    std::swap(order.back(), order[order.size() - 2]);
    mixed = g.matmul(g.transpose(widen(g, getStreamMix()), order), mixed);
  }
  Dims row(ArrayRef(streams->grouped).drop_back(2));
  row.push_back(getConstant(b.getContext(), 1));
  row.push_back(streams->size);
  Value block = g.reshape(widen(g, getBlockOutput()), g.dims(row));
  Value gates = widen(g, spreadGates(g, getPostMix(), *streams));
  Value y = g.add(mixed, g.mul(gates, block));
  return {g.cast(g.reshape(y, g.dims(streams->all)),
                 onnxc::onnx::getElementType(getStreams()))};
}

//===----------------------------------------------------------------------===//
// EngramGate
//===----------------------------------------------------------------------===//

void MicrosoftEngramGateOp::requireSizes(SizeRequirements &r) {
  r.rank("key", getKey(), 4);
  std::optional<Dims> key = getDims(getKey());
  if (!key || key->size() != 4)
    return;
  r.shape("query", getQuery(), *key);
  r.shape("value", getValue(), {(*key)[0], (*key)[1], (*key)[3]});
  for (auto [name, scale] :
       {std::pair(StringRef("key_norm_scale"), getKeyNormScale()),
        std::pair(StringRef("query_norm_scale"), getQueryNormScale()),
        std::pair(StringRef("conv_norm_scale"), getConvNormScale())})
    if (scale)
      r.shape(name, scale, {(*key)[2], (*key)[3]});
}

SmallVector<Value> MicrosoftEngramGateOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getKey());
  if (!dims || dims->size() != 4)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getKey()), real = b.getF32Type();
  auto normalize = [&](Value x, Value scale) {
    return g.mul(normalizeRows(g, x, dims->back(), getEpsilon()),
                 widen(g, scale));
  };
  Value fit = g.sum(g.mul(normalize(getKey(), getKeyNormScale()),
                          normalize(getQuery(), getQueryNormScale())),
                    -1, /*keepdims=*/true);
  Value size = g.cast(g.dims({dims->back()}), real);
  fit = g.div(fit, SqrtOp::create(b, getLoc(), size));
  Value magnitude =
      g.max(AbsOp::create(b, getLoc(), fit), g.number(1e-6, real));
  Value root = g.mul(SignOp::create(b, getLoc(), fit),
                     SqrtOp::create(b, getLoc(), magnitude));
  Value gate = SigmoidOp::create(b, getLoc(), root);
  AffineExpr one = getConstant(b.getContext(), 1);
  Value value = g.reshape(widen(g, getValue()),
                          g.dims({(*dims)[0], (*dims)[1], one, (*dims)[3]}));
  Value y = g.mul(gate, value);
  if (getGatedValueNormed().use_empty())
    return {g.cast(y, element), Value()};
  if (!getConvNormScale())
    return refuseExpansion(
        *this, "its output gated_value_normed needs the input conv_norm_scale");
  return {g.cast(y, element),
          g.cast(normalize(y, getConvNormScale()), element)};
}

//===----------------------------------------------------------------------===//
// MRotaryEmbedding
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftMRotaryEmbeddingOp::verify() {
  if (getIsPackedBatching())
    return emitError("is_packed_batching is known but not built");
  if (getScale() != 1)
    return emitError("a scale is known but not built");
  if (getMropeLayout() != 0 && getMropeLayout() != 1)
    return emitError("unknown mrope_layout ") << getMropeLayout();
  if (getMropeSection().size() != 3 ||
      llvm::any_of(getMropeSection(), [](int64_t size) { return size < 0; }))
    return emitError("mrope_section is not three sizes");
  return success();
}

void MicrosoftMRotaryEmbeddingOp::requireSizes(SizeRequirements &r) {
  r.rank("position_ids", getPositionIds(), 3);
  r.size("position_ids", getPositionIds(), 0, r.constant(3));
  ArrayRef<int64_t> sections = getMropeSection();
  int64_t pairs = sections[0] + sections[1] + sections[2];
  for (auto [name, cache] :
       {std::pair(StringRef("cos_cache"), getCosCache()),
        std::pair(StringRef("sin_cache"), getSinCache())}) {
    r.rank(name, cache, 2);
    r.size(name, cache, 1, r.constant(pairs));
  }
}

/// Which columns take the positions of a stream.
static Value getColumnsOf(GraphBuilder &g, ArrayRef<int64_t> sections,
                          int64_t stream, bool isInterleaved) {
  int64_t pairs = sections[0] + sections[1] + sections[2];
  int64_t before = stream == 1 ? sections[0] : sections[0] + sections[1];
  SmallVector<bool> columns;
  for (int64_t i = 0; i < pairs; ++i)
    columns.push_back(isInterleaved
                          ? i % 3 == stream && i < 3 * sections[stream]
                          : i >= before && i < before + sections[stream]);
  auto type = RankedTensorType::get({pairs}, g.b.getI1Type());
  return ConstantOp::create(g.b, g.loc, type,
                            DenseElementsAttr::get(type, columns), ArrayAttr());
}

SmallVector<Value> MicrosoftMRotaryEmbeddingOp::expand(OpBuilder &b) {
  std::optional<Dims> x = getDims(getInput()), cosines = getDims(getCosCache());
  if (!x || !cosines || cosines->size() != 2 || !getDims(getPositionIds()))
    return {};
  GraphBuilder g{b, getLoc()};
  auto combine = [&](Value cache) {
    Value rows;
    for (int64_t stream = 0; stream < 3; ++stream) {
      Value places = g.gather(getPositionIds(), g.integer(stream), 0);
      Value taken = g.gather(cache, places, 0);
      rows = stream == 0 ? taken
                         : g.select(getColumnsOf(g, getMropeSection(), stream,
                                                 getMropeLayout() == 1),
                                    taken, rows);
    }
    return rows;
  };
  IntegerAttr heads;
  if (x->size() == 3) {
    int64_t count = getNumHeads();
    if (count == 0) {
      std::optional<int64_t> all = onnxc::onnx::getConstant(x->back()),
                             pairs = onnxc::onnx::getConstant(cosines->back());
      count = all && pairs && *pairs > 0 ? *all / (2 * *pairs) : 0;
    }
    if (count == 0)
      return refuseExpansion(
          *this, "the number of heads is free: bind the last size of its input "
                 "with --dim");
    heads = b.getI64IntegerAttr(count);
  }
  return {RotaryEmbeddingOp::create(
      b, getLoc(), getInput(), combine(getCosCache()), combine(getSinCache()),
      Value(), getInterleavedAttr(), heads, getRotaryEmbeddingDimAttr())};
}

//===- MicrosoftNormalizationOps.cpp - Normalisations of sums -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftNormalizationOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/NormalizationOps.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftLayerNormalizationOp, X, 3)
ONNXC_INFER_FLOAT(MicrosoftSkipLayerNormalizationOp, Input, 4)
ONNXC_INFER_FLOAT(MicrosoftSkipSimplifiedLayerNormalizationOp, Input, 4)
ONNXC_INFER_FLOAT(MicrosoftSimplifiedLayerNormalizationOp, X, 2)
ONNXC_INFER_ELEMENT(MicrosoftGroupNormOp, X, 1)
ONNXC_INFER_ELEMENT(MicrosoftSkipGroupNormOp, X, 2)

//===----------------------------------------------------------------------===//
// Over the last dimension
//===----------------------------------------------------------------------===//

static LayerNormalizationOp normalize(GraphBuilder &g, Value x, Value scale,
                                      Value bias, float epsilon) {
  OpBuilder &b = g.b;
  return LayerNormalizationOp::create(
      b, g.loc, x, scale, bias, b.getI64IntegerAttr(-1),
      b.getF32FloatAttr(epsilon), b.getI64IntegerAttr(1));
}

static Value addAll(GraphBuilder &g, Value x, Value skip, Value bias) {
  Value sum = g.add(x, skip);
  return bias ? g.add(sum, bias) : sum;
}

/// 1 / sqrt(mean of x^2 + epsilon) over the last dimension, in x's type.
static Value getInverseRootMean(GraphBuilder &g, Value x, float epsilon) {
  Type element = getElementType(x);
  Value count = g.cast(g.size(x, getDims(x)->size() - 1), element);
  Value mean = g.div(g.sum(g.mul(x, x), -1, /*keepdims=*/true), count);
  Value root =
      SqrtOp::create(g.b, g.loc, g.add(mean, g.number(epsilon, element)));
  return g.div(g.number(1, element), root);
}

SmallVector<Value> MicrosoftLayerNormalizationOp::expand(OpBuilder &b) {
  auto op = LayerNormalizationOp::create(b, getLoc(), getX(), getScale(),
                                         getB(), getAxisAttr(),
                                         getEpsilonAttr(), getStashTypeAttr());
  return {op.getY(), op.getMean(), op.getInvStdDev()};
}

/// The skip has the input's last two sizes, for each of the batch or for all.
template <typename Op> static void requireSkip(Op op, SizeRequirements &r) {
  requireLists(r, op.getInput(),
               {{"gamma", op.getGamma()}, {"bias", op.getBias()}});
  std::optional<Dims> dims = getDims(op.getInput()),
                      skip = getDims(op.getSkip());
  if (!dims || !skip)
    return;
  r.broadcast("skip", op.getSkip(), *dims);
  for (size_t i = 1; i <= 2 && i <= skip->size() && i <= dims->size(); ++i)
    r.size("skip", op.getSkip(), skip->size() - i, *(dims->end() - i));
}

void MicrosoftSkipLayerNormalizationOp::requireSizes(SizeRequirements &r) {
  requireSkip(*this, r);
  requireLists(r, getInput(), {{"beta", getBeta()}});
}

void MicrosoftSkipSimplifiedLayerNormalizationOp::requireSizes(
    SizeRequirements &r) {
  requireSkip(*this, r);
}

SmallVector<Value> MicrosoftSkipLayerNormalizationOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value sum = addAll(g, getInput(), getSkip(), getBias());
  auto op = normalize(g, sum, getGamma(), getBeta(), getEpsilon());
  return {op.getY(), op.getMean(), op.getInvStdDev(), sum};
}

SmallVector<Value>
MicrosoftSkipSimplifiedLayerNormalizationOp::expand(OpBuilder &b) {
  if (!getMean().use_empty() || !getInvStdVar().use_empty())
    return refuseExpansion(
        *this, "its outputs mean and inv_std_var are known but not built");
  GraphBuilder g{b, getLoc()};
  Value sum = addAll(g, getInput(), getSkip(), getBias());
  Value y = RMSNormalizationOp::create(
      b, getLoc(), sum, getGamma(), b.getI64IntegerAttr(-1), getEpsilonAttr(),
      b.getI64IntegerAttr(1));
  return {y, Value(), Value(), sum};
}

SmallVector<Value>
MicrosoftSimplifiedLayerNormalizationOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims)
    return {};
  GraphBuilder g{b, getLoc()};
  Value y =
      RMSNormalizationOp::create(b, getLoc(), getX(), getScale(), getAxisAttr(),
                                 getEpsilonAttr(), getStashTypeAttr());
  if (getInvStdVar().use_empty())
    return {y, Value()};
  if (normalizeAxis(getAxis(), dims->size()) != int64_t(dims->size()) - 1)
    return refuseExpansion(
        *this, "its output inv_std_var is built for the last axis only");
  return {y, getInverseRootMean(g, getX(), getEpsilon())};
}

//===----------------------------------------------------------------------===//
// Of embeddings
//===----------------------------------------------------------------------===//

static void inferEmbedding(MLIRContext *context, Type element, bool hasSum,
                           SmallVectorImpl<Type> &types) {
  Type floats = getUnrankedType(element);
  types.assign({floats, getUnrankedType(IntegerType::get(context, 32))});
  if (hasSum)
    types.push_back(floats);
}

LogicalResult MicrosoftEmbedLayerNormalizationOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftEmbedLayerNormalizationOp>(loc, adaptor)))
    return failure();
  inferEmbedding(context, getElementType(adaptor.getWordEmbedding()),
                 /*hasSum=*/true, types);
  return checkFloats(loc, adaptor.getWordEmbedding(), adaptor.getOperands());
}

LogicalResult MicrosoftQEmbedLayerNormalizationOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftQEmbedLayerNormalizationOp>(loc, adaptor)))
    return failure();
  inferEmbedding(context, getElementType(adaptor.getWordEmbeddingScale()),
                 /*hasSum=*/false, types);
  return checkFloats(loc, adaptor.getWordEmbeddingScale(),
                     adaptor.getOperands());
}

/// How many words of each sentence the mask leaves; 0 without one.
static Value countWords(GraphBuilder &g, Value ids, Value mask) {
  Type word = IntegerType::get(g.b.getContext(), 32);
  Value from = mask ? mask : ids;
  Value one = g.number(1, getElementType(from));
  if (!mask)
    return g.cast(g.sum(g.sub(from, from), 1), word);
  return g.sum(g.cast(g.equal(mask, one), word), 1);
}

/// The rows of a table at positions 0, 1, ... of a sentence.
static Value takeFirstRows(GraphBuilder &g, Value table, AffineExpr count) {
  return g.slice(table, g.ints(0), g.dims({count}), 0);
}

/// Ids of one shape, and tables of as many columns.
static void requireEmbedding(SizeRequirements &r, Value ids,
                             ArrayRef<std::pair<StringRef, Value>> others,
                             Value words,
                             ArrayRef<std::pair<StringRef, Value>> tables,
                             ArrayRef<std::pair<StringRef, Value>> lists) {
  std::optional<Dims> shape = getDims(ids), dims = getDims(words);
  r.rank("input_ids", ids, 2);
  r.rank("word_embedding", words, 2);
  if (!shape || shape->size() != 2 || !dims || dims->size() != 2)
    return;
  for (auto [name, other] : others)
    if (other)
      r.shape(name, other, *shape);
  for (auto [name, table] : tables)
    if (table) {
      r.rank(name, table, 2);
      r.size(name, table, 1, dims->back());
    }
  requireLists(r, words, lists);
}

/// As many rows as a sentence has words.
static void requireRows(SizeRequirements &r, Value ids, Value table) {
  std::optional<Dims> shape = getDims(ids), dims = getDims(table);
  if (shape && shape->size() == 2 && dims && !dims->empty())
    r.atMost(shape->back(), dims->front(), "the number of words");
}

void MicrosoftEmbedLayerNormalizationOp::requireSizes(SizeRequirements &r) {
  requireEmbedding(r, getInputIds(),
                   {{"segment_ids", getSegmentIds()}, {"mask", getMask()}},
                   getWordEmbedding(),
                   {{"position_embedding", getPositionEmbedding()},
                    {"segment_embedding", getSegmentEmbedding()}},
                   {{"gamma", getGamma()}, {"beta", getBeta()}});
  std::optional<Dims> ids = getDims(getInputIds());
  if (!getPositionIds())
    return requireRows(r, getInputIds(), getPositionEmbedding());
  if (ids && ids->size() == 2) {
    r.broadcast("position_ids", getPositionIds(), *ids);
    r.size("position_ids", getPositionIds(), 1, ids->back());
  }
}

void MicrosoftQEmbedLayerNormalizationOp::requireSizes(SizeRequirements &r) {
  requireEmbedding(r, getInputIds(),
                   {{"segment_ids", getSegmentIds()}, {"mask", getMask()}},
                   getWordEmbeddingQuant(),
                   {{"position_embedding", getPositionEmbeddingQuant()},
                    {"segment_embedding", getSegmentEmbedding()}},
                   {{"gamma", getGammaQuant()}, {"beta", getBetaQuant()}});
  requireRows(r, getInputIds(), getPositionEmbeddingQuant());
}

SmallVector<Value> MicrosoftEmbedLayerNormalizationOp::expand(OpBuilder &b) {
  std::optional<Dims> ids = getDims(getInputIds());
  if (!ids || ids->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Value sum = g.gather(getWordEmbedding(), getInputIds(), 0);
  sum = g.add(sum, getPositionIds()
                       ? g.gather(getPositionEmbedding(), getPositionIds(), 0)
                       : takeFirstRows(g, getPositionEmbedding(), (*ids)[1]));
  if (getSegmentIds() && getSegmentEmbedding())
    sum = g.add(sum, g.gather(getSegmentEmbedding(), getSegmentIds(), 0));
  auto op = normalize(g, sum, getGamma(), getBeta(), getEpsilon());
  return {op.getY(), countWords(g, getInputIds(), getMask()), sum};
}

SmallVector<Value> MicrosoftQEmbedLayerNormalizationOp::expand(OpBuilder &b) {
  std::optional<Dims> ids = getDims(getInputIds());
  if (!ids || ids->size() != 2)
    return {};
  GraphBuilder g{b, getLoc()};
  auto read = [&](Value x, Value scale, Value zeroPoint) -> Value {
    return g.mul(g.sub(g.cast(x, getElementType(scale)),
                       g.cast(zeroPoint, getElementType(scale))),
                 scale);
  };
  Value sum = read(g.gather(getWordEmbeddingQuant(), getInputIds(), 0),
                   getWordEmbeddingScale(), getWordEmbeddingZeroPoint());
  sum = g.add(
      sum, read(takeFirstRows(g, getPositionEmbeddingQuant(), (*ids)[1]),
                getPositionEmbeddingScale(), getPositionEmbeddingZeroPoint()));
  if (getSegmentIds() && getSegmentEmbedding())
    sum = g.add(sum, read(g.gather(getSegmentEmbedding(), getSegmentIds(), 0),
                          getSegmentEmbeddingScale(),
                          getSegmentEmbeddingZeroPoint()));
  auto op = normalize(
      g, sum, read(getGammaQuant(), getGammaScale(), getGammaZeroPoint()),
      read(getBetaQuant(), getBetaScale(), getBetaZeroPoint()), getEpsilon());
  return {op.getY(), countWords(g, getInputIds(), getMask())};
}

//===----------------------------------------------------------------------===//
// Of groups of channels
//===----------------------------------------------------------------------===//

/// [N, C, ...] becomes [N, groups, rest], each group an instance's channel.
/// scale and bias are of one element a channel.
static Value normalizeGroups(GraphBuilder &g, Value x, const Dims &dims,
                             Value scale, Value bias, int64_t groups,
                             float epsilon) {
  MLIRContext *context = g.b.getContext();
  Type element = getElementType(x);
  AffineExpr number = getConstant(context, groups);
  AffineExpr rest = simplify(
      getProduct(context, ArrayRef(dims).drop_front()).floorDiv(groups));
  Value grouped = g.reshape(x, g.dims({dims[0], number, rest}));
  Value one = g.expand(g.number(1, element), g.ints(groups));
  Value zero = g.expand(g.number(0, element), g.ints(groups));
  Value y = InstanceNormalizationOp::create(g.b, g.loc, grouped, one, zero,
                                            g.b.getF32FloatAttr(epsilon));
  Dims perChannel(dims.size() - 1, getConstant(context, 1));
  perChannel[0] = dims[1];
  auto spread = [&](Value x) {
    return g.reshape(g.cast(x, element), g.dims(perChannel));
  };
  return g.add(g.mul(g.reshape(y, g.dims(dims)), spread(scale)), spread(bias));
}

/// The dims with the channels behind the batch.
static std::optional<Dims> getDimsChannelsFirst(Value x, bool channelsLast) {
  std::optional<Dims> dims = getDims(x);
  if (!dims || dims->size() < 3)
    return std::nullopt;
  if (channelsLast)
    std::rotate(dims->begin() + 1, dims->end() - 1, dims->end());
  return dims;
}

template <typename Op> static LogicalResult verifyGroups(Op op) {
  if (op.getGroups() <= 0)
    return op.emitError("needs groups");
  if (op.getActivation() != 0 && op.getActivation() != 1)
    return op.emitError("unknown activation ") << op.getActivation();
  return success();
}

template <typename Op>
static Value expandGroups(Op op, GraphBuilder &g, Value x, const Dims &dims) {
  Value first = op.getChannelsLast() ? moveChannelsFirst(g, x, dims.size()) : x;
  Value y = normalizeGroups(g, first, dims, op.getGamma(), op.getBeta(),
                            op.getGroups(), op.getEpsilon());
  if (op.getActivation())
    y = swish(g, y, 1);
  return op.getChannelsLast() ? moveChannelsLast(g, y, dims.size()) : y;
}

LogicalResult MicrosoftGroupNormOp::verify() { return verifyGroups(*this); }
LogicalResult MicrosoftSkipGroupNormOp::verify() { return verifyGroups(*this); }

template <typename Op> static void requireGroups(Op op, SizeRequirements &r) {
  std::optional<Dims> dims =
      getDimsChannelsFirst(op.getX(), op.getChannelsLast());
  if (!dims)
    return;
  r.equal(simplify((*dims)[1] % op.getGroups()), r.constant(0),
          "the channels of X by groups");
  r.size("gamma", op.getGamma(), 0, (*dims)[1]);
  r.size("beta", op.getBeta(), 0, (*dims)[1]);
}

void MicrosoftGroupNormOp::requireSizes(SizeRequirements &r) {
  requireGroups(*this, r);
}

void MicrosoftSkipGroupNormOp::requireSizes(SizeRequirements &r) {
  requireGroups(*this, r);
  std::optional<Dims> dims = getDims(getX()),
                      first = getDimsChannelsFirst(getX(), getChannelsLast());
  if (!dims || !first)
    return;
  AffineExpr channels = (*first)[1];
  r.shape("bias", getBias(), {channels});
  if (getRank(getSkip()) == 2)
    r.shape("skip", getSkip(), {(*dims)[0], channels});
  else
    r.broadcast("skip", getSkip(), *dims);
}

SmallVector<Value> MicrosoftGroupNormOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDimsChannelsFirst(getX(), getChannelsLast());
  if (!dims)
    return {};
  GraphBuilder g{b, getLoc()};
  return {expandGroups(*this, g, getX(), *dims)};
}

SmallVector<Value> MicrosoftSkipGroupNormOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDimsChannelsFirst(getX(), getChannelsLast()),
                      skip = getDims(getSkip());
  if (!dims || !skip)
    return {};
  GraphBuilder g{b, getLoc()};
  auto place = [&](Value x, AffineExpr batch) {
    Dims shape(dims->size(), getConstant(b.getContext(), 1));
    shape[0] = batch;
    shape[getChannelsLast() ? dims->size() - 1 : 1] = (*dims)[1];
    return g.reshape(x, g.dims(shape));
  };
  // One element a channel and image, or all.
  Value added = skip->size() == 2 ? place(getSkip(), (*dims)[0]) : getSkip();
  Value sum = g.add(getX(), added);
  if (getBias())
    sum = g.add(sum, place(getBias(), getConstant(b.getContext(), 1)));
  return {expandGroups(*this, g, sum, *dims), sum};
}

//===- RandomOps.cpp - Random numbers -------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/RandomOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/SearchOps.h"
#include "dialects/onnx/SoftmaxOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace onnxc::onnx;

static constexpr int64_t kMaxSeed = 0xffffffff;

/// The node's seed, or one made of its name and place.
template <typename T>
static int64_t getSeed(Operation *op, std::optional<T> given) {
  if (given)
    return int64_t(*given) & kMaxSeed;
  std::string text;
  llvm::raw_string_ostream(text) << op->getLoc();
  return int64_t(llvm::xxh3_64bits(text)) & kMaxSeed;
}

/// Random doubles in the shape that a list of sizes tells.
static Value buildNumbers(GraphBuilder &g, Value shape, int64_t seed,
                          bool normal) {
  Value count = g.product(g.concat({shape, g.ints(1)}, 0));
  Value numbers = MersenneTwisterOp::create(g.b, g.loc, count, seed, normal);
  return g.reshape(numbers, shape);
}

/// scale * numbers + offset in the type of the result.
static Value buildScaled(GraphBuilder &g, Value numbers, Type element,
                         double scale, double offset) {
  Type real = element.isF64() ? element : Type(g.b.getF32Type());
  Value x = g.mul(g.cast(numbers, real), g.number(scale, real));
  return g.cast(g.add(x, g.number(offset, real)), element);
}

static LogicalResult inferRandom(MLIRContext *context,
                                 std::optional<Location> loc, int64_t dtype,
                                 ArrayRef<int64_t> shape,
                                 SmallVectorImpl<Type> &types) {
  Type element = getElementTypeOf(context, dtype);
  if (!element)
    return emitOptionalError(loc, dtype, " is no element type");
  if (llvm::any_of(shape, [](int64_t size) { return size < 0; }))
    return emitOptionalError(loc, "a size is negative");
  types.push_back(RankedTensorType::get(shape, element));
  return success();
}

static LogicalResult inferRandomLike(MLIRContext *context,
                                     std::optional<Location> loc, Value input,
                                     std::optional<int64_t> dtype,
                                     SmallVectorImpl<Type> &types) {
  Type element =
      dtype ? getElementTypeOf(context, *dtype) : getElementType(input);
  if (!element)
    return emitOptionalError(loc, *dtype, " is no element type");
  types.push_back(withElementType(input.getType(), element));
  return success();
}

LogicalResult RandomUniformOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> loc,
                                                Adaptor adaptor,
                                                SmallVectorImpl<Type> &types) {
  return inferRandom(context, loc, adaptor.getDtype(), adaptor.getShape(),
                     types);
}

SmallVector<Value> RandomUniformOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value x = buildNumbers(g, g.ints(getShape()), ::getSeed(*this, getSeed()),
                         /*normal=*/false);
  return {buildScaled(g, x, onnxc::onnx::getElementType(getOutput()),
                      getHigh() - getLow(), getLow())};
}

LogicalResult RandomUniformLikeOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  return inferRandomLike(context, loc, adaptor.getInput(), adaptor.getDtype(),
                         types);
}

SmallVector<Value> RandomUniformLikeOp::expand(OpBuilder &b) {
  if (!getDims(getInput()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = buildNumbers(g, g.shape(getInput()), ::getSeed(*this, getSeed()),
                         /*normal=*/false);
  return {buildScaled(g, x, onnxc::onnx::getElementType(getOutput()),
                      getHigh() - getLow(), getLow())};
}

LogicalResult RandomNormalOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  return inferRandom(context, loc, adaptor.getDtype(), adaptor.getShape(),
                     types);
}

SmallVector<Value> RandomNormalOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value x = buildNumbers(g, g.ints(getShape()), ::getSeed(*this, getSeed()),
                         /*normal=*/true);
  return {buildScaled(g, x, onnxc::onnx::getElementType(getOutput()),
                      getScale(), getMean())};
}

LogicalResult RandomNormalLikeOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  return inferRandomLike(context, loc, adaptor.getInput(), adaptor.getDtype(),
                         types);
}

SmallVector<Value> RandomNormalLikeOp::expand(OpBuilder &b) {
  if (!getDims(getInput()))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = buildNumbers(g, g.shape(getInput()), ::getSeed(*this, getSeed()),
                         /*normal=*/true);
  return {buildScaled(g, x, onnxc::onnx::getElementType(getOutput()),
                      getScale(), getMean())};
}

LogicalResult MultinomialOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  Type element = getElementTypeOf(context, adaptor.getDtype());
  if (!element)
    return emitOptionalError(loc, adaptor.getDtype(), " is no element type");
  std::optional<Dims> dims = getDims(adaptor.getInput());
  if (!dims) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  if (dims->size() != 2)
    return emitOptionalError(loc, "needs an input of rank 2, not ",
                             dims->size());
  dims->back() = onnxc::onnx::getConstant(context, adaptor.getSampleSize());
  types.push_back(getTensorType(*dims, element));
  return success();
}

/// A class is drawn where a number falls among the sums of the probabilities
/// of the classes up to it.
SmallVector<Value> MultinomialOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput()), to = getDims(getOutput());
  if (!dims || !to)
    return {};
  GraphBuilder g{b, getLoc()};
  Type real = b.getF32Type();
  Value chances = SoftmaxOp::create(b, getLoc(), g.cast(getInput(), real), 1);
  Value sums = CumSumOp::create(b, getLoc(), chances, g.ints(1),
                                /*exclusive=*/0, /*reverse=*/0);
  Value numbers =
      g.cast(buildNumbers(g, g.dims(*to), ::getSeed(*this, getSeed()),
                          /*normal=*/false),
             real);
  Value columns =
      g.reshape(numbers, g.dims({to->front(), to->back(),
                                 onnxc::onnx::getConstant(getContext(), 1)}));
  Value rows = g.reshape(
      sums, g.dims({dims->front(), onnxc::onnx::getConstant(getContext(), 1),
                    dims->back()}));
  Type index = b.getI64Type();
  Value drawn = g.sum(g.cast(g.lessOrEqual(rows, columns), index), 2);
  // Rounding may leave the last sum below 1.
  Value last = g.sub(g.dims(dims->back()), g.ints(1));
  return {g.cast(g.min(drawn, last), onnxc::onnx::getElementType(getOutput()))};
}

//===----------------------------------------------------------------------===//
// Dropout
//===----------------------------------------------------------------------===//

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location>,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Type data = adaptor.getData().getType();
  types.push_back(data);
  types.push_back(withElementType(data, IntegerType::get(context, 1)));
  return success();
}

SmallVector<Value> DropoutOp::expand(OpBuilder &b) {
  if (!getDims(getData()))
    return {};
  GraphBuilder g{b, getLoc()};
  std::optional<SmallVector<int64_t>> training =
      getConstantInts(getTrainingMode());
  Value shape = g.shape(getData());
  auto all = [&](bool yes) {
    return g.expand(g.number(yes, b.getI1Type()), shape);
  };
  bool dropsNone = getRatio() && matchPattern(getRatio(), m_AnyZeroFloat());
  if (!getTrainingMode() || (training && training->front() == 0) || dropsNone)
    return {getData(), getMask().use_empty() ? Value() : all(true)};

  Type element = onnxc::onnx::getElementType(getData());
  Type f64 = b.getF64Type();
  Type real = element.isF64() ? f64 : Type(b.getF32Type());
  Value ratio = getRatio() ? g.cast(getRatio(), real) : g.number(0.5, real);
  Value numbers =
      buildNumbers(g, shape, ::getSeed(*this, getSeed()), /*normal=*/false);
  Value one = g.number(1, real);
  Value scale = g.div(one, g.sub(one, ratio));
  Value mask = g.lessOrEqual(g.cast(ratio, f64), numbers);
  if (!training) {
    mask = g.select(getTrainingMode(), mask, all(true));
    scale = g.select(getTrainingMode(), scale, one);
  }
  Value kept = g.mul(g.cast(getData(), real), scale);
  Value output = g.cast(g.select(mask, kept, g.number(0, real)), element);
  return {output, mask};
}

//===----------------------------------------------------------------------===//
// MersenneTwister
//===----------------------------------------------------------------------===//

SmallVector<unsigned> MersenneTwisterOp::getShapeOperands() { return {0}; }

LogicalResult
MersenneTwisterOp::inferReturnTypes(MLIRContext *context,
                                    std::optional<Location>, Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  Type element = Float64Type::get(context);
  std::optional<Dims> count = getKnownInts(adaptor.getCount());
  types.push_back(count && count->size() == 1 ? getTensorType(*count, element)
                                              : getUnrankedType(element));
  return success();
}

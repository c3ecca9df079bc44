//===- MicrosoftProductOps.cpp - Products and convolutions with more ------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftProductOps.h"
#include "dialects/onnx/ConvOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/RunTimeChecks.h"
#include "dialects/onnx/SizeRequirements.h"
#include <numeric>

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftFusedMatMulOp, A, 1)
ONNXC_INFER_FLOAT(MicrosoftTransposeMatMulOp, A, 1)
ONNXC_INFER_FLOAT(MicrosoftGemmFastGeluOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftNhwcConvOp, X, 1)
ONNXC_INFER_ELEMENT(MicrosoftNhwcMaxPoolOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftCDistOp, A, 1)

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// Vectors stay as they are.
static Value transposeFactor(GraphBuilder &g, Value x, bool matrix,
                             bool batch) {
  SmallVector<int64_t> order(*getRank(x));
  std::iota(order.begin(), order.end(), 0);
  if (order.size() < 2 || (!matrix && !batch))
    return x;
  if (batch)
    std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  if (matrix)
    std::swap(order.back(), order[order.size() - 2]);
  return g.transpose(x, order);
}

static SmallVector<Value> scaleProduct(GraphBuilder &g, Value a, Value b,
                                       float alpha) {
  Value product = g.matmul(a, b);
  if (alpha != 1)
    product = g.mul(product, g.number(alpha, getElementType(a)));
  return {product};
}

SmallVector<Value> MicrosoftFusedMatMulOp::expand(OpBuilder &builder) {
  if (!getRank(getA()) || !getRank(getB()))
    return {};
  GraphBuilder g{builder, getLoc()};
  return scaleProduct(
      g, transposeFactor(g, getA(), getTransA(), getTransBatchA()),
      transposeFactor(g, getB(), getTransB(), getTransBatchB()), getAlpha());
}

SmallVector<Value> MicrosoftTransposeMatMulOp::expand(OpBuilder &builder) {
  if (!getRank(getA()) || !getRank(getB()))
    return {};
  GraphBuilder g{builder, getLoc()};
  return scaleProduct(g, transposeFactor(g, getA(), getTransA(), false),
                      transposeFactor(g, getB(), getTransB(), false),
                      getAlpha());
}

static LogicalResult checkActivation(std::optional<Location> loc,
                                     StringRef name) {
  if (llvm::is_contained(
          {"", "Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "Clip"},
          name))
    return success();
  return emitOptionalError(loc, "unknown activation '", name, "'");
}

LogicalResult MicrosoftFusedGemmOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftFusedGemmOp>(loc, adaptor)))
    return failure();
  types.push_back(getUnrankedType(getElementType(adaptor.getA())));
  if (failed(checkActivation(loc, adaptor.getActivation())))
    return failure();
  return checkFloats(loc, adaptor.getA(), adaptor.getOperands());
}

SmallVector<Value> MicrosoftFusedGemmOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value sum =
      GemmOp::create(b, getLoc(), getA(), getB(), getC(), getAlphaAttr(),
                     getBetaAttr(), getTransAAttr(), getTransBAttr());
  SmallVector<float> parameters;
  for (std::optional<float> value :
       {getActivationAlpha(), getActivationBeta(), getActivationGamma()})
    if (value)
      parameters.push_back(*value);
  return {activate(g, sum, getActivation(), parameters)};
}

void MicrosoftGemmFastGeluOp::requireSizes(SizeRequirements &r) {
  if (getBias())
    requireLists(r, getW(), {{"bias", getBias()}});
}

SmallVector<Value> MicrosoftGemmFastGeluOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value sum = g.matmul(getX(), getW());
  if (getBias())
    sum = g.add(sum, getBias());
  return {gelu(g, sum, /*isApproximate=*/true)};
}

LogicalResult MicrosoftMatMulInteger16Op::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftMatMulInteger16Op>(loc, adaptor)))
    return failure();
  auto isUnsigned = [](Value x) {
    return getElementType(x).isUnsignedInteger();
  };
  bool both = isUnsigned(adaptor.getA()) && isUnsigned(adaptor.getB());
  types.push_back(getUnrankedType(IntegerType::get(
      context, 32, both ? IntegerType::Unsigned : IntegerType::Signless)));
  return success();
}

SmallVector<Value> MicrosoftMatMulInteger16Op::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getY());
  return {g.matmul(g.cast(getA(), element), g.cast(getB(), element))};
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftFusedConvOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftFusedConvOp>(loc, adaptor)))
    return failure();
  types.push_back(getUnrankedType(getElementType(adaptor.getX())));
  if (failed(checkActivation(loc, adaptor.getActivation())))
    return failure();
  return checkFloats(loc, adaptor.getX(), adaptor.getOperands());
}

LogicalResult MicrosoftNhwcFusedConvOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftNhwcFusedConvOp>(loc, adaptor)))
    return failure();
  types.push_back(getUnrankedType(getElementType(adaptor.getX())));
  if (failed(checkActivation(loc, adaptor.getActivation())))
    return failure();
  return checkFloats(loc, adaptor.getX(), adaptor.getOperands());
}

/// The Conv that an op of the same attributes holds.
template <typename Op> static Value convolve(Op op, OpBuilder &b, Value x) {
  return ConvOp::create(b, op.getLoc(), x, op.getW(), op.getB(),
                        op.getAutoPadAttr(), op.getDilationsAttr(),
                        op.getGroupAttr(), op.getKernelShapeAttr(),
                        op.getPadsAttr(), op.getStridesAttr());
}

/// What is added, if there is something, has the same sizes.
static Value addSame(GraphBuilder &g, Value x, Value other) {
  if (!other)
    return x;
  requireSameShape(g, x, other);
  return g.add(x, other);
}

SmallVector<Value> MicrosoftFusedConvOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value sum = addSame(g, convolve(*this, b, getX()), getZ());
  return {activate(g, sum, getActivation(),
                   getActivationParams().value_or(ArrayRef<float>()))};
}

SmallVector<Value> MicrosoftNhwcFusedConvOp::expand(OpBuilder &b) {
  if (getRank(getX()).value_or(0) < 3)
    return {};
  GraphBuilder g{b, getLoc()};
  int64_t rank = *getRank(getX());
  Value z = getZ() ? moveChannelsFirst(g, getZ(), rank) : Value();
  Value sum =
      addSame(g, convolve(*this, b, moveChannelsFirst(g, getX(), rank)), z);
  Value y = activate(g, sum, getActivation(),
                     getActivationParams().value_or(ArrayRef<float>()));
  return {moveChannelsLast(g, y, *getRank(getX()))};
}

SmallVector<Value> MicrosoftNhwcConvOp::expand(OpBuilder &b) {
  if (getRank(getX()).value_or(0) < 3)
    return {};
  GraphBuilder g{b, getLoc()};
  Value y = convolve(*this, b, moveChannelsFirst(g, getX(), *getRank(getX())));
  return {moveChannelsLast(g, y, *getRank(getX()))};
}

SmallVector<Value> MicrosoftNhwcMaxPoolOp::expand(OpBuilder &b) {
  if (getRank(getX()).value_or(0) < 3)
    return {};
  GraphBuilder g{b, getLoc()};
  Value y = MaxPoolOp::create(
                b, getLoc(), moveChannelsFirst(g, getX(), *getRank(getX())),
                getAutoPadAttr(), getCeilModeAttr(), getDilationsAttr(),
                getKernelShapeAttr(), getPadsAttr(), b.getI64IntegerAttr(0),
                getStridesAttr())
                .getY();
  return {moveChannelsLast(g, y, *getRank(getX()))};
}

//===----------------------------------------------------------------------===//
// Distances
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftCDistOp::verify() {
  if (getMetric() == "euclidean" || getMetric() == "sqeuclidean")
    return success();
  return emitError("the metric '") << getMetric()
                                   << "' is known but not built; euclidean "
                                      "and sqeuclidean are";
}

void MicrosoftCDistOp::requireSizes(SizeRequirements &r) {
  r.rank("A", getA(), 2);
  r.rank("B", getB(), 2);
}

/// |a|^2 + |b|^2 - 2 a b, which rounding may make negative.
SmallVector<Value> MicrosoftCDistOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getA());
  auto squares = [&](Value x) { return g.sum(g.mul(x, x), 1); };
  Value a = g.reshape(squares(getA()), {-1, 1}), c = squares(getB());
  Value product = g.matmul(getA(), g.transpose(getB(), {1, 0}));
  Value distance = g.sub(g.add(a, c), g.mul(product, g.number(2, element)));
  distance = g.max(distance, g.number(0, element));
  if (getMetric() == "euclidean")
    distance = SqrtOp::create(b, getLoc(), distance);
  return {distance};
}

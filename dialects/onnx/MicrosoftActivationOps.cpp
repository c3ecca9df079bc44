//===- MicrosoftActivationOps.cpp - Gelu and its relatives ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftActivationOps.h"
#include "dialects/onnx/ActivationOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/SizeRequirements.h"
#include <numeric>

using namespace mlir;
using namespace onnxc::onnx;

//===----------------------------------------------------------------------===//
// What the families share
//===----------------------------------------------------------------------===//

LogicalResult onnxc::onnx::checkFloats(std::optional<Location> loc,
                                       Value operand, ValueRange operands) {
  Type element = getElementType(operand);
  if (!isa<FloatType>(element))
    return emitOptionalError(loc, "its input is of ", element,
                             "; the operator takes floats");
  for (Value other : operands) {
    auto type = dyn_cast<TensorType>(other.getType());
    if (type && isa<FloatType>(type.getElementType()) &&
        type.getElementType() != element)
      return emitOptionalError(loc, "its inputs are of ", element, " and ",
                               type.getElementType(),
                               "; all must be of the same type");
  }
  return success();
}

Value onnxc::onnx::gelu(GraphBuilder &g, Value x, bool isApproximate) {
  return GeluOp::create(g.b, g.loc, x,
                        g.b.getStringAttr(isApproximate ? "tanh" : "none"));
}

Value onnxc::onnx::swish(GraphBuilder &g, Value x, float alpha) {
  return SwishOp::create(g.b, g.loc, x, g.b.getF32FloatAttr(alpha));
}

Value onnxc::onnx::activate(GraphBuilder &g, Value x, StringRef name,
                            ArrayRef<float> parameters) {
  OpBuilder &b = g.b;
  auto get = [&](size_t i, float otherwise) {
    return b.getF32FloatAttr(i < parameters.size() ? parameters[i] : otherwise);
  };
  auto getBound = [&](size_t i) {
    return i < parameters.size() ? g.number(parameters[i], getElementType(x))
                                 : Value();
  };
  if (name.empty())
    return x;
  if (name == "Relu")
    return ReluOp::create(b, g.loc, x);
  if (name == "Sigmoid")
    return SigmoidOp::create(b, g.loc, x);
  if (name == "Tanh")
    return TanhOp::create(b, g.loc, x);
  if (name == "LeakyRelu")
    return LeakyReluOp::create(b, g.loc, x, get(0, 0.01f));
  if (name == "HardSigmoid")
    return HardSigmoidOp::create(b, g.loc, x, get(0, 0.2f), get(1, 0.5f));
  if (name == "Clip")
    return ClipOp::create(b, g.loc, x, getBound(0), getBound(1));
  return {};
}

void onnxc::onnx::requireLists(SizeRequirements &r, Value x,
                               ArrayRef<std::pair<StringRef, Value>> operands) {
  std::optional<Dims> dims = getDims(x);
  if (!dims)
    return;
  if (dims->empty())
    return r.fail("its input has rank 0");
  for (auto [name, operand] : operands)
    r.shape(name, operand, {dims->back()});
}

Value onnxc::onnx::moveChannelsFirst(GraphBuilder &g, Value x, int64_t rank) {
  SmallVector<int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.end() - 1, order.end());
  return g.transpose(x, order);
}

Value onnxc::onnx::moveChannelsLast(GraphBuilder &g, Value x, int64_t rank) {
  SmallVector<int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  return g.transpose(x, order);
}

//===----------------------------------------------------------------------===//
// The operators
//===----------------------------------------------------------------------===//

ONNXC_INFER_FLOAT(MicrosoftGeluOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftFastGeluOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftBiasGeluOp, A, 1)
ONNXC_INFER_FLOAT(MicrosoftQuickGeluOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftBiasSplitGeluOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftBiasAddOp, X, 1)

SmallVector<Value> MicrosoftGeluOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  return {gelu(g, getX(), /*isApproximate=*/false)};
}

void MicrosoftFastGeluOp::requireSizes(SizeRequirements &r) {
  if (getBias())
    requireLists(r, getX(), {{"bias", getBias()}});
}

void MicrosoftBiasGeluOp::requireSizes(SizeRequirements &r) {
  requireLists(r, getA(), {{"B", getB()}});
}

void MicrosoftBiasAddOp::requireSizes(SizeRequirements &r) {
  requireLists(r, getX(), {{"bias", getBias()}});
  if (std::optional<Dims> dims = getDims(getX()))
    r.shape("skip", getSkip(), *dims);
}

SmallVector<Value> MicrosoftFastGeluOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value x = getBias() ? g.add(getX(), getBias()) : getX();
  return {gelu(g, x, /*isApproximate=*/true)};
}

SmallVector<Value> MicrosoftBiasGeluOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  return {gelu(g, g.add(getA(), getB()), /*isApproximate=*/false)};
}

SmallVector<Value> MicrosoftQuickGeluOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  return {swish(g, getX(), getAlpha())};
}

void MicrosoftBiasSplitGeluOp::requireSizes(SizeRequirements &r) {
  requireLists(r, getX(), {{"bias", getBias()}});
  if (std::optional<Dims> dims = getDims(getX()); dims && !dims->empty())
    r.multiple(dims->back(), 2, "the last size of X");
}

SmallVector<Value> MicrosoftBiasSplitGeluOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims || dims->empty())
    return {};
  GraphBuilder g{b, getLoc()};
  Value sum = g.add(getX(), getBias());
  Value half = g.dims({simplify(dims->back().floorDiv(2))});
  int64_t axis = dims->size() - 1;
  Value left = g.slice(sum, g.ints(0), half, axis);
  Value right = g.slice(sum, half, g.dims({dims->back()}), axis);
  return {g.mul(left, gelu(g, right, /*isApproximate=*/false))};
}

SmallVector<Value> MicrosoftBiasAddOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  return {g.add(g.add(getX(), getBias()), getSkip())};
}

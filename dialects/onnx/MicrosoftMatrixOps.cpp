//===- MicrosoftMatrixOps.cpp - Matrices, spectra and integers ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftMatrixOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/ReductionOps.h"
#include "dialects/onnx/SignalOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include <numeric>

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftRfftOp, X, 1)
ONNXC_INFER_FLOAT(MicrosoftIrfftOp, X, 1)
ONNXC_INFER_ELEMENT(MicrosoftSparseToDenseMatMulOp, B, 1)

//===----------------------------------------------------------------------===//
// Inverse
//===----------------------------------------------------------------------===//

LogicalResult
MicrosoftInverseOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                     Adaptor adaptor,
                                     SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftInverseOp>(loc, adaptor)))
    return failure();
  types.push_back(adaptor.getX().getType());
  std::optional<Dims> dims = getDims(adaptor.getX());
  if (dims && dims->size() < 2)
    return emitOptionalError(loc, "needs matrices, not rank ", dims->size());
  return checkFloats(loc, adaptor.getX(), {});
}

void MicrosoftInverseOp::requireSizes(SizeRequirements &r) {
  if (std::optional<Dims> dims = getDims(getX()))
    r.equal(dims->back(), (*dims)[dims->size() - 2],
            "the last size of its matrices");
}

//===----------------------------------------------------------------------===//
// Spectra
//===----------------------------------------------------------------------===//

template <typename Op> static LogicalResult verifyTransform(Op op) {
  if (op.getNormalized())
    return op.emitError("normalized is known but not built");
  if (!op.getOnesided())
    return op.emitError("onesided = 0 is known but not built");
  if (op.getSignalNdim() != 1)
    return op.emitError("a signal of ")
           << op.getSignalNdim()
           << " dimensions is known but not built; one of one is";
  return success();
}

LogicalResult MicrosoftRfftOp::verify() { return verifyTransform(*this); }
LogicalResult MicrosoftIrfftOp::verify() { return verifyTransform(*this); }

SmallVector<Value> MicrosoftRfftOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims || dims->empty())
    return {};
  GraphBuilder g{b, getLoc()};
  dims->push_back(getConstant(b.getContext(), 1));
  return {DFTOp::create(b, getLoc(), g.reshape(getX(), g.dims(*dims)), Value(),
                        g.integer(-2), b.getI64IntegerAttr(0),
                        b.getI64IntegerAttr(1))};
}

void MicrosoftIrfftOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims)
    return;
  if (dims->size() < 2)
    return r.fail("X has rank " + Twine(dims->size()) + ", not at least 2");
  r.equal(dims->back(), r.constant(2), "the last size of X");
  r.atMost(r.constant(2), (*dims)[dims->size() - 2],
           "the least length of a spectrum");
}

SmallVector<Value> MicrosoftIrfftOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims || dims->size() < 2)
    return {};
  GraphBuilder g{b, getLoc()};
  dims->pop_back();
  dims->back() = simplify((dims->back() - 1) * 2);
  Value length = g.reshape(g.dims({dims->back()}), ArrayRef<int64_t>());
  Value y = DFTOp::create(b, getLoc(), getX(), length, g.integer(-2),
                          b.getI64IntegerAttr(1), b.getI64IntegerAttr(1));
  return {g.reshape(y, g.dims(*dims))};
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static Value transposeMatrix(GraphBuilder &g, Value x) {
  SmallVector<int64_t> order(*getRank(x));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order.back(), order[order.size() - 2]);
  return g.transpose(x, order);
}

SmallVector<Value> MicrosoftSparseToDenseMatMulOp::expand(OpBuilder &b) {
  if (getRank(getA()).value_or(0) < 2 || getRank(getB()).value_or(0) < 2)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getB());
  Value product = g.matmul(getTransA() ? transposeMatrix(g, getA()) : getA(),
                           getTransB() ? transposeMatrix(g, getB()) : getB());
  if (getAlpha() != 1)
    product = g.mul(product, g.number(getAlpha(), element));
  return {product};
}

static Type getInt32(MLIRContext *context, bool isUnsigned) {
  return IntegerType::get(
      context, 32, isUnsigned ? IntegerType::Unsigned : IntegerType::Signless);
}

LogicalResult MicrosoftMulIntegerOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  types.push_back(getUnrankedType(getInt32(context, false)));
  return checkOperands<MicrosoftMulIntegerOp>(loc, adaptor);
}

SmallVector<Value> MicrosoftMulIntegerOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  auto shift = [&](Value x, Value zeroPoint) {
    x = g.cast(x, b.getI32Type());
    return zeroPoint ? g.sub(x, g.cast(zeroPoint, b.getI32Type())) : x;
  };
  return {
      g.mul(shift(getA(), getAZeroPoint()), shift(getB(), getBZeroPoint()))};
}

LogicalResult MicrosoftReduceSumIntegerOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftReduceSumIntegerOp>(loc, adaptor)))
    return failure();
  types.push_back(getUnrankedType(getInt32(
      context, getElementType(adaptor.getData()).isUnsignedInteger())));
  return success();
}

SmallVector<Value> MicrosoftReduceSumIntegerOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Type sum = onnxc::onnx::getElementType(getReduced());
  return {ReduceSumOp::create(b, getLoc(), g.cast(getData(), sum),
                              g.ints(getAxes()), getKeepdimsAttr(),
                              b.getI64IntegerAttr(0))};
}

//===----------------------------------------------------------------------===//
// IsAllFinite
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftIsAllFiniteOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 1)));
  if (failed(checkOperands<MicrosoftIsAllFiniteOp>(loc, adaptor)))
    return failure();
  if (adaptor.getInput().empty())
    return emitOptionalError(loc, "has no inputs");
  if (adaptor.getIsinfOnly() && adaptor.getIsnanOnly())
    return emitOptionalError(loc, "isinf_only and isnan_only exclude each "
                                  "other");
  for (Value x : adaptor.getInput())
    if (failed(checkFloats(loc, x, {})))
      return failure();
  return success();
}

SmallVector<Value> MicrosoftIsAllFiniteOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Type count = b.getI32Type();
  IntegerAttr yes = b.getI64IntegerAttr(1);
  Value found;
  for (Value x : getInput()) {
    Value isBad;
    if (!getIsnanOnly())
      isBad = IsInfOp::create(b, getLoc(), x, yes, yes);
    if (!getIsinfOnly()) {
      Value isNaN = IsNaNOp::create(b, getLoc(), x);
      isBad = isBad ? g.either(isBad, isNaN) : isNaN;
    }
    // A maximum, as a sum may wrap; beside a 0 for inputs without elements.
    Value flat = g.concat({g.reshape(g.cast(isBad, count), {-1}),
                           g.reshape(g.number(0, count), {1})},
                          0);
    Value any = ReduceMaxOp::create(b, getLoc(), flat, g.ints(0),
                                    /*keepdims=*/0, /*noop_with_empty_axes=*/0);
    found = found ? g.max(found, any) : any;
  }
  return {g.equal(found, g.number(0, count))};
}

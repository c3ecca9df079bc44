//===- Quantize.cpp - Quantization becomes one generic op -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/NarrowFloat.h"
#include "dialects/onnx/QuantizeOps.h"
#include "passes/Tensor/LoweringPatterns.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// How a scale or zero point is read in a loop over x.
AffineMap getScaleMap(MLIRContext *context, Value scale, int64_t rank,
                      int64_t axis, int64_t blockSize) {
  Dims dims = *getDims(scale);
  SmallVector<AffineExpr> exprs;
  bool isOne = dims.size() == 1 && onnxc::onnx::getConstant(dims[0]) == 1;
  if (isOne)
    exprs.push_back(getAffineConstantExpr(0, context));
  else if (dims.size() == 1 && blockSize == 0)
    exprs.push_back(getAffineDimExpr(axis, context));
  else
    for (size_t i = 0; i < dims.size(); ++i) {
      AffineExpr dim = getAffineDimExpr(i, context);
      exprs.push_back(int64_t(i) == axis ? dim.floorDiv(blockSize) : dim);
    }
  return AffineMap::get(rank, 0, exprs, context);
}

/// A stored element as f32, but f64 as it is.
Value loadReal(OpBuilder &b, Location loc, Value stored, Type type) {
  ScalarBuilder s(b, loc, type);
  if (isNarrowFloat(type))
    return decodeNarrowFloat(s, stored, type);
  Value x = loadElement(b, loc, stored, type);
  if (s.isFloat(x))
    return x;
  if (s.isUnsigned)
    return arith::UIToFPOp::create(b, loc, b.getF32Type(), x);
  return arith::SIToFPOp::create(b, loc, b.getF32Type(), x);
}

/// A f32 rounded to a narrower type and back.
Value roundTo(OpBuilder &b, Location loc, Value x, Type type) {
  if (!type.isF16() && !type.isBF16())
    return x;
  Value narrow = arith::TruncFOp::create(b, loc, type, x);
  return arith::ExtFOp::create(b, loc, x.getType(), narrow);
}

template <typename Body>
LogicalResult replaceByGeneric(ConversionPatternRewriter &rewriter,
                               Operation *op, ArrayRef<Value> operands,
                               int64_t axis, int64_t blockSize, Body body) {
  OpResult result = op->getResult(0);
  int64_t rank = *getRank(result);
  axis = normalizeAxis(axis, rank).value_or(0);
  Value init = createEmpty(rewriter, op->getLoc(), result);
  SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(rank)};
  for (Value scale : op->getOperands().drop_front())
    maps.push_back(getScaleMap(op->getContext(), scale, rank, axis, blockSize));
  maps.push_back(rewriter.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  rewriter.replaceOpWithNewOp<linalg::GenericOp>(op, init.getType(), operands,
                                                 init, maps, loops, body);
  return success();
}

struct LowerQuantize : OpConversionPattern<QuantizeLinearOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(QuantizeLinearOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type from = onnxc::onnx::getElementType(op.getX());
    Type scaleType = onnxc::onnx::getElementType(op.getYScale());
    Type to = onnxc::onnx::getElementType(op.getY());
    Type precision = scaleType;
    if (op.getPrecision())
      precision = getElementTypeOf(op.getContext(), op.getPrecision());
    auto body = [&](OpBuilder &b, Location l, ValueRange args) {
      Value x = loadReal(b, l, args[0], from);
      Value scale = loadReal(b, l, args[1], scaleType);
      Value quotient = arith::DivFOp::create(b, l, x, scale);
      quotient = roundTo(b, l, quotient, precision);
      Value zero = op.getYZeroPoint() ? args[2] : Value();
      linalg::YieldOp::create(
          b, l, quantize(b, l, quotient, zero, to, op.getSaturate() != 0));
    };
    return replaceByGeneric(rewriter, op,
                            llvm::to_vector(adaptor.getOperands()),
                            op.getAxis(), op.getBlockSize(), body);
  }

  static Value quantize(OpBuilder &b, Location loc, Value quotient,
                        Value zeroPoint, Type to, bool saturate) {
    ScalarBuilder s(b, loc, to);
    if (isNarrowFloat(to))
      return encodeNarrowFloat(s, quotient, to, {saturate, "up"});
    Value x = math::RoundEvenOp::create(b, loc, quotient);
    if (zeroPoint)
      x = s.add(x, loadReal(b, loc, zeroPoint, to));
    unsigned width = to.getIntOrFloatBitWidth();
    double low = s.isUnsigned ? 0 : -std::ldexp(1, width - 1);
    double high = std::ldexp(1, s.isUnsigned ? width : width - 1) - 1;
    // NaN becomes the lowest value.
    Value bound = s.constant(x, low);
    x = s.select(s.gt(x, bound), x, bound);
    x = s.atMost(x, s.constant(x, high));
    Value integer = arith::FPToSIOp::create(b, loc, b.getI32Type(), x);
    Type storage = getStorageType(to);
    if (storage.isInteger(32))
      return integer;
    return arith::TruncIOp::create(b, loc, storage, integer);
  }
};

struct LowerDequantize : OpConversionPattern<DequantizeLinearOp> {
  using Base::Base;

  LogicalResult
  matchAndRewrite(DequantizeLinearOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type from = onnxc::onnx::getElementType(op.getX());
    Type scaleType = onnxc::onnx::getElementType(op.getXScale());
    Type to = onnxc::onnx::getElementType(op.getY());
    auto body = [&](OpBuilder &b, Location l, ValueRange args) {
      ScalarBuilder s(b, l, from);
      Value zero = op.getXZeroPoint() ? args[2] : Value();
      Value x;
      if (isNarrowFloat(from) || !zero) {
        x = loadReal(b, l, args[0], from);
        if (zero)
          x = s.sub(x, loadReal(b, l, zero, from));
      } else {
        x = s.sub(widen(s, args[0]), widen(s, zero));
        x = arith::SIToFPOp::create(b, l, b.getF32Type(), x);
      }
      Value y = s.mul(x, loadReal(b, l, args[1], scaleType));
      linalg::YieldOp::create(b, l, storeElement(b, l, y, to));
    };
    return replaceByGeneric(rewriter, op,
                            llvm::to_vector(adaptor.getOperands()),
                            op.getAxis(), op.getBlockSize(), body);
  }

  static Value widen(ScalarBuilder &s, Value x) {
    Type i32 = s.b.getI32Type();
    if (x.getType() == i32)
      return x;
    if (s.isUnsigned)
      return arith::ExtUIOp::create(s.b, s.loc, i32, x);
    return arith::ExtSIOp::create(s.b, s.loc, i32, x);
  }
};

} // namespace

void onnxc::populateQuantizeLowering(RewritePatternSet &patterns,
                                     TypeConverter &types) {
  patterns.add<LowerQuantize, LowerDequantize>(types, patterns.getContext());
}

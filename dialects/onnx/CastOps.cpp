//===- CastOps.cpp - Conversions between element types --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/NarrowFloat.h"
#include "dialects/onnx/PiecewiseExpr.h"
#include "dialects/onnx/RealSizes.h"

using namespace mlir;
using namespace onnxc::onnx;

static LogicalResult inferCast(MLIRContext *context,
                               std::optional<Location> loc, Value input,
                               int64_t to, SmallVectorImpl<Type> &types) {
  Type element = getElementTypeOf(context, to);
  if (!element)
    return emitOptionalError(loc, to, " is no element type");
  types.push_back(withElementType(input.getType(), element));
  return success();
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

void CastOp::build(OpBuilder &b, OperationState &state, Value input,
                   Type elementType) {
  build(b, state, withElementType(input.getType(), elementType), input,
        b.getStringAttr("up"), b.getI64IntegerAttr(1),
        b.getI64IntegerAttr(getDataType(elementType)));
}

LogicalResult CastOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  return inferCast(context, loc, adaptor.getInput(), adaptor.getTo(), types);
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  return {};
}

std::optional<Dims> CastOp::evaluate(ArrayRef<std::optional<Dims>> operands) {
  Type from = onnxc::onnx::getElementType(getInput());
  Type to = cast<TensorType>(getType()).getElementType();
  if (!to.isSignlessInteger())
    return std::nullopt;
  if (isa<FloatType>(from) && to.getIntOrFloatBitWidth() >= 32) {
    std::optional<SmallVector<RealSize>> reals = getRealSizes(getInput());
    if (!reals)
      return std::nullopt;
    Dims result;
    for (const RealSize &real : *reals)
      result.push_back(getQuotient(real.numerator, real.denominator));
    return result;
  }
  if (!operands[0] || !from.isInteger())
    return std::nullopt;
  if (to.getIntOrFloatBitWidth() >= 32)
    return operands[0];
  Dims result;
  for (AffineExpr element : *operands[0]) {
    if (to.isInteger(1))
      element = getNot(isEqual(element, getConstant(getContext(), 0)));
    else if (!getConstant(element))
      return std::nullopt;
    result.push_back(element);
  }
  return result;
}

/// The low bits of an i8, extended as the type has them.
static Value wrapNarrowInteger(ScalarBuilder &s, Value x, IntegerType type) {
  Value shift = s.integer(x, 8 - type.getWidth());
  Value high = arith::ShLIOp::create(s.b, s.loc, x, shift);
  if (type.isUnsigned())
    return arith::ShRUIOp::create(s.b, s.loc, high, shift);
  return arith::ShRSIOp::create(s.b, s.loc, high, shift);
}

static Value castIntegerToInteger(ScalarBuilder &s, Value x, bool isUnsigned,
                                  IntegerType to) {
  unsigned width = std::max(to.getWidth(), 8u);
  Type type = s.likeType(x, s.b.getIntegerType(width));
  unsigned have = getElementTypeOrSelf(x).getIntOrFloatBitWidth();
  if (have > width)
    x = arith::TruncIOp::create(s.b, s.loc, type, x);
  else if (have < width && isUnsigned)
    x = arith::ExtUIOp::create(s.b, s.loc, type, x);
  else if (have < width)
    x = arith::ExtSIOp::create(s.b, s.loc, type, x);
  return to.getWidth() < 8 ? wrapNarrowInteger(s, x, to) : x;
}

/// By way of a wider signed integer where there is one: the values out of
/// range wrap around then, as processors' conversions do.
static Value castRealToInteger(ScalarBuilder &s, Value x, IntegerType to) {
  unsigned width = to.getWidth() <= 16 || to == s.b.getI32Type() ? 32 : 64;
  Type wide = s.likeType(x, s.b.getIntegerType(width));
  Value result;
  if (to.isUnsigned() && to.getWidth() == 64)
    result = arith::FPToUIOp::create(s.b, s.loc, wide, x);
  else
    result = arith::FPToSIOp::create(s.b, s.loc, wide, x);
  return castIntegerToInteger(s, result, to.isUnsigned(), to);
}

Value CastOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, *this);
  Type from = onnxc::onnx::getElementType(getInput());
  Type to = cast<TensorType>(getType()).getElementType();
  Value x = args[0];
  if (from == to)
    return x;
  if (isNarrowFloat(from))
    x = decodeNarrowFloat(s, x, from);
  if (to.isInteger(1))
    return s.ne(x, s.constant(x, 0));
  if (auto integer = dyn_cast<IntegerType>(to))
    return s.isFloat(x) ? castRealToInteger(s, x, integer)
                        : castIntegerToInteger(s, x, s.isUnsigned, integer);

  // Towards a float: f64 or, for the others, f32 first.
  Type real = s.likeType(x, to.isF64() ? b.getF64Type() : b.getF32Type());
  if (!s.isFloat(x)) {
    if (s.isUnsigned)
      x = arith::UIToFPOp::create(b, loc, real, x);
    else
      x = arith::SIToFPOp::create(b, loc, real, x);
  } else if (to.isF64() && x.getType() != real) {
    x = arith::ExtFOp::create(b, loc, real, x);
  } else if (to.isF32() && x.getType() != real) {
    x = arith::TruncFOp::create(b, loc, real, x);
  } else if (x.getType() != real) {
    x = roundToOdd(s, x);
  }
  if (isNarrowFloat(to))
    return encodeNarrowFloat(s, x, to, {getSaturate() != 0, getRoundMode()});
  return x;
}

//===----------------------------------------------------------------------===//
// BitCast
//===----------------------------------------------------------------------===//

LogicalResult BitCastOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  if (failed(
          inferCast(context, loc, adaptor.getInput(), adaptor.getTo(), types)))
    return failure();
  auto getWidth = [](Type type) -> unsigned {
    if (auto complex = dyn_cast<ComplexType>(type))
      return 2 * complex.getElementType().getIntOrFloatBitWidth();
    if (type.isInteger(1))
      return 8;
    return type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 0;
  };
  Type from = getElementType(adaptor.getInput());
  Type to = cast<TensorType>(types.back()).getElementType();
  if (getWidth(from) != getWidth(to))
    return emitOptionalError(loc, from, " and ", to, " have different widths");
  return success();
}

//===- QuantizeOps.cpp - Between real and quantized tensors ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/QuantizeOps.h"
#include "dialects/onnx/ChannelSize.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/ScalarBuilder.h"
#include "dialects/onnx/SizeRequirements.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace onnxc::onnx;

static bool hasOneElement(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getRank() <= 1 &&
         type.getNumElements() == 1;
}

/// Checks the scale's shape against x's, where both are known.
static LogicalResult checkScale(std::optional<Location> loc, Value x,
                                Value scale, Value zeroPoint, int64_t axis,
                                int64_t blockSize) {
  std::optional<int64_t> rank = getRank(x), scaleRank = getRank(scale);
  // One element for all is a scalar or a list of one.
  if (zeroPoint && scaleRank && getRank(zeroPoint) &&
      getRank(zeroPoint) != scaleRank &&
      !(hasOneElement(scale) && hasOneElement(zeroPoint)))
    return emitOptionalError(loc, "scale and zero point have ranks ",
                             *scaleRank, " and ", *getRank(zeroPoint));
  if (blockSize < 0)
    return emitOptionalError(loc, "block_size is ", blockSize);
  if (!rank || !scaleRank || *scaleRank == 0)
    return success();
  std::optional<Dims> scaleDims = getDims(scale);
  if (*scaleRank == 1 && scaleDims && getConstant(scaleDims->front()) == 1)
    return success();
  if (!normalizeAxis(axis, *rank))
    return emitOptionalError(loc, "axis ", axis, " is out of range for rank ",
                             *rank);
  if (blockSize == 0 && *scaleRank != 1)
    return emitOptionalError(loc, "a scale of rank ", *scaleRank,
                             " needs a block_size");
  if (blockSize > 0 && *scaleRank != *rank)
    return emitOptionalError(loc, "the blocks' scale has rank ", *scaleRank,
                             ", not ", *rank);
  return success();
}

static LogicalResult inferLike(MLIRContext *context,
                               std::optional<Location> loc, Value x,
                               Value scale, int64_t axis, int64_t dataType,
                               Type otherwise, SmallVectorImpl<Type> &types) {
  Type element = dataType ? getElementTypeOf(context, dataType) : otherwise;
  if (!element)
    return emitOptionalError(loc, dataType, " is no element type");
  Type type = x.getType();
  std::optional<int64_t> rank = getRank(x);
  // A scale of one element is for all.
  if (rank && normalizeAxis(axis, *rank) && !hasOneElement(scale))
    type = withSizeOf(type, *normalizeAxis(axis, *rank), scale);
  types.push_back(withElementType(type, element));
  return success();
}

LogicalResult QuantizeLinearOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location> loc,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  Value zeroPoint = adaptor.getYZeroPoint();
  if (failed(checkScale(loc, adaptor.getX(), adaptor.getYScale(), zeroPoint,
                        adaptor.getAxis(), adaptor.getBlockSize())))
    return failure();
  Type otherwise = IntegerType::get(context, 8, IntegerType::Unsigned);
  if (zeroPoint)
    otherwise = getElementType(zeroPoint);
  return inferLike(context, loc, adaptor.getX(), adaptor.getYScale(),
                   adaptor.getAxis(), adaptor.getOutputDtype(), otherwise,
                   types);
}

LogicalResult DequantizeLinearOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkScale(loc, adaptor.getX(), adaptor.getXScale(),
                        adaptor.getXZeroPoint(), adaptor.getAxis(),
                        adaptor.getBlockSize())))
    return failure();
  return inferLike(context, loc, adaptor.getX(), adaptor.getXScale(),
                   adaptor.getAxis(), adaptor.getOutputDtype(),
                   getElementType(adaptor.getXScale()), types);
}

void SaturateOp::build(OpBuilder &b, OperationState &state, Value x,
                       Value zeroPoint, Type elementType) {
  unsigned width = elementType.getIntOrFloatBitWidth();
  bool isUnsigned = elementType.isUnsignedInteger();
  int64_t high = (int64_t(1) << (isUnsigned ? width : width - 1)) - 1;
  build(b, state, withElementType(x.getType(), elementType), x, zeroPoint,
        isUnsigned ? 0 : -high - 1, high, getDataType(elementType));
}

LogicalResult SaturateOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  Type element = getElementTypeOf(context, adaptor.getTo());
  if (!element || !element.isInteger() || element.getIntOrFloatBitWidth() > 16)
    return emitOptionalError(loc, adaptor.getTo(),
                             " is no integer type of up to 16 bits");
  types.push_back(withElementType(adaptor.getX().getType(), element));
  return success();
}

/// 1.5 * 2^23, of which the last bit counts ones: adding it rounds to nearest
/// even, and leaves the integer in the bits of the sum.
static constexpr double kRounder = 12582912;
static constexpr int64_t kBitsOfRounder = 0x4b400000;

/// Within the bounds before it is rounded, as bounds are integers: so that what
/// is rounded is small.
Value SaturateOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(b, loc, getElementType(getX()));
  Value x = args[0];
  Type element = getElementType(getY());
  Type i32 = s.likeType(x, b.getI32Type());
  Value low = s.constant(x, getLow()), high = s.constant(x, getHigh()), zero;
  if (args.size() > 1) {
    zero = element.isUnsignedInteger()
               ? Value(arith::ExtUIOp::create(b, loc, i32, args[1]))
               : Value(arith::ExtSIOp::create(b, loc, i32, args[1]));
    Value shift = arith::SIToFPOp::create(b, loc, x.getType(), zero);
    low = s.sub(low, shift);
    high = s.sub(high, shift);
  }
  // NaN is not greater than anything.
  x = s.select(s.gt(x, low), x, low);
  x = s.atMost(x, high);
  Value integer;
  if (getElementTypeOrSelf(x).isF32()) {
    Value bits = arith::BitcastOp::create(b, loc, i32,
                                          s.add(x, s.constant(x, kRounder)));
    integer =
        arith::SubIOp::create(b, loc, bits, s.integer(bits, kBitsOfRounder));
  } else {
    integer = arith::FPToSIOp::create(b, loc, i32,
                                      math::RoundEvenOp::create(b, loc, x));
  }
  if (zero)
    integer = arith::AddIOp::create(b, loc, integer, zero);
  unsigned width = std::max(element.getIntOrFloatBitWidth(), 8u);
  return arith::TruncIOp::create(b, loc, s.likeType(x, b.getIntegerType(width)),
                                 integer);
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

/// One scale a slice of the axis, or one for each block.
static void requireScale(Value x, Value scale, Value zeroPoint, int64_t axis,
                         int64_t block, SizeRequirements &r) {
  std::optional<Dims> dims = getDims(x), scales = getDims(scale);
  if (!dims || !scales || scales->empty() ||
      (scales->size() == 1 && onnxc::onnx::getConstant((*scales)[0]) == 1))
    return;
  std::optional<int64_t> at = normalizeAxis(axis, dims->size());
  if (!at)
    return;
  if (block == 0) {
    r.shape("the scale", scale, {(*dims)[*at]});
  } else {
    (*dims)[*at] = simplify((*dims)[*at].ceilDiv(block));
    r.shape("the scale", scale, *dims);
  }
  if (zeroPoint)
    r.shape("the zero point", zeroPoint, *scales);
}

void QuantizeLinearOp::requireSizes(SizeRequirements &r) {
  requireScale(getX(), getYScale(), getYZeroPoint(), getAxis(), getBlockSize(),
               r);
}

void DequantizeLinearOp::requireSizes(SizeRequirements &r) {
  requireScale(getX(), getXScale(), getXZeroPoint(), getAxis(), getBlockSize(),
               r);
}

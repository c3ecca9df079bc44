//===- TextOps.cpp - The bytes that strings are ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/TextOps.h"
#include "dialects/onnx/OnnxDialect.h"

using namespace mlir;
using namespace onnxc::onnx;

static LogicalResult inferElements(Value x, Type element,
                                   SmallVectorImpl<Type> &types) {
  types.push_back(withElementType(x.getType(), element));
  return success();
}

static Type getInteger(MLIRContext *context) {
  return IntegerType::get(context, 64);
}

/// As many bytes as `count` says.
static LogicalResult inferText(MLIRContext *context, Value bytes,
                               SmallVectorImpl<Type> &types) {
  Type byte = IntegerType::get(context, 8, IntegerType::Unsigned);
  std::optional<Dims> count = getKnownInts(bytes);
  types.push_back(count && count->size() == 1
                      ? getTensorType({count->front()}, byte)
                      : getUnrankedType(byte));
  return success();
}

/// `count` strings for each of x.
static LogicalResult inferParts(MLIRContext *context, Value x, Value number,
                                SmallVectorImpl<Type> &types) {
  Type element = StringType::get(context);
  std::optional<Dims> dims = getDims(x), count = getKnownInts(number);
  if (!dims || !count || count->size() != 1) {
    types.push_back(getUnrankedType(element));
    return success();
  }
  dims->push_back(count->front());
  types.push_back(getTensorType(*dims, element));
  return success();
}

LogicalResult ViewTextOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  Value like = adaptor.getPlaces() ? adaptor.getPlaces() : adaptor.getEnds();
  return inferElements(like, StringType::get(context), types);
}

LogicalResult TextLengthOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  return inferElements(adaptor.getX(), getInteger(context), types);
}

LogicalResult TextHashOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  return inferElements(adaptor.getX(), getInteger(context), types);
}

LogicalResult EqualTextOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location>,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferElements(adaptor.getA(), IntegerType::get(context, 1), types);
}

SmallVector<unsigned> JoinTextOp::getShapeOperands() { return {3}; }

LogicalResult JoinTextOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  return inferText(context, adaptor.getCount(), types);
}

LogicalResult CaseLengthOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  return inferElements(adaptor.getX(), getInteger(context), types);
}

SmallVector<unsigned> CaseTextOp::getShapeOperands() { return {3}; }

LogicalResult CaseTextOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location>,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  return inferText(context, adaptor.getCount(), types);
}

LogicalResult CountPartsOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  return inferElements(adaptor.getX(), getInteger(context), types);
}

SmallVector<unsigned> SplitPartsOp::getShapeOperands() { return {1}; }

LogicalResult SplitPartsOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  return inferParts(context, adaptor.getX(), adaptor.getCount(), types);
}

LogicalResult MatchTextOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location>,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferElements(adaptor.getX(), IntegerType::get(context, 1), types);
}

LogicalResult CountTokensOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location>,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  return inferElements(adaptor.getX(), getInteger(context), types);
}

SmallVector<unsigned> TakeTokensOp::getShapeOperands() { return {6}; }

LogicalResult TakeTokensOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  return inferParts(context, adaptor.getX(), adaptor.getCount(), types);
}

LogicalResult ReadNumberOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  Type input = adaptor.getX().getType();
  types.push_back(withElementType(input, adaptor.getReadAs()));
  types.push_back(withElementType(input, IntegerType::get(context, 1)));
  return success();
}

LogicalResult PrintNumberOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location>,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  Type byte = IntegerType::get(context, 8, IntegerType::Unsigned);
  std::optional<Dims> dims = getDims(adaptor.getX());
  types.push_back(
      dims
          ? getTensorType({simplify(getProduct(context, *dims) * kBytes)}, byte)
          : getUnrankedType(byte));
  return inferElements(adaptor.getX(), getInteger(context), types);
}

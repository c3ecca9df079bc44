//===- OptionalOps.cpp - Values or nothing --------------------------------===//
//
// An optional is what Optional was given, or a few tensors (PackedSequence.h).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/OptionalOps.h"
#include "dialects/onnx/SequenceValue.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult OptionalOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInput() ? adaptor.getInput().getType()
                                 : adaptor.getType().value_or(Type());
  if (!type)
    return emitOptionalError(loc, "needs an input or a type");
  types.push_back(OptType::get(context, type));
  return success();
}

LogicalResult
OptionalHasElementOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location>, Adaptor,
                                       SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 1)));
  return success();
}

SmallVector<Value> OptionalHasElementOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value input = getInput() ? skipIdentities(getInput()) : Value();
  auto optional = input ? input.getDefiningOp<OptionalOp>() : OptionalOp();
  if (!input || optional || !isa<OptType>(input.getType())) {
    bool has = input && (!optional || optional.getInput());
    return {g.number(has, b.getI1Type())};
  }
  std::optional<PackedSequence> packed = getPacked(g, input);
  if (!packed)
    return {};
  return {getPresence(g, *packed)};
}

LogicalResult OptionalGetElementOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Type type = adaptor.getInput().getType();
  if (auto optional = dyn_cast<OptType>(type))
    type = optional.getElement();
  auto made = skipIdentities(adaptor.getInput()).getDefiningOp<OptionalOp>();
  if (made && !made.getInput())
    return emitOptionalError(loc, "reads an optional that holds nothing");
  types.push_back(type);
  return success();
}

SmallVector<Value> OptionalGetElementOp::expand(OpBuilder &b) {
  Value input = skipIdentities(getInput());
  auto type = dyn_cast<OptType>(input.getType());
  if (!type)
    return {input};
  if (auto optional = input.getDefiningOp<OptionalOp>())
    return {optional.getInput()};
  GraphBuilder g{b, getLoc()};
  std::optional<PackedSequence> packed = getPacked(g, input);
  if (!packed)
    return {};
  if (!isa<SeqType>(type.getElement())) {
    Value element = readElement(g, *packed, Value());
    return element ? SmallVector<Value>{element} : SmallVector<Value>();
  }
  requirePresence(g, *packed);
  packed->present = Value();
  return {buildPack(g, *packed)};
}

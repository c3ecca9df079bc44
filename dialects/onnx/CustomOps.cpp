//===- CustomOps.cpp - Calls of functions that the application defines ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CustomOps.h"
#include "dialects/onnx/CustomUse.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;
using llvm::Expected;

//===----------------------------------------------------------------------===//
// What both have in common
//===----------------------------------------------------------------------===//

template <typename Op> static CustomUse readUse(Op op) {
  CustomUse use;
  use.opType = op.getOpType();
  use.function = op.getFunction();
  use.names = op.getNames();
  auto next = op.getInputs().begin();
  for (bool isGiven : op.getGivenInputs())
    use.inputs.push_back(isGiven ? Value(*next++) : Value());
  use.givenOutputs = op.getGivenOutputs();
  use.rules = op.getRules();
  use.values = op.getValues();
  return use;
}

CustomUse::CustomUse(Operation *op) {
  if (auto call = dyn_cast<CustomCallOp>(op))
    *this = readUse(call);
  else
    *this = readUse(cast<CustomSizesOp>(op));
}

bool CustomUse::isOne(Operation *op) {
  return isa<CustomCallOp, CustomSizesOp>(op);
}

Expected<CustomResult> CustomUse::infer(MLIRContext *context,
                                        size_t number) const {
  if (auto stated = dyn_cast<TypeAttr>(rules[number])) {
    auto type = dyn_cast<TensorType>(stated.getValue());
    return type ? CustomResult{type.getElementType(), getDims(type)}
                : CustomResult();
  }
  auto rule = CustomRule::parse(cast<StringAttr>(rules[number]).getValue());
  if (!rule)
    return rule.takeError();
  SmallVector<Type> types;
  for (Value input : inputs)
    types.push_back(input ? input.getType() : Type());
  return rule->infer(context, types, values);
}

bool onnxc::onnx::isPassedToC(Type elementType) {
  return getDataType(elementType) != 0 &&
         !isa<Float6E2M3FNType, Float6E3M2FNType>(elementType);
}

static LogicalResult verifyUse(Operation *op, const CustomUse &use,
                               size_t numGiven) {
  if (use.inputs.size() != use.names.size() ||
      size_t(llvm::count_if(use.inputs, [](Value v) { return bool(v); })) !=
          op->getNumOperands())
    return op->emitOpError("has other inputs than it tells of");
  if (use.givenOutputs.size() != use.rules.size() || numGiven == 0)
    return op->emitOpError("needs outputs, with a rule for each");
  for (auto [i, input] : llvm::enumerate(use.inputs))
    if (input && !isPassedToC(getElementType(input)))
      return op->emitError("its input ")
             << i << " has elements of type " << getElementType(input)
             << ", which a C function cannot be given";
  for (auto [rule, isGiven] : llvm::zip(use.rules, use.givenOutputs)) {
    if (auto type = dyn_cast<TypeAttr>(rule)) {
      if (isGiven && !isa<TensorType>(type.getValue()))
        return op->emitOpError("an output that is there is a tensor");
      continue;
    }
    auto text = dyn_cast<StringAttr>(rule);
    if (!text)
      return op->emitOpError("a rule is a text or a type");
    if (auto parsed = CustomRule::parse(text); !parsed)
      return op->emitError(llvm::toString(parsed.takeError()));
  }
  return success();
}

//===----------------------------------------------------------------------===//
// CustomCall
//===----------------------------------------------------------------------===//

LogicalResult CustomCallOp::verify() {
  CustomUse use(*this);
  size_t given = llvm::count(use.givenOutputs, true);
  if (given != getNumResults())
    return emitOpError("has other outputs than it tells of");
  for (Value result : getOutputs())
    if (!isPassedToC(onnx::getElementType(result)))
      return emitError("it gives elements of type ")
             << onnx::getElementType(result)
             << ", which a C function cannot write";
  return verifyUse(*this, use, given);
}

/// The rules may ask for sizes: those are set once they have symbols.
LogicalResult CustomCallOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  CustomUse use = readUse(adaptor);
  for (auto [i, isGiven] : llvm::enumerate(use.givenOutputs)) {
    if (!isGiven)
      continue;
    Expected<CustomResult> result = use.infer(context, i);
    if (!result)
      return emitOptionalError(loc, llvm::toString(result.takeError()));
    bool isKnown =
        result->dims &&
        llvm::all_of(*result->dims, [](AffineExpr size) { return bool(size); });
    types.push_back(isKnown ? getTensorType(*result->dims, result->element)
                            : getUnrankedType(result->element));
  }
  return success();
}

SmallVector<Value> CustomCallOp::buildSizes(OpBuilder &b) {
  SmallVector<Type> types;
  CustomUse use(*this);
  auto scalar = RankedTensorType::get({}, b.getI64Type());
  for (auto [i, isGiven] : llvm::enumerate(use.givenOutputs)) {
    if (!isGiven)
      continue;
    Expected<CustomResult> result = use.infer(getContext(), i);
    // What is wrong has been said.
    if (!result || !result->dims) {
      llvm::consumeError(result.takeError());
      return {};
    }
    types.append(llvm::count(*result->dims, AffineExpr()), scalar);
  }
  if (types.empty())
    return {};
  auto sizes = CustomSizesOp::create(b, getLoc(), types, getInputs(),
                                     (*this)->getAttrDictionary().getValue());
  return SmallVector<Value>(sizes.getSizes());
}

void CustomCallOp::setResultDims(ArrayRef<AffineExpr> sizes) {
  CustomUse use(*this);
  auto result = getOutputs().begin();
  for (auto [i, isGiven] : llvm::enumerate(use.givenOutputs)) {
    if (!isGiven)
      continue;
    Expected<CustomResult> inferred = use.infer(getContext(), i);
    if (!inferred || !inferred->dims)
      return llvm::consumeError(inferred.takeError());
    Dims dims = *inferred->dims;
    for (AffineExpr &dim : dims) {
      if (dim)
        continue;
      if (sizes.empty())
        return;
      dim = sizes.front();
      sizes = sizes.drop_front();
    }
    (*result++).setType(
        cast<TensorType>(getTensorType(dims, inferred->element)));
  }
}

void CustomCallOp::requireSizes(SizeRequirements &r) {
  for (Value result : getOutputs())
    r.notNegative(result);
}

//===----------------------------------------------------------------------===//
// CustomSizes
//===----------------------------------------------------------------------===//

LogicalResult CustomSizesOp::verify() {
  return verifyUse(*this, CustomUse(*this), getNumResults());
}

LogicalResult CustomSizesOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  auto scalar = RankedTensorType::get({}, IntegerType::get(context, 64));
  CustomUse use = readUse(adaptor);
  for (auto [i, isGiven] : llvm::enumerate(use.givenOutputs)) {
    auto text = dyn_cast<StringAttr>(use.rules[i]);
    if (!isGiven || !text)
      continue;
    Expected<CustomRule> rule = CustomRule::parse(text);
    if (!rule)
      return emitOptionalError(loc, llvm::toString(rule.takeError()));
    types.append(rule->countAsked(), scalar);
  }
  return success();
}

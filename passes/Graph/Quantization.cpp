//===- Quantization.cpp - What passes ask of quantised values -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/Quantization.h"
#include "dialects/onnx/ConstantOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

bool onnxc::hasOneElement(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() == 1;
}

bool onnxc::isConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  return constant && constant.getElements();
}

bool onnxc::isFoldable(Value value) {
  if (isConstant(value))
    return true;
  Operation *op = value.getDefiningOp();
  return op && op->getNumOperands() > 0 && isMemoryEffectFree(op) &&
         op->getNumRegions() == 0 &&
         llvm::all_of(op->getOperands(), isFoldable);
}

std::optional<SmallVector<float>> onnxc::getConstantFloats(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!constant || !constant.getElements() || !type ||
      !type.getElementType().isF32())
    return std::nullopt;
  if (auto dense = dyn_cast<DenseFPElementsAttr>(constant.getElements())) {
    SmallVector<float> floats;
    for (APFloat element : dense.getValues<APFloat>())
      floats.push_back(element.convertToFloat());
    return floats;
  }
  if (auto blob =
          dyn_cast<DenseF32ResourceElementsAttr>(constant.getElements()))
    if (std::optional<ArrayRef<float>> floats = blob.tryGetAsArrayRef())
      return SmallVector<float>(*floats);
  return std::nullopt;
}

bool onnxc::isZero(Value zeroPoint) {
  if (!zeroPoint)
    return true;
  auto constant = zeroPoint.getDefiningOp<ConstantOp>();
  if (!constant || !constant.getElements())
    return false;
  if (auto dense = dyn_cast<DenseIntElementsAttr>(constant.getElements()))
    return llvm::all_of(dense.getValues<APInt>(),
                        [](const APInt &element) { return element.isZero(); });
  auto blob = dyn_cast<DenseResourceElementsAttr>(constant.getElements());
  if (!blob || !blob.getRawHandle().getBlob())
    return false;
  return llvm::all_of(blob.getRawHandle().getBlob()->getData(),
                      [](char byte) { return byte == 0; });
}

std::optional<int64_t> onnxc::getZeroPoint(Value zeroPoint) {
  if (!zeroPoint)
    return 0;
  auto constant = zeroPoint.getDefiningOp<ConstantOp>();
  auto dense =
      constant ? dyn_cast_or_null<DenseIntElementsAttr>(constant.getElements())
               : DenseIntElementsAttr();
  if (!dense || dense.getNumElements() != 1)
    return std::nullopt;
  APInt value = *dense.value_begin<APInt>();
  return getElementType(zeroPoint).isUnsignedInteger()
             ? int64_t(value.getZExtValue())
             : value.getSExtValue();
}

bool onnxc::areEqual(Value a, Value b) {
  if (a == b)
    return true;
  if (!a || !b)
    return isZero(a ? a : b);
  auto left = a.getDefiningOp<ConstantOp>(),
       right = b.getDefiningOp<ConstantOp>();
  if (!left || !right || !left.getElements())
    return false;
  if (left.getElements() == right.getElements())
    return true;
  std::optional<SmallVector<float>> l = getConstantFloats(a),
                                    r = getConstantFloats(b);
  return l && r && *l == *r && a.getType() == b.getType();
}

std::optional<QuantizedValue> onnxc::getQuantized(Value value) {
  auto op =
      value ? value.getDefiningOp<DequantizeLinearOp>() : DequantizeLinearOp();
  if (!op || op.getBlockSize() != 0 || !getElementType(op.getY()).isF32() ||
      !getElementType(op.getXScale()).isF32())
    return std::nullopt;
  Type element = getElementType(op.getX());
  std::optional<int64_t> rank = getRank(op.getX());
  if (!element.isInteger() || !rank)
    return std::nullopt;
  QuantizedValue result{op.getX(), op.getXScale(), op.getXZeroPoint()};
  result.isPerTensor = hasOneElement(op.getXScale());
  if (result.isPerTensor)
    return result;
  std::optional<int64_t> axis = normalizeAxis(op.getAxis(), *rank);
  if (!axis || getRank(op.getXScale()) != 1)
    return std::nullopt;
  result.axis = *axis;
  return result;
}

//===- ConstantOps.cpp - Constants and symbolic integers ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ConstantOps.h"

using namespace mlir;
using namespace onnxc::onnx;

OpFoldResult ConstantOp::fold(FoldAdaptor) {
  if (getElements())
    return getElements();
  return getStringsAttr();
}

LogicalResult ConstantOp::verify() {
  if (getValue().has_value() == getStrings().has_value())
    return emitOpError("needs either value or strings");
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape())
    return emitOpError("needs a static shape");
  if (ElementsAttr elements = getElements()) {
    auto held = cast<ShapedType>(elements.getType());
    if (held.getShape() != type.getShape() ||
        held.getElementType() != type.getElementType())
      return emitOpError("has elements of type ") << held;
  }
  return success();
}

LogicalResult DimsOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape() ||
      type.getNumElements() != int64_t(getValue().getExprs().size()))
    return emitOpError("needs a static shape of as many elements as there are "
                       "expressions");
  return success();
}

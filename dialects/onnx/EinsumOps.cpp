//===- EinsumOps.cpp - Contractions given by an equation ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/EinsumOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/EinsumEquation.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult EinsumOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (adaptor.getInputs().empty())
    return emitOptionalError(loc, "needs an input");
  Type element = getElementType(adaptor.getInputs().front());
  SmallVector<Dims> operands;
  for (Value input : adaptor.getInputs()) {
    std::optional<Dims> dims = getDims(input);
    if (!dims) {
      types.push_back(getUnrankedType(element));
      return success();
    }
    operands.push_back(*dims);
  }
  std::string error;
  std::optional<EinsumEquation> equation =
      EinsumEquation::parse(adaptor.getEquation(), operands, error);
  if (!equation)
    return emitOptionalError(loc, error);
  types.push_back(getTensorType(
      ArrayRef(equation->sizes).take_front(equation->numOutputs), element));
  return success();
}

//===----------------------------------------------------------------------===//
// How much is multiplied
//===----------------------------------------------------------------------===//

/// One for every value that all subscripts together take.
AffineExpr EinsumOp::getMacs() {
  SmallVector<Dims> operands;
  for (Value operand : getInputs()) {
    std::optional<Dims> dims = getDims(operand);
    if (!dims)
      return {};
    operands.push_back(*dims);
  }
  std::string error;
  auto equation = EinsumEquation::parse(getEquation(), operands, error);
  if (!equation || operands.size() < 2)
    return {};
  return getProduct(getContext(), equation->sizes);
}

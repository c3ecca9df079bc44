//===- EinsumOps.cpp - Contractions given by an equation ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/EinsumOps.h"
#include "dialects/onnx/Cost.h"
#include "dialects/onnx/EinsumEquation.h"
#include "dialects/onnx/SizeRequirements.h"

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

std::optional<EinsumEquation>
onnxc::onnx::parseEquation(EinsumOp op, SmallVectorImpl<Dims> &operands) {
  for (Value input : op.getInputs()) {
    std::optional<Dims> dims = getDims(input);
    if (!dims)
      return std::nullopt;
    operands.push_back(*dims);
  }
  std::string error;
  return EinsumEquation::parse(op.getEquation(), operands, error);
}

//===----------------------------------------------------------------------===//
// What sizes have to be
//===----------------------------------------------------------------------===//

/// A letter has one size, but that an operand may have 1 in its place, for all
/// dimensions of that letter.
void EinsumOp::requireSizes(SizeRequirements &r) {
  SmallVector<Dims> operands;
  std::optional<EinsumEquation> equation = parseEquation(*this, operands);
  if (!equation)
    return;
  for (auto [number, dims] : llvm::enumerate(operands)) {
    ArrayRef<unsigned> labels = equation->inputs[number];
    for (auto [i, label] : llvm::enumerate(labels)) {
      std::string what =
          ("the size of operand " + Twine(number) + " in dimension " + Twine(i))
              .str();
      size_t first = llvm::find(labels, label) - labels.begin();
      if (first != i)
        r.equal(dims[i], dims[first], what);
      else if (onnxc::onnx::getConstant(dims[i]) != 1)
        r.equal(dims[i], equation->sizes[label], what);
    }
  }
}

//===----------------------------------------------------------------------===//
// How much is multiplied
//===----------------------------------------------------------------------===//

/// One for every value that all subscripts together take.
AffineExpr EinsumOp::getMacs() {
  SmallVector<Dims> operands;
  std::optional<EinsumEquation> equation = parseEquation(*this, operands);
  if (!equation || operands.size() < 2)
    return {};
  return getProduct(getContext(), equation->sizes);
}

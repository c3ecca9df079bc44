//===- BlockedOps.cpp - Ops on tensors in blocked layouts -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/ConvShape.h"

using namespace mlir;
using namespace onnxc::onnx;

/// Sums of integers are of 32 bits.
static Type getSumElement(Type element) {
  return element.isInteger() ? IntegerType::get(element.getContext(), 32)
                             : element;
}

LogicalResult BlockedConvOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  std::optional<Dims> x = getDims(adaptor.getX()), w = getDims(adaptor.getW());
  unsigned spatial = adaptor.getStrides().size();
  int64_t group = adaptor.getGroup();
  if (!x || !w || x->size() != spatial + 3 ||
      w->size() !=
          spatial + (adaptor.getDepthwise() ? 2 : 4) + (group > 1 ? 1 : 0))
    return emitOptionalError(loc, "operands are not blocked for ", spatial,
                             " spatial dimensions");
  FailureOr<ConvWindow> window =
      getConvWindow(loc, spatial, "NOTSET", adaptor.getStrides(),
                    adaptor.getDilations(), adaptor.getPads());
  if (failed(window))
    return failure();
  unsigned firstKernel = adaptor.getDepthwise() ? 1 : 2;
  AffineExpr lanes = w->back();
  if (group > 1) {
    lanes = (*w)[w->size() - 2];
    if (onnxc::onnx::getConstant(x->back()) == 1)
      (*w)[firstKernel + spatial - 1] =
          simplify((*w)[firstKernel + spatial - 1] * group);
  }
  Dims result = {(*x)[0], (*w)[0]};
  for (unsigned i = 0; i < spatial; ++i)
    result.push_back(
        window->getOutputSize(i, (*x)[i + 2], (*w)[i + firstKernel]));
  result.push_back(lanes);
  types.push_back(
      getTensorType(result, getSumElement(getElementType(adaptor.getX()))));
  return success();
}

LogicalResult PackedMatMulOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  std::optional<Dims> a = getDims(adaptor.getA()), b = getDims(adaptor.getB());
  bool isGrouped = adaptor.getGroup() > 1;
  if (!a || !b || a->size() < (isGrouped ? 3 : 2) ||
      b->size() != (isGrouped ? 4 : 3))
    return emitOptionalError(loc, "operands are no matrix and no panels");
  if (isGrouped)
    a->pop_back();
  std::optional<int64_t> k = onnxc::onnx::getConstant(a->back());
  std::optional<int64_t> rows = onnxc::onnx::getConstant((*b)[1]);
  if (k && rows && *k != *rows)
    return emitOptionalError(loc, "A has ", *k, " columns, B has ", *rows,
                             " rows");
  a->back() = onnxc::onnx::getConstant(context, adaptor.getColumns());
  types.push_back(
      getTensorType(*a, getSumElement(getElementType(adaptor.getA()))));
  return success();
}

LogicalResult NBitsMatMulOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  std::optional<Dims> a = getDims(adaptor.getA());
  if (!a || a->size() < 2 || !onnxc::onnx::getConstant(a->back()))
    return emitOptionalError(loc, "A is no matrix of a known depth");
  a->back() = onnxc::onnx::getConstant(context, adaptor.getColumns());
  types.push_back(getTensorType(*a, getElementType(adaptor.getA())));
  return success();
}

//===- BlockedOps.cpp - Ops on tensors in blocked layouts -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/ConvShape.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult BlockedConvOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  std::optional<Dims> x = getDims(adaptor.getX()), w = getDims(adaptor.getW());
  unsigned spatial = adaptor.getStrides().size();
  if (!x || !w || x->size() != spatial + 3 ||
      w->size() != spatial + (adaptor.getDepthwise() ? 2 : 4))
    return emitOptionalError(loc, "operands are not blocked for ", spatial,
                             " spatial dimensions");
  FailureOr<ConvWindow> window =
      getConvWindow(loc, spatial, "NOTSET", adaptor.getStrides(),
                    adaptor.getDilations(), adaptor.getPads());
  if (failed(window))
    return failure();
  unsigned firstKernel = adaptor.getDepthwise() ? 1 : 2;
  Dims result = {(*x)[0], (*w)[0]};
  for (unsigned i = 0; i < spatial; ++i)
    result.push_back(
        window->getOutputSize(i, (*x)[i + 2], (*w)[i + firstKernel]));
  result.push_back(w->back());
  types.push_back(getTensorType(result, getElementType(adaptor.getX())));
  return success();
}

LogicalResult PackedMatMulOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  std::optional<Dims> a = getDims(adaptor.getA()), b = getDims(adaptor.getB());
  if (!a || !b || a->size() < 2 || b->size() != 3)
    return emitOptionalError(loc, "operands are no matrix and no panels");
  std::optional<int64_t> k = onnxc::onnx::getConstant(a->back());
  std::optional<int64_t> rows = onnxc::onnx::getConstant((*b)[1]);
  if (k && rows && *k != *rows)
    return emitOptionalError(loc, "A has ", *k, " columns, B has ", *rows,
                             " rows");
  a->back() = onnxc::onnx::getConstant(context, adaptor.getColumns());
  types.push_back(getTensorType(*a, getElementType(adaptor.getA())));
  return success();
}

//===- WinogradOps.cpp - Convolutions that multiply fewer times -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/WinogradOps.h"
#include "dialects/onnx/Winograd.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult WinogradConvOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  std::optional<Dims> x = getDims(adaptor.getX()), w = getDims(adaptor.getW());
  int64_t places = adaptor.getTile() + kWinogradKernel - 1;
  if (!hasWinograd(adaptor.getTile()))
    return emitOptionalError(loc, "no transform for tiles of ",
                             adaptor.getTile());
  if (!x || !w || x->size() != 5 || w->size() != 6 ||
      getConstant((*w)[1]) != places || getConstant((*w)[2]) != places ||
      adaptor.getPads().size() != 4)
    return emitOptionalError(loc,
                             "operands are no blocked planes and kernels "
                             "transformed for tiles of ",
                             adaptor.getTile());
  Dims result = {(*x)[0], (*w)[0]};
  for (unsigned i : {0, 1})
    result.push_back(simplify((*x)[2 + i] + adaptor.getPads()[i] +
                              adaptor.getPads()[2 + i] -
                              (kWinogradKernel - 1)));
  result.push_back(w->back());
  types.push_back(getTensorType(result, getElementType(adaptor.getX())));
  return success();
}

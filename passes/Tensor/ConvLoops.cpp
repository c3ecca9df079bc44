//===- ConvLoops.cpp - The loops of a convolution -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/ConvLoops.h"
#include "passes/Tensor/Contractions.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

AffineMap onnxc::getChannelMap(MLIRContext *context, unsigned rank) {
  return AffineMap::get(rank, 0, getAffineDimExpr(1, context));
}

Value onnxc::addBias(OpBuilder &b, Location loc, Value sums, Value bias,
                     OpResult result) {
  if (!bias)
    return roundSums(b, loc, sums, result);
  Type type = getElementType(result);
  unsigned rank = cast<RankedTensorType>(sums.getType()).getRank();
  return mapElements(
      b, loc, {sums, bias},
      {b.getMultiDimIdentityMap(rank), getChannelMap(b.getContext(), rank)},
      createEmpty(b, loc, result),
      [&](OpBuilder &n, Location l, ValueRange args) {
        Value sum = arith::AddFOp::create(n, l, args[0],
                                          loadElement(n, l, args[1], type));
        return storeElement(n, l, sum, type);
      });
}

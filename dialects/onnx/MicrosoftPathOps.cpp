//===- MicrosoftPathOps.cpp - A path through a table of costs -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftPathOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

LogicalResult MicrosoftDynamicTimeWarpingOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftDynamicTimeWarpingOp>(loc, adaptor)))
    return failure();
  types.push_back(getUnrankedType(IntegerType::get(context, 32)));
  Type element = getElementType(adaptor.getInput());
  if (!element.isF32())
    return emitOptionalError(loc, "its input is of ", element, ", not float");
  return success();
}

void MicrosoftDynamicTimeWarpingOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims)
    return;
  if (dims->size() == 3)
    return r.size("input", getInput(), 0, r.constant(1));
  r.rank("input", getInput(), 2);
}

SmallVector<Value> MicrosoftDynamicTimeWarpingOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getInput());
  if (!dims || (dims->size() != 2 && dims->size() != 3))
    return {};
  GraphBuilder g{b, getLoc()};
  Value x = getInput();
  if (dims->size() == 3)
    x = g.reshape(x, g.dims(ArrayRef(*dims).drop_front()));
  auto path = WarpPathPaddedOp::create(b, getLoc(), x);
  return {g.slice(path.getOutput(), g.ints(0), path.getCount(), 1)};
}

LogicalResult WarpPathPaddedOp::inferReturnTypes(MLIRContext *context,
                                                 std::optional<Location>,
                                                 Adaptor adaptor,
                                                 SmallVectorImpl<Type> &types) {
  Type place = IntegerType::get(context, 32);
  std::optional<Dims> dims = getDims(adaptor.getInput());
  if (dims && dims->size() == 2)
    types.push_back(getTensorType({onnxc::onnx::getConstant(context, 2),
                                   simplify((*dims)[0] + (*dims)[1])},
                                  place));
  else
    types.push_back(getUnrankedType(place));
  types.push_back(RankedTensorType::get({1}, IntegerType::get(context, 64)));
  return success();
}

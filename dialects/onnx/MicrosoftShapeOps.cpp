//===- MicrosoftShapeOps.cpp - Operators that ONNX has by now -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftShapeOps.h"
#include "dialects/onnx/GatherOps.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/SamplingOps.h"
#include "dialects/onnx/SelectOps.h"
#include "dialects/onnx/ShapeOps.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_ELEMENT(MicrosoftExpandDimsOp, X, 1)
ONNXC_INFER_ELEMENT(MicrosoftSampleOpOp, X, 1)
ONNXC_INFER_ELEMENT(MicrosoftTriluOp, X, 1)
ONNXC_INFER_ELEMENT(MicrosoftGatherNDOp, Data, 1)
ONNXC_INFER_ELEMENT(MicrosoftRangeOp, Start, 1)
ONNXC_INFER_ELEMENT(MicrosoftPadOp, Data, 1)

SmallVector<Value> MicrosoftExpandDimsOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  return {UnsqueezeOp::create(b, getLoc(), getX(), g.list(getAxis()))};
}

SmallVector<Value> MicrosoftTriluOp::expand(OpBuilder &b) {
  return {TriluOp::create(b, getLoc(), getX(), getK(), getUpperAttr())};
}

SmallVector<Value> MicrosoftGatherNDOp::expand(OpBuilder &b) {
  return {GatherNDOp::create(b, getLoc(), getData(), getIndices(),
                             b.getI64IntegerAttr(0))};
}

SmallVector<Value> MicrosoftRangeOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  auto scalar = [&](Value x) { return g.reshape(x, ArrayRef<int64_t>()); };
  Value delta = getDelta()
                    ? scalar(getDelta())
                    : g.number(1, onnxc::onnx::getElementType(getStart()));
  return {RangeOp::create(b, getLoc(), scalar(getStart()), scalar(getLimit()),
                          delta, b.getI64IntegerAttr(1))};
}

LogicalResult MicrosoftGridSampleOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftGridSampleOp>(loc, adaptor)))
    return failure();
  if (!llvm::is_contained({"bilinear", "nearest", "bicubic"},
                          adaptor.getMode()))
    return emitOptionalError(loc, "unknown mode '", adaptor.getMode(), "'");
  types.push_back(getUnrankedType(getElementType(adaptor.getX())));
  return success();
}

SmallVector<Value> MicrosoftGridSampleOp::expand(OpBuilder &b) {
  StringRef mode = getMode();
  mode.consume_front("bi");
  return {GridSampleOp::create(b, getLoc(), getX(), getGrid(),
                               getAlignCornersAttr(), b.getStringAttr(mode),
                               getPaddingModeAttr())};
}

SmallVector<Value> MicrosoftPadOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  Value value;
  if (getValue())
    value = g.reshape(getValue(), ArrayRef<int64_t>());
  return {PadOp::create(b, getLoc(), getData(), g.reshape(getPads(), {-1}),
                        value, Value(), getModeAttr())};
}

LogicalResult MicrosoftUniqueOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  if (failed(checkOperands<MicrosoftUniqueOp>(loc, adaptor)))
    return failure();
  Type index = getUnrankedType(IntegerType::get(context, 64));
  types.assign({getUnrankedType(getElementType(adaptor.getX())), index, index});
  return success();
}

SmallVector<Value> MicrosoftUniqueOp::expand(OpBuilder &b) {
  auto op = UniqueOp::create(b, getLoc(), getX(), IntegerAttr(),
                             b.getI64IntegerAttr(0));
  return {op.getY(), op.getInverseIndices(), op.getCounts()};
}

SmallVector<Value> MicrosoftSampleOpOp::expand(OpBuilder &b) {
  return {IdentityOp::create(b, getLoc(), getX())};
}

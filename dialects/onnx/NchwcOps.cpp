//===- NchwcOps.cpp - Images whose channels are in onnxruntime's blocks ---===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/NchwcOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/MicrosoftProductOps.h"
#include "dialects/onnx/PoolingOps.h"
#include "dialects/onnx/ResizeOps.h"
#include "dialects/onnx/SizeRequirements.h"
#include "dialects/onnx/SliceOps.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(NchwcReorderInputOp, X, 1)
ONNXC_INFER_FLOAT(NchwcReorderOutputOp, X, 1)
ONNXC_INFER_FLOAT(NchwcConvOp, X, 1)
ONNXC_INFER_FLOAT(NchwcMaxPoolOp, X, 1)
ONNXC_INFER_FLOAT(NchwcAveragePoolOp, X, 1)
ONNXC_INFER_FLOAT(NchwcGlobalMaxPoolOp, X, 1)
ONNXC_INFER_FLOAT(NchwcGlobalAveragePoolOp, X, 1)
ONNXC_INFER_FLOAT(NchwcUpsampleOp, X, 1)

//===----------------------------------------------------------------------===//
// Into blocks and out of them
//===----------------------------------------------------------------------===//

static LogicalResult verifyBlock(Operation *op, int64_t block) {
  if (block == 8 || block == 16)
    return success();
  return op->emitError("has blocks of ") << block << " channels, not 8 or 16";
}

LogicalResult NchwcReorderInputOp::verify() {
  return verifyBlock(*this, getBlock());
}

/// Zeros fill the last block.
SmallVector<Value> NchwcReorderInputOp::expand(OpBuilder &b) {
  std::optional<Dims> dims = getDims(getX());
  if (!dims || dims->size() < 3)
    return {};
  GraphBuilder g{b, getLoc()};
  size_t rank = dims->size();
  Value x = getX();
  AffineExpr channels = (*dims)[1];
  if (getChannelsLast()) {
    x = moveChannelsFirst(g, x, rank);
    channels = dims->back();
  }
  AffineExpr rest =
      simplify(channels.ceilDiv(getBlock()) * getBlock() - channels);
  if (onnxc::onnx::getConstant(rest) == 0)
    return {x};
  Dims pads(2 * rank, onnxc::onnx::getConstant(b.getContext(), 0));
  pads[rank + 1] = rest;
  return {PadOp::create(b, getLoc(), x, g.dims(pads),
                        g.number(0, onnxc::onnx::getElementType(x)), Value(),
                        b.getStringAttr("constant"))};
}

LogicalResult NchwcReorderOutputOp::verify() {
  if (getChannels() > 0)
    return success();
  return emitError("needs a number of channels");
}

SmallVector<Value> NchwcReorderOutputOp::expand(OpBuilder &b) {
  std::optional<int64_t> rank = getRank(getX());
  if (!rank || *rank < 3)
    return {};
  GraphBuilder g{b, getLoc()};
  Value y = g.slice(getX(), g.ints(0), g.ints(getChannels()), 1);
  return {getChannelsLast() ? moveChannelsLast(g, y, *rank) : y};
}

//===----------------------------------------------------------------------===//
// Conv
//===----------------------------------------------------------------------===//

/// Whether the input channels of the filters are in blocks, too.
static bool hasInputBlocks(NchwcConvOp op, int64_t inputs) {
  return op.getGroup() == 1 ? inputs >= op.getBlock() : inputs != 1;
}

/// The filters' sizes; none where they are not known.
static std::optional<SmallVector<int64_t>> getFilterSizes(NchwcConvOp op) {
  std::optional<Dims> dims = getDims(op.getW());
  if (!dims || dims->size() < 3)
    return std::nullopt;
  SmallVector<int64_t> sizes;
  for (AffineExpr dim : *dims) {
    std::optional<int64_t> size = getConstant(dim);
    if (!size)
      return std::nullopt;
    sizes.push_back(*size);
  }
  return sizes;
}

LogicalResult NchwcConvOp::verify() { return verifyBlock(*this, getBlock()); }

void NchwcConvOp::requireSizes(SizeRequirements &r) {
  std::optional<SmallVector<int64_t>> sizes = getFilterSizes(*this);
  if (!sizes) {
    if (getDims(getW()))
      r.fail("its filters are not of known sizes");
    return;
  }
  r.equal(r.constant((*sizes)[0] % getBlock()), r.constant(0),
          "what is left of its filters behind whole blocks");
  if (hasInputBlocks(*this, (*sizes)[1]))
    r.equal(r.constant((*sizes)[1] % getBlock()), r.constant(0),
            "what is left of its filters' channels behind whole blocks");
}

/// [O, I, kernel] of the filters in blocks.
static Value restoreFilters(GraphBuilder &g, NchwcConvOp op,
                            ArrayRef<int64_t> sizes) {
  int64_t block = op.getBlock(), spatial = sizes.size() - 2;
  bool isInBlocks = hasInputBlocks(op, sizes[1]);
  SmallVector<int64_t> stored = {sizes[0] / block,
                                 isInBlocks ? sizes[1] / block : sizes[1]};
  stored.append(sizes.begin() + 2, sizes.end());
  if (isInBlocks)
    stored.push_back(block);
  stored.push_back(block);
  // Blocks of O, O, blocks of I, I, kernel.
  SmallVector<int64_t> order = {0, int64_t(stored.size()) - 1, 1};
  if (isInBlocks)
    order.push_back(2 + spatial);
  for (int64_t i = 0; i < spatial; ++i)
    order.push_back(2 + i);
  return g.reshape(g.transpose(g.reshape(op.getW(), stored), order), sizes);
}

SmallVector<Value> NchwcConvOp::expand(OpBuilder &b) {
  std::optional<SmallVector<int64_t>> sizes = getFilterSizes(*this);
  if (!sizes)
    return {};
  GraphBuilder g{b, getLoc()};
  return {MicrosoftFusedConvOp::create(
      b, getLoc(), getX(), restoreFilters(g, *this, *sizes), getB(), getSum(),
      b.getStringAttr(getActivation().value_or("")), getActivationParamsAttr(),
      getAutoPadAttr(), getDilationsAttr(), getGroupAttr(),
      getKernelShapeAttr(), getPadsAttr(), getStridesAttr())};
}

//===----------------------------------------------------------------------===//
// Those that are ONNX's
//===----------------------------------------------------------------------===//

SmallVector<Value> NchwcMaxPoolOp::expand(OpBuilder &b) {
  return {MaxPoolOp::create(b, getLoc(), getX(), getAutoPadAttr(),
                            getCeilModeAttr(), getDilationsAttr(),
                            getKernelShapeAttr(), getPadsAttr(),
                            getStorageOrderAttr(), getStridesAttr())
              .getY()};
}

SmallVector<Value> NchwcAveragePoolOp::expand(OpBuilder &b) {
  return {AveragePoolOp::create(b, getLoc(), getX(), getAutoPadAttr(),
                                getCeilModeAttr(), getCountIncludePadAttr(),
                                getDilationsAttr(), getKernelShapeAttr(),
                                getPadsAttr(), getStridesAttr())};
}

SmallVector<Value> NchwcGlobalMaxPoolOp::expand(OpBuilder &b) {
  return {GlobalMaxPoolOp::create(b, getLoc(), getX())};
}

SmallVector<Value> NchwcGlobalAveragePoolOp::expand(OpBuilder &b) {
  return {GlobalAveragePoolOp::create(b, getLoc(), getX())};
}

LogicalResult NchwcUpsampleOp::verify() {
  if (getMode() != "nearest" && getMode() != "linear")
    return emitError("unknown mode '") << getMode() << "'";
  if (llvm::any_of(getScales(), [](int64_t scale) { return scale <= 0; }))
    return emitError("its scales must be positive");
  return success();
}

SmallVector<Value> NchwcUpsampleOp::expand(OpBuilder &b) {
  GraphBuilder g{b, getLoc()};
  SmallVector<float> scales(getScales());
  Value list = g.floats(scales, {int64_t(scales.size())}, b.getF32Type());
  return {ResizeOp::create(
      b, getLoc(), getX(), Value(), list, Value(), b.getI64IntegerAttr(0),
      DenseI64ArrayAttr(), getCoordinateTransformationModeAttr(),
      b.getF32FloatAttr(-0.75f), b.getI64IntegerAttr(0), b.getF32FloatAttr(0),
      b.getStringAttr("stretch"), getModeAttr(), b.getStringAttr("floor"))};
}

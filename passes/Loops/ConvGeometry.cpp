//===- ConvGeometry.cpp - A marked convolution of planes ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ConvGeometry.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace onnxc;

static bool isZero(Value value) {
  return matchPattern(value, m_AnyZeroFloat()) || matchPattern(value, m_Zero());
}

/// Sets buffers and what the body reads of them.
static bool matchFactors(const Contraction &c, ConvGeometry &conv) {
  linalg::GenericOp op = c.op;
  auto select = c.left.getDefiningOp<arith::SelectOp>();
  if (!c.load || op.getNumDpsInputs() != 1 || !select ||
      !isZero(select.getFalseValue()))
    return false;
  conv.image = memref::LoadOp(c.load).getMemRef();
  conv.weights = op.getDpsInputs()[0];
  conv.result = c.getResult();
  conv.loadedPixel = memref::LoadOp(c.load).getResult();
  conv.pixel = select.getTrueValue();
  conv.loadedWeight = op.getBody()->getArgument(0);
  conv.weight = c.right;
  for (Value buffer : {conv.image, conv.weights, conv.result})
    if (MemRefType type = getPlainType(buffer);
        !type || type.getRank() != int64_t(conv.rank) + 2)
      return false;
  return true;
}

/// Steps along rows and columns.
static void setSteps(plan::ConvolutionAttr attr, ConvGeometry &conv) {
  bool isLine = conv.rank == 1;
  auto getRow = [&](ArrayRef<int64_t> list, int64_t none) {
    return isLine ? none : list[0];
  };
  conv.group = attr.getGroup();
  conv.strideH = getRow(attr.getStrides(), 1);
  conv.strideW = attr.getStrides().asArrayRef().back();
  conv.dilationH = getRow(attr.getDilations(), 1);
  conv.dilationW = attr.getDilations().asArrayRef().back();
  conv.padH = getRow(attr.getPads(), 0);
  conv.padW = attr.getPads().asArrayRef().back();
  conv.hasPaddedEnd = llvm::any_of(attr.getEnds().asArrayRef(),
                                   [](int64_t end) { return end != 0; });
}

std::optional<ConvGeometry> onnxc::matchConv(const Contraction &c) {
  plan::ConvolutionAttr attr = c.convolution;
  if (!attr || attr.getBlocks() || attr.getRank() > 2)
    return std::nullopt;
  ConvGeometry conv;
  conv.rank = attr.getRank();
  setSteps(attr, conv);
  if (conv.padH < 0 || conv.padW < 0 || !matchFactors(c, conv))
    return std::nullopt;

  auto weights = cast<MemRefType>(conv.weights.getType());
  if (weights.isDynamicDim(conv.rank + 1) || weights.isDynamicDim(2) ||
      weights.isDynamicDim(0) || llvm::is_contained(weights.getShape(), 0))
    return std::nullopt;
  conv.kernelH = conv.rank == 1 ? 1 : weights.getDimSize(2);
  conv.kernelW = weights.getDimSize(conv.rank + 1);
  conv.numChannels = asSize(weights.getDimSize(1));
  conv.numFilters = weights.getDimSize(0) / conv.group;
  auto result = cast<MemRefType>(conv.result.getType());
  conv.sumType = result.getElementType();
  conv.sumBits = conv.sumType.getIntOrFloatBitWidth();
  conv.numImages = asSize(result.getDimSize(0));
  conv.numRows = conv.rank == 1 ? Size(1) : asSize(result.getDimSize(2));
  conv.numColumns = asSize(result.getDimSize(conv.rank + 1));
  // No step is taken where there is one place: tiles must not be made for it.
  if (conv.rank == 2 && conv.numRows == 1)
    conv.strideH = 1;
  if (conv.numColumns == 1)
    conv.strideW = 1;
  conv.groups = {{0}, {1}, {}};
  for (unsigned i = 0; i < conv.rank; ++i)
    conv.groups.back().push_back(2 + i);
  return conv;
}

void ConvGeometry::readSizes(VectorBuilder &v) {
  batch = v.getSize(result, 0);
  filters = v.getSize(weights, 0);
  perGroup = v.getSize(weights, 1);
  channels = v.mul(perGroup, group);
  filtersPerGroup = v.div(filters, group);
  height = rank == 1 ? v.index(1) : v.getSize(image, 2);
  width = v.getSize(image, rank + 1);
  outHeight = rank == 1 ? v.index(1) : v.getSize(result, 2);
  outWidth = v.getSize(result, rank + 1);
}

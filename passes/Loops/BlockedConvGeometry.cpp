//===- BlockedConvGeometry.cpp - A marked convolution of blocked tensors --===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/BlockedConvGeometry.h"
#include "dialects/plan/Contractions.h"

using namespace mlir;
using namespace onnxc;

std::optional<BlockedConvGeometry>
onnxc::matchBlockedConv(linalg::GenericOp op, RegisterFile registers) {
  plan::ConvolutionAttr attr = getConvolution(op);
  std::optional<ContractionBody> body = matchBody(op);
  if (!attr || !attr.getBlocks() || !body || op.getNumDpsInputs() != 1)
    return std::nullopt;
  ArrayRef<int64_t> strides = attr.getStrides(),
                    dilations = attr.getDilations(), pads = attr.getPads(),
                    ends = attr.getEnds();
  unsigned rank = strides.size();
  memref::LoadOp load;
  for (Operation &inner : *op.getBody())
    if (auto found = dyn_cast<memref::LoadOp>(inner)) {
      if (load)
        return std::nullopt;
      load = found;
    }
  Value weight = body->right;
  if (auto widened = weight.getDefiningOp<arith::ExtSIOp>())
    weight = widened.getIn();
  if (rank < 1 || rank > 3 || !load || weight != op.getBody()->getArgument(0))
    return std::nullopt;

  BlockedConvGeometry g;
  plan::BlocksAttr blocks = attr.getBlocks();
  if (plan::BytesAttr bytes = blocks.getBytes()) {
    g.group = bytes.getGroup();
    g.offset = bytes.getOffset();
  }
  g.padding = blocks.getPadding();
  g.isUnsigned = blocks.getUnsignedImage();
  ConvGeometry &conv = g.conv;
  g.isDepthwise = blocks.getDepthwise();
  conv.weights = op.getDpsInputs()[0];
  conv.image = load.getMemRef();
  conv.result = op.getDpsInits()[0];
  for (Value buffer : {conv.image, conv.weights, conv.result}) {
    auto type = dyn_cast<MemRefType>(buffer.getType());
    if (!type || !type.getLayout().isIdentity())
      return std::nullopt;
  }
  auto weights = cast<MemRefType>(conv.weights.getType());
  auto result = cast<MemRefType>(conv.result.getType());
  g.imageType = cast<MemRefType>(conv.image.getType()).getElementType();
  g.sumType = result.getElementType();
  g.isInteger = g.sumType.isInteger(32);
  if (!weights.hasStaticShape() ||
      !(g.isInteger ? g.imageType.isInteger(8) : g.imageType.isF32()) ||
      weights.getElementType() != g.imageType ||
      (!g.isInteger && !g.sumType.isF32()))
    return std::nullopt;
  ArrayRef<int64_t> sizes = weights.getShape();
  // Sizes as if weights did not lie in groups.
  SmallVector<int64_t> plain;
  if (g.group > 1) {
    plain.assign(sizes.begin(), sizes.end() - 1);
    g.lanes = plain.back();
    bool isImage =
        cast<MemRefType>(conv.image.getType()).getShape().back() == 1;
    plain[isImage ? 1 + rank : 2 + rank] *= g.group;
    sizes = plain;
  }
  g.lanes = sizes.back();
  g.inner = g.isDepthwise ? g.lanes : sizes[sizes.size() - 2];
  g.filterBlocks = sizes[0];
  g.copyType = g.imageType;
  if (g.isInteger && !g.isDepthwise && g.group == 2)
    g.copyType = IntegerType::get(op.getContext(), 16);
  g.copyLanes =
      std::max<int64_t>(std::min<int64_t>(registers.vectorBits, 2048) /
                            g.copyType.getIntOrFloatBitWidth(),
                        g.lanes);
  g.channelBlocks = g.isDepthwise ? 1 : sizes[1];
  if (registers.ofBits(g.lanes * 32).numRegisters < 4 || g.lanes < 2 ||
      weights.getNumElements() == 0)
    return std::nullopt;

  auto image = cast<MemRefType>(conv.image.getType());
  ArrayRef<int64_t> kernel =
      sizes.drop_front(g.isDepthwise ? 1 : 2).take_front(rank);
  conv.rank = rank;
  // A plane of one column is walked along that.
  g.isColumn = rank == 2 && kernel[1] == 1 && pads[1] == 0 &&
               image.getDimSize(3) == 1 && result.getDimSize(3) == 1;
  if (rank == 3) {
    g.kernelD = kernel[0];
    g.strideD = strides[0];
    g.dilationD = dilations[0];
    g.padD = pads[0];
    if (g.isDepthwise || g.padD < 0)
      return std::nullopt;
    g.channelBlocks *= g.kernelD;
    strides = strides.drop_front();
    dilations = dilations.drop_front();
    pads = pads.drop_front();
    ends = ends.drop_front();
    kernel = kernel.drop_front();
  }
  unsigned first = rank == 3 ? 3 : 2;
  bool isLine = rank == 1 || g.isColumn;
  unsigned along = g.isColumn ? 0 : strides.size() - 1;
  conv.strideH = isLine ? 1 : strides[0];
  conv.dilationH = isLine ? 1 : dilations[0];
  conv.padH = isLine ? 0 : pads[0];
  conv.strideW = strides[along] * g.inner;
  conv.dilationW = dilations[along] * g.inner;
  conv.padW = pads[along] * g.inner;
  conv.kernelH = isLine ? 1 : kernel[0];
  conv.kernelW = kernel[along];
  if (conv.padH < 0 || conv.padW < 0)
    return std::nullopt;
  // Padding behind shows in the sizes only.
  // A volume's planes are copied, those outside of it as zeros.
  g.isPadded = rank == 3;
  for (unsigned i = 0; i < strides.size(); ++i) {
    int64_t in = image.getDimSize(i + first);
    int64_t out = result.getDimSize(i + first);
    int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    // Padding that no window reaches is none.
    bool isInside = pads[i] == 0 &&
                    (ends[i] == 0 || (!ShapedType::isDynamic(in) &&
                                      !ShapedType::isDynamic(out) &&
                                      (out - 1) * strides[i] + extent <= in));
    g.isPadded |= !isInside;
  }
  g.isFlat =
      g.window() == 1 &&
      llvm::all_of(strides, [](int64_t stride) { return stride == 1; }) &&
      !g.isPadded;
  // Weights of a group reach beyond the last column.
  bool isCopied = g.copyType != g.imageType ||
                  (g.group > 1 && g.inner == 1 && !g.isDepthwise);
  g.isPadded |= isCopied;
  g.numRows = isLine || g.isFlat ? 1 : result.getDimSize(first);
  g.numColumns = result.getDimSize(first + along);
  if (g.isFlat && rank == 2)
    g.numColumns = result.isDynamicDim(2) || result.isDynamicDim(3)
                       ? ShapedType::kDynamic
                       : result.getDimSize(2) * result.getDimSize(3);
  if (ShapedType::isDynamic(g.numRows))
    g.numRows = -1;
  if (ShapedType::isDynamic(g.numColumns))
    g.numColumns = -1;
  g.groups = {{0}, {1}, {}, {2 + rank}};
  for (unsigned i = 0; i < rank; ++i)
    g.groups[2].push_back(2 + i);
  return g;
}

bool onnxc::canWriteOntoImage(const BlockedConvGeometry &g, int64_t bytes) {
  if (g.isDepthwise) {
    PlaneParts parts(g, 1, bytes);
    return g.isPadded && g.conv.rank < 3 && parts.rows == g.numRows &&
           parts.columns == g.numColumns && parts.getTileBytes(g, 1) <= bytes;
  }
  return g.isFlat && g.conv.rank < 3 && g.inner == g.lanes &&
         g.channelBlocks == g.filterBlocks &&
         kCopiedPixels * g.channelBlocks * g.lanes *
                 int64_t(g.copyType.getIntOrFloatBitWidth() / 8) <=
             bytes;
}

void BlockedConvGeometry::readSizes(VectorBuilder &v) {
  conv.batch = v.getSize(conv.result, 0);
  bool isPlane = conv.rank >= 2 && !isColumn;
  unsigned first = conv.rank == 3 ? 3 : 2, along = isPlane ? first + 1 : first;
  depth = conv.rank == 3 ? v.getSize(conv.image, 2) : v.index(1);
  outDepth = conv.rank == 3 ? v.getSize(conv.result, 2) : v.index(1);
  conv.height = isPlane ? v.getSize(conv.image, first) : v.index(1);
  conv.width = v.getSize(conv.image, along);
  conv.outHeight = isPlane ? v.getSize(conv.result, first) : v.index(1);
  conv.outWidth = v.getSize(conv.result, along);
  if (isFlat) {
    conv.width = v.mul(conv.height, conv.width);
    conv.outWidth = v.mul(conv.outHeight, conv.outWidth);
    conv.height = conv.outHeight = v.index(1);
  }
  conv.width = v.mul(conv.width, inner);
}

Value BlockedConvGeometry::widenPixels(VectorBuilder &v, Value pixels) const {
  if (copyType == imageType)
    return pixels;
  Type type = v.vectorType(copyType);
  if (isUnsigned)
    return arith::ExtUIOp::create(v.b, v.loc, type, pixels);
  return arith::ExtSIOp::create(v.b, v.loc, type, pixels);
}

PlaneParts::PlaneParts(const BlockedConvGeometry &g, int64_t blocks,
                       int64_t bytes)
    : elementBytes(g.copyType.getIntOrFloatBitWidth() / 8) {
  const ConvGeometry &conv = g.conv;
  auto measure = [&] {
    tileHeight =
        (rows - 1) * conv.strideH + (conv.kernelH - 1) * conv.dilationH + 1;
    tileWidth = (columns - 1) * conv.strideW +
                (conv.kernelW - 1) * conv.dilationW + g.inner;
    return blocks * tileHeight * tileWidth * elementBytes;
  };
  constexpr int64_t kUnknown = 64, kFewColumns = 16;
  columns = std::max<int64_t>(g.numColumns < 0 ? kUnknown : g.numColumns, 1);
  rows = std::max<int64_t>(g.numRows < 0 ? kUnknown : g.numRows, 1);
  if (g.isFlat && g.numColumns < 0)
    columns = 1024;
  while (measure() > bytes && rows > 1)
    rows = llvm::divideCeil(rows, 2);
  while (measure() > bytes && columns > kFewColumns)
    columns = llvm::divideCeil(columns, 2);
  measure();
}

TileCopier::TileCopier(OpBuilder &b, Location loc, const BlockedConvGeometry &g,
                       const PlaneParts &parts, int64_t blocks)
    : tile(g.conv, parts.rows, parts.columns), g(g), v(b, loc, g.copyLanes) {
  tile.height = parts.tileHeight;
  tile.width = parts.tileWidth;
  tile.scratch = v.scratch(g.copyType, parts.getTileSize(g, blocks));
  if (g.padding)
    tile.fill = arith::ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(
            v.vectorType(g.copyType),
            b.getIntegerAttr(g.copyType,
                             APInt(g.copyType.getIntOrFloatBitWidth(),
                                   g.padding, /*isSigned=*/true,
                                   /*implicitTrunc=*/true))));
}

void TileCopier::copy(Value image, Value plane, Value outRow, Value rows,
                      Value outColumn, Value to) {
  auto widen = [this](Value pixels) { return g.widenPixels(v, pixels); };
  tile.copy(v, g.conv, image, widen, plane, outRow, rows, outColumn, to);
}

void TileCopier::clear(Value to) {
  Value fill = tile.fill ? tile.fill : v.zero(g.copyType);
  v.loop(v.index(0), v.index(tile.height * tile.width), v.width,
         [&](Value i) { v.store(fill, tile.scratch, v.add(to, i), v.all()); });
}

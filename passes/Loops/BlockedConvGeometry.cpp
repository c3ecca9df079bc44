//===- BlockedConvGeometry.cpp - A marked convolution of blocked tensors --===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/BlockedConvGeometry.h"

using namespace mlir;
using namespace onnxc;

namespace {

/// Fills a geometry from the op's types and its mark, step by step.
class BlockedConvMatcher {
public:
  BlockedConvMatcher(const Contraction &c, const RegisterFile &registers)
      : c(c), attr(c.convolution), registers(registers) {}

  std::optional<BlockedConvGeometry> match() {
    if (!attr || !attr.getBlocks() || attr.getBlocks().getWinograd() ||
        attr.getRank() > 3 || !matchBuffers() || !matchWeights())
      return std::nullopt;
    matchColumn();
    if (g.rank == 3 && !takeVolume())
      return std::nullopt;
    if (!setSteps())
      return std::nullopt;
    setPadding();
    setSizes();
    g.groups = {{0}, {1}, {}, {2 + g.rank}};
    for (unsigned i = 0; i < g.rank; ++i)
      g.groups[2].push_back(2 + i);
    return g;
  }

private:
  bool matchBuffers();
  bool matchWeights();
  void matchColumn();
  bool takeVolume();
  bool setSteps();
  void setPadding();
  void setSizes();
  /// The first dimension of a plane in image and result.
  unsigned getFirstOfPlane() const { return g.rank == 3 ? 3 : 2; }
  bool isLine() const { return g.rank == 1 || g.isColumn; }
  /// The dimension of a plane along which rows are.
  unsigned getAlong() const { return g.isColumn ? 0 : strides.size() - 1; }

  const Contraction &c;
  plan::ConvolutionAttr attr;
  const RegisterFile &registers;
  BlockedConvGeometry g;
  MemRefType image, weights, result;
  /// Of a plane, once those of a volume are taken.
  SmallVector<int64_t> strides, dilations, pads, ends, kernel;
};

bool BlockedConvMatcher::matchBuffers() {
  linalg::GenericOp op = c.op;
  Value weight = c.right;
  if (auto widened = weight.getDefiningOp<arith::ExtSIOp>())
    weight = widened.getIn();
  if (op.getNumDpsInputs() != 1 || !c.load ||
      weight != op.getBody()->getArgument(0))
    return false;
  g.weights = op.getDpsInputs()[0];
  g.image = memref::LoadOp(c.load).getMemRef();
  g.result = c.getResult();
  image = getPlainType(g.image);
  weights = getPlainType(g.weights);
  result = getPlainType(g.result);
  if (!image || !weights || !result || !weights.hasStaticShape() ||
      weights.getNumElements() == 0)
    return false;
  g.imageType = image.getElementType();
  g.sumType = result.getElementType();
  g.isInteger = g.sumType.isInteger(32);
  return (g.isInteger ? g.imageType.isInteger(8)
                      : g.imageType.isF32() && g.sumType.isF32()) &&
         weights.getElementType() == g.imageType;
}

/// Reads the mark and the sizes of the weights.
bool BlockedConvMatcher::matchWeights() {
  plan::BlocksAttr blocks = attr.getBlocks();
  g.rank = attr.getRank();
  g.isDepthwise = blocks.getDepthwise();
  g.padding = blocks.getPadding();
  g.isUnsigned = blocks.getUnsignedImage();
  if (plan::BytesAttr bytes = blocks.getBytes()) {
    g.dotGroup = bytes.getGroup();
    g.offset = bytes.getOffset();
  }
  int64_t plainRank = g.rank + (g.isDepthwise ? 2 : 4);
  if (weights.getRank() != plainRank + (g.dotGroup > 1) ||
      image.getRank() != g.rank + 3 || result.getRank() != g.rank + 3)
    return false;
  // Sizes as if weights did not lie in groups.
  SmallVector<int64_t> sizes(weights.getShape());
  if (g.dotGroup > 1) {
    sizes.pop_back();
    bool isImage = image.getShape().back() == 1;
    sizes[isImage ? 1 + g.rank : 2 + g.rank] *= g.dotGroup;
  }
  g.lanes = sizes.back();
  g.inner = g.isDepthwise ? g.lanes : sizes[sizes.size() - 2];
  g.filterBlocks = sizes[0];
  g.channelBlocks = g.isDepthwise ? 1 : sizes[1];
  g.copyType = g.imageType;
  if (g.isInteger && !g.isDepthwise && g.dotGroup == 2)
    g.copyType = IntegerType::get(result.getContext(), 16);
  int64_t copyBits = g.copyType.getIntOrFloatBitWidth();
  g.copyBytes = copyBits / 8;
  g.copyLanes = std::max<int64_t>(
      std::min<int64_t>(registers.vectorBits, 2048) / copyBits, g.lanes);
  llvm::append_range(
      kernel,
      ArrayRef(sizes).drop_front(g.isDepthwise ? 1 : 2).take_front(g.rank));
  strides = llvm::to_vector(attr.getStrides().asArrayRef());
  dilations = llvm::to_vector(attr.getDilations().asArrayRef());
  pads = llvm::to_vector(attr.getPads().asArrayRef());
  ends = llvm::to_vector(attr.getEnds().asArrayRef());
  return registers.ofBits(g.lanes * 32).numRegisters >= 4 && g.lanes >= 2;
}

/// A plane of one column is walked along that.
void BlockedConvMatcher::matchColumn() {
  g.isColumn = g.rank == 2 && kernel[1] == 1 && pads[1] == 0 &&
               image.getDimSize(3) == 1 && result.getDimSize(3) == 1;
}

/// The planes of a volume and of its kernel; what is left is a plane.
bool BlockedConvMatcher::takeVolume() {
  g.kernelD = kernel.front();
  g.strideD = strides.front();
  g.dilationD = dilations.front();
  g.padD = pads.front();
  if (g.isDepthwise || g.padD < 0)
    return false;
  g.numPlanes = asSize(result.getDimSize(2));
  g.channelBlocks *= g.kernelD;
  for (SmallVector<int64_t> *list :
       {&strides, &dilations, &pads, &ends, &kernel})
    list->erase(list->begin());
  return true;
}

bool BlockedConvMatcher::setSteps() {
  unsigned along = getAlong();
  g.strideH = isLine() ? 1 : strides[0];
  g.dilationH = isLine() ? 1 : dilations[0];
  g.padH = isLine() ? 0 : pads[0];
  g.strideW = strides[along] * g.inner;
  g.dilationW = dilations[along] * g.inner;
  g.padW = pads[along] * g.inner;
  g.kernelH = isLine() ? 1 : kernel[0];
  g.kernelW = kernel[along];
  return g.padH >= 0 && g.padW >= 0;
}

void BlockedConvMatcher::setPadding() {
  // Padding behind shows in the sizes only.
  // A volume's planes are copied, those outside of it as zeros.
  g.isPadded = g.rank == 3;
  for (unsigned i = 0; i < strides.size(); ++i) {
    Size in = asSize(image.getDimSize(i + getFirstOfPlane()));
    Size out = asSize(result.getDimSize(i + getFirstOfPlane()));
    int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    // Padding that no window reaches is none.
    bool isInside = pads[i] == 0 &&
                    (ends[i] == 0 ||
                     (in && out && (*out - 1) * strides[i] + extent <= *in));
    g.isPadded |= !isInside;
  }
  g.isFlat = g.window() == 1 && !g.isPadded &&
             llvm::all_of(strides, [](int64_t stride) { return stride == 1; });
  // Weights of a group reach beyond the last column.
  g.isPadded |= g.copyType != g.imageType ||
                (g.dotGroup > 1 && g.inner == 1 && !g.isDepthwise);
}

void BlockedConvMatcher::setSizes() {
  auto getSize = [&](unsigned dim) { return asSize(result.getDimSize(dim)); };
  unsigned first = getFirstOfPlane();
  g.numImages = getSize(0);
  g.numRows = isLine() || g.isFlat ? Size(1) : getSize(first);
  g.numColumns = g.isFlat && g.rank == 2 ? multiply(getSize(2), getSize(3))
                                         : getSize(first + getAlong());
}

} // namespace

std::optional<BlockedConvGeometry>
onnxc::matchBlockedConv(const Contraction &contraction,
                        const RegisterFile &registers) {
  return BlockedConvMatcher(contraction, registers).match();
}

void BlockedConvGeometry::readSizes(VectorBuilder &v) {
  batch = v.getSize(result, 0);
  bool isPlane = rank >= 2 && !isColumn;
  unsigned first = rank == 3 ? 3 : 2, along = isPlane ? first + 1 : first;
  depth = rank == 3 ? v.getSize(image, 2) : v.index(1);
  outDepth = rank == 3 ? v.getSize(result, 2) : v.index(1);
  height = isPlane ? v.getSize(image, first) : v.index(1);
  width = v.getSize(image, along);
  outHeight = isPlane ? v.getSize(result, first) : v.index(1);
  outWidth = v.getSize(result, along);
  if (isFlat) {
    width = v.mul(height, width);
    outWidth = v.mul(outHeight, outWidth);
    height = outHeight = v.index(1);
  }
  width = v.mul(width, inner);
}

Value BlockedConvGeometry::widenPixels(VectorBuilder &v, Value pixels) const {
  if (copyType == imageType)
    return pixels;
  Type type = v.vectorType(copyType);
  if (isUnsigned)
    return arith::ExtUIOp::create(v.b, v.loc, type, pixels);
  return arith::ExtSIOp::create(v.b, v.loc, type, pixels);
}

TileCopier::TileCopier(OpBuilder &b, Location loc, const BlockedConvGeometry &g,
                       const PlaneParts &parts, int64_t blocks)
    : tile{g, parts.tile.height, parts.tile.width, g.height, g.width, {}}, g(g),
      v(b, loc, g.copyLanes) {
  tile.scratch = v.scratch(g.copyType, getTileElements(g, parts, blocks));
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
  tile.copy(v, image, widen, plane, outRow, rows, outColumn, to);
}

void TileCopier::clear(Value to) {
  Value fill = tile.fill ? tile.fill : v.zero(g.copyType);
  v.loop(v.index(0), v.index(tile.height * tile.width), v.width,
         [&](Value i) { v.store(fill, tile.scratch, v.add(to, i), v.all()); });
}

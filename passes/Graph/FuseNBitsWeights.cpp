//===- FuseNBitsWeights.cpp - Products with dequantised constants ---------===//
//
//   MatMul(a, DequantizeLinear(w, s, z)) = NBitsMatMul(a, words, s, z)
//
// where w is a constant of 2 or 4 bits, or of 8 in blocks: how weights alone
// are quantised by standard operators. Scales are one a block along the depth,
// one a column, or one; then the whole depth is a block. Signed elements and
// zero points are moved up to unsigned ones.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/GraphBuilder.h"
#include "dialects/onnx/LayoutOps.h"
#include "dialects/onnx/MatMulOps.h"
#include "dialects/onnx/MathOps.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "passes/Graph/Quantization.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

namespace {

/// The elements of a constant of 2 to 8 bits, those of signed ones moved up.
std::optional<std::vector<uint8_t>> readUnsigned(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  ElementsAttr elements = constant ? constant.getElements() : ElementsAttr();
  auto type = elements ? dyn_cast<IntegerType>(elements.getElementType())
                       : IntegerType();
  if (!type || type.getWidth() > 8 || type.getWidth() < 2)
    return std::nullopt;
  uint8_t mask = (1u << type.getWidth()) - 1;
  uint8_t shift = type.isUnsigned() ? 0 : 1u << (type.getWidth() - 1);
  std::vector<uint8_t> numbers;
  numbers.reserve(elements.getNumElements());
  auto add = [&](uint8_t bits) { numbers.push_back((bits + shift) & mask); };
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    // Those below a byte take one, too.
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || int64_t(blob->getData().size()) != elements.getNumElements())
      return std::nullopt;
    for (char byte : blob->getData())
      add(byte);
    return numbers;
  }
  for (const APInt &number : elements.getValues<APInt>())
    add(number.getZExtValue());
  return numbers;
}

/// B = (q - zero) * scale, [depth, columns]. It may be stored transposed, its
/// elements apart from its scales.
struct NBitsWeights {
  int64_t depth, columns, bits, block;
  bool isTransposed, areQuantsTransposed;
  std::vector<uint8_t> quants;
  /// As many as scales.
  std::vector<uint8_t> zeros;
  Value scales;

  int64_t getNumBlocks() const { return llvm::divideCeil(depth, block); }
  uint8_t getQuant(int64_t k, int64_t n) const {
    return quants[areQuantsTransposed ? n * depth + k : k * columns + n];
  }
  bool isOneScale() const { return zeros.size() == 1; }
  bool isScalePerColumn() const {
    return cast<RankedTensorType>(scales.getType()).getRank() == 1;
  }
  uint8_t getZero(int64_t block, int64_t n) const {
    if (isOneScale())
      return zeros[0];
    if (isScalePerColumn())
      return zeros[n];
    return zeros[isTransposed ? n * getNumBlocks() + block
                              : block * columns + n];
  }
};

/// Sets what a scale is for; false where it goes another way.
bool matchScales(DequantizeLinearOp op, NBitsWeights &w) {
  auto type = dyn_cast<RankedTensorType>(op.getXScale().getType());
  std::optional<int64_t> axis = normalizeAxis(op.getAxis(), 2);
  int64_t depthAxis = w.isTransposed ? 1 : 0;
  if (!type || !type.hasStaticShape() || !axis || !isConstant(op.getXScale()))
    return false;
  w.scales = op.getXScale();
  w.zeros.assign(type.getNumElements(), 0);
  w.block = llvm::alignTo(w.depth, 32 / w.bits);
  if (op.getBlockSize() == 0)
    return type.getNumElements() == 1 ||
           (type.getRank() == 1 && *axis == 1 - depthAxis &&
            type.getNumElements() == w.columns);
  w.block = op.getBlockSize();
  return type.getRank() == 2 && *axis == depthAxis &&
         type.getNumElements() == w.getNumBlocks() * w.columns;
}

bool matchZeros(DequantizeLinearOp op, NBitsWeights &w) {
  auto type = cast<IntegerType>(getElementType(op.getX()));
  if (!op.getXZeroPoint()) {
    llvm::fill(w.zeros, type.isUnsigned() ? 0 : 1u << (w.bits - 1));
    return true;
  }
  std::optional<std::vector<uint8_t>> zeros = readUnsigned(op.getXZeroPoint());
  if (!zeros || zeros->size() != w.zeros.size())
    return false;
  w.zeros = std::move(*zeros);
  return true;
}

/// Of what a matrix is the transpose; null where it is none.
Value getTransposed(Value matrix) {
  auto transpose = matrix.getDefiningOp<TransposeOp>();
  if (!transpose || getRank(matrix) != 2)
    return {};
  std::optional<ArrayRef<int64_t>> order = transpose.getPerm();
  return order && (*order)[0] != 1 ? Value() : transpose.getData();
}

std::optional<NBitsWeights> matchWeights(Value b, bool isTransposed) {
  if (Value before = getTransposed(b)) {
    isTransposed = !isTransposed;
    b = before;
  }
  auto op = b.getDefiningOp<DequantizeLinearOp>();
  auto type =
      op ? dyn_cast<RankedTensorType>(op.getX().getType()) : RankedTensorType();
  if (!type || type.getRank() != 2 || !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  NBitsWeights w;
  w.isTransposed = isTransposed;
  w.bits = type.getElementTypeBitWidth();
  w.depth = type.getDimSize(isTransposed ? 1 : 0);
  w.columns = type.getDimSize(isTransposed ? 0 : 1);
  bool isNarrow = w.bits == 2 || w.bits == 4;
  if (!isNarrow && (w.bits != 8 || op.getBlockSize() == 0))
    return std::nullopt;
  if (w.depth <= 0 || w.columns <= 0 || !matchScales(op, w) ||
      w.block * w.bits % 32 || !matchZeros(op, w))
    return std::nullopt;
  Value x = op.getX();
  w.areQuantsTransposed = isTransposed;
  if (Value before = getTransposed(x)) {
    w.areQuantsTransposed = !isTransposed;
    x = before;
  }
  std::optional<std::vector<uint8_t>> quants = readUnsigned(x);
  if (!quants)
    return std::nullopt;
  w.quants = std::move(*quants);
  return w;
}

template <typename T>
Value makeConstant(GraphBuilder &g, ArrayRef<int64_t> shape,
                   ArrayRef<T> elements) {
  auto type = RankedTensorType::get(
      shape,
      IntegerType::get(g.b.getContext(), 8 * sizeof(T), IntegerType::Unsigned));
  return ConstantOp::create(
      g.b, g.loc, type,
      DenseResourceElementsAttr::get(
          type, "words",
          HeapAsmResourceBlob::allocateAndCopyInferAlign(elements)));
}

/// [columns, words], the first element in the lowest bits.
Value makeWords(GraphBuilder &g, const NBitsWeights &w) {
  int64_t perWord = 32 / w.bits;
  int64_t numWords = w.getNumBlocks() * w.block / perWord;
  std::vector<uint32_t> words(w.columns * numWords);
  for (int64_t n = 0; n < w.columns; ++n)
    for (int64_t k = 0; k < w.depth; ++k)
      words[n * numWords + k / perWord] |= uint32_t(w.getQuant(k, n))
                                           << (k % perWord * w.bits);
  return makeConstant<uint32_t>(g, {w.columns, numWords}, words);
}

/// [columns, blocks]; null where all are in the middle.
Value makeZeros(GraphBuilder &g, const NBitsWeights &w) {
  if (llvm::all_of(w.zeros,
                   [&](uint8_t zero) { return zero == 1u << (w.bits - 1); }))
    return {};
  int64_t numBlocks = w.getNumBlocks();
  std::vector<uint8_t> zeros;
  for (int64_t n = 0; n < w.columns; ++n)
    for (int64_t block = 0; block < numBlocks; ++block)
      zeros.push_back(w.getZero(block, n));
  return makeConstant<uint8_t>(g, {w.columns, numBlocks}, zeros);
}

/// [columns, blocks] of float32.
Value makeScales(GraphBuilder &g, const NBitsWeights &w) {
  Value scales = g.cast(w.scales, g.b.getF32Type());
  if (w.isOneScale())
    return g.expand(g.reshape(scales, {1, 1}),
                    g.ints({w.columns, w.getNumBlocks()}));
  if (w.isScalePerColumn())
    return g.reshape(scales, {w.columns, 1});
  return w.isTransposed ? scales : g.transpose(scales, {1, 0});
}

/// Null where B is no such constant.
Value fuse(PatternRewriter &rewriter, Operation *op, Value a, Value b,
           bool isTransposed) {
  if (getMachine(op).isDevice() || getRank(a).value_or(0) < 2 ||
      !isa<FloatType>(getElementType(a)) || getElementType(a).isF64())
    return {};
  std::optional<NBitsWeights> w = matchWeights(b, isTransposed);
  if (!w || getConstant(getDims(a)->back()) != w->depth)
    return {};
  GraphBuilder g{rewriter, op->getLoc()};
  return NBitsMatMulOp::create(rewriter, op->getLoc(), a, makeWords(g, *w),
                               makeScales(g, *w), makeZeros(g, *w), w->columns,
                               w->bits, w->block);
}

struct FuseNBitsMatMul : OpRewritePattern<MatMulOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    Value product =
        fuse(rewriter, op, op.getA(), op.getB(), /*isTransposed=*/false);
    if (!product)
      return rewriter.notifyMatchFailure(op, "B is no constant of a few bits");
    rewriter.replaceOp(op, product);
    return success();
  }
};

struct FuseNBitsGemm : OpRewritePattern<GemmOp> {
  using Base::Base;
  LogicalResult matchAndRewrite(GemmOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getTransA() || op.getAlpha() != 1.0f ||
        (op.getC() && op.getBeta() != 1.0f))
      return rewriter.notifyMatchFailure(op, "scaled, or A is transposed");
    Value product = fuse(rewriter, op, op.getA(), op.getB(), op.getTransB());
    if (!product)
      return rewriter.notifyMatchFailure(op, "B is no constant of a few bits");
    if (op.getC())
      product = AddOp::create(rewriter, op.getLoc(), product, op.getC());
    rewriter.replaceOp(op, product);
    return success();
  }
};

} // namespace

void onnxc::populateFuseNBitsWeights(RewritePatternSet &patterns) {
  patterns.add<FuseNBitsMatMul, FuseNBitsGemm>(patterns.getContext());
}

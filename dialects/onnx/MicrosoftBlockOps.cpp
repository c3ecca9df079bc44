//===- MicrosoftBlockOps.cpp - Weights quantised in blocks ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftBlockOps.h"
#include "dialects/onnx/BlockedOps.h"
#include "dialects/onnx/CastOps.h"
#include "dialects/onnx/ConstantOps.h"
#include "dialects/onnx/ElementTypes.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/SizeRequirements.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftMatMulNBitsOp, A, 1)
ONNXC_INFER_FLOAT(MicrosoftGatherBlockQuantizedOp, Scales, 1)
ONNXC_INFER_FLOAT(MicrosoftMatMulBnb4Op, A, 1)
ONNXC_INFER_FLOAT(MicrosoftMatMulFpQ4Op, A, 1)

static LogicalResult verifyBlocks(Operation *op, int64_t bits,
                                  int64_t blockSize) {
  if (bits != 2 && bits != 4 && bits != 8)
    return op->emitError("bits is ") << bits << ", not 2, 4 or 8";
  if (blockSize < 16 || !llvm::isPowerOf2_64(blockSize))
    return op->emitError("block_size is ")
           << blockSize << ", no power of 2 of at least 16";
  return success();
}

Value onnxc::onnx::unpack(GraphBuilder &g, Value bytes, int64_t bits,
                          ArrayRef<AffineExpr> shape) {
  OpBuilder &b = g.b;
  Type element = getElementType(bytes);
  int64_t width = element.getIntOrFloatBitWidth();
  if (bits == width)
    return g.reshape(bytes, g.dims(shape));
  Dims single(shape);
  single.back() = simplify(shape.back().floorDiv(width / bits));
  single.push_back(getConstant(b.getContext(), 1));
  Value wide = g.reshape(bytes, g.dims(single));
  Value mask = g.number((1 << bits) - 1, element);
  SmallVector<Value> parts;
  for (int64_t at = 0; at < width; at += bits) {
    Value shifted = BitShiftOp::create(b, g.loc, wide, g.number(at, element),
                                       b.getStringAttr("RIGHT"));
    parts.push_back(BitwiseAndOp::create(b, g.loc, shifted, mask));
  }
  return g.reshape(g.concat(parts, single.size() - 1), g.dims(shape));
}

//===----------------------------------------------------------------------===//
// MatMulNBits
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftMatMulNBitsOp::verify() {
  if (getWeightPrepacked())
    return emitError("its weights are packed for a GPU: export it with "
                     "weight_prepacked = 0");
  if (getK() <= 0 || getN() <= 0)
    return emitError("K and N must be positive");
  return verifyBlocks(*this, getBits(), getBlockSize());
}

void MicrosoftMatMulNBitsOp::requireSizes(SizeRequirements &r) {
  AffineExpr blocks = r.constant(llvm::divideCeil(getK(), getBlockSize()));
  AffineExpr bytes = r.constant(getBlockSize() * getBits() / 8);
  r.shape("B", getB(), {r.constant(getN()), blocks, bytes});
  if (std::optional<Dims> a = getDims(getA()); a && !a->empty())
    r.equal(a->back(), r.constant(getK()), "the last size of A");
  if (getGIdx())
    r.size("g_idx", getGIdx(), 0, r.constant(getK()));
  if (getBias())
    r.size("bias", getBias(), 0, r.constant(getN()));
}

/// The bytes of a constant as words of 32 bits, [rows, words]; null where they
/// cannot be seen so. The first byte is the lowest, as it is in this machine's
/// memory; a target of another order gets words of its own.
static Value viewWords(GraphBuilder &g, Value bytes, int64_t rows) {
  auto constant = bytes.getDefiningOp<ConstantOp>();
  auto type = dyn_cast<RankedTensorType>(bytes.getType());
  if (!constant || !constant.getElements() || !type || !type.hasStaticShape() ||
      type.getNumElements() % (4 * rows) ||
      llvm::endianness::native != llvm::endianness::little)
    return {};
  auto words = RankedTensorType::get(
      {rows, type.getNumElements() / (4 * rows)},
      IntegerType::get(g.b.getContext(), 32, IntegerType::Unsigned));
  ElementsAttr elements;
  if (auto blob = dyn_cast<DenseResourceElementsAttr>(constant.getElements())) {
    AsmResourceBlob *data = blob.getRawHandle().getBlob();
    if (!data || !llvm::isAddrAligned(llvm::Align::Of<uint32_t>(),
                                      data->getData().data()))
      return {};
    elements = DenseResourceElementsAttr::get(words, blob.getRawHandle());
  } else if (auto dense = dyn_cast<DenseElementsAttr>(constant.getElements())) {
    SmallVector<char> data;
    for (uint8_t byte : dense.getValues<uint8_t>())
      data.push_back(char(byte));
    elements = DenseElementsAttr::getFromRawBuffer(words, data);
  }
  if (!elements)
    return {};
  return ConstantOp::create(g.b, g.loc, words, elements);
}

/// The zero points of blocks, [rows, blocks]; null where none are given.
static Value getBlockZeros(GraphBuilder &g, MicrosoftMatMulNBitsOp op) {
  Value given = op.getZeroPoints();
  if (!given)
    return {};
  auto constant = [&](int64_t x) { return getConstant(g.b.getContext(), x); };
  int64_t bits = op.getBits();
  int64_t blocks = llvm::divideCeil(op.getK(), op.getBlockSize());
  AffineExpr rows = constant(op.getN());
  if (!isa<IntegerType>(getElementType(given)))
    return g.reshape(given, g.dims({rows, constant(blocks)}));
  int64_t padded = llvm::alignTo(blocks, 8 / bits);
  given = unpack(g, given, bits, {rows, constant(padded)});
  return g.slice(given, g.ints(0), g.ints(blocks), 1);
}

/// A product that reads constant weights as they are; null where it cannot.
static Value multiplyByWords(GraphBuilder &g, MicrosoftMatMulNBitsOp op) {
  std::optional<Dims> a = getDims(op.getA());
  if (op.getGIdx() || !a || a->size() < 2 ||
      getConstant(a->back()) != op.getK() ||
      !op.getScales().getDefiningOp<ConstantOp>() ||
      (op.getZeroPoints() && !op.getZeroPoints().getDefiningOp<ConstantOp>()))
    return {};
  Value words = viewWords(g, op.getB(), op.getN());
  if (!words)
    return {};
  int64_t blocks = llvm::divideCeil(op.getK(), op.getBlockSize());
  Value scales = g.reshape(g.cast(op.getScales(), g.b.getF32Type()),
                           g.dims(Dims{getConstant(g.b.getContext(), op.getN()),
                                       getConstant(g.b.getContext(), blocks)}));
  Value zeros = getBlockZeros(g, op);
  if (zeros && isa<FloatType>(getElementType(zeros)))
    zeros = g.cast(zeros, g.b.getF32Type());
  return NBitsMatMulOp::create(g.b, g.loc, op.getA(), words, scales, zeros,
                               op.getN(), op.getBits(), op.getBlockSize());
}

SmallVector<Value> MicrosoftMatMulNBitsOp::expand(OpBuilder &b) {
  if (!getDims(getB()))
    return {};
  GraphBuilder g{b, getLoc()};
  if (Value y = multiplyByWords(g, *this))
    return {getBias() ? g.add(y, getBias()) : y};
  Type element = onnxc::onnx::getElementType(getA());
  auto constant = [&](int64_t x) { return getConstant(b.getContext(), x); };
  int64_t blockSize = getBlockSize(), bits = getBits();
  int64_t blocks = llvm::divideCeil(getK(), blockSize);
  AffineExpr rows = constant(getN());
  Value packed =
      unpack(g, getB(), bits, {rows, constant(blocks), constant(blockSize)});
  Value perBlock = g.dims({rows, constant(blocks), constant(1)});
  Value zero = g.number(1 << (bits - 1), element);
  if (Value given = getBlockZeros(g, *this))
    zero = g.cast(g.reshape(given, perBlock), element);
  Value scale = g.reshape(getScales(), perBlock);
  Value whole = g.dims({rows, constant(blocks * blockSize)});
  Value weights;
  if (getGIdx()) {
    // The block of each of the K columns.
    auto spread = [&](Value x) {
      Value list = g.reshape(x, g.dims({rows, constant(blocks)}));
      return g.gather(list, getGIdx(), 1);
    };
    Value columns = g.slice(g.reshape(g.cast(packed, element), whole),
                            g.ints(0), g.ints(getK()), 1);
    Value moved = g.sub(columns, getZeroPoints() ? spread(zero) : zero);
    weights = g.mul(moved, spread(scale));
  } else {
    weights = g.mul(g.sub(g.cast(packed, element), zero), scale);
    weights = g.slice(g.reshape(weights, whole), g.ints(0), g.ints(getK()), 1);
  }
  Value y = g.matmul(getA(), g.transpose(weights, {1, 0}));
  return {getBias() ? g.add(y, getBias()) : y};
}

//===----------------------------------------------------------------------===//
// GatherBlockQuantized
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftGatherBlockQuantizedOp::verify() {
  return verifyBlocks(*this, getBits(), getBlockSize());
}

namespace {

/// The axes of a GatherBlockQuantized, and the dims of its data, unpacked.
struct BlockTable {
  Dims dims;
  int64_t gatherAxis, quantizeAxis;
  bool isPacked;
};

} // namespace

static std::optional<BlockTable> getTable(MicrosoftGatherBlockQuantizedOp op) {
  std::optional<Dims> dims = getDims(op.getData());
  if (!dims || dims->empty())
    return std::nullopt;
  std::optional<int64_t> gather =
                             normalizeAxis(op.getGatherAxis(), dims->size()),
                         quantize =
                             normalizeAxis(op.getQuantizeAxis(), dims->size());
  if (!gather || !quantize || *gather == *quantize)
    return std::nullopt;
  bool isPacked = getElementType(op.getData()).isInteger(8) && op.getBits() < 8;
  if (isPacked)
    dims->back() = simplify(dims->back() * (8 / op.getBits()));
  return BlockTable{*dims, *gather, *quantize, isPacked};
}

/// As many scales as there are blocks.
void MicrosoftGatherBlockQuantizedOp::requireSizes(SizeRequirements &r) {
  std::optional<Dims> data = getDims(getData());
  if (!data)
    return;
  std::optional<BlockTable> table = getTable(*this);
  if (!table)
    return r.fail("gather_axis and quantize_axis must be two axes of the data");
  if (table->isPacked && table->gatherAxis == int64_t(data->size()) - 1)
    return r.fail("data that share bytes are not gathered along the last axis");
  Dims blocks = table->dims;
  AffineExpr &size = blocks[table->quantizeAxis];
  size = simplify(size.ceilDiv(getBlockSize()));
  r.shape("scales", getScales(), blocks);
}

/// Rows are gathered before they become floats.
SmallVector<Value> MicrosoftGatherBlockQuantizedOp::expand(OpBuilder &b) {
  std::optional<BlockTable> table = getTable(*this);
  std::optional<Dims> indices = getDims(getIndices());
  if (!table || !indices)
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getScales());
  int64_t gatherAxis = table->gatherAxis, blockSize = getBlockSize();
  auto gatherDims = [&](Dims dims) {
    dims.erase(dims.begin() + gatherAxis);
    dims.insert(dims.begin() + gatherAxis, indices->begin(), indices->end());
    return dims;
  };
  Dims dims = gatherDims(table->dims);
  Value rows = g.gather(getData(), getIndices(), gatherAxis);
  if (table->isPacked)
    rows = unpack(g, rows, getBits(), dims);

  // The block of each element along the axis, behind what the indices insert.
  int64_t axis = table->quantizeAxis;
  if (axis > gatherAxis)
    axis += indices->size() - 1;
  Value places = g.div(g.range(g.dims({dims[axis]})), g.integer(blockSize));
  auto spread = [&](Value x) {
    return g.cast(g.gather(x, places, axis), element);
  };
  Dims blockDims = dims;
  blockDims[axis] = simplify(dims[axis].ceilDiv(blockSize));
  Value scales = spread(g.gather(getScales(), getIndices(), gatherAxis));
  bool isByte = onnxc::onnx::getElementType(getData()).isInteger(8);
  Value zero = g.number(isByte ? 1 << (getBits() - 1) : 0, element);
  if (getZeroPoints()) {
    Value points = g.gather(getZeroPoints(), getIndices(), gatherAxis);
    if (table->isPacked) {
      Dims padded = blockDims;
      int64_t perByte = 8 / getBits();
      padded.back() = simplify(padded.back().ceilDiv(perByte) * perByte);
      points = g.slice(unpack(g, points, getBits(), padded), g.ints(0),
                       g.dims({blockDims.back()}), padded.size() - 1);
    }
    zero = spread(points);
  }
  return {g.mul(g.sub(g.cast(rows, element), zero), scales)};
}

//===----------------------------------------------------------------------===//
// MatMulBnb4
//===----------------------------------------------------------------------===//

LogicalResult MicrosoftMatMulBnb4Op::verify() {
  if (getK() <= 0 || getN() <= 0)
    return emitError("K and N must be positive");
  if (getQuantType() != 0 && getQuantType() != 1)
    return emitError("unknown quant_type ")
           << getQuantType() << ": it is 0 (FP4) or 1 (NF4)";
  return verifyBlocks(*this, /*bits=*/4, getBlockSize());
}

void MicrosoftMatMulBnb4Op::requireSizes(SizeRequirements &r) {
  int64_t count;
  if (llvm::MulOverflow(getK(), getN(), count))
    return r.fail("K times N overflows");
  r.shape("B", getB(), {r.constant(llvm::divideCeil(count, 2))});
  r.shape("absmax", getAbsmax(),
          {r.constant(llvm::divideCeil(count, getBlockSize()))});
  if (std::optional<Dims> a = getDims(getA()); a && !a->empty())
    r.equal(a->back(), r.constant(getTransB() ? getK() : getN()),
            "the last size of A");
}

/// What the 16 codes of a type of bitsandbytes stand for.
static Value getCodes(GraphBuilder &g, bool isNormal, Type element) {
  static constexpr float normal[] = {
      -1.0f,         -0.696192801f, -0.525073051f,  -0.394917488f,
      -0.284441382f, -0.184773430f, -0.0910500363f, 0.0f,
      0.0795802996f, 0.160930201f,  0.246112302f,   0.337915242f,
      0.440709829f,  0.562617004f,  0.722956836f,   1.0f};
  static constexpr float minifloat[] = {
      0.0f,          0.00520833349f, 0.666666687f,  1.0f,  0.333333343f,
      0.5f,          0.166666672f,   0.25f,         -0.0f, -0.00520833349f,
      -0.666666687f, -1.0f,          -0.333333343f, -0.5f, -0.166666672f,
      -0.25f};
  return g.floats(isNormal ? normal : minifloat, {16}, element);
}

SmallVector<Value> MicrosoftMatMulBnb4Op::expand(OpBuilder &b) {
  if (!getDims(getA()) || !getDims(getB()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getA());
  int64_t count = getK() * getN();
  // The first of two is in the upper bits.
  Value pairs =
      g.reshape(unpack(g, getB(), 4,
                       {getConstant(b.getContext(), llvm::alignTo(count, 2))}),
                {-1, 2});
  Value swapped = g.concat({g.slice(pairs, g.ints(1), g.ints(2), 1),
                            g.slice(pairs, g.ints(0), g.ints(1), 1)},
                           1);
  Value codes = g.slice(g.reshape(swapped, {-1}), g.ints(0), g.ints(count), 0);
  Value values = g.gather(getCodes(g, getQuantType() == 1, element),
                          g.cast(codes, b.getI64Type()), 0);
  Value blocks = g.div(g.range(g.ints(count)), g.integer(getBlockSize()));
  Value weights = g.reshape(g.mul(values, g.gather(getAbsmax(), blocks, 0)),
                            {getN(), getK()});
  if (getTransB())
    weights = g.transpose(weights, {1, 0});
  return {g.matmul(getA(), weights)};
}

//===----------------------------------------------------------------------===//
// MatMulFpQ4
//===----------------------------------------------------------------------===//

namespace {

constexpr int64_t kFpQ4Block = 32;

/// What a blob holds of each block: a scale of four bytes, a zero point of one
/// or none, and sixteen bytes of elements.
struct FpQ4Blob {
  int64_t rows, columns, blocks, bytes;
  bool hasPoints;
};

} // namespace

LogicalResult MicrosoftMatMulFpQ4Op::verify() {
  if (getBlkQuantType() != 0 && getBlkQuantType() != 1)
    return emitError("blk_quant_type ")
           << getBlkQuantType() << " is known but not built; 0 and 1 are";
  return success();
}

static std::optional<FpQ4Blob> getBlob(MicrosoftMatMulFpQ4Op op) {
  std::optional<SmallVector<int64_t>> shape = getConstantInts(op.getBShape());
  constexpr int64_t kMost = int64_t(1) << 30;
  if (!shape || shape->size() != 2 || llvm::any_of(*shape, [](int64_t size) {
        return size <= 0 || size > kMost;
      }))
    return std::nullopt;
  bool hasPoints = op.getBlkQuantType() == 1;
  return FpQ4Blob{(*shape)[0], (*shape)[1],
                  int64_t(llvm::divideCeil((*shape)[0], kFpQ4Block)),
                  4 + hasPoints + kFpQ4Block / 2, hasPoints};
}

void MicrosoftMatMulFpQ4Op::requireSizes(SizeRequirements &r) {
  std::optional<FpQ4Blob> blob = getBlob(*this);
  if (!blob)
    return r.fail("B_shape must be a constant of two positive sizes");
  r.shape("B", getB(),
          {r.constant(blob->columns * blob->blocks * blob->bytes)});
  if (std::optional<Dims> a = getDims(getA()); a && !a->empty())
    r.equal(a->back(), r.constant(blob->rows), "the last size of A");
}

SmallVector<Value> MicrosoftMatMulFpQ4Op::expand(OpBuilder &b) {
  std::optional<FpQ4Blob> blob = getBlob(*this);
  if (!blob || !getDims(getA()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getA());
  Value bytes = g.reshape(getB(), {blob->columns, blob->blocks, blob->bytes});
  auto cut = [&](int64_t from, int64_t to) {
    return g.slice(bytes, g.ints(from), g.ints(to), 2);
  };
  // Bytes of a float, the lowest first.
  Type word = IntegerType::get(b.getContext(), 32, IntegerType::Unsigned);
  Value scale;
  for (int64_t i = 0; i < 4; ++i) {
    Value part =
        BitShiftOp::create(b, getLoc(), g.cast(cut(i, i + 1), word),
                           g.number(8 * i, word), b.getStringAttr("LEFT"));
    scale = scale ? Value(BitwiseOrOp::create(b, getLoc(), scale, part)) : part;
  }
  scale = BitCastOp::create(b, getLoc(), scale, getDataType(b.getF32Type()));
  Value zero =
      blob->hasPoints ? g.cast(cut(4, 5), element) : g.number(8, element);
  // The lower bits of all bytes, then the upper ones.
  Value packed = cut(blob->bytes - kFpQ4Block / 2, blob->bytes);
  Type byte = onnxc::onnx::getElementType(getB());
  Value lower = BitwiseAndOp::create(b, getLoc(), packed, g.number(15, byte));
  Value upper = BitShiftOp::create(b, getLoc(), packed, g.number(4, byte),
                                   b.getStringAttr("RIGHT"));
  Value codes = g.cast(g.concat({lower, upper}, 2), element);
  Value weights = g.mul(g.sub(codes, zero), g.cast(scale, element));
  weights = g.reshape(weights, {blob->columns, blob->blocks * kFpQ4Block});
  weights = g.slice(weights, g.ints(0), g.ints(blob->rows), 1);
  return {g.matmul(getA(), g.transpose(weights, {1, 0}))};
}

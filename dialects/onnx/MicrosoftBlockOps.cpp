//===- MicrosoftBlockOps.cpp - Weights quantised in blocks ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/MicrosoftBlockOps.h"
#include "dialects/onnx/LogicOps.h"
#include "dialects/onnx/Microsoft.h"
#include "dialects/onnx/SizeRequirements.h"

using namespace mlir;
using namespace onnxc::onnx;

ONNXC_INFER_FLOAT(MicrosoftMatMulNBitsOp, A, 1)
ONNXC_INFER_FLOAT(MicrosoftGatherBlockQuantizedOp, Scales, 1)

static LogicalResult verifyBlocks(Operation *op, int64_t bits,
                                  int64_t blockSize) {
  if (bits != 2 && bits != 4 && bits != 8)
    return op->emitError("bits is ") << bits << ", not 2, 4 or 8";
  if (blockSize < 16 || !llvm::isPowerOf2_64(blockSize))
    return op->emitError("block_size is ")
           << blockSize << ", no power of 2 of at least 16";
  return success();
}

/// The elements of bytes along the last dimension, which `shape` has in full.
static Value unpack(GraphBuilder &g, Value bytes, int64_t bits,
                    ArrayRef<AffineExpr> shape) {
  OpBuilder &b = g.b;
  if (bits == 8)
    return g.reshape(bytes, g.dims(shape));
  Type element = getElementType(bytes);
  Dims single(shape);
  single.back() = simplify(shape.back().floorDiv(8 / bits));
  single.push_back(getConstant(b.getContext(), 1));
  Value wide = g.reshape(bytes, g.dims(single));
  Value mask = g.number((1 << bits) - 1, element);
  SmallVector<Value> parts;
  for (int64_t at = 0; at < 8; at += bits) {
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

SmallVector<Value> MicrosoftMatMulNBitsOp::expand(OpBuilder &b) {
  if (!getDims(getB()))
    return {};
  GraphBuilder g{b, getLoc()};
  Type element = onnxc::onnx::getElementType(getA());
  auto constant = [&](int64_t x) { return getConstant(b.getContext(), x); };
  int64_t blockSize = getBlockSize(), bits = getBits();
  int64_t blocks = llvm::divideCeil(getK(), blockSize);
  AffineExpr rows = constant(getN());
  Value packed =
      unpack(g, getB(), bits, {rows, constant(blocks), constant(blockSize)});
  Value perBlock = g.dims({rows, constant(blocks), constant(1)});
  Value zero = g.number(1 << (bits - 1), element);
  if (getZeroPoints()) {
    Value given = getZeroPoints();
    if (isa<IntegerType>(onnxc::onnx::getElementType(given))) {
      int64_t padded = llvm::alignTo(blocks, 8 / bits);
      given = unpack(g, given, bits, {rows, constant(padded)});
      given = g.slice(given, g.ints(0), g.ints(blocks), 1);
    }
    zero = g.cast(g.reshape(given, perBlock), element);
  }
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

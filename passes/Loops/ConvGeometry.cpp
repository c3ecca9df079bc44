//===- ConvGeometry.cpp - A marked convolution and its padded image tile --===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ConvGeometry.h"
#include "dialects/plan/Contractions.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace onnxc;

Parts onnxc::cutInParts(VectorBuilder &v, Value size, int64_t most,
                        int64_t unit, int64_t atLeast) {
  // What holds a part was made for `most`: parts are whole units where one
  // fits, else as large as fits.
  if (unit > most)
    unit = most;
  int64_t part = llvm::alignDown(most, unit);
  std::optional<int64_t> constant = getConstantIntValue(size);
  if (!constant)
    return {v.ceilDiv(size, part), part};
  int64_t count = std::max<int64_t>(
      {int64_t(llvm::divideCeil(*constant, part)), atLeast, 1});
  part = llvm::alignTo(std::max<int64_t>(llvm::divideCeil(*constant, count), 1),
                       unit);
  return {v.index(std::max<int64_t>(llvm::divideCeil(*constant, part), 1)),
          part};
}

Value onnxc::getPart(VectorBuilder &v, Value size, const Parts &parts,
                     Value from) {
  std::optional<int64_t> constant = getConstantIntValue(size);
  if (constant && *constant % parts.size == 0 && *constant > 0)
    return v.index(parts.size);
  if (constant && *constant < parts.size)
    return size;
  return v.min(v.index(parts.size), v.sub(size, from));
}

std::optional<ConvGeometry> onnxc::matchConv(linalg::GenericOp op) {
  auto attr = getPlainConvolution(op);
  std::optional<ContractionBody> body = matchBody(op);
  if (!attr || !body || op.getNumDpsInputs() != 1)
    return std::nullopt;
  ArrayRef<int64_t> strides = attr.getStrides(),
                    dilations = attr.getDilations(), pads = attr.getPads(),
                    ends = attr.getEnds();
  unsigned rank = strides.size();
  if (rank < 1 || rank > 2)
    return std::nullopt;
  ConvGeometry conv;
  conv.rank = rank;
  conv.group = attr.getGroup();
  bool isFlat = rank == 1;
  conv.strideH = isFlat ? 1 : strides[0];
  conv.strideW = strides.back();
  conv.dilationH = isFlat ? 1 : dilations[0];
  conv.dilationW = dilations.back();
  conv.padH = isFlat ? 0 : pads[0];
  conv.padW = pads.back();
  if (conv.padH < 0 || conv.padW < 0)
    return std::nullopt;
  conv.hasPaddedEnd = llvm::any_of(ends, [](int64_t end) { return end != 0; });

  conv.weights = op.getDpsInputs()[0];
  conv.result = op.getDpsInits()[0];
  memref::LoadOp load;
  for (Operation &inner : *op.getBody())
    if (auto found = dyn_cast<memref::LoadOp>(inner)) {
      if (load)
        return std::nullopt;
      load = found;
    }
  auto select = body->left.getDefiningOp<arith::SelectOp>();
  if (!load || !select ||
      !(matchPattern(select.getFalseValue(), m_AnyZeroFloat()) ||
        matchPattern(select.getFalseValue(), m_Zero())))
    return std::nullopt;
  conv.image = load.getMemRef();
  conv.loadedPixel = load.getResult();
  conv.pixel = select.getTrueValue();
  conv.loadedWeight = op.getBody()->getArgument(0);
  conv.weight = body->right;
  for (Value buffer : {conv.image, conv.weights, conv.result}) {
    auto type = dyn_cast<MemRefType>(buffer.getType());
    if (!type || !type.getLayout().isIdentity() ||
        type.getRank() != int64_t(rank) + 2)
      return std::nullopt;
  }
  auto weightType = cast<MemRefType>(conv.weights.getType());
  if (weightType.isDynamicDim(rank + 1) || weightType.isDynamicDim(2) ||
      weightType.isDynamicDim(0))
    return std::nullopt;
  conv.kernelH = isFlat ? 1 : weightType.getDimSize(2);
  conv.kernelW = weightType.getDimSize(rank + 1);
  if (llvm::is_contained(weightType.getShape(), 0))
    return std::nullopt;
  // No step is taken where there is one place: tiles must not be made for it.
  auto resultType = cast<MemRefType>(conv.result.getType());
  if (!isFlat && resultType.getDimSize(2) == 1)
    conv.strideH = 1;
  if (resultType.getDimSize(rank + 1) == 1)
    conv.strideW = 1;
  conv.groups = {{0}, {1}, {}};
  for (unsigned i = 0; i < rank; ++i)
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

void ImageTile::copy(VectorBuilder &v, const ConvGeometry &conv, Value elements,
                     const std::function<Value(Value)> &widen, Value plane,
                     Value outRow, Value rows, Value outColumn,
                     Value to) const {
  Type type = cast<MemRefType>(scratch.getType()).getElementType();
  Value outside = fill ? fill : v.zero(type);
  Value row0 = v.sub(v.mul(outRow, conv.strideH), v.index(conv.padH));
  Value column0 = v.sub(v.mul(outColumn, conv.strideW), v.index(conv.padW));
  Value low = v.max(v.index(0), v.sub(v.index(0), column0));
  Value high = v.min(v.index(width), v.sub(conv.width, column0));
  low = v.min(low, v.index(width));
  high = v.max(low, high);
  Value needed = v.add(v.mul(v.sub(rows, v.index(1)), conv.strideH),
                       (conv.kernelH - 1) * conv.dilationH + 1);
  // Vectors that reach beyond a row spoil the beginning of the next, which is
  // written afterwards.
  auto clear = [&](Value at, Value from, Value end) {
    v.loop(from, end, v.width,
           [&](Value i) { v.store(outside, scratch, v.add(at, i), v.all()); });
  };
  v.loop(v.index(0), needed, 1, [&](Value i) {
    Value at = v.add(to, v.mul(i, width));
    Value row = v.add(row0, i);
    // Unsigned: a negative row is outside as well.
    Value isInside = arith::CmpIOp::create(
        v.b, v.loc, arith::CmpIPredicate::ult, row, conv.height);
    auto branch = scf::IfOp::create(v.b, v.loc, isInside,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(v.b);
    v.b.setInsertionPoint(branch.thenBlock()->getTerminator());
    Value from = v.add(v.add(plane, v.mul(row, conv.width)), column0);
    clear(at, v.index(0), low);
    v.loopVectors(low, high, [&](Value j, Lanes lanes) {
      Value value = v.load(elements, v.add(from, j), lanes);
      if (widen)
        value = widen(value);
      v.store(value, scratch, v.add(at, j), v.all());
    });
    clear(at, high, v.index(width));
    v.b.setInsertionPoint(branch.elseBlock()->getTerminator());
    clear(at, v.index(0), v.index(width));
  });
}

Value ImageTile::load(VectorBuilder &v, const ConvGeometry &conv,
                      Value at) const {
  if (conv.strideW == 1)
    return v.load(scratch, at, v.all());
  if (conv.strideW == 2) {
    Value first = v.load(scratch, at, v.all());
    Value second = v.load(scratch, v.add(at, v.width), v.all());
    SmallVector<int64_t> even;
    for (int64_t i = 0; i < v.width; ++i)
      even.push_back(2 * i);
    return vector::ShuffleOp::create(v.b, v.loc, first, second, even);
  }
  SmallVector<Value> pixels;
  for (int64_t i = 0; i < v.width; ++i)
    pixels.push_back(v.loadScalar(scratch, v.add(at, i * conv.strideW)));
  return vector::FromElementsOp::create(
      v.b, v.loc,
      v.vectorType(cast<MemRefType>(scratch.getType()).getElementType()),
      pixels);
}

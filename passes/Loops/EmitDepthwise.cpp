//===- EmitDepthwise.cpp - Convolutions of one channel at a time ----------===//
//
// A group of one channel leaves nothing to multiply matrices of: each vector of
// pixels is the sum of as many shifted ones as the kernel has elements.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ConvGeometry.h"
#include "passes/Loops/LoopsPasses.h"

using namespace mlir;
using namespace onnxc;

namespace {

constexpr int64_t kMaxWindow = 81;
constexpr int64_t kColumns = 128;
// Elements of the padded tile: it stays in the first-level cache.
constexpr int64_t kTileSize = 6 << 10;

} // namespace

LogicalResult onnxc::emitDepthwise(linalg::GenericOp op,
                                   RegisterFile registers) {
  std::optional<ConvGeometry> matched = matchConv(op);
  if (!matched)
    return failure();
  ConvGeometry &conv = *matched;
  auto weightType = cast<MemRefType>(conv.weights.getType());
  auto resultType = cast<MemRefType>(conv.result.getType());
  Type sumType = resultType.getElementType();
  int64_t window = conv.kernelH * conv.kernelW;
  if (weightType.getDimSize(1) != 1 || conv.group < 2 || window > kMaxWindow ||
      !isEmittedType(sumType, registers))
    return failure();
  OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(),
                  registers.vectorBits / sumType.getIntOrFloatBitWidth());
  auto pixels = getWidening(v, op.getBody(), conv.loadedPixel, conv.pixel);
  auto weights = getWidening(v, op.getBody(), conv.loadedWeight, conv.weight);
  if (!pixels || !weights)
    return failure();

  int64_t columns = resultType.getDimSize(conv.rank + 1);
  int64_t numRows = conv.rank == 1 ? 1 : resultType.getDimSize(2);
  bool isWhole =
      !ShapedType::isDynamic(columns) && columns <= kColumns && columns > 0;
  if (!isWhole)
    columns = kColumns;
  int64_t rows =
      ShapedType::isDynamic(numRows) ? 16 : std::max<int64_t>(numRows, 1);
  auto getTile = [&] { return ImageTile(conv, rows, columns); };
  int64_t room = registers.stackBytes * 8 / sumType.getIntOrFloatBitWidth();
  while (rows > 1 &&
         getTile().height * getTile().width > std::min(kTileSize, room))
    rows = llvm::divideCeil(rows, 2);
  if (getTile().height * getTile().width > std::min(4 * kTileSize, room))
    return failure();

  Epilogue epilogue(op, conv.result, conv.groups);
  b.setInsertionPoint(epilogue.getLastOp());
  epilogue.prepare(v);
  conv.result = epilogue.getOutput();
  conv.readSizes(v);
  Value image = v.flatten(conv.image), filters = v.flatten(conv.weights);
  Value output = v.flatten(epilogue.getOutput());
  Value plane = v.mul(conv.height, conv.width);
  Value outPlane = v.mul(conv.outHeight, conv.outWidth);
  Parts rowParts = cutInParts(v, conv.outHeight, rows, 1);
  Parts columnParts =
      cutInParts(v, conv.outWidth, columns, isWhole ? 1 : v.width);
  std::optional<int64_t> perChannel = getConstantIntValue(conv.filtersPerGroup);
  SmallVector<Value> sizes = {conv.batch, conv.filters, rowParts.count,
                              columnParts.count};
  buildTasks(v, sizes, [&](ValueRange at) {
    Value n = at[0], filter = at[1];
    Value channel = v.div(filter, perChannel.value_or(1));
    Value row = v.mul(at[2], rowParts.size);
    Value numRows = getPart(v, conv.outHeight, rowParts, row);
    Value column = v.mul(at[3], columnParts.size);
    Value width = getPart(v, conv.outWidth, columnParts, column);
    ImageTile tile = getTile();
    tile.scratch = v.scratch(sumType, tile.getSize(conv, 1, v.width));
    Value from = v.mul(v.add(v.mul(n, conv.channels), channel), plane);
    tile.copy(v, conv, image, pixels->apply, from, row, numRows, column,
              v.index(0));
    SmallVector<Value> taps;
    Value firstTap = v.mul(filter, window);
    for (int64_t i = 0; i < window; ++i) {
      Value weight = v.loadScalar(filters, v.add(firstTap, i));
      taps.push_back(v.splat(weights->apply ? weights->apply(weight) : weight));
    }
    Value base = v.mul(v.add(v.mul(n, conv.filters), filter), outPlane);
    v.loop(v.index(0), numRows, 1, [&](Value r) {
      Value rowBase = v.mul(r, conv.strideH * tile.width);
      Value firstPixel = v.add(v.mul(v.add(row, r), conv.outWidth), column);
      v.loopVectors(v.index(0), width, [&](Value p, Lanes lanes) {
        Value sum = v.zero(sumType);
        Value start = v.add(rowBase, v.mul(p, conv.strideW));
        for (int64_t kh = 0; kh < conv.kernelH; ++kh)
          for (int64_t kw = 0; kw < conv.kernelW; ++kw) {
            Value pixel =
                tile.load(v, conv,
                          v.add(start, kh * conv.dilationH * tile.width +
                                           kw * conv.dilationW));
            sum = v.multiplyAdd(taps[kh * conv.kernelW + kw], pixel, sum);
          }
        Value pixel = v.add(firstPixel, p);
        sum = epilogue.apply(v, sum, {n, filter, pixel}, lanes);
        v.store(sum, output, v.add(base, pixel), lanes);
      });
    });
  });
  epilogue.eraseOps();
  return success();
}

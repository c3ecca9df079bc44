//===- EmitConv.cpp - Convolutions as matrix products ---------------------===//
//
// The result's plane is a row of pixels: C = weights * windows, where a column
// of windows holds what the kernel covers at one pixel. Windows are laid out a
// block at a time, in the scratch that a matrix product would copy B to.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ConvGeometry.h"
#include "passes/Loops/LoopsPasses.h"

using namespace mlir;
using namespace onnxc;

namespace {

constexpr int64_t kBlock = 256;
constexpr int64_t kColumns = 112;
constexpr int64_t kRows = 512;
// A pointwise convolution of fewer filters reads the image where it is.
constexpr int64_t kFewRows = 12;
// Filters that are worth a copy of the windows of their own.
constexpr int64_t kRowsOfTask = 96;
constexpr int64_t kTasks = 8;
// Elements of a padded tile of all channels in a block.
constexpr int64_t kTileSize = 1 << 15;
constexpr int64_t kScratchSize = 1 << 17;

/// How a plane of the result is cut into tasks.
struct PixelBlocks {
  /// Rows of the plane and columns of each that a task computes. More than one
  /// row only where rows are whole.
  int64_t rows, columns;
  Value count;
};

} // namespace

LogicalResult onnxc::emitConv(linalg::GenericOp op, RegisterFile registers) {
  std::optional<ConvGeometry> matched = matchConv(op);
  if (!matched)
    return failure();
  ConvGeometry &conv = *matched;
  Type sumType = cast<MemRefType>(conv.result.getType()).getElementType();
  if (!isEmittedType(sumType, registers))
    return failure();
  OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(),
                  registers.vectorBits / sumType.getIntOrFloatBitWidth());
  auto pixels = getWidening(v, op.getBody(), conv.loadedPixel, conv.pixel);
  auto weights = getWidening(v, op.getBody(), conv.loadedWeight, conv.weight);
  if (!pixels || !weights)
    return failure();

  auto weightType = cast<MemRefType>(conv.weights.getType());
  auto resultType = cast<MemRefType>(conv.result.getType());
  int64_t window = conv.kernelH * conv.kernelW;
  bool isPointwise = conv.isPointwise();
  // Channels at a time.
  std::optional<int64_t> channels;
  if (!weightType.isDynamicDim(1))
    channels = weightType.getDimSize(1);
  // Elements that fit on the stack: half for the image, half for windows.
  int64_t room = registers.stackBytes * 4 / sumType.getIntOrFloatBitWidth();
  int64_t kMost = std::min(kBlock, std::max<int64_t>(room / (8 * v.width), 1));
  int64_t channelBlock = std::max<int64_t>(kMost / window, 1);
  if (channels && *channels > 0)
    channelBlock =
        llvm::divideCeil(*channels, llvm::divideCeil(*channels, channelBlock));
  int64_t depth = channelBlock * window;
  int64_t tileColumns = 2 * v.width;
  int64_t most = std::clamp<int64_t>(
      llvm::alignDown(std::min(kBlock * kColumns, room) / depth, tileColumns),
      tileColumns, kColumns);
  if (depth * getPitch(most, sumType) > std::min(kScratchSize, room))
    return failure();

  // Pixels at a time.
  PixelBlocks blocks{1, most, {}};
  int64_t numRows = conv.rank == 1 ? 1 : resultType.getDimSize(2);
  int64_t numColumns = resultType.getDimSize(conv.rank + 1);
  bool isWhole = !isPointwise && !ShapedType::isDynamic(numColumns) &&
                 !ShapedType::isDynamic(numRows) && numRows > 0 &&
                 numColumns > 0 && numColumns <= most;
  if (isWhole) {
    blocks.columns = numColumns;
    blocks.rows = std::min(most / numColumns, numRows);
    blocks.rows =
        llvm::divideCeil(numRows, llvm::divideCeil(numRows, blocks.rows));
  }
  auto getTile = [&] { return ImageTile(conv, blocks.rows, blocks.columns); };
  if (!isPointwise) {
    int64_t tileSize = std::min(kTileSize, room);
    while (getTile().height * getTile().width * channelBlock > tileSize &&
           channelBlock > 1)
      channelBlock = llvm::divideCeil(channelBlock, 2);
    depth = channelBlock * window;
    if (getTile().height * getTile().width > tileSize)
      return failure();
  }

  Epilogue epilogue(op, conv.result, conv.groups);
  b.setInsertionPoint(epilogue.getLastOp());
  epilogue.prepare(v);
  conv.result = epilogue.getOutput();
  conv.readSizes(v);
  Value image = v.flatten(conv.image), filters = v.flatten(conv.weights);
  Value output = v.flatten(epilogue.getOutput());
  Value partialSums = v.flatten(epilogue.getPartialSums());
  Value plane = v.mul(conv.height, conv.width);
  Value outPlane = v.mul(conv.outHeight, conv.outWidth);
  Value k = v.mul(conv.perGroup, window);

  GemmEmitter emitter(v, registers, epilogue, sumType);
  std::optional<int64_t> numFilters = getConstantIntValue(conv.filtersPerGroup);
  bool isDirect = isPointwise && numFilters && *numFilters <= kFewRows;
  int64_t unit = emitter.getTileVectors(conv.filtersPerGroup) * v.width;
  Parts columnParts, rowBlocks;
  SmallVector<Value> sizes = {conv.batch, v.index(conv.group)};
  if (isPointwise)
    columnParts = cutInParts(v, outPlane, isDirect ? 8 * most : most, unit);
  else
    columnParts =
        cutInParts(v, conv.outWidth, blocks.columns, isWhole ? 1 : unit);
  rowBlocks = isPointwise
                  ? Parts{v.index(1), 1}
                  : Parts{v.ceilDiv(conv.outHeight, blocks.rows), blocks.rows};
  Value tasks = v.mul(v.mul(conv.batch, conv.group),
                      v.mul(columnParts.count, rowBlocks.count));
  int64_t atLeast = 1;
  if (auto count = getConstantIntValue(tasks); count && numFilters && *count)
    atLeast =
        std::max<int64_t>(1, std::min<int64_t>(llvm::divideCeil(kTasks, *count),
                                               *numFilters / kRowsOfTask));
  Parts filterParts = cutInParts(v, conv.filtersPerGroup, kRows, 1, atLeast);
  sizes.append({filterParts.count, rowBlocks.count, columnParts.count});
  int64_t pitch = getPitch(
      isPointwise ? columnParts.size : blocks.rows * columnParts.size, sumType);

  buildTasks(v, sizes, [&](ValueRange at) {
    Value n = at[0], group = at[1];
    Value firstFilter = v.mul(group, conv.filtersPerGroup);
    Value firstChannel =
        v.add(v.mul(n, conv.channels), v.mul(group, conv.perGroup));
    GemmEmitter::Block block;
    block.row = v.mul(at[2], filterParts.size);
    block.rows = getPart(v, conv.filtersPerGroup, filterParts, block.row);
    block.k = k;
    block.kBlock = depth;
    block.output = output;
    block.partialSums = partialSums;
    block.a = {filters, v.mul(firstFilter, k), k, v.index(1), weights->apply};
    block.getPlace = [&](Value row, Value column) {
      return SmallVector<Value>{n, v.add(firstFilter, row), column};
    };
    Value base = v.mul(v.add(v.mul(n, conv.filters), firstFilter), outPlane);
    block.getOffset = [&](Value row, Value column) {
      return v.add(base, v.add(v.mul(row, outPlane), column));
    };
    Value column = v.mul(at[4], columnParts.size);
    if (isPointwise) {
      block.column = column;
      block.columns = getPart(v, outPlane, columnParts, column);
      Matrix pixelRows{image, v.mul(firstChannel, plane), plane, v.index(1),
                       pixels->apply};
      if (isDirect) {
        block.kBlock = getConstantIntValue(k).value_or(int64_t(1) << 30);
        block.kBlock = std::max<int64_t>(block.kBlock, 1);
        block.getPanel = [&, pixelRows](Value k0, Value) {
          return Panel{
              image,
              v.add(v.add(pixelRows.base, block.column), v.mul(k0, plane)),
              plane, pixelRows.widen, /*isPadded=*/false};
        };
        return emitter.emitBlock(block);
      }
      Value scratch = v.scratch(sumType, depth * pitch + 2 * unit);
      block.getPanel = [&, pixelRows](Value k0, Value kc) {
        emitter.packRows(pixelRows, k0, kc, block.column, block.columns,
                         scratch, pitch);
        return Panel{scratch, v.index(0), v.index(pitch), {}, true};
      };
      return emitter.emitBlock(block);
    }

    Value row = v.mul(at[3], rowBlocks.size);
    Value rows = getPart(v, conv.outHeight, rowBlocks, row);
    Value width = getPart(v, conv.outWidth, columnParts, column);
    block.column = v.add(v.mul(row, conv.outWidth), column);
    block.columns = v.mul(rows, width);
    ImageTile tile = getTile();
    tile.scratch =
        v.scratch(sumType, tile.getSize(conv, channelBlock, v.width));
    Value scratch = v.scratch(sumType, depth * pitch + 2 * unit);
    block.getPanel = [&](Value k0, Value kc) {
      Value channel0 = v.div(k0, window), count = v.div(kc, window);
      int64_t tileSize = tile.height * tile.width;
      v.loop(v.index(0), count, 1, [&](Value c) {
        Value from = v.mul(v.add(firstChannel, v.add(channel0, c)), plane);
        tile.copy(v, conv, image, pixels->apply, from, row, rows, column,
                  v.mul(c, tileSize));
      });
      v.loop(v.index(0), count, 1, [&](Value c) {
        v.loop(v.index(0), v.index(conv.kernelH), 1, [&](Value kh) {
          v.loop(v.index(0), v.index(conv.kernelW), 1, [&](Value kw) {
            Value windowRow = v.add(
                v.mul(v.add(v.mul(c, conv.kernelH), kh), conv.kernelW), kw);
            Value to = v.mul(windowRow, pitch);
            Value from = v.add(v.add(v.mul(c, tileSize),
                                     v.mul(kh, conv.dilationH * tile.width)),
                               v.mul(kw, conv.dilationW));
            v.loop(v.index(0), rows, 1, [&](Value r) {
              Value fromRow = v.add(from, v.mul(r, conv.strideH * tile.width));
              Value toRow = v.add(to, v.mul(r, width));
              v.loop(v.index(0), width, v.width, [&](Value p) {
                Value value =
                    tile.load(v, conv, v.add(fromRow, v.mul(p, conv.strideW)));
                v.store(value, scratch, v.add(toRow, p), v.all());
              });
            });
          });
        });
      });
      return Panel{scratch, v.index(0), v.index(pitch), {}, true};
    };
    emitter.emitBlock(block);
  });
  epilogue.eraseOps();
  return success();
}

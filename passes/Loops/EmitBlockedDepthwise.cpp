//===- EmitBlockedDepthwise.cpp - Depthwise convolutions, blocked ---------===//
//
// A vector holds as many channels of one pixel: the sums of a few pixels of a
// row are computed side by side, so that they do not wait for each other.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/BlockedConvGeometry.h"
#include "passes/Loops/LoopsPasses.h"

using namespace mlir;
using namespace onnxc;

namespace {

// The part of the image that a task works on stays in the first-level cache.
constexpr int64_t kImageBytes = 24 << 10;
constexpr int64_t kMaxTileBytes = 192 << 10;
// Windows up to this size are unrolled.
constexpr int64_t kMaxUnrolled = 25, kMaxUnrolledScalars = 5;

struct Taps {
  VectorBuilder &v;
  BlockedConvGeometry &g;
  Value weights, weightBase;
  ImagePart image;
  /// Windows up to this size are unrolled whole, longer ones by rows.
  int64_t mostUnrolled;

  Value widen(Value x, bool isUnsigned) const {
    if (!g.isInteger)
      return x;
    Type type = v.vectorType(g.sumType);
    if (isUnsigned)
      return arith::ExtUIOp::create(v.b, v.loc, type, x);
    return arith::ExtSIOp::create(v.b, v.loc, type, x);
  }

  SmallVector<Value> step(Value kh, Value kw, Value at,
                          ValueRange before) const {
    ConvGeometry &conv = g.conv;
    Value tap = v.add(v.mul(kh, conv.kernelW), kw);
    Value weight =
        widen(v.load(weights, v.add(weightBase, v.mul(tap, g.lanes)), v.all()),
              /*isUnsigned=*/false);
    Value from = v.add(at, v.add(v.mul(v.mul(kh, conv.dilationH), image.row),
                                 v.mul(kw, conv.dilationW)));
    SmallVector<Value> next(before);
    for (auto [p, sum] : llvm::enumerate(next)) {
      Value pixel =
          widen(v.load(image.elements, v.add(from, int64_t(p) * conv.strideW),
                       v.all()),
                g.isUnsigned);
      sum = v.multiplyAdd(weight, pixel, sum);
    }
    return next;
  }

  SmallVector<Value> sum(Value at, ValueRange start) const {
    ConvGeometry &conv = g.conv;
    bool isWhole = conv.kernelW <= mostUnrolled;
    if (g.window() > mostUnrolled)
      return v.loop(v.index(0), v.index(conv.kernelH), 1, start,
                    [&](Value kh, ValueRange rows) {
                      if (isWhole) {
                        SmallVector<Value> sums(rows);
                        for (int64_t kw = 0; kw < conv.kernelW; ++kw)
                          sums = step(kh, v.index(kw), at, sums);
                        return sums;
                      }
                      return v.loop(v.index(0), v.index(conv.kernelW), 1, rows,
                                    [&](Value kw, ValueRange sums) {
                                      return step(kh, kw, at, sums);
                                    });
                    });
    SmallVector<Value> sums(start);
    for (int64_t kh = 0; kh < conv.kernelH; ++kh)
      for (int64_t kw = 0; kw < conv.kernelW; ++kw)
        sums = step(v.index(kh), v.index(kw), at, sums);
    return sums;
  }
};

} // namespace

LogicalResult onnxc::emitBlockedDepthwise(linalg::GenericOp op,
                                          RegisterFile registers) {
  std::optional<BlockedConvGeometry> matched = matchBlockedConv(op, registers);
  if (!matched || !matched->isDepthwise)
    return failure();
  BlockedConvGeometry &g = *matched;
  registers = registers.ofBits(g.lanes * 32);
  ConvGeometry &conv = g.conv;
  bool mayOverwrite = canWriteOntoImage(g, registers.stackBytes);
  Epilogue epilogue(op, conv.result, g.groups,
                    mayOverwrite ? conv.image : Value());
  // A result on top of its image is written when all of the plane is copied.
  bool isOnTop =
      getBaseBuffer(conv.image) == getBaseBuffer(epilogue.getOutput());
  PlaneParts parts(g, 1,
                   isOnTop ? registers.stackBytes
                           : std::min(kImageBytes, registers.stackBytes));
  if (g.isPadded &&
      parts.getTileBytes(g, 1) > std::min(kMaxTileBytes, registers.stackBytes))
    return failure();

  OpBuilder b(op);
  VectorBuilder v(b, op.getLoc(), g.lanes);
  b.setInsertionPoint(epilogue.getLastOp());
  epilogue.prepare(v);
  conv.result = epilogue.getOutput();
  g.readSizes(v);
  Value image = v.flatten(conv.image), weights = v.flatten(conv.weights);
  Value output = v.flatten(epilogue.getOutput());
  Parts rowParts = cutInParts(v, conv.outHeight, parts.rows, 1);
  Parts columnParts = cutInParts(v, conv.outWidth, parts.columns, 1);
  int64_t pixelsOfTile = registers.numRegisters >= 32  ? 8
                         : registers.numRegisters >= 8 ? 4
                                                       : 2;
  // Tiles of one size need their code once.
  if (!registers.hasVectors && g.numColumns > 0)
    for (int64_t pixels = registers.numRegisters - 3; pixels > 1; --pixels)
      if (g.numColumns % pixels == 0) {
        pixelsOfTile = pixels;
        break;
      }
  int64_t mostUnrolled =
      registers.hasVectors ? kMaxUnrolled : kMaxUnrolledScalars;
  SmallVector<Value> sizes = {conv.batch, v.index(g.filterBlocks),
                              rowParts.count, columnParts.count};
  buildTasks(v, sizes, [&](ValueRange at) {
    Value n = at[0], block = at[1];
    Value row = v.mul(at[2], rowParts.size);
    Value rows = getPart(v, conv.outHeight, rowParts, row);
    Value column = v.mul(at[3], columnParts.size);
    Value columns = getPart(v, conv.outWidth, columnParts, column);
    Value plane = v.mul(conv.height, conv.width);
    Value planeIndex = v.add(v.mul(n, g.filterBlocks), block);
    Value from = v.mul(planeIndex, plane);
    ImagePart part{image, from, plane, conv.width};
    if (g.isPadded) {
      TileCopier copier(b, v.loc, g, parts, 1);
      copier.copy(image, from, row, rows, column, v.index(0));
      part = {copier.tile.scratch, v.index(0), {}, v.index(copier.tile.width)};
    } else {
      part.base = v.add(from, v.add(v.mul(v.mul(row, conv.strideH), conv.width),
                                    v.mul(column, conv.strideW)));
    }
    Taps taps{v,    g,           weights, v.mul(block, g.window() * g.lanes),
              part, mostUnrolled};
    Value outPlane = v.mul(planeIndex, v.mul(conv.outHeight, conv.outWidth));
    v.loop(v.index(0), rows, 1, [&](Value r) {
      Value rowBase = v.add(part.base, v.mul(v.mul(r, conv.strideH), part.row));
      Value firstPixel = v.add(v.mul(v.add(row, r), conv.outWidth), column);
      v.loopTiles(columns, pixelsOfTile, [&](Value c, int64_t pixels) {
        SmallVector<Value> sums(pixels, v.zero(g.sumType));
        sums = taps.sum(v.add(rowBase, v.mul(c, conv.strideW)), sums);
        for (int64_t p = 0; p < pixels; ++p) {
          Value pixel = v.add(firstPixel, v.add(c, p));
          Value sum = epilogue.apply(v, sums[p], {n, block, pixel, v.index(0)},
                                     v.all());
          v.store(sum, output, v.mul(v.add(outPlane, pixel), g.lanes), v.all());
        }
      });
    });
  });
  epilogue.eraseOps();
  return success();
}

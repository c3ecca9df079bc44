//===- EmitBlockedDepthwise.cpp - Depthwise convolutions, blocked ---------===//
//
// A vector holds as many channels of one pixel: the sums of a few pixels of a
// row are computed side by side, so that they do not wait for each other.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ReplaceConv.h"
#include "passes/Loops/Tasks.h"

using namespace mlir;
using namespace onnxc;

namespace {

struct Taps {
  VectorBuilder &v;
  const BlockedConvGeometry &g;
  Value weights, weightBase;
  ImagePart image;
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
    Value tap = v.add(v.mul(kh, g.kernelW), kw);
    Value weight =
        widen(v.load(weights, v.add(weightBase, v.mul(tap, g.lanes)), v.all()),
              /*isUnsigned=*/false);
    Value from = v.add(at, v.add(v.mul(v.mul(kh, g.dilationH), image.row),
                                 v.mul(kw, g.dilationW)));
    SmallVector<Value> next(before);
    for (auto [p, sum] : llvm::enumerate(next)) {
      Value pixel = widen(
          v.load(image.elements, v.add(from, int64_t(p) * g.strideW), v.all()),
          g.isUnsigned);
      sum = v.multiplyAdd(weight, pixel, sum);
    }
    return next;
  }

  SmallVector<Value> sum(Value at, ValueRange start) const {
    bool isWhole = g.kernelW <= mostUnrolled;
    if (g.window() > mostUnrolled)
      return v.loop(v.index(0), v.index(g.kernelH), 1, start,
                    [&](Value kh, ValueRange rows) {
                      if (isWhole) {
                        SmallVector<Value> sums(rows);
                        for (int64_t kw = 0; kw < g.kernelW; ++kw)
                          sums = step(kh, v.index(kw), at, sums);
                        return sums;
                      }
                      return v.loop(v.index(0), v.index(g.kernelW), 1, rows,
                                    [&](Value kw, ValueRange sums) {
                                      return step(kh, kw, at, sums);
                                    });
                    });
    SmallVector<Value> sums(start);
    for (int64_t kh = 0; kh < g.kernelH; ++kh)
      for (int64_t kw = 0; kw < g.kernelW; ++kw)
        sums = step(v.index(kh), v.index(kw), at, sums);
    return sums;
  }
};

class BlockedDepthwiseEmitter {
public:
  BlockedDepthwiseEmitter(VectorBuilder &v, const BlockedConvGeometry &g,
                          const BlockedDepthwiseChoice &choice,
                          Epilogue &epilogue)
      : v(v), g(g), choice(choice), epilogue(epilogue) {}

  void emit();

private:
  struct Task {
    Value n, block, row, rows, column, columns;
    /// The number of the plane in image and result, and where that begins.
    Value plane, outPlane;
  };
  void emitTask(ValueRange at);
  ImagePart findImage(const Task &task);
  void emitTile(const Task &task, const Taps &taps, Value imageBase, Value row,
                Value column, int64_t pixels);

  VectorBuilder &v;
  const BlockedConvGeometry &g;
  const BlockedDepthwiseChoice &choice;
  Epilogue &epilogue;
  Value image, weights, output;
  Parts rowParts, columnParts;
};

/// Where the task's part of the image is, once it is copied if it has to be.
ImagePart BlockedDepthwiseEmitter::findImage(const Task &task) {
  Value plane = v.mul(g.height, g.width);
  Value from = v.mul(task.plane, plane);
  if (!g.isPadded)
    return {image,
            v.add(from, v.add(v.mul(v.mul(task.row, g.strideH), g.width),
                              v.mul(task.column, g.strideW))),
            plane, g.width};
  TileCopier copier(v.b, v.loc, g, choice.parts, 1);
  copier.copy(image, from, task.row, task.rows, task.column, v.index(0));
  return {copier.tile.scratch, v.index(0), {}, v.index(copier.tile.width)};
}

void BlockedDepthwiseEmitter::emitTile(const Task &task, const Taps &taps,
                                       Value imageBase, Value row, Value column,
                                       int64_t pixels) {
  SmallVector<Value> sums(pixels, v.zero(g.sumType));
  sums = taps.sum(imageBase, sums);
  for (int64_t p = 0; p < pixels; ++p) {
    Value pixel = v.add(row, v.add(column, p));
    Value sum = epilogue.apply(
        v, sums[p], {task.n, task.block, pixel, v.index(0)}, v.all());
    v.store(sum, output, v.mul(v.add(task.outPlane, pixel), g.lanes), v.all());
  }
}

void BlockedDepthwiseEmitter::emitTask(ValueRange at) {
  Task task;
  task.n = at[0];
  task.block = at[1];
  task.row = v.mul(at[2], rowParts.size);
  task.rows = getPart(v, g.outHeight, rowParts, task.row);
  task.column = v.mul(at[3], columnParts.size);
  task.columns = getPart(v, g.outWidth, columnParts, task.column);
  task.plane = v.add(v.mul(task.n, g.filterBlocks), task.block);
  ImagePart part = findImage(task);
  Taps taps{v,       g,
            weights, v.mul(task.block, g.window() * g.lanes),
            part,    choice.mostUnrolled};
  task.outPlane = v.mul(task.plane, v.mul(g.outHeight, g.outWidth));
  v.loop(v.index(0), task.rows, 1, [&](Value r) {
    Value rowBase = v.add(part.base, v.mul(v.mul(r, g.strideH), part.row));
    Value firstPixel =
        v.add(v.mul(v.add(task.row, r), g.outWidth), task.column);
    v.loopTiles(task.columns, choice.pixels, [&](Value c, int64_t pixels) {
      emitTile(task, taps, v.add(rowBase, v.mul(c, g.strideW)), firstPixel, c,
               pixels);
    });
  });
}

void BlockedDepthwiseEmitter::emit() {
  image = v.flatten(g.image);
  weights = v.flatten(g.weights);
  output = v.flatten(epilogue.getOutput());
  rowParts = getParts(v, g.outHeight, choice.rows);
  columnParts = getParts(v, g.outWidth, choice.columns);
  buildTasks(
      v, {g.batch, v.index(g.filterBlocks), rowParts.count, columnParts.count},
      [&](ValueRange at) { emitTask(at); });
}

} // namespace

LogicalResult onnxc::emitBlockedDepthwise(const Contraction &contraction,
                                          const RegisterFile &registers) {
  return replaceBlockedConv(
      contraction, registers, /*isDepthwise=*/true, chooseBlockedDepthwise,
      [](VectorBuilder &v, const BlockedConvGeometry &conv,
         const BlockedDepthwiseChoice &choice, Epilogue &epilogue) {
        BlockedDepthwiseEmitter(v, conv, choice, epilogue).emit();
      });
}

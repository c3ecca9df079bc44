//===- EmitDepthwise.cpp - Convolutions of one channel at a time ----------===//
//
// A group of one channel leaves nothing to multiply matrices of: each vector of
// pixels is the sum of as many shifted ones as the kernel has elements.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ImageTile.h"
#include "passes/Loops/ReplaceConv.h"
#include "passes/Loops/Tasks.h"

using namespace mlir;
using namespace onnxc;

namespace {

class DepthwiseEmitter {
public:
  DepthwiseEmitter(VectorBuilder &v, const ConvGeometry &conv,
                   const DepthwiseChoice &choice, Epilogue &epilogue,
                   const Widening &pixels, const Widening &weights)
      : v(v), conv(conv), choice(choice), epilogue(epilogue), pixels(pixels),
        weights(weights), type(conv.sumType) {}

  void emit();

private:
  void emitTask(ValueRange at);
  SmallVector<Value> loadTaps(Value filter);
  Value emitSum(const ImageTile &tile, ArrayRef<Value> taps, Value start);

  VectorBuilder &v;
  const ConvGeometry &conv;
  const DepthwiseChoice &choice;
  Epilogue &epilogue;
  const Widening &pixels, &weights;
  Type type;

  Value image, filters, output, plane, outPlane;
  Parts rowParts, columnParts;
};

SmallVector<Value> DepthwiseEmitter::loadTaps(Value filter) {
  SmallVector<Value> taps;
  Value firstTap = v.mul(filter, conv.window());
  for (int64_t i = 0; i < conv.window(); ++i) {
    Value weight = v.loadScalar(filters, v.add(firstTap, i));
    taps.push_back(v.splat(weights.apply ? weights.apply(weight) : weight));
  }
  return taps;
}

/// The sums of a vector of pixels whose window begins at `start` of the tile.
Value DepthwiseEmitter::emitSum(const ImageTile &tile, ArrayRef<Value> taps,
                                Value start) {
  Value sum = v.zero(type);
  for (int64_t kh = 0; kh < conv.kernelH; ++kh)
    for (int64_t kw = 0; kw < conv.kernelW; ++kw) {
      int64_t at = kh * conv.dilationH * tile.width + kw * conv.dilationW;
      Value pixel = tile.load(v, v.add(start, at));
      sum = v.multiplyAdd(taps[kh * conv.kernelW + kw], pixel, sum);
    }
  return sum;
}

void DepthwiseEmitter::emitTask(ValueRange at) {
  Value n = at[0], filter = at[1];
  Value channel = v.div(filter, *conv.numFilters);
  Value row = v.mul(at[2], rowParts.size);
  Value rows = getPart(v, conv.outHeight, rowParts, row);
  Value column = v.mul(at[3], columnParts.size);
  Value width = getPart(v, conv.outWidth, columnParts, column);
  ImageTile tile{conv,        choice.tile.height, choice.tile.width,
                 conv.height, conv.width,         {}};
  tile.scratch = v.scratch(type, choice.imageScratch);
  Value from = v.mul(v.add(v.mul(n, conv.channels), channel), plane);
  tile.copy(v, image, pixels.apply, from, row, rows, column, v.index(0));
  SmallVector<Value> taps = loadTaps(filter);
  Value base = v.mul(v.add(v.mul(n, conv.filters), filter), outPlane);
  v.loop(v.index(0), rows, 1, [&](Value r) {
    Value rowBase = v.mul(r, conv.strideH * tile.width);
    Value firstPixel = v.add(v.mul(v.add(row, r), conv.outWidth), column);
    v.loopVectors(v.index(0), width, [&](Value p, Lanes lanes) {
      Value sum = emitSum(tile, taps, v.add(rowBase, v.mul(p, conv.strideW)));
      Value pixel = v.add(firstPixel, p);
      sum = epilogue.apply(v, sum, {n, filter, pixel}, lanes);
      v.store(sum, output, v.add(base, pixel), lanes);
    });
  });
}

void DepthwiseEmitter::emit() {
  image = v.flatten(conv.image);
  filters = v.flatten(conv.weights);
  output = v.flatten(epilogue.getOutput());
  plane = v.mul(conv.height, conv.width);
  outPlane = v.mul(conv.outHeight, conv.outWidth);
  rowParts = getParts(v, conv.outHeight, choice.rows);
  columnParts = getParts(v, conv.outWidth, choice.columns);
  buildTasks(v, {conv.batch, conv.filters, rowParts.count, columnParts.count},
             [&](ValueRange at) { emitTask(at); });
}

} // namespace

LogicalResult onnxc::emitDepthwise(const Contraction &contraction,
                                   const RegisterFile &registers) {
  return replacePlanarConv(
      contraction, registers, chooseDepthwise,
      [](VectorBuilder &v, const ConvGeometry &conv,
         const DepthwiseChoice &choice, Epilogue &epilogue,
         const Widening &pixels, const Widening &weights) {
        DepthwiseEmitter(v, conv, choice, epilogue, pixels, weights).emit();
      });
}

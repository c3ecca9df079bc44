//===- EmitConv.cpp - Convolutions as matrix products ---------------------===//
//
// The result's plane is a row of pixels: C = weights * windows, where a column
// of windows holds what the kernel covers at one pixel. Windows are laid out a
// block at a time, in the scratch that a matrix product would copy B to.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/GemmEmitter.h"
#include "passes/Loops/ImageTile.h"
#include "passes/Loops/ReplaceConv.h"
#include "passes/Loops/Tasks.h"

using namespace mlir;
using namespace onnxc;

namespace {

class ConvEmitter {
public:
  ConvEmitter(VectorBuilder &v, const ConvGeometry &conv,
              const ConvChoice &choice, const RegisterFile &registers,
              Epilogue &epilogue, const Widening &pixels,
              const Widening &weights)
      : v(v), conv(conv), choice(choice), epilogue(epilogue), pixels(pixels),
        weights(weights), type(conv.sumType),
        emitter(v, registers, epilogue, type) {}

  void emit();

private:
  /// What a task computes, and where its part of the image begins.
  struct Task {
    GemmEmitter::Block block;
    Value firstChannel, row, rows, column, width;
  };

  void readSizes();
  void emitTask(ValueRange at);
  GemmEmitter::Block makeBlock(ValueRange at, Value firstFilter);
  void setImagePanel(Task &task);
  void setWindowPanel(Task &task);
  void emitWindows(const Task &task, const ImageTile &tile, Value scratch,
                   Value channels);
  void emitWindowRow(const Task &task, const ImageTile &tile, Value scratch,
                     Value from, Value to);

  VectorBuilder &v;
  const ConvGeometry &conv;
  const ConvChoice &choice;
  Epilogue &epilogue;
  const Widening &pixels, &weights;
  Type type;
  GemmEmitter emitter;

  Value image, filters, output, partialSums, plane, outPlane, k;
  Parts filterParts, rowParts, columnParts;
};

void ConvEmitter::readSizes() {
  image = v.flatten(conv.image);
  filters = v.flatten(conv.weights);
  output = v.flatten(epilogue.getOutput());
  partialSums = v.flatten(epilogue.getPartialSums());
  plane = v.mul(conv.height, conv.width);
  outPlane = v.mul(conv.outHeight, conv.outWidth);
  k = v.mul(conv.perGroup, conv.window());
  columnParts = getParts(v, choice.isPointwise ? outPlane : conv.outWidth,
                         choice.columns);
  rowParts = getParts(v, conv.outHeight, choice.rows);
  filterParts = getParts(v, conv.filtersPerGroup, choice.filters);
}

/// All but where windows are read.
GemmEmitter::Block ConvEmitter::makeBlock(ValueRange at, Value firstFilter) {
  Value n = at[0];
  GemmEmitter::Block block;
  block.row = v.mul(at[2], filterParts.size);
  block.rows = getPart(v, conv.filtersPerGroup, filterParts, block.row);
  block.k = k;
  block.kBlock = choice.depth;
  block.output = output;
  block.partialSums = partialSums;
  block.a = {filters, v.mul(firstFilter, k), k, v.index(1), weights.apply};
  block.getPlace = [this, n, firstFilter](Value row, Value column) {
    return SmallVector<Value>{n, v.add(firstFilter, row), column};
  };
  Value base = v.mul(v.add(v.mul(n, conv.filters), firstFilter), outPlane);
  block.getOffset = [this, base](Value row, Value column) {
    return v.add(base, v.add(v.mul(row, outPlane), column));
  };
  return block;
}

/// Where the window is one pixel, the image is the matrix of windows.
void ConvEmitter::setImagePanel(Task &task) {
  Matrix rows{image, v.mul(task.firstChannel, plane), plane, v.index(1),
              pixels.apply};
  Value column = task.block.column, columns = task.block.columns;
  if (choice.isDirect) {
    task.block.getPanel = [this, rows, column](Value k0, Value) {
      return Panel{rows.elements,
                   v.add(v.add(rows.base, column), v.mul(k0, plane)), plane,
                   rows.widen, /*isPadded=*/false};
    };
    return;
  }
  Value scratch = v.scratch(type, choice.windowScratch);
  task.block.getPanel = [=](Value k0, Value kc) {
    emitter.packRows(rows, k0, kc, column, columns, scratch, choice.pitch);
    return Panel{scratch, v.index(0), v.index(choice.pitch), {}, true};
  };
}

/// A row of the matrix of windows: the pixels from `from` of the tile on, each
/// `stride` from the one before.
void ConvEmitter::emitWindowRow(const Task &task, const ImageTile &tile,
                                Value scratch, Value from, Value to) {
  v.loop(v.index(0), task.rows, 1, [&](Value r) {
    Value fromRow = v.add(from, v.mul(r, conv.strideH * tile.width));
    Value toRow = v.add(to, v.mul(r, task.width));
    v.loop(v.index(0), task.width, v.width, [&](Value p) {
      Value value = tile.load(v, v.add(fromRow, v.mul(p, conv.strideW)));
      v.store(value, scratch, v.add(toRow, p), v.all());
    });
  });
}

void ConvEmitter::emitWindows(const Task &task, const ImageTile &tile,
                              Value scratch, Value channels) {
  int64_t area = tile.height * tile.width;
  v.loop(v.index(0), channels, 1, [&](Value c) {
    v.loop(v.index(0), v.index(conv.kernelH), 1, [&](Value kh) {
      v.loop(v.index(0), v.index(conv.kernelW), 1, [&](Value kw) {
        Value row =
            v.add(v.mul(v.add(v.mul(c, conv.kernelH), kh), conv.kernelW), kw);
        Value to = v.mul(row, choice.pitch);
        Value from =
            v.add(v.add(v.mul(c, area), v.mul(kh, conv.dilationH * tile.width)),
                  v.mul(kw, conv.dilationW));
        emitWindowRow(task, tile, scratch, from, to);
      });
    });
  });
}

void ConvEmitter::setWindowPanel(Task &task) {
  ImageTile tile{conv,        choice.tile.height, choice.tile.width,
                 conv.height, conv.width,         {}};
  tile.scratch = v.scratch(type, choice.imageScratch);
  Value scratch = v.scratch(type, choice.windowScratch);
  task.block.getPanel = [=, &task](Value k0, Value kc) {
    int64_t window = conv.window();
    Value first = v.div(k0, window), channels = v.div(kc, window);
    v.loop(v.index(0), channels, 1, [&](Value c) {
      Value from = v.mul(v.add(task.firstChannel, v.add(first, c)), plane);
      tile.copy(v, image, pixels.apply, from, task.row, task.rows, task.column,
                v.mul(c, tile.height * tile.width));
    });
    emitWindows(task, tile, scratch, channels);
    return Panel{scratch, v.index(0), v.index(choice.pitch), {}, true};
  };
}

void ConvEmitter::emitTask(ValueRange at) {
  Task task;
  Value firstFilter = v.mul(at[1], conv.filtersPerGroup);
  task.firstChannel =
      v.add(v.mul(at[0], conv.channels), v.mul(at[1], conv.perGroup));
  GemmEmitter::Block &block = task.block = makeBlock(at, firstFilter);
  task.column = v.mul(at[4], columnParts.size);
  if (choice.isPointwise) {
    block.column = task.column;
    block.columns = getPart(v, outPlane, columnParts, task.column);
    setImagePanel(task);
  } else {
    task.row = v.mul(at[3], rowParts.size);
    task.rows = getPart(v, conv.outHeight, rowParts, task.row);
    task.width = getPart(v, conv.outWidth, columnParts, task.column);
    block.column = v.add(v.mul(task.row, conv.outWidth), task.column);
    block.columns = v.mul(task.rows, task.width);
    setWindowPanel(task);
  }
  emitter.emitBlock(block);
}

void ConvEmitter::emit() {
  readSizes();
  buildTasks(v,
             {conv.batch, v.index(conv.group), filterParts.count,
              rowParts.count, columnParts.count},
             [&](ValueRange at) { emitTask(at); });
}

} // namespace

LogicalResult onnxc::emitConv(const Contraction &contraction,
                              const RegisterFile &registers) {
  return replacePlanarConv(
      contraction, registers, chooseConv,
      [&](VectorBuilder &v, const ConvGeometry &conv, const ConvChoice &choice,
          Epilogue &epilogue, const Widening &pixels, const Widening &weights) {
        ConvEmitter(v, conv, choice, registers, epilogue, pixels, weights)
            .emit();
      });
}

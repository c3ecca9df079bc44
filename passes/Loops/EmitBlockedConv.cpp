//===- EmitBlockedConv.cpp - Direct convolutions of blocked tensors -------===//
//
// A tile of some pixels of a row times some blocks of filters stays in
// registers for all of the sum; its innermost step takes one channel:
//
//   for each block of filters: w = W[block, channel, kh, kw]   (a vector)
//     for each pixel: sum[pixel, block] += x[pixel + (kh, kw), channel] * w
//
// Pixels are read one element at a time, so that stride and dilation cost
// nothing, and weights in the order in which they are stored. The result needs
// no masks: its vectors are whole. Bytes are taken in groups, as dot products
// sum them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/DotProduct.h"
#include "passes/Loops/ReplaceConv.h"
#include "passes/Loops/Tasks.h"

using namespace mlir;
using namespace onnxc;

namespace {

class BlockedConvEmitter {
public:
  BlockedConvEmitter(VectorBuilder &v, const BlockedConvGeometry &g,
                     const BlockedConvChoice &choice, Epilogue &epilogue)
      : v(v), g(g), choice(choice), epilogue(epilogue),
        // The copy of the image holds what has been widened.
        dot(v, choice.registers.dot, g.dotGroup, g.offset,
            g.isUnsigned && g.copyType == g.imageType) {}

  void emit();

private:
  /// A part of the sum over channels, and whether it is the first or the last
  /// (null where there is one part only).
  struct Part {
    ImagePart image;
    Value firstBlock, blocks, isFirst, isLast;
  };
  struct Task {
    Value n, plane, row, rows, column, columns, group, groups;
    /// Where its part of the image begins, but for the channels.
    Value imageBase;
  };
  /// Some pixels of a row and the blocks of filters from one on.
  struct Tile {
    Value n, imageBase, filterBlock;
    /// The first pixel is `column` behind that of the row.
    Value row, column;
    int64_t pixels;
  };
  /// The place of a step in the image and in the weights.
  struct Step {
    Value image, weight;
  };
  Step advance(const Step &from, Value i, Value imageStride,
               Value weightStride) {
    return {v.add(from.image, v.mul(i, imageStride)),
            v.add(from.weight, v.mul(i, weightStride))};
  }

  bool isOntoImage() const;
  void forLanes(function_ref<void()> body);
  Task makeTask(ValueRange at);
  void emitTask(ValueRange at);
  void emitInPlace(const Task &task);
  void emitCopied(const Task &task);
  void copyBlock(const Task &task, TileCopier &copier, Value block, Value to);
  void emitPart(const Task &task, const Part &part);
  void emitOverwriting(const Task &task);
  void copyPixels(const Task &task, Value scratch, Value column,
                  int64_t pixels);

  void emitTile(const Part &part, const Tile &tile);
  SmallVector<Value> emitSum(const Part &part, const Tile &tile,
                             ValueRange sums);
  SmallVector<Value> emitRows(const Part &part, const Step &at,
                              ValueRange sums);
  SmallVector<Value> emitColumns(const Part &part, const Step &at,
                                 ValueRange sums);
  SmallVector<Value> emitChannels(const Part &part, const Step &at,
                                  ValueRange sums);
  SmallVector<Value> multiply(const Part &part, const Step &at,
                              ValueRange before);

  /// Elements of the weights of one place of the window, of all places, and of
  /// all blocks of channels.
  int64_t getStep() const { return g.inner * g.lanes; }
  int64_t getWindow() const { return g.window() * getStep(); }
  int64_t getBlockStride() const { return g.channelBlocks * getWindow(); }

  VectorBuilder &v;
  const BlockedConvGeometry &g;
  const BlockedConvChoice &choice;
  Epilogue &epilogue;
  DotProduct dot;
  Value image, weights, output, partialSums, imagePlane, imageVolume;
  Parts rowParts, columnParts, groupParts;
  /// Of a block of filters: what a tile computes may be a part of it.
  Value firstLane;
};

void BlockedConvEmitter::forLanes(function_ref<void()> body) {
  v.loop(v.index(0), v.index(g.lanes), v.width, [&](Value lane) {
    firstLane = lane;
    body();
  });
}

/// Adds the products of one channel, or of a group of them.
SmallVector<Value> BlockedConvEmitter::multiply(const Part &part,
                                                const Step &from,
                                                ValueRange before) {
  int64_t blocks = choice.tile.blocks;
  SmallVector<Value> next(before);
  SmallVector<Value> filters;
  for (int64_t f = 0; f < blocks; ++f) {
    Value at = v.add(from.weight, f * getBlockStride());
    filters.push_back(g.isInteger ? dot.loadRight(weights, at)
                                  : v.load(weights, at, v.all()));
  }
  Value elements = part.image.elements;
  for (int64_t p = 0; p < int64_t(next.size()) / blocks; ++p) {
    Value at = v.add(from.image, p * g.strideW);
    Value pixel = g.isInteger ? dot.loadLeft(elements, at)
                              : v.splat(v.loadScalar(elements, at));
    for (int64_t f = 0; f < blocks; ++f) {
      Value &sum = next[p * blocks + f];
      sum = g.isInteger ? dot.accumulate(pixel, filters[f], sum)
                        : v.multiplyAdd(pixel, filters[f], sum);
    }
  }
  return next;
}

SmallVector<Value> BlockedConvEmitter::emitChannels(const Part &part,
                                                    const Step &from,
                                                    ValueRange before) {
  return v.loop(v.index(0), v.index(g.inner), choice.unroll * g.dotGroup,
                before, [&](Value c, ValueRange sums) {
                  SmallVector<Value> next(sums);
                  for (int64_t u = 0; u < choice.unroll; ++u) {
                    Value at = v.add(c, u * g.dotGroup);
                    next = multiply(part,
                                    {v.add(from.image, at),
                                     v.add(from.weight, v.mul(at, g.lanes))},
                                    next);
                  }
                  return next;
                });
}

SmallVector<Value> BlockedConvEmitter::emitColumns(const Part &part,
                                                   const Step &from,
                                                   ValueRange before) {
  auto one = [&](Value kw, ValueRange sums) {
    return emitChannels(
        part, advance(from, kw, v.index(g.dilationW), v.index(getStep())),
        sums);
  };
  if (g.inner > 1)
    return v.loop(v.index(0), v.index(g.kernelW), 1, before, one);
  SmallVector<Value> sums(before);
  for (int64_t kw = 0; kw < g.kernelW; kw += g.dotGroup)
    sums = one(v.index(kw), sums);
  return sums;
}

SmallVector<Value> BlockedConvEmitter::emitRows(const Part &part,
                                                const Step &from,
                                                ValueRange before) {
  Value rowStep = v.mul(part.image.row, g.dilationH);
  return v.loop(v.index(0), v.index(g.kernelH), 1, before,
                [&](Value kh, ValueRange sums) {
                  return emitColumns(part,
                                     advance(from, kh, rowStep,
                                             v.index(g.kernelW * getStep())),
                                     sums);
                });
}

/// Runs through all steps of the sum, the channels of a block innermost.
SmallVector<Value> BlockedConvEmitter::emitSum(const Part &part,
                                               const Tile &tile,
                                               ValueRange start) {
  int64_t window = getWindow();
  Value weightBase = v.add(
      v.mul(tile.filterBlock, getBlockStride()),
      v.add(v.mul(part.firstBlock, window), v.mul(firstLane, g.dotGroup)));
  Step first{tile.imageBase, weightBase};
  return v.loop(
      v.index(0), part.blocks, 1, start, [&](Value block, ValueRange sums) {
        return emitRows(
            part, advance(first, block, part.image.plane, v.index(window)),
            sums);
      });
}

void BlockedConvEmitter::emitTile(const Part &part, const Tile &tile) {
  int64_t blocks = choice.tile.blocks;
  Value outPlane = v.mul(g.outDepth, v.mul(g.outHeight, g.outWidth));
  auto getFilterBlock = [&](size_t sum) {
    return v.add(tile.filterBlock, int64_t(sum) % blocks);
  };
  auto getPixel = [&](size_t sum) {
    return v.add(tile.row, v.add(tile.column, int64_t(sum) / blocks));
  };
  auto getOffset = [&](size_t sum) {
    Value plane = v.add(v.mul(tile.n, g.filterBlocks), getFilterBlock(sum));
    return v.add(v.mul(v.add(v.mul(plane, outPlane), getPixel(sum)), g.lanes),
                 firstLane);
  };
  SmallVector<Value> sums = beginSums(
      v, part.isFirst, g.sumType, tile.pixels * blocks,
      [&](size_t sum) { return v.load(partialSums, getOffset(sum), v.all()); });
  sums = emitSum(part, tile, sums);
  endSums(v, part.isLast, [&](bool finish) {
    for (auto [i, sum] : llvm::enumerate(sums)) {
      Value value = sum;
      if (finish)
        value = epilogue.apply(
            v, sum, {tile.n, getFilterBlock(i), getPixel(i), firstLane},
            v.all());
      v.store(value, finish ? output : partialSums, getOffset(i), v.all());
    }
  });
}

void BlockedConvEmitter::emitPart(const Task &task, const Part &part) {
  v.loop(v.index(0), task.groups, 1, [&](Value i) {
    Value filterBlock = v.mul(v.add(task.group, i), choice.tile.blocks);
    auto row = [&](Value r) {
      Value rowBase =
          v.add(part.image.base, v.mul(v.mul(r, g.strideH), part.image.row));
      Value line = v.add(v.mul(task.plane, g.outHeight), v.add(task.row, r));
      Value firstPixel = v.add(v.mul(line, g.outWidth), task.column);
      v.loopTiles(task.columns, choice.tile.pixels,
                  [&](Value c, int64_t pixels) {
                    emitTile(part, {task.n, v.add(rowBase, v.mul(c, g.strideW)),
                                    filterBlock, firstPixel, c, pixels});
                  });
    };
    forLanes([&] { v.loop(v.index(0), task.rows, 1, row); });
  });
}

/// All channels of some pixels, from a column of the task on.
void BlockedConvEmitter::copyPixels(const Task &task, Value scratch,
                                    Value column, int64_t pixels) {
  int64_t plane = pixels * g.lanes;
  v.loop(v.index(0), v.index(g.channelBlocks), 1, [&](Value block) {
    Value from = v.add(v.add(task.imageBase, v.mul(block, imagePlane)),
                       v.mul(column, g.lanes));
    Value to = v.mul(block, plane);
    VectorBuilder whole(v.b, v.loc, g.lanes);
    for (int64_t i = 0; i < plane; i += g.lanes) {
      Value pixel = whole.load(image, v.add(from, i), whole.all());
      whole.store(g.widenPixels(whole, pixel), scratch, v.add(to, i),
                  whole.all());
    }
  });
}

/// A result of one pixel each on top of its image: all channels of the pixels
/// of a tile are copied first.
void BlockedConvEmitter::emitOverwriting(const Task &task) {
  int64_t most = choice.copiedPixels;
  Value scratch = v.scratch(g.copyType, most * g.channelBlocks * g.lanes);
  v.loopTiles(task.columns, most, [&](Value c, int64_t pixels) {
    copyPixels(task, scratch, c, pixels);
    Value plane = v.index(pixels * g.lanes);
    Part part{{scratch, v.index(0), plane, plane},
              v.index(0),
              v.index(g.channelBlocks),
              {},
              {}};
    v.loop(v.index(0), task.groups, 1, [&](Value i) {
      Value filterBlock = v.mul(v.add(task.group, i), choice.tile.blocks);
      forLanes([&] {
        emitTile(part,
                 {task.n, v.index(0), filterBlock, task.column, c, pixels});
      });
    });
  });
}

/// The image is read where it is.
void BlockedConvEmitter::emitInPlace(const Task &task) {
  if (isOntoImage())
    return emitOverwriting(task);
  emitPart(task, {{image, task.imageBase, imagePlane, g.width},
                  v.index(0),
                  v.index(choice.blocks),
                  {},
                  {}});
}

/// A block of channels of the task's part of the image.
void BlockedConvEmitter::copyBlock(const Task &task, TileCopier &copier,
                                   Value block, Value to) {
  Value from =
      v.add(task.imageBase, v.mul(v.div(block, g.kernelD), imageVolume));
  auto copy = [&](Value from) {
    copier.copy(image, from, task.row, task.rows, task.column, to);
  };
  if (g.rank < 3)
    return copy(from);
  Value place = v.add(v.mul(task.plane, g.strideD),
                      v.mul(v.rem(block, g.kernelD), g.dilationD));
  place = v.sub(place, v.index(g.padD));
  // Unsigned: one before the volume is outside as well.
  Value isInside = arith::CmpIOp::create(v.b, v.loc, arith::CmpIPredicate::ult,
                                         place, g.depth);
  auto branch = scf::IfOp::create(v.b, v.loc, isInside,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(v.b);
  v.b.setInsertionPoint(branch.thenBlock()->getTerminator());
  copy(v.add(from, v.mul(place, imagePlane)));
  v.b.setInsertionPoint(branch.elseBlock()->getTerminator());
  copier.clear(to);
}

/// Some blocks of channels at a time, with what surrounds the image.
void BlockedConvEmitter::emitCopied(const Task &task) {
  int64_t blocks = choice.blocks;
  TileCopier copier(v.b, v.loc, g, choice.parts, blocks);
  ImageTile &tile = copier.tile;
  int64_t tilePlane = tile.height * tile.width;
  v.loop(v.index(0), v.index(g.channelBlocks), blocks, [&](Value first) {
    Value all = v.index(g.channelBlocks);
    Value count = g.channelBlocks % blocks == 0
                      ? v.index(blocks)
                      : v.min(v.index(blocks), v.sub(all, first));
    v.loop(v.index(0), count, 1, [&](Value block) {
      copyBlock(task, copier, v.add(first, block), v.mul(block, tilePlane));
    });
    Part part{
        {tile.scratch, v.index(0), v.index(tilePlane), v.index(tile.width)},
        first,
        count,
        {},
        {}};
    if (blocks < g.channelBlocks) {
      part.isFirst = v.equal(first, v.index(0));
      part.isLast = v.less(v.sub(all, first), v.index(blocks + 1));
    }
    emitPart(task, part);
  });
}

bool BlockedConvEmitter::isOntoImage() const {
  return getBaseBuffer(g.image) == getBaseBuffer(epilogue.getOutput());
}

BlockedConvEmitter::Task BlockedConvEmitter::makeTask(ValueRange at) {
  Task task;
  Value numGroups = v.index(g.filterBlocks / choice.tile.blocks);
  task.n = at[0];
  task.group = v.mul(at[1], groupParts.size);
  task.groups = getPart(v, numGroups, groupParts, task.group);
  task.plane = at[2];
  task.row = v.mul(at[3], rowParts.size);
  task.rows = getPart(v, g.outHeight, rowParts, task.row);
  task.column = v.mul(at[4], columnParts.size);
  task.columns = getPart(v, g.outWidth, columnParts, task.column);
  return task;
}

void BlockedConvEmitter::emitTask(ValueRange at) {
  Task task = makeTask(at);
  imagePlane = v.mul(g.height, g.width);
  // The planes of a block of channels.
  imageVolume = v.mul(g.depth, imagePlane);
  task.imageBase =
      v.mul(v.mul(task.n, g.channelBlocks / g.kernelD), imageVolume);
  if (g.isPadded)
    return emitCopied(task);
  task.imageBase =
      v.add(task.imageBase, v.add(v.mul(v.mul(task.row, g.strideH), g.width),
                                  v.mul(task.column, g.strideW)));
  emitInPlace(task);
}

void BlockedConvEmitter::emit() {
  image = v.flatten(g.image);
  weights = v.flatten(g.weights);
  output = v.flatten(epilogue.getOutput());
  partialSums = v.flatten(epilogue.getPartialSums());
  rowParts = getParts(v, g.outHeight, choice.rows);
  columnParts = getParts(v, g.outWidth, choice.columns);
  groupParts = getParts(v, {}, choice.groups);
  buildTasks(v,
             {g.batch, groupParts.count, g.outDepth, rowParts.count,
              columnParts.count},
             [&](ValueRange at) { emitTask(at); });
}

} // namespace

LogicalResult onnxc::emitBlockedConv(const Contraction &contraction,
                                     const RegisterFile &registers) {
  return replaceBlockedConv(
      contraction, registers, /*isDepthwise=*/false,
      [](const BlockedConvShape &conv, const RegisterFile &file,
         bool isOntoImage) {
        return std::optional(chooseBlockedConv(conv, file, isOntoImage));
      },
      [](VectorBuilder &v, const BlockedConvGeometry &conv,
         const BlockedConvChoice &choice, Epilogue &epilogue) {
        BlockedConvEmitter(v, conv, choice, epilogue).emit();
      });
}

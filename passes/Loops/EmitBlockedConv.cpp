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

#include "passes/Loops/BlockedConvGeometry.h"
#include "passes/Loops/DotProduct.h"
#include "passes/Loops/LoopsPasses.h"

using namespace mlir;
using namespace onnxc;

namespace {

// The part of the image that a task works on.
constexpr int64_t kImageBytes = 96 << 10;
// A padded copy is on the stack.
constexpr int64_t kMaxTileBytes = 192 << 10;
constexpr int64_t kTasks = 8;
// Work below which a task is not worth being one: multiplications.
constexpr int64_t kGrain = 1 << 17;

/// Pixels and blocks of filters of a tile.
struct TileShape {
  int64_t pixels = 1, blocks = 1;
};

/// The shape that keeps the multipliers busiest: two multiplications, two
/// loads a cycle, and no multiplication sooner than four cycles after the one
/// it adds to.
TileShape chooseTile(int64_t filterBlocks, int64_t columns,
                     int64_t numRegisters) {
  TileShape best;
  double bestCost = 0;
  for (int64_t blocks = 1; blocks <= 6; ++blocks) {
    int64_t most = (numRegisters - 1 - blocks) / blocks;
    if (filterBlocks % blocks || most < 1)
      continue;
    int64_t pixels = most;
    if (columns > 0)
      pixels = llvm::divideCeil(columns, llvm::divideCeil(columns, most));
    double products = blocks * pixels, loads = blocks + pixels;
    double cycles = std::max({products / 2, loads / 2, 4.0}) + loads / 16;
    double cost = cycles / products;
    if (bestCost == 0 || cost < bestCost) {
      bestCost = cost;
      best = {pixels, blocks};
    }
  }
  return best;
}

/// Where vectors are scalars side by side, every load and multiplication is an
/// instruction of its own, and so is the addition on cores that do not fuse
/// them. A tile that divides the columns needs its code once.
int64_t chooseScalarPixels(int64_t columns, RegisterFile registers) {
  int64_t most = std::max<int64_t>(registers.numRegisters - 2, 1);
  if (columns <= 0)
    return most;
  int64_t best = 1;
  double bestCost = 0;
  for (int64_t pixels = 1; pixels <= std::min(most, columns); ++pixels) {
    double products = 4 * pixels, loads = 4 + pixels, loop = 3;
    double cost = (2 * products + loads + loop) / products;
    if (columns % pixels)
      cost *= 1.1;
    if (bestCost == 0 || cost < bestCost) {
      bestCost = cost;
      best = pixels;
    }
  }
  return best;
}

class BlockedConvEmitter {
public:
  BlockedConvEmitter(VectorBuilder &v, BlockedConvGeometry &g,
                     Epilogue &epilogue, TileShape shape,
                     const RegisterFile &registers)
      : v(v), g(g), epilogue(epilogue), shape(shape), registers(registers),
        // The copy of the image holds what has been widened.
        dot(v, registers.dot, g.group, g.offset,
            g.isUnsigned && g.copyType == g.imageType) {}

  void emit();

private:
  VectorBuilder &v;
  BlockedConvGeometry &g;
  Epilogue &epilogue;
  TileShape shape;
  const RegisterFile &registers;
  DotProduct dot;
  Value weights, output, partialSums;
  /// Of a block of filters: what a tile computes may be a part of it.
  Value firstLane;

  /// A part of the sum over channels, and whether it is the first or the last
  /// (null where there is one part only).
  struct Part {
    ImagePart image;
    Value firstBlock, blocks, isFirst, isLast;
  };
  struct Task {
    Value n, plane, row, rows, column, columns, group, groups;
  };
  void forLanes(function_ref<void()> body);
  void emitPart(const Task &task, const Part &part);
  void emitOverwriting(const Task &task, const ImagePart &image);
  void emitTile(const Part &part, Value imageBase, Value firstFilterBlock,
                int64_t pixels, function_ref<Value(int64_t)> getPixel, Value n);
  SmallVector<Value> emitSum(const Part &part, Value imageBase,
                             Value firstFilterBlock, int64_t pixels,
                             ValueRange sums);
};

void BlockedConvEmitter::forLanes(function_ref<void()> body) {
  v.loop(v.index(0), v.index(g.lanes), v.width, [&](Value lane) {
    firstLane = lane;
    body();
  });
}

/// Runs through all steps of the sum, the channels of a block innermost.
SmallVector<Value> BlockedConvEmitter::emitSum(const Part &part,
                                               Value imageBase,
                                               Value firstFilterBlock,
                                               int64_t pixels,
                                               ValueRange start) {
  ConvGeometry &conv = g.conv;
  int64_t step = g.inner * g.lanes, window = g.window() * step;
  int64_t blockStride = g.channelBlocks * window;
  int64_t unroll = g.inner % (4 * g.group) == 0   ? 4
                   : g.inner % (2 * g.group) == 0 ? 2
                                                  : 1;
  // Sums of products that an instruction does not add are regrouped where
  // there are several in a row, and the products fill the registers, of which
  // blocks of several vectors leave none.
  bool isFull =
      g.isInteger && !registers.dot.accumulates && registers.numRegisters < 16;
  if (!registers.hasVectors || isFull)
    unroll = 1;
  Value weightBase =
      v.add(v.mul(firstFilterBlock, blockStride),
            v.add(v.mul(part.firstBlock, window), v.mul(firstLane, g.group)));
  auto multiply = [&](Value image, Value weight, ValueRange before) {
    SmallVector<Value> next(before);
    SmallVector<Value> filters;
    for (int64_t f = 0; f < shape.blocks; ++f) {
      Value at = v.add(weight, f * blockStride);
      filters.push_back(g.isInteger ? dot.loadRight(weights, at)
                                    : v.load(weights, at, v.all()));
    }
    for (int64_t p = 0; p < pixels; ++p) {
      Value at = v.add(image, p * conv.strideW);
      Value pixel = g.isInteger
                        ? dot.loadLeft(part.image.elements, at)
                        : v.splat(v.loadScalar(part.image.elements, at));
      for (int64_t f = 0; f < shape.blocks; ++f) {
        Value &sum = next[p * shape.blocks + f];
        sum = g.isInteger ? dot.accumulate(pixel, filters[f], sum)
                          : v.multiplyAdd(pixel, filters[f], sum);
      }
    }
    return next;
  };
  auto channels = [&](Value image, Value weight, ValueRange before) {
    return v.loop(v.index(0), v.index(g.inner), unroll * g.group, before,
                  [&](Value c, ValueRange sums) {
                    SmallVector<Value> next(sums);
                    for (int64_t u = 0; u < unroll; ++u) {
                      Value at = v.add(c, u * g.group);
                      next = multiply(v.add(image, at),
                                      v.add(weight, v.mul(at, g.lanes)), next);
                    }
                    return next;
                  });
  };
  auto columns = [&](Value image, Value weight, ValueRange before) {
    auto one = [&](Value kw, ValueRange sums) {
      return channels(v.add(image, v.mul(kw, conv.dilationW)),
                      v.add(weight, v.mul(kw, step)), sums);
    };
    if (g.inner > 1)
      return v.loop(v.index(0), v.index(conv.kernelW), 1, before, one);
    SmallVector<Value> sums(before);
    for (int64_t kw = 0; kw < conv.kernelW; kw += g.group)
      sums = one(v.index(kw), sums);
    return sums;
  };
  auto rows = [&](Value image, Value weight, ValueRange before) {
    Value rowStep = v.mul(part.image.row, conv.dilationH);
    return v.loop(v.index(0), v.index(conv.kernelH), 1, before,
                  [&](Value kh, ValueRange sums) {
                    return columns(
                        v.add(image, v.mul(kh, rowStep)),
                        v.add(weight, v.mul(kh, conv.kernelW * step)), sums);
                  });
  };
  return v.loop(v.index(0), part.blocks, 1, start,
                [&](Value block, ValueRange sums) {
                  return rows(v.add(imageBase, v.mul(block, part.image.plane)),
                              v.add(weightBase, v.mul(block, window)), sums);
                });
}

void BlockedConvEmitter::emitTile(const Part &part, Value imageBase,
                                  Value firstFilterBlock, int64_t pixels,
                                  function_ref<Value(int64_t)> getPixel,
                                  Value n) {
  OpBuilder &b = v.b;
  Location loc = v.loc;
  Type element = g.sumType;
  Value outPlane = v.mul(g.outDepth, v.mul(g.conv.outHeight, g.conv.outWidth));
  auto filterBlock = [&](int64_t f) { return v.add(firstFilterBlock, f); };
  auto offset = [&](int64_t p, int64_t f) {
    Value plane = v.add(v.mul(n, g.filterBlocks), filterBlock(f));
    return v.add(v.mul(v.add(v.mul(plane, outPlane), getPixel(p)), g.lanes),
                 firstLane);
  };
  auto forEach = [&](function_ref<void(int64_t, int64_t, int64_t)> body) {
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t f = 0; f < shape.blocks; ++f)
        body(p, f, p * shape.blocks + f);
  };
  SmallVector<Value> sums(pixels * shape.blocks, v.zero(element));
  if (part.isFirst) {
    SmallVector<Type> types(sums.size(), v.vectorType(element));
    auto op = scf::IfOp::create(b, loc, types, part.isFirst,
                                /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.thenBlock());
    scf::YieldOp::create(b, loc, sums);
    b.setInsertionPointToStart(op.elseBlock());
    forEach([&](int64_t p, int64_t f, int64_t i) {
      sums[i] = v.load(partialSums, offset(p, f), v.all());
    });
    scf::YieldOp::create(b, loc, sums);
    sums.assign(op.getResults().begin(), op.getResults().end());
  }
  sums = emitSum(part, imageBase, firstFilterBlock, pixels, sums);
  auto storeAll = [&](bool finish) {
    forEach([&](int64_t p, int64_t f, int64_t i) {
      Value sum = sums[i];
      if (finish)
        sum = epilogue.apply(
            v, sum, {n, filterBlock(f), getPixel(p), firstLane}, v.all());
      v.store(sum, finish ? output : partialSums, offset(p, f), v.all());
    });
  };
  if (!part.isLast)
    return storeAll(true);
  auto op = scf::IfOp::create(b, loc, part.isLast, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op.thenBlock()->getTerminator());
  storeAll(true);
  b.setInsertionPoint(op.elseBlock()->getTerminator());
  storeAll(false);
}

void BlockedConvEmitter::emitPart(const Task &task, const Part &part) {
  ConvGeometry &conv = g.conv;
  v.loop(v.index(0), task.groups, 1, [&](Value i) {
    Value filterBlock = v.mul(v.add(task.group, i), shape.blocks);
    auto row = [&](Value r) {
      Value rowBase =
          v.add(part.image.base, v.mul(v.mul(r, conv.strideH), part.image.row));
      Value line = v.add(v.mul(task.plane, conv.outHeight), v.add(task.row, r));
      Value firstPixel = v.add(v.mul(line, conv.outWidth), task.column);
      v.loopTiles(task.columns, shape.pixels, [&](Value c, int64_t pixels) {
        Value imageBase = v.add(rowBase, v.mul(c, conv.strideW));
        auto getPixel = [&](int64_t p) {
          return v.add(firstPixel, v.add(c, p));
        };
        emitTile(part, imageBase, filterBlock, pixels, getPixel, task.n);
      });
    };
    forLanes([&] { v.loop(v.index(0), task.rows, 1, row); });
  });
}

/// A result of one pixel each on top of its image: all channels of the pixels
/// of a tile are copied first.
void BlockedConvEmitter::emitOverwriting(const Task &task,
                                         const ImagePart &image) {
  int64_t most = std::min(shape.pixels, kCopiedPixels);
  Value scratch = v.scratch(g.copyType, most * g.channelBlocks * g.lanes);
  v.loopTiles(task.columns, most, [&](Value c, int64_t pixels) {
    int64_t plane = pixels * g.lanes;
    v.loop(v.index(0), v.index(g.channelBlocks), 1, [&](Value block) {
      Value from = v.add(v.add(image.base, v.mul(block, image.plane)),
                         v.mul(c, g.lanes));
      Value to = v.mul(block, plane);
      VectorBuilder whole(v.b, v.loc, g.lanes);
      for (int64_t i = 0; i < plane; i += g.lanes) {
        Value pixel = whole.load(image.elements, v.add(from, i), whole.all());
        whole.store(g.widenPixels(whole, pixel), scratch, v.add(to, i),
                    whole.all());
      }
    });
    Part part{{scratch, v.index(0), v.index(plane), v.index(plane)},
              v.index(0),
              v.index(g.channelBlocks),
              {},
              {}};
    v.loop(v.index(0), task.groups, 1, [&](Value i) {
      Value filterBlock = v.mul(v.add(task.group, i), shape.blocks);
      auto getPixel = [&](int64_t p) {
        return v.add(task.column, v.add(c, p));
      };
      forLanes([&] {
        emitTile(part, v.index(0), filterBlock, pixels, getPixel, task.n);
      });
    });
  });
}

void BlockedConvEmitter::emit() {
  ConvGeometry &conv = g.conv;
  // Channels at a time: all, unless their padded rows are too long.
  int64_t blocks = g.channelBlocks;
  int64_t imageBytes = std::min(kImageBytes, registers.stackBytes);
  int64_t mostBytes = std::min(kMaxTileBytes, registers.stackBytes);
  PlaneParts parts(g, blocks, imageBytes);
  while (g.isPadded && blocks > 1 &&
         parts.getTileBytes(g, blocks) > mostBytes) {
    blocks = llvm::divideCeil(blocks, 2);
    parts = PlaneParts(g, blocks, imageBytes);
  }
  Value image = v.flatten(conv.image);
  weights = v.flatten(conv.weights);
  output = v.flatten(epilogue.getOutput());
  partialSums = v.flatten(epilogue.getPartialSums());

  Parts rowParts = cutInParts(v, conv.outHeight, parts.rows, 1);
  Parts columnParts = cutInParts(v, conv.outWidth, parts.columns, 1);
  int64_t numGroups = g.filterBlocks / shape.blocks;
  int64_t atLeast = 1;
  Value tasks = v.mul(v.mul(conv.batch, g.outDepth),
                      v.mul(rowParts.count, columnParts.count));
  bool isOnTop =
      getBaseBuffer(conv.image) == getBaseBuffer(epilogue.getOutput());
  if (auto count = getConstantIntValue(tasks); count && *count && !isOnTop) {
    int64_t work = rowParts.size * columnParts.size * g.filterBlocks * g.lanes *
                   g.channelBlocks * g.inner * g.window();
    atLeast = std::clamp<int64_t>(llvm::divideCeil(kTasks, *count), 1,
                                  std::max<int64_t>(work / kGrain, 1));
  }
  Parts groupParts = cutInParts(v, v.index(numGroups), numGroups, 1, atLeast);

  SmallVector<Value> sizes = {conv.batch, groupParts.count, g.outDepth,
                              rowParts.count, columnParts.count};
  buildTasks(v, sizes, [&](ValueRange at) {
    Task task;
    task.n = at[0];
    task.group = v.mul(at[1], groupParts.size);
    task.groups = getPart(v, v.index(numGroups), groupParts, task.group);
    task.plane = at[2];
    task.row = v.mul(at[3], rowParts.size);
    task.rows = getPart(v, conv.outHeight, rowParts, task.row);
    task.column = v.mul(at[4], columnParts.size);
    task.columns = getPart(v, conv.outWidth, columnParts, task.column);
    Value plane = v.mul(conv.height, conv.width);
    // The planes of a block of channels.
    Value volume = v.mul(g.depth, plane);
    Value imageBase = v.mul(v.mul(task.n, g.channelBlocks / g.kernelD), volume);
    if (!g.isPadded) {
      imageBase = v.add(imageBase,
                        v.add(v.mul(v.mul(task.row, conv.strideH), conv.width),
                              v.mul(task.column, conv.strideW)));
      if (isOnTop)
        return emitOverwriting(task, {image, imageBase, plane, conv.width});
      emitPart(task, {{image, imageBase, plane, conv.width},
                      v.index(0),
                      v.index(blocks),
                      {},
                      {}});
      return;
    }
    TileCopier copier(v.b, v.loc, g, parts, blocks);
    ImageTile &tile = copier.tile;
    int64_t tilePlane = tile.height * tile.width;
    v.loop(v.index(0), v.index(g.channelBlocks), blocks, [&](Value first) {
      Value all = v.index(g.channelBlocks);
      Value count = g.channelBlocks % blocks == 0
                        ? v.index(blocks)
                        : v.min(v.index(blocks), v.sub(all, first));
      v.loop(v.index(0), count, 1, [&](Value block) {
        Value to = v.mul(block, tilePlane);
        Value all = v.add(first, block);
        Value from = v.add(imageBase, v.mul(v.div(all, g.kernelD), volume));
        auto copy = [&](Value from) {
          copier.copy(image, from, task.row, task.rows, task.column, to);
        };
        if (conv.rank < 3)
          return copy(from);
        Value place = v.add(v.mul(task.plane, g.strideD),
                            v.mul(v.rem(all, g.kernelD), g.dilationD));
        place = v.sub(place, v.index(g.padD));
        // Unsigned: one before the volume is outside as well.
        Value isInside = arith::CmpIOp::create(
            v.b, v.loc, arith::CmpIPredicate::ult, place, g.depth);
        auto branch = scf::IfOp::create(v.b, v.loc, isInside,
                                        /*withElseRegion=*/true);
        OpBuilder::InsertionGuard guard(v.b);
        v.b.setInsertionPoint(branch.thenBlock()->getTerminator());
        copy(v.add(from, v.mul(place, plane)));
        v.b.setInsertionPoint(branch.elseBlock()->getTerminator());
        copier.clear(to);
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
  });
}

} // namespace

LogicalResult onnxc::emitBlockedConv(linalg::GenericOp op,
                                     RegisterFile registers) {
  std::optional<BlockedConvGeometry> g = matchBlockedConv(op, registers);
  if (!g || g->isDepthwise)
    return failure();
  registers = registers.ofBits(g->lanes * 32);
  OpBuilder b(op);
  bool isScalar = g->isInteger && !registers.hasVectors;
  VectorBuilder v(b, op.getLoc(),
                  isScalar ? registers.getIntegerLanes(g->lanes) : g->lanes);
  bool mayOverwrite = canWriteOntoImage(*g, registers.stackBytes);
  Epilogue epilogue(op, g->conv.result, g->groups,
                    mayOverwrite ? g->conv.image : Value());
  b.setInsertionPoint(epilogue.getLastOp());
  epilogue.prepare(v);
  g->conv.result = epilogue.getOutput();
  g->readSizes(v);
  TileShape shape =
      chooseTile(g->filterBlocks, g->numColumns, registers.numRegisters);
  if (!registers.hasVectors)
    shape = {isScalar ? registers.getIntegerRows(v.width)
                      : chooseScalarPixels(g->numColumns, registers),
             1};
  BlockedConvEmitter(v, *g, epilogue, shape, registers).emit();
  epilogue.eraseOps();
  return success();
}

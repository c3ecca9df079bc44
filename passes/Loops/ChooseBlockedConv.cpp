//===- ChooseBlockedConv.cpp - Blocks of a convolution of blocked tensors -===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ChooseBlockedConv.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc;
using namespace onnxc::blocking;

static TileExtent getPart(const BlockedConvShape &conv, int64_t rows,
                          int64_t columns) {
  TileExtent part = getTileExtent(conv, rows, columns);
  // The last pixel has all of its channels.
  part.width += conv.inner - 1;
  return part;
}

PlaneParts onnxc::choosePlaneParts(const BlockedConvShape &conv, int64_t blocks,
                                   int64_t bytes) {
  constexpr int64_t kUnknown = 64, kUnknownPixels = 1024, kFewColumns = 16;
  PlaneParts parts;
  parts.columns = std::max<int64_t>(
      conv.numColumns.value_or(conv.isFlat ? kUnknownPixels : kUnknown), 1);
  parts.rows = std::max<int64_t>(conv.numRows.value_or(kUnknown), 1);
  auto isTooLarge = [&] {
    parts.tile = getPart(conv, parts.rows, parts.columns);
    return blocks * parts.tile.getArea() * conv.copyBytes > bytes;
  };
  while (isTooLarge() && parts.rows > 1)
    parts.rows = llvm::divideCeil(parts.rows, 2);
  while (isTooLarge() && parts.columns > kFewColumns)
    parts.columns = llvm::divideCeil(parts.columns, 2);
  return parts;
}

int64_t onnxc::getTileElements(const BlockedConvShape &conv,
                               const PlaneParts &parts, int64_t blocks) {
  return blocks * parts.tile.getArea() + 2 * conv.copyLanes + 4 * conv.lanes;
}

int64_t onnxc::getTileBytes(const BlockedConvShape &conv,
                            const PlaneParts &parts, int64_t blocks) {
  return getTileElements(conv, parts, blocks) * conv.copyBytes;
}

bool onnxc::canWriteOntoImage(const BlockedConvShape &conv, int64_t bytes) {
  if (conv.isDepthwise) {
    PlaneParts parts = choosePlaneParts(conv, 1, bytes);
    return conv.isPadded && conv.rank < 3 && parts.rows == conv.numRows &&
           parts.columns == conv.numColumns &&
           getTileBytes(conv, parts, 1) <= bytes;
  }
  return conv.isFlat && conv.rank < 3 && conv.inner == conv.lanes &&
         conv.channelBlocks == conv.filterBlocks &&
         kCopiedPixels * conv.channelBlocks * conv.lanes * conv.copyBytes <=
             bytes;
}

/// The shape that keeps the multipliers busiest: two multiplications, two
/// loads a cycle, and no multiplication sooner than four cycles after the one
/// it adds to.
BlockedTile onnxc::chooseBlockedTile(int64_t filterBlocks, int64_t columns,
                                     int64_t numRegisters) {
  BlockedTile best;
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
static int64_t chooseScalarPixels(int64_t columns,
                                  const RegisterFile &registers) {
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

/// Channels at a time: all, unless their padded rows are too long.
static void chooseBlocks(const BlockedConvShape &conv,
                         BlockedConvChoice &choice) {
  int64_t stack = choice.registers.stackBytes;
  int64_t imageBytes = std::min(kBlockedImageBytes, stack);
  auto isTooLarge = [&] {
    return conv.isPadded && getTileBytes(conv, choice.parts, choice.blocks) >
                                std::min(kBlockedTileBytes, stack);
  };
  choice.blocks = conv.channelBlocks;
  choice.parts = choosePlaneParts(conv, choice.blocks, imageBytes);
  while (isTooLarge() && choice.blocks > 1) {
    choice.blocks = llvm::divideCeil(choice.blocks, 2);
    choice.parts = choosePlaneParts(conv, choice.blocks, imageBytes);
  }
  // What is left for whole vectors may be more than the stack has.
  if (isTooLarge())
    choice.parts = choosePlaneParts(
        conv, 1, imageBytes - getTileBytes(conv, PlaneParts(), 1));
}

static void cutTasks(const BlockedConvShape &conv, bool isOntoImage,
                     BlockedConvChoice &choice) {
  choice.rows = cut(conv.numRows, choice.parts.rows, 1);
  choice.columns = cut(conv.numColumns, choice.parts.columns, 1);
  int64_t numGroups = conv.filterBlocks / choice.tile.blocks;
  int64_t atLeast = 1;
  Size tasks = multiply(multiply(conv.numImages, conv.numPlanes),
                        multiply(choice.rows.count, choice.columns.count));
  if (tasks && *tasks && !isOntoImage) {
    int64_t work = choice.rows.size * choice.columns.size * conv.filterBlocks *
                   conv.lanes * conv.channelBlocks * conv.inner * conv.window();
    atLeast = std::clamp<int64_t>(llvm::divideCeil(kTasks, *tasks), 1,
                                  std::max<int64_t>(work / kConvGrain, 1));
  }
  choice.groups = cut(numGroups, numGroups, 1, atLeast);
}

static int64_t chooseUnroll(const BlockedConvShape &conv,
                            const RegisterFile &registers) {
  // Sums of products that an instruction does not add are regrouped where
  // there are several in a row, and the products fill the registers, of which
  // blocks of several vectors leave none.
  bool isFull = conv.isInteger && !registers.dot.accumulates &&
                registers.numRegisters < 16;
  if (!registers.hasVectors || isFull)
    return 1;
  return conv.inner % (4 * conv.dotGroup) == 0   ? 4
         : conv.inner % (2 * conv.dotGroup) == 0 ? 2
                                                 : 1;
}

BlockedConvChoice onnxc::chooseBlockedConv(const BlockedConvShape &conv,
                                           const RegisterFile &registers,
                                           bool isOntoImage) {
  BlockedConvChoice choice;
  choice.registers = registers.ofBits(conv.lanes * conv.sumBits);
  int64_t columns = conv.numColumns.value_or(-1);
  choice.lanes = conv.lanes;
  if (registers.hasVectors) {
    choice.tile = chooseBlockedTile(conv.filterBlocks, columns,
                                    choice.registers.numRegisters);
  } else if (conv.isInteger) {
    choice.lanes = registers.getIntegerLanes(conv.lanes);
    choice.tile = {registers.getIntegerRows(choice.lanes), 1};
  } else {
    choice.tile = {chooseScalarPixels(columns, choice.registers), 1};
  }
  choice.copiedPixels = std::min(choice.tile.pixels, kCopiedPixels);
  choice.unroll = chooseUnroll(conv, choice.registers);
  chooseBlocks(conv, choice);
  cutTasks(conv, isOntoImage, choice);
  return choice;
}

std::optional<BlockedDepthwiseChoice>
onnxc::chooseBlockedDepthwise(const BlockedConvShape &conv,
                              const RegisterFile &registers, bool isOntoImage) {
  BlockedDepthwiseChoice choice;
  choice.lanes = conv.lanes;
  int64_t stack = registers.stackBytes;
  // A result on top of its image is written when all of the plane is copied.
  choice.parts = choosePlaneParts(
      conv, 1,
      isOntoImage ? stack : std::min(getFirstLevelBytes(registers), stack));
  if (conv.isPadded &&
      getTileBytes(conv, choice.parts, 1) > std::min(kBlockedTileBytes, stack))
    return std::nullopt;
  choice.rows = cut(conv.numRows, choice.parts.rows, 1);
  choice.columns = cut(conv.numColumns, choice.parts.columns, 1);
  int64_t numRegisters =
      registers.ofBits(conv.lanes * conv.sumBits).numRegisters;
  choice.pixels = numRegisters >= 32 ? 8 : numRegisters >= 8 ? 4 : 2;
  // Tiles of one size need their code once.
  int64_t columns = conv.numColumns.value_or(-1);
  if (!registers.hasVectors && columns > 0)
    for (int64_t pixels = numRegisters - 3; pixels > 1; --pixels)
      if (columns % pixels == 0) {
        choice.pixels = pixels;
        break;
      }
  choice.mostUnrolled =
      registers.hasVectors ? kMaxUnrolled : kMaxUnrolledScalars;
  return choice;
}

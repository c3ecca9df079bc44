//===- ChooseWinograd.cpp - Blocks of a transformed convolution -----------===//
//
// A task transforms some tiles, then multiplies the matrix of each place by its
// weights, group by group of filters. The more tiles, the more often a weight
// is used that comes from an outer cache; but all places of all channels of
// them have to stay in the second level. Where channels are many, only some at
// a time are transformed, and sums are added where the result goes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ChooseWinograd.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc;
using namespace onnxc::blocking;

// The transformed tiles of a task and their sums, if the stack has so much.
constexpr int64_t kTransformedBytes = 512 << 10;
// Bytes of weights that come in a cycle from an outer cache, and cycles that a
// vector of sums takes for each further part of the channels.
constexpr double kWeightBytes = 8;
constexpr double kPartCycles = 180;
// Filters that are worth a transform of the image of their own.
constexpr int64_t kFiltersOfGroup = 128;
constexpr int64_t kFewTasks = 4;

/// Two blocks of filters where they are even: weights come from afar, and are
/// used by all tiles of it.
static BlockedTile chooseTile(const WinogradShape &conv,
                              const RegisterFile &registers) {
  int64_t blocks =
      conv.filterBlocks % 2 == 0 && registers.numRegisters > 8 ? 2 : 1;
  return {(registers.numRegisters - 1 - blocks) / blocks, blocks};
}

/// Tiles of a task where so many blocks of channels are transformed at a time.
static int64_t getMostTiles(const WinogradShape &conv, int64_t blocks,
                            const WinogradChoice &choice) {
  int64_t budget =
      std::min(kTransformedBytes, choice.registers.stackBytes / 4 * 3);
  int64_t bytesOfBlock = conv.places * conv.places * conv.lanes * 4;
  int64_t most = budget / (bytesOfBlock * (blocks + choice.tile.blocks));
  return std::min(most, conv.numTiles.value_or(most));
}

/// Reading weights again for each task, or adding up parts: what costs less.
static int64_t chooseChannels(const WinogradShape &conv,
                              const WinogradChoice &choice) {
  int64_t best = 1;
  double bestCost = 0;
  for (int64_t parts = 1; parts <= conv.channelBlocks; parts *= 2) {
    int64_t blocks = llvm::divideCeil(conv.channelBlocks, parts);
    int64_t most = getMostTiles(conv, blocks, choice);
    if (most < 1)
      continue;
    double tasks = conv.numTiles ? llvm::divideCeil(*conv.numTiles, most) : 1;
    double tiles = conv.numTiles ? double(*conv.numTiles) : double(most);
    double weights = 4. * conv.places * conv.places * conv.lanes * conv.lanes *
                     conv.channelBlocks * conv.filterBlocks;
    double cost = tasks * weights / kWeightBytes +
                  tiles * (parts - 1) * conv.filterBlocks * kPartCycles;
    cost /= std::max(tiles, 1.);
    if (bestCost == 0 || cost < bestCost) {
      bestCost = cost;
      best = blocks;
    }
  }
  return best;
}

WinogradChoice onnxc::chooseWinograd(const WinogradShape &conv,
                                     const RegisterFile &registers) {
  WinogradChoice choice;
  choice.registers = registers.ofBits(conv.lanes * 32);
  choice.tile = chooseTile(conv, choice.registers);
  choice.unroll = conv.lanes % 4 == 0 ? 4 : 1;
  choice.blocks = chooseChannels(conv, choice);
  choice.tiles =
      cut(conv.numTiles,
          std::max<int64_t>(getMostTiles(conv, choice.blocks, choice), 1), 1);
  int64_t numGroups = conv.filterBlocks / choice.tile.blocks;
  int64_t atLeast = 1;
  if (choice.tiles.count && *choice.tiles.count > 0)
    atLeast = std::clamp<int64_t>(
        llvm::divideCeil(kFewTasks, *choice.tiles.count), 1,
        std::max<int64_t>(conv.filterBlocks * conv.lanes / kFiltersOfGroup, 1));
  choice.groups = cut(numGroups, numGroups, 1, atLeast);
  // Places are a line of the cache apart, so that they spread over its sets.
  int64_t line = 64 / 4;
  choice.imagePlane = choice.tiles.size * choice.blocks * conv.lanes + line;
  choice.sumPlane = choice.tiles.size * choice.tile.blocks * conv.lanes + line;
  return choice;
}

int64_t onnxc::getWinogradBytes(const WinogradShape &conv,
                                const WinogradChoice &choice) {
  int64_t places = conv.places * conv.places;
  return 4 * (places * (choice.imagePlane + choice.sumPlane + conv.lanes) +
              conv.tile * conv.tile * conv.lanes);
}

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

// The transformed tiles of a task.
constexpr int64_t kTransformedBytes = 384 << 10;
// Tiles that use a weight often enough, and channels that are worth a further
// addition to the sums.
constexpr int64_t kEnoughTiles = 24;
constexpr int64_t kEnoughChannels = 96;
// Filters that are worth a transform of the image of their own.
constexpr int64_t kFiltersOfGroup = 128;
constexpr int64_t kFewTasks = 4;

WinogradChoice onnxc::chooseWinograd(const WinogradShape &conv,
                                     const RegisterFile &registers) {
  WinogradChoice choice;
  choice.registers = registers.ofBits(conv.lanes * 32);
  choice.tile = chooseBlockedTile(conv.filterBlocks, conv.numTiles.value_or(-1),
                                  choice.registers.numRegisters);
  choice.unroll = conv.lanes % 4 == 0 ? 4 : 1;
  int64_t bytesOfTile = conv.places * conv.places * conv.lanes * 4;
  int64_t budget = std::min(kTransformedBytes, registers.stackBytes / 2);
  int64_t enough = std::min(kEnoughTiles, conv.numTiles.value_or(kEnoughTiles));
  choice.blocks = conv.channelBlocks;
  auto getMost = [&] { return budget / (bytesOfTile * choice.blocks); };
  while (getMost() < enough && choice.blocks > 1 &&
         choice.blocks * conv.lanes >= 2 * kEnoughChannels)
    choice.blocks = llvm::divideCeil(choice.blocks, 2);
  while (getMost() < 1 && choice.blocks > 1)
    choice.blocks = llvm::divideCeil(choice.blocks, 2);
  // The sums of a group of filters take less than the image.
  int64_t most = std::min(
      std::max<int64_t>(getMost(), 1),
      std::max<int64_t>(budget / (bytesOfTile * choice.tile.blocks), 1));
  choice.tiles = cut(conv.numTiles, most, choice.tile.pixels);
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

//===- ChooseConvTest.cpp - Blocks and tiles of convolutions --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machines.h"
#include "passes/Loops/ChooseBlockedConv.h"

using namespace onnxc;

namespace {

void setWindow(RandomSizes &sizes, ConvShape &conv) {
  conv.kernelH = sizes.pick({1, 1, 3, 5, 7, 11});
  conv.kernelW = sizes.pick({1, 1, 3, 5, 7, 11});
  conv.strideH = sizes.pick({1, 1, 2, 4});
  conv.strideW = sizes.pick({1, 1, 2, 4});
  conv.dilationH = sizes.pick({1, 1, 1, 3});
  conv.dilationW = sizes.pick({1, 1, 1, 3});
  conv.padH = conv.padW = sizes.get(0, 2);
  conv.numImages = sizes.get(0, 3) ? Size(sizes.get(0, 4)) : Size();
  conv.numRows = sizes.getSize();
  conv.numColumns = sizes.getSize();
}

/// The part of the image that a task's pixels need is no larger than the tile.
void checkTile(const ConvShape &conv, TileExtent tile, const Cut &rows,
               const Cut &columns) {
  TileExtent needed = getTileExtent(conv, rows.size, columns.size);
  CHECK(needed.height <= tile.height);
  CHECK(needed.width <= tile.width);
}

} // namespace

TEST_CASE("blocks of planar convolutions cover them and fit") {
  RandomSizes sizes(5);
  int taken = 0;
  for (const Core &core : getCores())
    for (int i = 0; i < 3000; ++i) {
      ConvShape conv;
      setWindow(sizes, conv);
      conv.group = sizes.pick({1, 1, 2, 7});
      conv.numChannels = sizes.getSize();
      conv.numFilters = std::max<int64_t>(sizes.getSize().value_or(64), 1);
      INFO(core.name << ": " << conv.kernelH << " x " << conv.kernelW << " of "
                     << conv.numChannels.value_or(-1) << " to "
                     << conv.numRows.value_or(-1) << " x "
                     << conv.numColumns.value_or(-1));
      std::optional<ConvChoice> choice = chooseConv(conv, core.registers);
      if (!choice)
        continue;
      ++taken;
      CHECK(choice->depth >= 1);
      checkCut(choice->filters, conv.numFilters, blocking::kFilters);
      checkCut(choice->columns,
               choice->isPointwise ? multiply(conv.numRows, conv.numColumns)
                                   : conv.numColumns,
               8 * blocking::kColumns);
      int64_t pixels = choice->columns.size;
      if (!choice->isPointwise) {
        checkTile(conv, choice->tile, choice->rows, choice->columns);
        pixels *= choice->rows.size;
        CHECK(choice->depth == choice->channels * conv.window());
      }
      if (choice->isDirect)
        continue;
      CHECK(pixels <= choice->pitch);
      CHECK(choice->depth * choice->pitch <= choice->windowScratch);
      CHECK((choice->imageScratch + choice->windowScratch) * 4 <=
            core.registers.stackBytes + 8192);
    }
  CHECK(taken > 10000);
}

TEST_CASE("tiles of planar depthwise convolutions hold their parts") {
  RandomSizes sizes(6);
  for (const Core &core : getCores())
    for (int i = 0; i < 3000; ++i) {
      ConvShape conv;
      setWindow(sizes, conv);
      conv.group = 8;
      conv.numChannels = 1;
      conv.numFilters = sizes.get(1, 2);
      std::optional<DepthwiseChoice> choice =
          chooseDepthwise(conv, core.registers);
      if (!choice)
        continue;
      checkCut(choice->rows, conv.numRows, INT64_MAX);
      checkCut(choice->columns, conv.numColumns, blocking::kDepthwiseColumns);
      checkTile(conv, choice->tile, choice->rows, choice->columns);
      CHECK(choice->tile.getArea() * 4 <= core.registers.stackBytes);
      CHECK(choice->imageScratch >= choice->tile.getArea());
    }
}

namespace {

BlockedConvShape makeBlocked(RandomSizes &sizes, const RegisterFile &registers,
                             bool isDepthwise) {
  BlockedConvShape conv;
  setWindow(sizes, conv);
  conv.isDepthwise = isDepthwise;
  conv.lanes = registers.vectorBits / 32;
  bool isImage = !isDepthwise && sizes.get(0, 3) == 0;
  conv.inner = isImage ? 1 : conv.lanes;
  conv.strideW *= conv.inner;
  conv.dilationW *= conv.inner;
  conv.padW *= conv.inner;
  conv.filterBlocks = sizes.get(1, 40);
  conv.channelBlocks = isDepthwise ? 1 : sizes.get(1, 40);
  conv.isInteger = sizes.get(0, 1);
  conv.copyBytes = conv.isInteger ? 1 : 4;
  conv.copyLanes = registers.vectorBits / 8 / conv.copyBytes;
  conv.isPadded = conv.padH > 0;
  return conv;
}

/// The copy of the image fits the stack, unless it is of as little as any.
void checkCopy(const BlockedConvShape &conv, const PlaneParts &parts,
               int64_t blocks, const RegisterFile &registers) {
  if (!conv.isPadded || (blocks == 1 && parts.rows == 1 && parts.columns <= 16))
    return;
  CHECK(getTileBytes(conv, parts, blocks) <=
        std::min(blocking::kBlockedTileBytes, registers.stackBytes));
}

void checkParts(const BlockedConvShape &conv, const PlaneParts &parts,
                const Cut &rows, const Cut &columns) {
  checkCut(rows, conv.numRows, parts.rows);
  checkCut(columns, conv.numColumns, parts.columns);
  checkTile(conv, parts.tile, rows, columns);
}

} // namespace

TEST_CASE("tiles of blocked convolutions are in registers, copies fit") {
  RandomSizes sizes(7);
  for (const Core &core : getCores())
    for (int i = 0; i < 3000; ++i) {
      BlockedConvShape conv = makeBlocked(sizes, core.registers, false);
      BlockedConvChoice choice =
          chooseBlockedConv(conv, core.registers, /*isOntoImage=*/false);
      INFO(core.name);
      REQUIRE(choice.tile.pixels >= 1);
      CHECK(conv.filterBlocks % choice.tile.blocks == 0);
      if (core.registers.hasVectors)
        CHECK(choice.tile.blocks * (choice.tile.pixels + 1) + 1 <=
              core.registers.numRegisters);
      CHECK(conv.lanes % choice.lanes == 0);
      CHECK(choice.blocks >= 1);
      CHECK(choice.blocks <= conv.channelBlocks);
      checkParts(conv, choice.parts, choice.rows, choice.columns);
      checkCut(choice.groups, conv.filterBlocks / choice.tile.blocks,
               conv.filterBlocks);
      checkCopy(conv, choice.parts, choice.blocks, choice.registers);
    }
}

TEST_CASE("copies of blocked depthwise convolutions fit the stack") {
  RandomSizes sizes(8);
  for (const Core &core : getCores())
    for (int i = 0; i < 3000; ++i) {
      BlockedConvShape conv = makeBlocked(sizes, core.registers, true);
      for (bool isOntoImage : {false, true}) {
        auto choice = chooseBlockedDepthwise(conv, core.registers, isOntoImage);
        if (!choice)
          continue;
        checkParts(conv, choice->parts, choice->rows, choice->columns);
        if (conv.isPadded)
          CHECK(getTileBytes(conv, choice->parts, 1) <=
                core.registers.stackBytes);
        // All of the plane is copied before any of it is written.
        if (isOntoImage && canWriteOntoImage(conv, core.registers.stackBytes)) {
          CHECK(choice->rows.count == 1);
          CHECK(choice->columns.count == 1);
        }
      }
    }
}

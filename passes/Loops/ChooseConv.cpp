//===- ChooseConv.cpp - Blocks of a convolution of planes -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ChooseConv.h"
#include "passes/Loops/ChooseProduct.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc;
using namespace onnxc::blocking;

TileExtent onnxc::getTileExtent(const ConvShape &conv, int64_t rows,
                                int64_t columns) {
  return {(rows - 1) * conv.strideH + (conv.kernelH - 1) * conv.dilationH + 1,
          (columns - 1) * conv.strideW + (conv.kernelW - 1) * conv.dilationW +
              1};
}

int64_t onnxc::getTileElements(const ConvShape &conv, TileExtent tile,
                               int64_t planes, int64_t lanes) {
  return planes * tile.getArea() + lanes * (conv.strideW + 2);
}

namespace {

/// Rows of the plane and columns of each that a task computes: more than one
/// row only where rows are whole.
struct Pixels {
  bool isWhole = false;
  int64_t rows = 1, columns;
};

class ConvBlocks {
public:
  ConvBlocks(const ConvShape &conv, const RegisterFile &registers)
      : conv(conv), registers(registers),
        // Half of the stack for the image, half for windows.
        room(registers.stackBytes * 4 / conv.sumBits) {
    choice.lanes = registers.vectorBits / conv.sumBits;
    choice.isPointwise = conv.isPointwise();
    choice.isDirect =
        choice.isPointwise && conv.numFilters && *conv.numFilters <= kFewRows;
  }

  std::optional<ConvChoice> choose() {
    if (!chooseDepth())
      return std::nullopt;
    choosePixels();
    if (!choice.isPointwise && !fitImage())
      return std::nullopt;
    cutPixels();
    cutFilters();
    int64_t columns = choice.isPointwise ? choice.columns.size
                                         : pixels.rows * choice.columns.size;
    choice.pitch = getPitch(columns, conv.sumBits);
    choice.windowScratch =
        choice.isDirect ? 0 : choice.depth * choice.pitch + 2 * unit;
    choice.imageScratch =
        choice.isPointwise
            ? 0
            : getTileElements(conv, choice.tile, choice.channels, choice.lanes);
    return choice;
  }

private:
  bool chooseDepth();
  void choosePixels();
  bool fitImage();
  void cutPixels();
  void cutFilters();

  const ConvShape &conv;
  const RegisterFile &registers;
  int64_t room;
  ConvChoice choice;
  Pixels pixels;
  /// Pixels of a block, and of a row of a tile.
  int64_t most = 0, unit = 0;
};

/// How many channels' windows fit, and how many pixels of them.
bool ConvBlocks::chooseDepth() {
  int64_t mostDepth =
      std::min(kDepth, std::max<int64_t>(room / (8 * choice.lanes), 1));
  choice.channels = std::max<int64_t>(mostDepth / conv.window(), 1);
  if (conv.numChannels && *conv.numChannels > 0)
    choice.channels =
        llvm::divideCeil(*conv.numChannels,
                         llvm::divideCeil(*conv.numChannels, choice.channels));
  choice.depth = choice.channels * conv.window();
  int64_t tileColumns = 2 * choice.lanes;
  most = std::clamp<int64_t>(
      llvm::alignDown(std::min(kDepth * kColumns, room) / choice.depth,
                      tileColumns),
      tileColumns, kColumns);
  return choice.depth * getPitch(most, conv.sumBits) <=
         std::min(kWindowElements, room);
}

void ConvBlocks::choosePixels() {
  pixels.columns = most;
  Size rows = conv.numRows, columns = conv.numColumns;
  pixels.isWhole = !choice.isPointwise && rows && columns && *rows > 0 &&
                   *columns > 0 && *columns <= most;
  if (!pixels.isWhole)
    return;
  pixels.columns = *columns;
  int64_t fitting = std::min(most / *columns, *rows);
  pixels.rows = llvm::divideCeil(*rows, llvm::divideCeil(*rows, fitting));
}

/// Fewer channels at a time, until their padded image fits.
bool ConvBlocks::fitImage() {
  choice.tile = getTileExtent(conv, pixels.rows, pixels.columns);
  int64_t elements = std::min(kImageElements, room);
  while (choice.tile.getArea() * choice.channels > elements &&
         choice.channels > 1)
    choice.channels = llvm::divideCeil(choice.channels, 2);
  choice.depth = choice.channels * conv.window();
  return choice.tile.getArea() <= elements;
}

void ConvBlocks::cutPixels() {
  unit = getTileVectors(registers, conv.numFilters) * choice.lanes;
  if (choice.isPointwise) {
    Size plane = multiply(conv.numRows, conv.numColumns);
    choice.columns = cut(plane, choice.isDirect ? 8 * most : most, unit);
    choice.rows = {1, 1};
    return;
  }
  choice.columns =
      cut(conv.numColumns, pixels.columns, pixels.isWhole ? 1 : unit);
  choice.rows.size = pixels.rows;
  if (conv.numRows)
    choice.rows.count = llvm::divideCeil(*conv.numRows, pixels.rows);
}

void ConvBlocks::cutFilters() {
  Size tasks = multiply(multiply(conv.numImages, conv.group),
                        multiply(choice.columns.count, choice.rows.count));
  int64_t atLeast = 1;
  if (tasks && *tasks && conv.numFilters)
    atLeast = std::max<int64_t>(
        1, std::min<int64_t>(llvm::divideCeil(kTasks, *tasks),
                             *conv.numFilters / kFiltersOfTask));
  choice.filters = cut(conv.numFilters, kFilters, 1, atLeast);
  if (choice.isDirect) {
    Size depth = multiply(conv.numChannels, conv.window());
    choice.depth = std::max<int64_t>(depth.value_or(1 << 30), 1);
  }
}

} // namespace

std::optional<ConvChoice> onnxc::chooseConv(const ConvShape &conv,
                                            const RegisterFile &registers) {
  return ConvBlocks(conv, registers).choose();
}

std::optional<DepthwiseChoice>
onnxc::chooseDepthwise(const ConvShape &conv, const RegisterFile &registers) {
  if (conv.numChannels != 1 || conv.group < 2 ||
      conv.window() > kMaxDepthwiseWindow)
    return std::nullopt;
  DepthwiseChoice choice;
  choice.lanes = registers.vectorBits / conv.sumBits;
  int64_t columns = conv.numColumns.value_or(0);
  bool isWhole = columns > 0 && columns <= kDepthwiseColumns;
  if (!isWhole)
    columns = kDepthwiseColumns;
  int64_t rows = std::max<int64_t>(conv.numRows.value_or(16), 1);
  // Floats of the first-level cache; of wider elements as many.
  int64_t elements = getFirstLevelBytes(registers) / 4;
  int64_t room = registers.stackBytes * 8 / conv.sumBits;
  choice.tile = getTileExtent(conv, rows, columns);
  while (rows > 1 && choice.tile.getArea() > std::min(elements, room)) {
    rows = llvm::divideCeil(rows, 2);
    choice.tile = getTileExtent(conv, rows, columns);
  }
  if (choice.tile.getArea() > std::min(4 * elements, room))
    return std::nullopt;
  choice.rows = cut(conv.numRows, rows, 1);
  choice.columns = cut(conv.numColumns, columns, isWhole ? 1 : choice.lanes);
  choice.imageScratch = getTileElements(conv, choice.tile, 1, choice.lanes);
  return choice;
}

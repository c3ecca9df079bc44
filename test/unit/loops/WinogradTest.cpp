//===- WinogradTest.cpp - Transformed convolutions ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/Winograd.h"
#include "Machines.h"
#include "passes/Graph/WinogradCost.h"
#include "passes/Loops/ChooseWinograd.h"
#include <cmath>

using namespace onnxc;
using namespace onnxc::onnx;

namespace {

std::vector<double> multiply(const Matrix &matrix,
                             const std::vector<double> &x) {
  std::vector<double> y;
  for (const auto &row : matrix) {
    y.push_back(0);
    for (size_t i = 0; i < x.size(); ++i)
      y.back() += row[i] * x[i];
  }
  return y;
}

} // namespace

TEST_CASE("transforms give the sums of products") {
  RandomSizes random(3);
  for (int64_t tile : {2, 4}) {
    REQUIRE(hasWinograd(tile));
    std::vector<double> image, kernel;
    for (int64_t i = 0; i < tile + 2; ++i)
      image.push_back(random.get(-100, 100));
    for (int64_t i = 0; i < 3; ++i)
      kernel.push_back(random.get(-100, 100));
    std::vector<double> products = multiply(getImageTransform(tile), image);
    std::vector<double> places = multiply(getKernelTransform(tile), kernel);
    for (size_t i = 0; i < products.size(); ++i)
      products[i] *= places[i];
    std::vector<double> result = multiply(getResultTransform(tile), products);
    REQUIRE(int64_t(result.size()) == tile);
    for (int64_t i = 0; i < tile; ++i)
      CHECK(std::abs(result[i] -
                     (image[i] * kernel[0] + image[i + 1] * kernel[1] +
                      image[i + 2] * kernel[2])) < 1e-8);
  }
  CHECK(!hasWinograd(0));
  CHECK(!hasWinograd(3));
}

TEST_CASE("blocks of transformed convolutions cover them and fit") {
  RandomSizes sizes(11);
  for (const Core &core : getCores())
    for (int i = 0; i < 2000; ++i) {
      if (core.registers.stackBytes < 1 << 20)
        continue;
      WinogradShape conv;
      conv.tile = sizes.pick({2, 4});
      conv.places = conv.tile + 2;
      conv.lanes = core.registers.vectorBits / 32;
      if (sizes.get(0, 1) && conv.lanes > 4)
        conv.lanes /= 2;
      conv.channelBlocks = sizes.get(1, 200);
      conv.filterBlocks = sizes.get(1, 200);
      conv.numTiles = sizes.getSize();
      INFO(core.name << ": " << conv.tile << ", " << conv.channelBlocks
                     << " to " << conv.filterBlocks << " of " << conv.lanes
                     << ", tiles " << conv.numTiles.value_or(-1));
      WinogradChoice choice = chooseWinograd(conv, core.registers);
      CHECK(getWinogradBytes(conv, choice) <= core.registers.stackBytes);
      CHECK(choice.blocks >= 1);
      CHECK(choice.blocks <= conv.channelBlocks);
      CHECK(conv.filterBlocks % choice.tile.blocks == 0);
      checkCut(choice.tiles, conv.numTiles, choice.tiles.size);
      checkCut(choice.groups, conv.filterBlocks / choice.tile.blocks,
               conv.filterBlocks);
      CHECK(conv.lanes % choice.unroll == 0);
    }
}

TEST_CASE("errors grow with tiles and channels, to a limit") {
  CHECK(getWinogradError(2, 64) < getWinogradError(4, 64));
  CHECK(getWinogradError(4, 64) < getWinogradError(4, 1024));
  CHECK(getWinogradError(4, 1024) < 1e-3);
  ConvSizes conv{1, 1 << 10, 64, 56, 56, 16};
  CHECK(chooseWinogradTile(conv) == 4);
  conv.channels = 1 << 13;
  CHECK(chooseWinogradTile(conv) == 2);
  conv.channels = 1 << 22;
  CHECK(chooseWinogradTile(conv) == 0);
}

TEST_CASE("tiles are as large as pays") {
  auto choose = [](int64_t channels, int64_t filters, int64_t pixels) {
    return chooseWinogradTile({1, channels, filters, pixels, pixels, 16});
  };
  CHECK(choose(64, 64, 56) == 4);
  CHECK(choose(256, 256, 14) == 4);
  // The weights of larger ones would take longer to read.
  CHECK(choose(512, 512, 7) == 2);
  // Nothing to share a transform.
  CHECK(choose(16, 16, 2) == 0);
  CHECK(choose(512, 512, 1) == 0);
  CHECK(chooseWinogradTile({1, 64, 64, 0, 5, 16}) == 0);
}

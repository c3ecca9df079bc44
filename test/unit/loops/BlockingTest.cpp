//===- BlockingTest.cpp - Ranges cut into parts ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machines.h"
#include "passes/Loops/ChooseDeviceTile.h"

using namespace onnxc;

TEST_CASE("seven in parts of at most four are four and three") {
  Cut parts = cut(7, 4, 1);
  CHECK(parts.size == 4);
  CHECK(parts.count == 2);
}

TEST_CASE("parts cover a range once and never exceed the most") {
  RandomSizes sizes(1);
  for (int i = 0; i < 20000; ++i) {
    Size range = sizes.getSize();
    int64_t most = sizes.get(1, 600), unit = sizes.get(1, 40);
    int64_t atLeast = sizes.pick({1, 1, 2, 8});
    INFO(range.value_or(-1)
         << " in parts of " << most << ", units of " << unit);
    Cut parts = cut(range, most, unit, atLeast);
    checkCut(parts, range, most);
    if (unit <= most)
      CHECK(parts.size % unit == 0);
  }
}

TEST_CASE("parts of whole units are less than a unit over the most") {
  RandomSizes sizes(3);
  for (int i = 0; i < 20000; ++i) {
    Size range = sizes.getSize();
    int64_t most = sizes.get(1, 600), unit = sizes.get(1, 40);
    INFO(range.value_or(-1)
         << " in parts of " << most << ", units of " << unit);
    Cut parts = cutInUnits(range, most, unit);
    checkCut(parts, range, llvm::alignTo(most, unit));
    CHECK(parts.size % unit == 0);
  }
}

TEST_CASE("a pitch is an odd number of cache lines") {
  for (unsigned bits : {32, 64})
    for (int64_t columns = 1; columns < 500; ++columns) {
      int64_t pitch = getPitch(columns, bits), line = 512 / bits;
      CHECK(pitch >= columns);
      CHECK(pitch % line == 0);
      CHECK(pitch / line % 2 == 1);
    }
}

TEST_CASE("products of a size of 0 are 0") {
  CHECK(multiply(3, 4) == 12);
  CHECK(multiply(0, Size()) == 0);
  CHECK(multiply(Size(), 2) == std::nullopt);
}

TEST_CASE("tiles of groups of threads") {
  RandomSizes sizes(2);
  for (int i = 0; i < 5000; ++i) {
    bool isMatrix = sizes.get(0, 1);
    GroupMachine machine{sizes.get(1, 2000), 48 << 10, isMatrix};
    GroupShape shape = chooseGroupShape(sizes.getSize(), sizes.getSize(),
                                        sizes.get(1, 64), isMatrix, machine);
    for (int64_t side : {shape.rows, shape.columns}) {
      CHECK(side >= 32);
      CHECK(side <= 128);
    }
    // All threads have as many sums, and no more than registers.
    int64_t sums = shape.rows * shape.columns / shape.threads;
    CHECK(shape.rows * shape.columns % shape.threads == 0);
    CHECK(sums <= 64);
    // Two stages of both factors are in memory.
    int64_t bytes =
        (shape.rows + shape.columns) * shape.depth * (isMatrix ? 2 : 4);
    CHECK(2 * bytes <= machine.sharedBytes);
    CHECK(chooseStages(bytes, isMatrix, machine) >= 2);
  }
}

TEST_CASE("threads that have several elements leave enough tasks") {
  RandomSizes sizes(3);
  for (int i = 0; i < 5000; ++i) {
    Size rows = sizes.getSize(), columns = sizes.getSize();
    bool hasRows = sizes.get(0, 1);
    int64_t tasks = rows.value_or(64) * columns.value_or(64);
    int64_t minThreads = sizes.pick({1, 4096, 16384});
    ThreadBlock block =
        chooseThreadBlock(tasks, hasRows, rows, columns, minThreads);
    int64_t area = block.rows * block.columns;
    CHECK((area == 1 || tasks / area >= minThreads));
    CHECK(block.rows <= (hasRows ? 4 : 1));
    CHECK(block.columns <= 4);
    if (columns && block.columns > 1)
      CHECK(block.columns <= *columns);
  }
}

TEST_CASE("copies are of 16 bytes where rows allow it") {
  CHECK(chooseCopy(/*run=*/8, /*elementBytes=*/4) == 4);
  CHECK(chooseCopy(6, 4) == 2);
  CHECK(chooseCopy(7, 4) == 1);
  CHECK(chooseCopy(8, 2) == 8);
  CHECK(chooseCopy(7, 2) == 0);
}

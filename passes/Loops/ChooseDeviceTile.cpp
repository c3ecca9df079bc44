//===- ChooseDeviceTile.cpp - What threads of a device compute ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/ChooseDeviceTile.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc;

// Of fewer rows or columns a group's tile would be empty for the most part.
static constexpr int64_t kLeastSize = 16;
// Sides of a group's tile.
static constexpr int64_t kLeastSide = 32, kMostSide = 128;

bool onnxc::fillsGroupTile(Size rows, Size columns, Size depth) {
  for (Size size : {rows, columns, depth})
    if (size && *size < kLeastSize)
      return false;
  return true;
}

GroupShape onnxc::chooseGroupShape(Size rows, Size columns, int64_t products,
                                   bool isMatrix, const GroupMachine &machine) {
  int64_t m = rows.value_or(kAssumedSize), n = columns.value_or(kAssumedSize);
  auto begin = [](int64_t size) {
    return std::clamp<int64_t>(llvm::PowerOf2Ceil(size), kLeastSide, kMostSide);
  };
  GroupShape shape{begin(m), begin(n), 0, 0, 1};
  auto countGroups = [&] {
    return products * int64_t(llvm::divideCeil(m, shape.rows)) *
           int64_t(llvm::divideCeil(n, shape.columns));
  };
  while (countGroups() < machine.minGroups &&
         std::max(shape.rows, shape.columns) > kLeastSide)
    (shape.rows >= shape.columns ? shape.rows : shape.columns) /= 2;
  int64_t area = shape.rows * shape.columns;
  if (isMatrix) {
    shape.threads = area > int64_t(64) * 64 ? 256 : 128;
    shape.depth = 32;
    return shape;
  }
  // Sums of a thread stay in its registers: 64 of the largest tile, else 32.
  shape.threads = std::clamp<int64_t>(area / 32, 64, 256);
  shape.depth = area > int64_t(64) * 128 ? 8 : 16;
  return shape;
}

int64_t onnxc::chooseStages(int64_t bytes, bool isMatrix,
                            const GroupMachine &machine) {
  // Products by matrices are so short that copies are started two steps ahead.
  return std::clamp<int64_t>(machine.sharedBytes / bytes, 2, isMatrix ? 3 : 2);
}

int64_t onnxc::chooseCopy(int64_t run, int64_t elementBytes) {
  // Copies are of 16, 8 or 4 bytes.
  for (int64_t bytes : {16, 8, 4}) {
    int64_t elements = bytes / elementBytes;
    if (elements >= 1 && run % elements == 0)
      return elements;
  }
  return elementBytes == 4 ? 1 : 0;
}

ThreadBlock onnxc::chooseThreadBlock(int64_t tasks, bool hasRows, Size rows,
                                     Size columns, int64_t minThreads) {
  ThreadBlock block;
  auto grow = [&](int64_t &side, Size size) {
    if (tasks / 2 < minThreads || (size && *size < 2 * side))
      return;
    side *= 2;
    tasks /= 2;
  };
  for (int i = 0; i < 2; ++i) {
    grow(block.columns, columns);
    if (hasRows)
      grow(block.rows, rows);
  }
  return block;
}

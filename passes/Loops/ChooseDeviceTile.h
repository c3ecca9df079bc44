//===- ChooseDeviceTile.h - What threads of a device compute --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CHOOSEDEVICETILE_H
#define ONNXC_PASSES_LOOPS_CHOOSEDEVICETILE_H

#include "passes/Loops/Blocking.h"

namespace onnxc {

/// What of a device products are made for.
struct GroupMachine {
  /// Groups that keep it busy.
  int64_t minGroups;
  /// Memory of a group.
  int64_t sharedBytes;
  /// Whether it multiplies matrices of 16 x 16 and 16 x 8 halves.
  bool hasMatrices;
};

/// The part of the result that a group of threads computes, and how.
struct GroupShape {
  int64_t rows, columns;
  /// Of one step.
  int64_t depth;
  int64_t threads;
  /// Tiles of each factor that are in memory at a time.
  int64_t stages;
};

/// Whether a tile would not be mostly empty.
bool fillsGroupTile(Size rows, Size columns, Size depth);
/// The tile and its threads, of `products` products; one stage.
GroupShape chooseGroupShape(Size rows, Size columns, int64_t products,
                            bool isMatrix, const GroupMachine &machine);
/// How many stages there are where both factors' tiles take so many bytes.
int64_t chooseStages(int64_t bytes, bool isMatrix, const GroupMachine &machine);
/// Elements that are copied to a group's memory at once, of runs of neighbours;
/// 0 where they cannot be copied as they are.
int64_t chooseCopy(int64_t run, int64_t elementBytes);

/// Elements of the result that one thread computes: columns are neighbours, and
/// rows share the other factor with them.
struct ThreadBlock {
  int64_t rows = 1, columns = 1;
};
/// At least `minThreads` of the tasks are left. There are rows to share where
/// `hasRows`.
ThreadBlock chooseThreadBlock(int64_t tasks, bool hasRows, Size rows,
                              Size columns, int64_t minThreads);

/// What is taken for a size that is not known.
constexpr int64_t kAssumedSize = 64;

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CHOOSEDEVICETILE_H

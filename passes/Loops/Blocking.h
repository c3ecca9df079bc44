//===- Blocking.h - How much of a contraction is computed at a time -------===//
//
// Tiles, blocks and scratches are chosen by functions of shapes and of the
// machine, which know no IR; emitters do what they say:
//
//   ChooseProduct.h       products of matrices
//   ChooseConv.h          convolutions of planes, dense and depthwise
//   ChooseBlockedConv.h   convolutions of blocked tensors, dense and depthwise
//   ChooseDeviceTile.h    what threads of a device compute, alone or together
//
// The constants that stand for caches are here, once. docs/contractions.md
// tells how it all fits together.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_BLOCKING_H
#define ONNXC_PASSES_LOOPS_BLOCKING_H

#include "passes/Loops/RegisterFile.h"
#include <cstdint>
#include <optional>

namespace onnxc {

/// A size, where it is known.
using Size = std::optional<int64_t>;
Size multiply(Size a, Size b);

/// A range cut into equal parts, the last of which may be shorter.
struct Cut {
  /// The most that a part has.
  int64_t size = 1;
  /// How many they are.
  Size count = {};
};
/// Cuts evenly into parts of at most `most`, never more; a multiple of `unit`
/// where that is at most `most`. Into at least `atLeast` where the size is
/// known.
Cut cut(Size size, int64_t most, int64_t unit, int64_t atLeast = 1);
/// The same for what may be a little more: evenly into parts of about `most`,
/// rounded up to whole units.
Cut cutInUnits(Size size, int64_t most, int64_t unit);

/// The length of a scratch's rows: whole cache lines, and an odd number of
/// them, so that rows spread over all sets.
int64_t getPitch(int64_t columns, unsigned elementBits);

namespace blocking {

// A product copies the second factor a block at a time: 256 rows of up to 112
// columns are 112 KiB of floats, less than half of the smallest second-level
// cache that machines with vectors have, 256 KiB. The windows of a convolution
// are such a factor.
constexpr int64_t kDepth = 256;
// More than any depth: what is read in place is summed in one go.
constexpr int64_t kWholeDepth = 1 << 30;
constexpr int64_t kColumns = 112;
// Rows of a product, and filters of a convolution, that share one copy.
constexpr int64_t kRows = 384;
constexpr int64_t kFilters = 512;
// So many rows do not pay for a copy: the second factor is read where it is.
constexpr int64_t kFewRows = 12;
// Fewer are made of dot products where the second factor lies along them.
constexpr int64_t kDotRows = 4;
// Elements of a second factor whose copy always pays: few rows that only a run
// knows are not worth loops of their own.
constexpr int64_t kSmallFactor = 4096;

// Multiplications that are worth a task, of products and of convolutions.
constexpr int64_t kProductGrain = 1 << 18;
constexpr int64_t kConvGrain = 1 << 17;
// Tasks that filters are cut for where the result's planes give fewer, and
// filters that are worth a copy of the windows of their own.
constexpr int64_t kTasks = 8;
constexpr int64_t kFiltersOfTask = 96;

// Elements on the stack of a convolution of planes: of the padded image of a
// block of channels (128 KiB of floats), and of its windows.
constexpr int64_t kImageElements = 1 << 15;
constexpr int64_t kWindowElements = 1 << 17;

// The part of a blocked image that a task works on: with weights and result it
// stays in a second-level cache of 256 KiB.
constexpr int64_t kBlockedImageBytes = 96 << 10;
// The most that a padded copy of it takes of the stack.
constexpr int64_t kBlockedTileBytes = 192 << 10;
// Pixels that are copied at most where the result goes onto the image.
constexpr int64_t kCopiedPixels = 8;

// A depthwise convolution of planes: places of a window, each of which keeps a
// register or is loaded again, and columns of a task.
constexpr int64_t kMaxDepthwiseWindow = 81;
constexpr int64_t kDepthwiseColumns = 128;
// Places of a window up to which a blocked depthwise one is unrolled, of
// vectors and of scalars.
constexpr int64_t kMaxUnrolled = 25;
constexpr int64_t kMaxUnrolledScalars = 5;

/// What of a first-level cache the image of a depthwise convolution takes.
inline int64_t getFirstLevelBytes(const RegisterFile &registers) {
  return registers.l1Bytes * 3 / 4;
}

} // namespace blocking
} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_BLOCKING_H

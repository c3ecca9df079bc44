//===- Blocking.cpp - How much of a contraction is computed at a time -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Loops/Blocking.h"
#include "llvm/Support/MathExtras.h"

using namespace onnxc;

Size onnxc::multiply(Size a, Size b) {
  if (a == 0 || b == 0)
    return 0;
  return a && b ? Size(*a * *b) : Size();
}

Cut onnxc::cut(Size size, int64_t most, int64_t unit, int64_t atLeast) {
  // What holds a part was made for `most`: parts are whole units where one
  // fits, else as large as fits.
  unit = std::min(unit, most);
  int64_t part = llvm::alignDown(most, unit);
  if (!size)
    return {part, Size()};
  int64_t count =
      std::max<int64_t>({int64_t(llvm::divideCeil(*size, part)), atLeast, 1});
  part =
      llvm::alignTo(std::max<int64_t>(llvm::divideCeil(*size, count), 1), unit);
  return {part, std::max<int64_t>(llvm::divideCeil(*size, part), 1)};
}

Cut onnxc::cutInUnits(Size size, int64_t most, int64_t unit) {
  if (!size)
    return {std::max<int64_t>(llvm::alignDown(most, unit), unit), Size()};
  int64_t count = std::max<int64_t>(llvm::divideCeil(*size, most), 1);
  int64_t part =
      llvm::alignTo(std::max<int64_t>(llvm::divideCeil(*size, count), 1), unit);
  return {part, std::max<int64_t>(llvm::divideCeil(*size, part), 1)};
}

int64_t onnxc::getPitch(int64_t columns, unsigned elementBits) {
  int64_t line = 64 * 8 / elementBits;
  int64_t lines = llvm::divideCeil(columns, line);
  return (lines % 2 ? lines : lines + 1) * line;
}

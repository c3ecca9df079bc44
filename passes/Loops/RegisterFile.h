//===- RegisterFile.h - A core as those see it who fill its registers -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_REGISTERFILE_H
#define ONNXC_PASSES_LOOPS_REGISTERFILE_H

#include "dialects/plan/MachineModel.h"
#include <algorithm>

namespace onnxc {

/// What the choice of blocks and tiles, and the emitters, must know of the
/// machine.
struct RegisterFile {
  int64_t vectorBits = 256;
  int64_t numRegisters = 16;
  /// Without, a vector is some f32 registers side by side.
  bool hasVectors = true;
  /// What a task may keep on the stack.
  int64_t stackBytes = 1 << 20;
  DotInstruction dot;
  /// What holds sums of integers where there are no vectors.
  int64_t numIntegers = 13;
  /// The first-level cache.
  int64_t l1Bytes = 32 << 10;

  RegisterFile() = default;
  explicit RegisterFile(const MachineModel &machine)
      : vectorBits(machine.getTileBits()),
        numRegisters(machine.getNumTileRegisters()),
        hasVectors(machine.vectorBits > 0), stackBytes(machine.stackBytes),
        dot(machine.dot), numIntegers(machine.numIntegerRegisters),
        l1Bytes(machine.l1Bytes) {}

  /// The same registers, several taken for one, where vectors have so many
  /// bits.
  RegisterFile ofBits(int64_t bits) const {
    RegisterFile result = *this;
    if (bits > vectorBits) {
      result.vectorBits = bits;
      result.numRegisters = numRegisters * vectorBits / bits;
    }
    return result;
  }

  /// How many sums lie side by side, and how many rows of them there are, in a
  /// tile of integers without vectors; the rest holds factors and addresses.
  int64_t getIntegerLanes(int64_t most) const {
    return dot.takesScalars() ? std::min<int64_t>(most, 2) : most;
  }
  int64_t getIntegerRows(int64_t lanes) const {
    return std::max<int64_t>((numIntegers - lanes - 6) / lanes, 1);
  }
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_REGISTERFILE_H

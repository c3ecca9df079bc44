//===- Machines.h - Cores that choices are tried for ----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TEST_UNIT_LOOPS_MACHINES_H
#define ONNXC_TEST_UNIT_LOOPS_MACHINES_H

#include "passes/Loops/Blocking.h"
#include <catch2/catch.hpp>
#include <random>
#include <vector>

struct Core {
  const char *name;
  onnxc::RegisterFile registers;
};

inline std::vector<Core> getCores() {
  auto vectors = [](int64_t bits, int64_t count, int64_t stackBytes = 1 << 20) {
    onnxc::RegisterFile registers;
    registers.vectorBits = bits;
    registers.numRegisters = count;
    registers.stackBytes = stackBytes;
    return registers;
  };
  // Four float registers stand for one vector.
  auto scalars = [&](int64_t floats, int64_t stackBytes) {
    onnxc::RegisterFile registers = vectors(128, floats / 4, stackBytes);
    registers.hasVectors = false;
    return registers;
  };
  std::vector<Core> cores = {{"16 floats", scalars(16, 32 << 10)},
                             {"RISC-V 32", scalars(32, 8 << 10)},
                             {"Cortex-M4", scalars(32, 8 << 10)},
                             {"Cortex-M55", vectors(128, 8, 8 << 10)},
                             {"i686", vectors(128, 8)},
                             {"SSE2", vectors(128, 16)},
                             {"AVX2", vectors(256, 16)},
                             {"AVX-512", vectors(512, 32)},
                             {"NEON", vectors(128, 32)},
                             {"RVV", vectors(128, 32)},
                             {"RVV 1024", vectors(1024, 32)}};
  cores[1].registers.l1Bytes = cores[2].registers.l1Bytes = 16 << 10;
  cores[1].registers.numIntegers = 20;
  cores[2].registers.dot.group = 4;
  cores[2].registers.dot.widenSigned = "sxtb16";
  cores[5].registers.dot.group = 2;
  cores[5].registers.dot.accumulates = false;
  return cores;
}

/// Sizes as models have them: unknown, 0, 1, small, or huge.
class RandomSizes {
public:
  explicit RandomSizes(unsigned seed) : random(seed) {}
  int64_t get(int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random);
  }
  int64_t pick(std::initializer_list<int64_t> values) {
    return values.begin()[get(0, int64_t(values.size()) - 1)];
  }
  onnxc::Size getSize() {
    switch (get(0, 7)) {
    case 0:
      return std::nullopt;
    case 1:
      return get(0, 1);
    case 2:
      return get(1000, 1 << 20);
    default:
      return get(1, 300);
    }
  }

private:
  std::mt19937 random;
};

/// Whether the parts cover the range once, none of them empty or over `most`.
inline void checkCut(const onnxc::Cut &cut, onnxc::Size range, int64_t most) {
  CHECK(cut.size >= 1);
  CHECK(cut.size <= most);
  CHECK(cut.count.has_value() == range.has_value());
  if (!range || !cut.count)
    return;
  CHECK(*cut.count * cut.size >= *range);
  if (*range > 0)
    CHECK((*cut.count - 1) * cut.size < *range);
}

#endif // ONNXC_TEST_UNIT_LOOPS_MACHINES_H

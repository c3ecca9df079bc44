//===- Random.h - Choices that a seed decides -----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TEST_FUZZ_RANDOM_H
#define ONNXC_TEST_FUZZ_RANDOM_H

#include <cstdint>
#include <random>

namespace onnxc::fuzz {

/// The same choices for a seed on every machine: the standard's distributions
/// are left to libraries, its engines are not.
class Random {
public:
  explicit Random(uint32_t seed) : engine(seed) {}

  /// Below `end`; 0 where that is 0.
  size_t below(size_t end) { return end ? engine() % end : 0; }
  /// One time in `of`.
  bool one(size_t of) { return below(of) == 0; }
  template <typename List> auto &pick(List &list) {
    return list[below(std::size(list))];
  }

private:
  std::mt19937 engine;
};

} // namespace onnxc::fuzz

#endif // ONNXC_TEST_FUZZ_RANDOM_H

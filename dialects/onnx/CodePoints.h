//===- CodePoints.h - Sets of code points ---------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_CODEPOINTS_H
#define ONNXC_DIALECTS_ONNX_CODEPOINTS_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <utility>
#include <vector>

namespace onnxc::onnx {

constexpr uint32_t kLastCodePoint = 0x10ffff;

class CodePoints {
public:
  using Range = std::pair<uint32_t, uint32_t>; // both ends belong to it

  CodePoints() = default;
  CodePoints(llvm::ArrayRef<Range> some) {
    for (Range range : some)
      add(range);
  }

  void add(Range range) { ranges.push_back(range); }
  void add(const CodePoints &others) {
    ranges.insert(ranges.end(), others.ranges.begin(), others.ranges.end());
  }
  /// The ranges in ascending order, apart from each other.
  std::vector<Range> normalized() const;
  /// All others.
  CodePoints complement() const;
  /// With the large and small forms of each letter.
  CodePoints withOtherCases() const;

private:
  std::vector<Range> ranges;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_CODEPOINTS_H

//===- CodePoints.cpp - Sets of code points -------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/CodePoints.h"
#include "dialects/onnx/LetterCase.h"
#include "llvm/ADT/STLExtras.h"

using namespace onnxc::onnx;

std::vector<CodePoints::Range> CodePoints::normalized() const {
  std::vector<Range> sorted = ranges, joined;
  llvm::sort(sorted);
  for (Range range : sorted) {
    if (!joined.empty() && range.first <= joined.back().second + 1)
      joined.back().second = std::max(joined.back().second, range.second);
    else
      joined.push_back(range);
  }
  return joined;
}

CodePoints CodePoints::complement() const {
  CodePoints others;
  uint32_t next = 0;
  for (Range range : normalized()) {
    if (range.first > next)
      others.add({next, range.first - 1});
    next = range.second + 1;
  }
  if (next <= kLastCodePoint)
    others.add({next, kLastCodePoint});
  return others;
}

/// The letters of a range that have another form, with that.
template <typename Body>
static void visitPairs(const CaseRange &range, Body body) {
  for (int32_t point = range.first; point <= range.last; point += range.step)
    body(uint32_t(point), uint32_t(point + range.difference));
}

/// Forms of a letter are found step by step: K, k and the Kelvin sign.
CodePoints CodePoints::withOtherCases() const {
  CodePoints all = *this;
  for (bool isGrowing = true; isGrowing;) {
    std::vector<Range> known = all.normalized();
    auto holds = [&](uint32_t point) {
      auto next = llvm::upper_bound(known, Range{point, kLastCodePoint});
      return next != known.begin() && point <= std::prev(next)->second;
    };
    isGrowing = false;
    for (bool toUpper : {false, true})
      for (const CaseRange &range : getCaseRanges(toUpper))
        visitPairs(range, [&](uint32_t one, uint32_t other) {
          bool hasOne = holds(one), hasOther = holds(other);
          if (hasOne == hasOther)
            return;
          uint32_t added = hasOne ? other : one;
          all.add({added, added});
          isGrowing = true;
        });
  }
  return all;
}

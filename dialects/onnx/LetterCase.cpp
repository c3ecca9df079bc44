//===- LetterCase.cpp - Large and small letters ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LetterCase.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ConvertUTF.h"

using namespace llvm;

namespace onnxc::onnx {

static constexpr CaseRange kLower[] = {
#define ONNXC_LOWER_RANGE(FIRST, LAST, STEP, DIFFERENCE)                       \
  {FIRST, LAST, STEP, DIFFERENCE},
#include "dialects/onnx/CaseRanges.def"
};

static constexpr CaseRange kUpper[] = {
#define ONNXC_UPPER_RANGE(FIRST, LAST, STEP, DIFFERENCE)                       \
  {FIRST, LAST, STEP, DIFFERENCE},
#include "dialects/onnx/CaseRanges.def"
};

ArrayRef<CaseRange> getCaseRanges(bool toUpper) {
  return toUpper ? ArrayRef(kUpper) : ArrayRef(kLower);
}

static UTF32 changeCase(UTF32 point, bool toUpper) {
  ArrayRef<CaseRange> ranges = getCaseRanges(toUpper);
  const auto *next = llvm::upper_bound(
      ranges, int32_t(point),
      [](int32_t p, const CaseRange &range) { return p < range.first; });
  if (next == ranges.begin())
    return point;
  const CaseRange &range = next[-1];
  int32_t offset = int32_t(point) - range.first;
  bool isIn = int32_t(point) <= range.last && offset % range.step == 0;
  return isIn ? point + range.difference : point;
}

std::string changeCase(StringRef text, bool toUpper) {
  std::string changed;
  const UTF8 *at = text.bytes_begin(), *end = text.bytes_end();
  while (at != end) {
    UTF32 point;
    const UTF8 *begin = at;
    if (convertUTF8Sequence(&at, end, &point, strictConversion) !=
        conversionOK) {
      at = begin + 1;
      changed += char(*begin);
      continue;
    }
    char bytes[UNI_MAX_UTF8_BYTES_PER_CODE_POINT], *to = bytes;
    ConvertCodePointToUTF8(changeCase(point, toUpper), to);
    changed.append(bytes, to);
  }
  return changed;
}

} // namespace onnxc::onnx

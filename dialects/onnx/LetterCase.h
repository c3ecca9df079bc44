//===- LetterCase.h - Large and small letters -----------------------------===//
//
// By Unicode's simple mappings, a code point for a code point, whatever the
// language: a locale is not looked at. Bytes that are no UTF-8 stay.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_LETTERCASE_H
#define ONNXC_DIALECTS_ONNX_LETTERCASE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>

namespace onnxc::onnx {

/// Every `step`th code point from `first` to `last` becomes the one
/// `difference` behind it. Ranges ascend and do not overlap.
struct CaseRange {
  int32_t first, last, step, difference;
};

llvm::ArrayRef<CaseRange> getCaseRanges(bool toUpper);

/// The text in small or in large letters.
std::string changeCase(llvm::StringRef text, bool toUpper);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_LETTERCASE_H

//===- RegexSyntax.h - Regular expressions as trees -----------------------===//
//
// The syntax is RE2's (https://github.com/google/re2/wiki/Syntax), in UTF-8,
// without classes of Unicode (\pL) and single bytes (\C). What is captured, and
// whether a repetition is lazy, makes no difference to whether there is a
// match, and is not kept.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_REGEXSYNTAX_H
#define ONNXC_DIALECTS_ONNX_REGEXSYNTAX_H

#include "dialects/onnx/CodePoints.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace onnxc::onnx {

/// What holds at a place between two bytes.
enum class RegexAssertion {
  BeginOfText,
  EndOfText,
  BeginOfLine,
  EndOfLine,
  WordBoundary,
  NoWordBoundary
};

struct RegexNode {
  enum Kind { Points, Sequence, Choice, Repeat, Assert } kind = Sequence;
  CodePoints points;
  std::vector<std::unique_ptr<RegexNode>> parts; // of a repetition, one
  int64_t least = 0, most = 0;                   // -1: without end
  RegexAssertion assertion = RegexAssertion::BeginOfText;
};

/// Whether all that it matches is one code point.
bool matchesOnePoint(const RegexNode &node);

/// Fails with what is wrong, and where.
llvm::Expected<std::unique_ptr<RegexNode>> parseRegex(llvm::StringRef pattern);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_REGEXSYNTAX_H

//===- RegexAutomaton.h - Regular expressions as tables -------------------===//
//
// A deterministic automaton over bytes: reading a byte is two loads, whatever
// the expression. It comes from Thompson's automaton by making a state of each
// set of states that can be reached; code points are sequences of ranges of
// bytes. What holds between two bytes (^, $, \b) depends on both, so that a
// state remembers the kind of the byte before, and resolves its assertions once
// the next one is read.
//
// Some expressions need a state for each subset, (a|b)*a(a|b){20} two million:
// those are refused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_REGEXAUTOMATON_H
#define ONNXC_DIALECTS_ONNX_REGEXAUTOMATON_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstdint>
#include <vector>

namespace onnxc::onnx {

/// What lies before a place, as far as assertions ask.
enum class RegexContext { BeginOfText, Newline, Word, Other };

struct RegexAutomaton {
  /// The class of each byte: those of one class are never told apart.
  std::array<uint8_t, 256> classes;
  int32_t numClasses = 0;
  /// From state * numClasses + class. State 0 is the one that nothing leaves,
  /// and that never accepts.
  std::vector<int32_t> next;
  /// Whether a match ends here: at state * (numClasses + 1) + the class of the
  /// byte that follows, numClasses at the end of the text.
  std::vector<uint8_t> accepts;
  /// The states to begin in, for each RegexContext, and that of each byte.
  std::array<int32_t, 4> starts;
  std::array<uint8_t, 256> contexts;

  int32_t numStates() const { return int32_t(next.size() / numClasses); }
};

/// Fails with what is wrong with the pattern.
llvm::Expected<RegexAutomaton> buildAutomaton(llvm::StringRef pattern);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_REGEXAUTOMATON_H

//===- Identifier.cpp - Names of the model as names of C ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "codegen/Identifier.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace onnxc {

/// Keywords of C99, C11's common ones and C++17, and what the standard headers
/// define as macros.
static bool isReserved(StringRef name) {
  static const StringSet<> words = {
      "alignas",      "alignof",   "and",          "and_eq",
      "asm",          "auto",      "bitand",       "bitor",
      "bool",         "break",     "case",         "catch",
      "char",         "char16_t",  "char32_t",     "class",
      "compl",        "const",     "const_cast",   "constexpr",
      "continue",     "decltype",  "default",      "delete",
      "do",           "double",    "dynamic_cast", "else",
      "enum",         "explicit",  "export",       "extern",
      "false",        "float",     "for",          "friend",
      "goto",         "if",        "inline",       "int",
      "long",         "mutable",   "namespace",    "new",
      "noexcept",     "not",       "not_eq",       "nullptr",
      "operator",     "or",        "or_eq",        "private",
      "protected",    "public",    "register",     "reinterpret_cast",
      "restrict",     "return",    "short",        "signed",
      "sizeof",       "static",    "static_cast",  "static_assert",
      "struct",       "switch",    "template",     "this",
      "thread_local", "throw",     "true",         "try",
      "typedef",      "typeid",    "typename",     "typeof",
      "union",        "unsigned",  "using",        "virtual",
      "void",         "volatile",  "wchar_t",      "while",
      "xor",          "xor_eq",    "NULL",         "I",
      "complex",      "imaginary", "linux",        "unix",
      "char8_t",      "concept",   "requires",     "co_await",
      "co_return",    "co_yield",  "consteval",    "constinit",
      "errno",        "assert",    "stdin",        "stdout",
      "stderr",       "EOF",       "offsetof",     "i386"};
  return words.contains(name);
}

std::string makeIdentifier(StringRef name) {
  std::string result;
  for (char c : name) {
    if (isAlnum(c))
      result += c;
    else if (result.empty() || result.back() != '_')
      result += '_'; // never two: those names are the implementation's
  }
  if (result.empty() || result == "_")
    result = "x";
  // A leading '_' before a capital is the implementation's, too.
  if (!isAlpha(result[0]))
    result = "x" + result;
  if (isReserved(result))
    result += '_';
  return result;
}

std::string IdentifierScope::add(StringRef name) {
  std::string base = makeIdentifier(name), result = base;
  for (unsigned i = 2; !taken.insert(result).second; ++i)
    result = base + "_" + std::to_string(i);
  return result;
}

std::string makeCommentText(StringRef text) {
  constexpr size_t limit = 600;
  std::string result;
  for (char c : text.trim().take_front(limit)) {
    if (c == '\n' || c == '\r' || c == '\t')
      c = ' ';
    if (c == ' ' && !result.empty() && result.back() == ' ')
      continue;
    if (static_cast<unsigned char>(c) < ' ')
      continue;
    // Neither the end nor the start of a comment, nor a trigraph or a
    // backslash at a line's end.
    if ((c == '/' && !result.empty() &&
         (result.back() == '*' || result.back() == '/')) ||
        (c == '*' && !result.empty() && result.back() == '/'))
      result += ' ';
    if (c == '?' && !result.empty() && result.back() == '?')
      result += ' ';
    if (c == '\\')
      c = '/';
    result += c;
  }
  if (text.trim().size() > limit)
    result += " ...";
  return result;
}

} // namespace onnxc

//===- Identifier.h - Names of the model as names of C --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_IDENTIFIER_H
#define ONNXC_CODEGEN_IDENTIFIER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace onnxc {

/// An identifier of C and C++ that is no keyword: every other character
/// becomes '_', so "logits/out:0" is logits_out_0.
std::string makeIdentifier(llvm::StringRef name);

/// Identifiers that differ from each other.
class IdentifierScope {
public:
  /// Appends _2, _3, ... to one that is taken.
  std::string add(llvm::StringRef name);

private:
  llvm::StringSet<> taken;
};

/// Text for the inside of a C comment, cut to one paragraph of a few lines.
std::string makeCommentText(llvm::StringRef text);

} // namespace onnxc

#endif // ONNXC_CODEGEN_IDENTIFIER_H

//===- ObjectFacts.h - What a finished object needs -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_CODEGEN_OBJECTFACTS_H
#define ONNXC_CODEGEN_OBJECTFACTS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <string>
#include <vector>

namespace onnxc {

struct ObjectFacts {
  uint64_t codeBytes = 0;
  /// Constants: weights and tables.
  uint64_t constantBytes = 0;
  uint64_t writableBytes = 0;
  /// The functions and their sizes, in the object's order; names of local ones
  /// may be there several times.
  std::vector<std::pair<std::string, uint64_t>> functions;
  /// What other objects have to define, sorted.
  std::vector<std::string> undefined;
};

llvm::Expected<ObjectFacts> readObjectFacts(llvm::StringRef file);
llvm::Expected<ObjectFacts> readObjectFacts(llvm::MemoryBufferRef content);

/// Fails where the object needs more than what the freestanding runtime and a
/// compiler's own support library have, and the application's own functions.
llvm::Error checkFreestanding(const ObjectFacts &facts,
                              const llvm::StringSet<> &functions);

} // namespace onnxc

#endif // ONNXC_CODEGEN_OBJECTFACTS_H

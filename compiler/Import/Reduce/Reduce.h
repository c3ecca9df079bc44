//===- Reduce.h - The smallest model that still fails ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_REDUCE_REDUCE_H
#define ONNXC_COMPILER_IMPORT_REDUCE_REDUCE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace onnxc {

struct ReduceOptions {
  std::string input;
  std::string output;
  /// A command of the shell that fails for the model: `{}` in it, or what
  /// follows it, is the model's path.
  std::string command;
  /// A regular expression that the command's output has to match as well; empty
  /// for none. It tells one failure from another.
  std::string says;
  /// Of one run of the command; one that takes longer counts as a failure of
  /// its own kind.
  unsigned seconds = 60;
};

/// Removes nodes, inputs, attributes and sizes from a model for as long as the
/// command fails as it does for the whole one, and writes what is left. `log`
/// is told of each step forward.
llvm::Error reduceModel(const ReduceOptions &options, llvm::raw_ostream &log);

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_REDUCE_REDUCE_H

//===- CustomOption.h - The option --custom-op ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_CUSTOMOPTION_H
#define ONNXC_COMPILER_CUSTOMOPTION_H

#include "compiler/Options.h"

namespace onnxc {

/// Takes DOMAIN::NAME=FUNCTION, with `:RULE,RULE` behind it or not.
llvm::Error addCustomOperator(Options &options, llvm::StringRef text);
/// A file with one of these in each line; # begins a comment.
llvm::Error addCustomOperators(Options &options, llvm::StringRef file);

/// Whether the functions' names are free, once the prefix is known.
llvm::Error checkCustomFunctions(const Options &options);

} // namespace onnxc

#endif // ONNXC_COMPILER_CUSTOMOPTION_H

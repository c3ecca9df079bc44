//===- CustomOption.h - The option --custom-op ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_CUSTOMOPTION_H
#define ONNXC_COMPILER_CUSTOMOPTION_H

#include "compiler/Options.h"

namespace onnxc {

/// Takes DOMAIN::NAME=FUNCTION, with `:RULE,RULE` behind it or not, or @FILE
/// with one of these in each line.
llvm::Error addCustomOperator(Options &options, llvm::StringRef text);

/// Whether the functions' names are free, once the prefix is known.
llvm::Error checkCustomFunctions(const Options &options);

} // namespace onnxc

#endif // ONNXC_COMPILER_CUSTOMOPTION_H

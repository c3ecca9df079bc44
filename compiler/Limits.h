//===- Limits.h - Budgets that a compilation has to keep to ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_LIMITS_H
#define ONNXC_COMPILER_LIMITS_H

#include "codegen/Emit.h"
#include "compiler/Options.h"

namespace onnxc {

/// Fails where the code needs more than --max-arena, --max-flash, --max-stack
/// or --freestanding allow, and says what fills it.
llvm::Error checkLimits(const Options &options, mlir::ModuleOp module,
                        const ModelInterface &model,
                        const EmittedCode &emitted);

} // namespace onnxc

#endif // ONNXC_COMPILER_LIMITS_H

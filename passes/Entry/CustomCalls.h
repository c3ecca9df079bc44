//===- CustomCalls.h - How the entry point calls the application ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_ENTRY_CUSTOMCALLS_H
#define ONNXC_PASSES_ENTRY_CUSTOMCALLS_H

#include "dialects/onnx/CustomOps.h"
#include "passes/Entry/CustomFunctions.h"
#include "passes/Entry/EntryBuilder.h"

namespace onnxc {

/// Gives the address of a tensor.
using GetAddress = llvm::function_ref<mlir::Value(mlir::Value)>;

/// Has the function write the outputs.
void callCustomFunction(EntryBuilder &entry, const CustomFunction &function,
                        onnx::CustomCallOp call, GetAddress getAddress);

/// Has the function tell the sizes, which become the op's results.
void askForSizes(EntryBuilder &entry, const CustomFunction &function,
                 onnx::CustomSizesOp sizes, GetAddress getAddress);

} // namespace onnxc

#endif // ONNXC_PASSES_ENTRY_CUSTOMCALLS_H

//===- StringTable.h - Strings that are chosen from known ones ------------===//
//
// A model may hold strings that neither come in nor go out: labels of classes
// that an encoder turns into numbers. They are constants, and indices choose
// among them: what an encoder gives for each constant is known when the model
// is compiled, and the run does with indices what the model does with strings.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_STRINGTABLE_H
#define ONNXC_DIALECTS_ONNX_STRINGTABLE_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

struct StringTable {
  llvm::SmallVector<llvm::StringRef> texts;
  mlir::Value indices; // i64, of the shape of the tensor of strings
};

/// Whether a tensor of strings comes from constants by moves and choices.
bool isTraceable(mlir::Value strings);

/// The constants and the indices, built as ops. The strings are traceable.
StringTable traceStrings(GraphBuilder &g, mlir::Value strings);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_STRINGTABLE_H

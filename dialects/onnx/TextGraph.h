//===- TextGraph.h - Short graphs over strings ----------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_TEXTGRAPH_H
#define ONNXC_DIALECTS_ONNX_TEXTGRAPH_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// Both tensors in the shape that they broadcast to.
std::pair<mlir::Value, mlir::Value>
broadcastTexts(GraphBuilder &g, mlir::Value a, mlir::Value b);

/// A constant tensor of rank 0 of a string.
mlir::Value buildText(GraphBuilder &g, llvm::StringRef text);

/// New strings in the shape of `like`: `lengths` (i64, of that shape) are their
/// numbers of bytes, which `write` makes, given where each ends (a list) and
/// the number of all bytes (a list of one).
using WriteText =
    llvm::function_ref<mlir::Value(mlir::Value ends, mlir::Value count)>;
mlir::Value buildStrings(GraphBuilder &g, mlir::Value like, mlir::Value lengths,
                         WriteText write);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_TEXTGRAPH_H

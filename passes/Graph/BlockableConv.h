//===- BlockableConv.h - Convolutions whose channels can lie in blocks ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_BLOCKABLECONV_H
#define ONNXC_PASSES_GRAPH_BLOCKABLECONV_H

#include "dialects/onnx/ConvOps.h"

namespace onnxc {

/// What can be blocked of a convolution.
struct BlockableConv {
  int64_t filters, channels, products;
  bool isDepthwise;

  bool takes(int64_t lanes) const { return filters % lanes == 0; }
};

/// None where it reads an image without known channels, or its weights are no
/// constants, or it has groups of several channels.
std::optional<BlockableConv> getBlockable(onnx::ConvOp op);
std::optional<BlockableConv> getBlockable(onnx::ConvIntegerOp op);

/// Whether an op (of ReduceMean's kind) reduces all dimensions but batch and
/// channels, and keeps them.
bool reducesPlanes(mlir::Operation *op);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_BLOCKABLECONV_H

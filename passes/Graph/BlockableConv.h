//===- BlockableConv.h - Convolutions whose channels can lie in blocks ----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_BLOCKABLECONV_H
#define ONNXC_PASSES_GRAPH_BLOCKABLECONV_H

#include "dialects/onnx/ConvOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

/// What can be blocked of a convolution.
struct BlockableConv {
  int64_t filters, channels, products;
  bool isDepthwise;
  bool isInteger = false;

  bool takes(int64_t lanes) const { return filters % lanes == 0; }
  /// Whether zeros may fill the last block: they are at most a quarter of all.
  bool isWorthFilling(int64_t lanes) const;
};

/// None where it reads an image without known channels, or its weights are no
/// constants, or it has groups of several channels.
std::optional<BlockableConv> getBlockable(onnx::ConvOp op);
std::optional<BlockableConv> getBlockable(onnx::ConvIntegerOp op);

/// The channels of a block around the convolutions of a function: as many as a
/// vector has lanes, or half of that where more of them can be blocked, or less
/// has to be filled with zeros; 0 where none can. With `fill`, those count
/// whose last block zeros may fill.
int64_t chooseBlockLanes(mlir::func::FuncOp main, bool fill);

/// Whether an op (of ReduceMean's kind) reduces all dimensions but batch and
/// channels, and keeps them.
bool reducesPlanes(mlir::Operation *op);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_BLOCKABLECONV_H

//===- BlockedWeights.h - Constants in the order of blocked ops -----------===//
//
// All are built of ops that fold-constants computes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_BLOCKEDWEIGHTS_H
#define ONNXC_PASSES_GRAPH_BLOCKEDWEIGHTS_H

#include "mlir/IR/Builders.h"

namespace onnxc {

/// Weights [F, C, k...] in the order of a blocked convolution: [F/f, C/i, k...,
/// i, f], or with `group` channels, or columns of the kernel where i is 1, side
/// by side.
mlir::Value blockWeights(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value weights, int64_t lanes, int64_t inner,
                         int64_t group, bool isDepthwise);

/// Weights with zeros behind them, such that a dimension has this size.
mlir::Value appendZeros(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value weights, int64_t dim, int64_t size);

/// Weights of ones, for one block of filters or each channel.
mlir::Value onesLike(mlir::OpBuilder &b, mlir::Location loc,
                     mlir::Value weights, int64_t filters);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_BLOCKEDWEIGHTS_H

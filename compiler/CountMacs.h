//===- CountMacs.h - How much a model multiplies --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_COUNTMACS_H
#define ONNXC_COMPILER_COUNTMACS_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Operation.h"

namespace onnxc {

/// Multiplications with an addition that a matrix product, convolution,
/// attention or recurrent layer does, over the model's symbols; null for other
/// ops and where shapes do not tell.
mlir::AffineExpr countMacs(mlir::Operation *op);

} // namespace onnxc

#endif // ONNXC_COMPILER_COUNTMACS_H

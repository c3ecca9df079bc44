//===- Cost.h - What an op costs ------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_COST_H
#define ONNXC_DIALECTS_ONNX_COST_H

#include "dialects/onnx/SymbolicShape.h"
#include "mlir/IR/Operation.h"

namespace onnxc::onnx {

/// Multiplications with an addition that an op does, over the function's
/// symbols; null for ops that do none (no CostOp) and where shapes do not tell.
mlir::AffineExpr countMacs(mlir::Operation *op);

// What ops' `getMacs` is built of: null where one operand is.

mlir::AffineExpr getNumElements(mlir::Value value);
/// Size `index` of a shape, from its end where negative.
mlir::AffineExpr getDim(mlir::Value value, int64_t index);
mlir::AffineExpr multiply(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr add(mlir::AffineExpr a, mlir::AffineExpr b);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_COST_H

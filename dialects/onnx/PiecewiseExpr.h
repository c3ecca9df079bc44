//===- PiecewiseExpr.h - Minimum, maximum and conditions in sizes ---------===//
//
// AffineExpr has neither minimum nor maximum nor comparison. They are written
// with one more function, whose divisor no size reaches:
//
//   sign(x)    = x floordiv (2^61 - 1)              -1 for x < 0, else 0
//   [x >= 0]   = sign(x) + 1                         1 or 0
//   max(a, b)  = b + (a - b) * (sign(a - b) + 1)
//   c ? a : b  = b + c * (a - b)
//
// So such sizes are expressions like all others: equal ones are the same
// object, every analysis takes them, and what evaluates them needs to know
// nothing (what does, takes the sign bit). The divisor is a prime, so that
// simplification cancels nothing against it. min(s0, 512) prints as
//
//   s0 - (s0 - 512) * ((s0 - 512) floordiv 2305843009213693951 + 1)
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_PIECEWISEEXPR_H
#define ONNXC_DIALECTS_ONNX_PIECEWISEEXPR_H

#include "mlir/IR/AffineExpr.h"

namespace onnxc::onnx {

/// The argument x of an expression that is sign(x), else null.
mlir::AffineExpr getSignArgument(mlir::AffineExpr expr);
/// Whether a sign is part of the expression.
bool isPiecewise(mlir::AffineExpr expr);

// All of these use what is known for all sizes.
mlir::AffineExpr getMax(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr getMin(mlir::AffineExpr a, mlir::AffineExpr b);

// Conditions are expressions that are 0 or 1.
mlir::AffineExpr isNonNegative(mlir::AffineExpr x);
mlir::AffineExpr isLess(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr isLessOrEqual(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr isEqual(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr getNot(mlir::AffineExpr condition);
mlir::AffineExpr getSelect(mlir::AffineExpr condition, mlir::AffineExpr a,
                           mlir::AffineExpr b);

/// Towards zero, as integers are divided at run time.
mlir::AffineExpr getQuotient(mlir::AffineExpr a, mlir::AffineExpr b);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_PIECEWISEEXPR_H

//===- ExactQuotient.h - Division of products of sizes --------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_EXACTQUOTIENT_H
#define ONNXC_DIALECTS_ONNX_EXACTQUOTIENT_H

#include "mlir/IR/AffineExpr.h"
#include <optional>

namespace onnxc::onnx {

/// The quotient, common factors cancelled. What is left of the denominator is
/// known to leave no rest (then none where constants tell that it does), or
/// there is no quotient unless nothing is left.
std::optional<mlir::AffineExpr> divideExactly(mlir::AffineExpr numerator,
                                              mlir::AffineExpr denominator,
                                              bool leavesNoRest);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_EXACTQUOTIENT_H

//===- Contractions.h - What matrix products and convolutions share -------===//
//
// Both become linalg.fill and one linalg.generic that multiplies and adds,
// then elementwise ones (bias, scaling, rounding). The contraction is marked by
// an attribute of the plan dialect.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_CONTRACTIONS_H
#define ONNXC_PASSES_TENSOR_CONTRACTIONS_H

#include "dialects/plan/Contractions.h"
#include "passes/Tensor/LoweringPatterns.h"

namespace onnxc {

/// The type that products of such elements are summed in.
mlir::Type getSumType(mlir::Type onnxElementType);

/// An 8-bit or wider integer element as i32 (or its own type if wider).
mlir::Value widenInteger(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value stored, mlir::Type onnxElementType);

/// tensor.empty filled with zero.
mlir::Value createZeros(mlir::OpBuilder &b, mlir::Location loc,
                        llvm::ArrayRef<mlir::OpFoldResult> sizes,
                        mlir::Type elementType);

/// c + l * r in the type of c.
mlir::Value buildMultiplyAdd(mlir::OpBuilder &b, mlir::Location loc,
                             mlir::Value l, mlir::Value r, mlir::Value c);

/// The only element of a tensor; null if it may have several.
mlir::Value extractOnlyElement(mlir::OpBuilder &b, mlir::Location loc,
                               mlir::Value tensor);

/// An elementwise linalg.generic over the first input.
mlir::Value
mapElements(mlir::OpBuilder &b, mlir::Location loc, mlir::ValueRange inputs,
            llvm::ArrayRef<mlir::AffineMap> maps, mlir::Value init,
            llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location,
                                           mlir::ValueRange)>
                build);

/// The sums (or sums and bias) as the op's result: f16 and bf16 are rounded.
mlir::Value roundSums(mlir::OpBuilder &b, mlir::Location loc, mlir::Value sums,
                      mlir::OpResult onnxResult);

/// round(sum * scale) + zero point, saturated to the quantised type.
mlir::Value buildRequantize(mlir::OpBuilder &b, mlir::Location loc,
                            mlir::Value sum, mlir::Value scale,
                            mlir::Value zeroPoint, mlir::Type onnxElementType);

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_CONTRACTIONS_H

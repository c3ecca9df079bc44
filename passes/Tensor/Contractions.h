//===- Contractions.h - What matrix products and convolutions share -------===//
//
// Both become linalg.fill and one linalg.generic that multiplies and adds,
// then elementwise ones (bias, scaling, rounding). The contraction carries an
// attribute by which the emitter of register-tiled code finds it; whatever
// that does not take runs as loops.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_CONTRACTIONS_H
#define ONNXC_PASSES_TENSOR_CONTRACTIONS_H

#include "passes/Tensor/LoweringPatterns.h"

namespace onnxc {

/// On a linalg.generic over (batch..., m, n; k) with projected permutations as
/// maps and the body c + f(a) * g(b).
inline constexpr llvm::StringLiteral kContractionAttr = "onnxc.contraction";
/// On such a one whose second factor is in panels of columns, [N/c, K, c]: its
/// map is (n / c, k, n % c). Holds c.
inline constexpr llvm::StringLiteral kPanelsAttr = "onnxc.panels";
/// On one of integers whose factors lie in groups that a lane of a dot product
/// takes: its last two loops, k and a group's, are reductions. Holds what is
/// added to each of the first factor.
inline constexpr llvm::StringLiteral kDotAttr = "onnxc.dot";
/// On one over (n, oc, o...; ic, k...) whose only input is the weights and
/// whose body reads the image by tensor.extract, 0 outside of it. A dictionary
/// of `group` and, one entry a spatial dimension, `strides`, `dilations`,
/// `pads` (those before) and `ends` (those behind, where the model states
/// them).
inline constexpr llvm::StringLiteral kConvAttr = "onnxc.conv";
/// The same over blocked tensors, as BlockedConv.cpp builds it. A dictionary of
/// `strides`, `dilations`, `pads`, `ends`, the bool `depthwise` and, for
/// bytes, the bool `unsigned` and lists of one: `group`, `padding`, `offset`.
inline constexpr llvm::StringLiteral kBlockedConvAttr = "onnxc.blocked_conv";

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

//===- LoweringPatterns.h - From onnx ops to linalg -----------------------===//
//
// What the families' lowerings share. Patterns see operands already converted:
// tensors without encoding, signless integers, bool and types below a byte as
// i8 (`getStorageType`).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_LOWERINGPATTERNS_H
#define ONNXC_PASSES_TENSOR_LOWERINGPATTERNS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Transforms/DialectConversion.h"
#include "passes/Tensor/TensorPasses.h"

namespace onnxc {

/// The element type an onnx element type is held as in a kernel: strings as
/// 128 bits, the address below the length (runtime.h's onnxc_string).
mlir::Type getStorageType(mlir::Type onnxElementType);
/// The converted tensor type: storage elements, no encoding.
mlir::RankedTensorType getStorageTensorType(mlir::Type onnxTensorType);

/// Whether loadElement gives something arithmetic works on: float16 and up,
/// integers of at least eight bits, and bool.
bool isComputable(mlir::Type onnxElementType);
/// What loadElement gives for it.
mlir::Type getComputeType(mlir::Type onnxElementType);

/// From storage to the type one computes in: i8 to i1 for bool, i4 and other
/// narrow integers sign- or zero-extended as they are, float16 and bfloat16 to
/// f32. And back (rounding to nearest even).
mlir::Value loadElement(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value stored, mlir::Type onnxElementType);
mlir::Value storeElement(mlir::OpBuilder &b, mlir::Location loc,
                         mlir::Value computed, mlir::Type onnxElementType);

/// A size, or any expression over the kernel's symbols, as an attribute or an
/// index value.
mlir::OpFoldResult getSize(mlir::OpBuilder &b, mlir::Operation *insideKernel,
                           mlir::AffineExpr expr);
/// The sizes of a value of the onnx dialect.
llvm::SmallVector<mlir::OpFoldResult> getSizes(mlir::OpBuilder &b,
                                               mlir::Operation *insideKernel,
                                               mlir::Value onnxValue);
/// tensor.empty for a result of an onnx op, in its storage type.
mlir::Value createEmpty(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::OpResult onnxResult);

/// The map by which an operand of these dims is read in a loop over the
/// broadcast result: constant 0 where the operand has size 1 and the result
/// has not.
mlir::AffineMap getBroadcastMap(llvm::ArrayRef<mlir::AffineExpr> operand,
                                llvm::ArrayRef<mlir::AffineExpr> result);

/// Why a pattern does not take elements of a type, with what a user can do.
std::string refuseElements(mlir::Type onnxElementType);

// populateNAMELowering(patterns, types) of each family, NAME.cpp in this
// folder: CMake lists them.
#include "passes/Tensor/LoweringDecls.inc"

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_LOWERINGPATTERNS_H

//===- SymbolicShape.h - Sizes as expressions over symbols ----------------===//
//
// A shape is one AffineExpr a dimension: constants, and expressions over the
// function's symbols s0, s1, ... . Tensor types carry it (`#onnx.dims`), so
// what shape inference finds out is part of the IR.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_SYMBOLICSHAPE_H
#define ONNXC_DIALECTS_ONNX_SYMBOLICSHAPE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "mlir/IR/ValueRange.h"
#include <optional>

namespace onnxc::onnx {

using Dims = llvm::SmallVector<mlir::AffineExpr, 4>;

/// The dimensions of a tensor type; none when its rank is not known, or when
/// a dynamic dimension has no expression yet.
std::optional<Dims> getDims(mlir::Type type);
inline std::optional<Dims> getDims(mlir::Value value) {
  return getDims(value.getType());
}

/// The tensor type with these dimensions; the expressions are simplified.
mlir::RankedTensorType getTensorType(llvm::ArrayRef<mlir::AffineExpr> dims,
                                     mlir::Type elementType);
/// tensor<*xT>.
mlir::Type getUnrankedType(mlir::Type elementType);
/// The same shape, known or not, with another element type.
mlir::Type withElementType(mlir::Type tensorType, mlir::Type elementType);

/// The element type of a tensor value.
mlir::Type getElementType(mlir::Value value);
/// Its rank, none when that is not known.
std::optional<int64_t> getRank(mlir::Value value);

/// By how much the rank of one value is greater than that of another; none
/// where a rank is not known, or where it is not greater.
std::optional<int64_t> getRankDifference(mlir::Value of, mlir::Value to);

mlir::AffineExpr getConstant(mlir::MLIRContext *context, int64_t value);
mlir::AffineExpr simplify(mlir::AffineExpr expr);
/// The value of a constant expression.
std::optional<int64_t> getConstant(mlir::AffineExpr expr);
/// One more than the highest symbol of the expressions.
unsigned getNumSymbols(llvm::ArrayRef<mlir::AffineExpr> exprs);
/// Whether `expr` is not negative, or positive, for all sizes. Symbols are not
/// negative.
bool isKnownNonNegative(mlir::AffineExpr expr);
bool isKnownPositive(mlir::AffineExpr expr);

/// numpy's broadcasting. Of two expressions that are neither equal nor 1 the
/// one without cases is taken, or the left one, as the run time will find them
/// equal; none when two constants contradict each other.
std::optional<Dims> broadcast(llvm::ArrayRef<mlir::AffineExpr> a,
                              llvm::ArrayRef<mlir::AffineExpr> b);

/// An expression for readers, with names in place of symbols:
/// `2 * height + 1`.
std::string printSize(mlir::AffineExpr size,
                      llvm::function_ref<llvm::StringRef(unsigned)> name);

/// The product of all dimensions, 1 for none.
mlir::AffineExpr getProduct(mlir::MLIRContext *context,
                            llvm::ArrayRef<mlir::AffineExpr> dims);

/// The elements of an integer tensor (at most 1024) where its producer tells: a
/// constant or onnx.Dims. None for a null value.
std::optional<Dims> getKnownInts(mlir::Value value);
/// The same where all are constants.
std::optional<llvm::SmallVector<int64_t>> getConstantInts(mlir::Value value);

/// Whether two lists of types have equal element types and shapes that do not
/// contradict each other.
bool areCompatible(mlir::TypeRange a, mlir::TypeRange b);

/// An axis counted from the end becomes one counted from the front; none when
/// it is out of range.
std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_SYMBOLICSHAPE_H

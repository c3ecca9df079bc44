//===- MatchContraction.h - What a marked op multiplies and adds ----------===//
//
// A contraction is matched once; products (ProductGeometry.h), convolutions of
// planes (ConvGeometry.h) and of blocked tensors (BlockedConvGeometry.h), and a
// device's products (Device/ProductLoops.h) are views of it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_MATCHCONTRACTION_H
#define ONNXC_PASSES_LOOPS_MATCHCONTRACTION_H

#include "dialects/plan/Contractions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Loops/Blocking.h"

namespace onnxc {

class VectorBuilder;

/// Which factors a parallel loop numbers elements of; Batch are both or none.
enum class LoopRole { Batch, Left, Right, Depth };

/// A marked op whose body is yield(sum + left * right).
struct Contraction {
  mlir::linalg::GenericOp op;
  /// One of the two, as the op is marked.
  plan::ProductAttr product;
  plan::ConvolutionAttr convolution;
  /// The factors, as the body computes them.
  mlir::Value left, right;
  llvm::SmallVector<LoopRole> roles;
  /// The only load of the body, a convolution's image; null where there are
  /// none or several.
  mlir::memref::LoadOp load;

  mlir::Value getResult() const {
    return mlir::linalg::GenericOp(op).getDpsInits()[0];
  }
};

/// None where the op is not marked, or not what its mark says.
std::optional<Contraction> matchContraction(mlir::linalg::GenericOp op);

/// The buffer's type if it is contiguous and row-major; else null.
mlir::MemRefType getPlainType(mlir::Value buffer);

/// A size of a type.
inline Size asSize(int64_t size) {
  return mlir::ShapedType::isDynamic(size) ? Size() : Size(size);
}

/// The function from `leaf` to `factor`, for scalars and vectors; none where
/// ops on the way read anything else of the body. Null if they are the same.
struct Widening {
  std::function<mlir::Value(mlir::Value)> apply;
  bool keepsZero = true;
};
std::optional<Widening> getWidening(VectorBuilder &v, mlir::Block *body,
                                    mlir::Value leaf, mlir::Value factor);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_MATCHCONTRACTION_H

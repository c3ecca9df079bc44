//===- ProductGeometry.h - The loops of a marked product ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_PRODUCTGEOMETRY_H
#define ONNXC_PASSES_LOOPS_PRODUCTGEOMETRY_H

#include "passes/Loops/ChooseProduct.h"
#include "passes/Loops/Epilogue.h"
#include "passes/Loops/MatchContraction.h"

namespace onnxc {

/// One of the factors: element `map` of the buffer, and what the body makes of
/// it. Panels are shown as the matrix that they hold, and groups of bytes as
/// elements.
struct ProductOperand {
  mlir::Value buffer;
  mlir::AffineMap map;
  mlir::BlockArgument element;
  mlir::Value factor;

  /// The distance of neighbours along the last of these loops; 0 where the
  /// operand does not have it.
  Size getStride(mlir::ArrayRef<unsigned> loops) const;
  mlir::Value getStride(VectorBuilder &v, mlir::ArrayRef<unsigned> loops) const;
};

/// C[batch, m, n] = sum over k of A[batch, m, k] * B[batch, k, n], where m and
/// n are several loops each, walked as one. The columns are the last loop; a
/// matrix times a vector is a row (the vector) times a transposed matrix.
struct ProductGeometry {
  mlir::SmallVector<unsigned> batch, m, n;
  unsigned k = 0;
  ProductOperand left, right;
  mlir::Value result;
  int64_t panelColumns = 0;
  /// Null where there are no groups.
  plan::BytesAttr bytes;
  /// Null where the second factor is not quantised; else its scales, and its
  /// zero points or null.
  plan::QuantsAttr quants;
  mlir::Value scales, zeros;

  mlir::Type getSumType() const;
  LoopGroups getGroups() const;
  mlir::Value getDepth(VectorBuilder &v) const;
  /// What is known of it; the result may be elsewhere, with what follows.
  ProductShape getShape(mlir::Value output) const;
};

std::optional<ProductGeometry> matchProduct(const Contraction &contraction);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_PRODUCTGEOMETRY_H

//===- IntegerSums.h - Sums of bytes as a machine's instruction takes them ===//
//
// ConvInteger and MatMulInteger sum (x - zx)(w - zw). An instruction sums
// products of bytes, some only of unsigned by signed ones: so w becomes signed,
// 128 may be added to x, and zero points stay out of the sum:
//
//   sum (x - zx)(w - zw) = sum (x + o) w - (o + zx) sum w - zw sum (x - zx)
//
// The second sum is a constant for each filter. The third is a sum for each
// place, needed only where weights are not symmetric. All modulo 2^32, so that
// nothing overflows that would not otherwise.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_INTEGERSUMS_H
#define ONNXC_PASSES_GRAPH_INTEGERSUMS_H

#include "dialects/onnx/SymbolicShape.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/IR/Builders.h"

namespace onnxc {

/// What is added to elements of x, of this type, so that the instruction takes
/// them.
int64_t getLeftOffset(const DotInstruction &dot, mlir::Type element);

struct IntegerFactors {
  mlir::Value x, xZeroPoint, w, wZeroPoint;

  /// Whether the zero points are one for x, and one or one a filter for w.
  bool isSupported() const;
  bool areWeightsUnsigned() const {
    return onnx::getElementType(w).isUnsignedInteger();
  }
  /// The constant weights as signed bytes: 128 less where they are not.
  mlir::Value getSignedWeights(mlir::OpBuilder &b, mlir::Location loc) const;
  /// The zero point of signed weights in i32: null for 0.
  mlir::Value getSignedZeroPoint(mlir::OpBuilder &b, mlir::Location loc) const;

  /// The sums of products, given those of (x + offset) times `weights`, which
  /// are the signed ones. `weightAxes` are those that a sum runs over,
  /// `numProducts` how many it has. `sumOfLeft` builds the sums of x without
  /// its offset, and is asked only where they are needed. `align` brings a
  /// vector of filters to the sums' shape; none for their last dimension.
  mlir::Value correct(mlir::OpBuilder &b, mlir::Location loc, mlir::Value sums,
                      mlir::Value weights, llvm::ArrayRef<int64_t> weightAxes,
                      int64_t offset, int64_t numProducts,
                      llvm::function_ref<mlir::Value()> sumOfLeft,
                      llvm::function_ref<mlir::Value(mlir::Value)> align) const;
};

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_INTEGERSUMS_H

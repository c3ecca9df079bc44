//===- ConvLoops.h - The loops of a convolution ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_CONVLOOPS_H
#define ONNXC_PASSES_TENSOR_CONVLOOPS_H

#include "passes/Tensor/LoweringPatterns.h"

namespace onnxc {

/// Over (n, oc, o...; ic, k...), for images of a rank.
struct ConvLoops {
  unsigned spatial, numLoops;
  mlir::MLIRContext *context;

  ConvLoops(unsigned rank, mlir::MLIRContext *context)
      : spatial(rank - 2), numLoops(2 * rank - 1), context(context) {}
  mlir::AffineExpr batch() const { return mlir::getAffineDimExpr(0, context); }
  mlir::AffineExpr filter() const { return mlir::getAffineDimExpr(1, context); }
  unsigned output(unsigned i) const { return 2 + i; }
  unsigned channel() const { return 2 + spatial; }
  unsigned kernel(unsigned i) const { return 3 + spatial + i; }
  llvm::SmallVector<mlir::utils::IteratorType> kinds() const {
    llvm::SmallVector<mlir::utils::IteratorType> result(
        2 + spatial, mlir::utils::IteratorType::parallel);
    result.append(1 + spatial, mlir::utils::IteratorType::reduction);
    return result;
  }
  mlir::AffineMap resultMap() const {
    return mlir::AffineMap::getMultiDimIdentityMap(numLoops, context)
        .dropResults([&] {
          llvm::SmallBitVector bits(numLoops);
          bits.set(2 + spatial, numLoops);
          return bits;
        }());
  }
};

/// Of a tensor with one element a channel, read in a loop over `rank`
/// dimensions of which the second is the channel.
mlir::AffineMap getChannelMap(mlir::MLIRContext *context, unsigned rank);

/// sums + bias, where there is one, rounded to the result's type.
mlir::Value addBias(mlir::OpBuilder &b, mlir::Location loc, mlir::Value sums,
                    mlir::Value bias, mlir::OpResult result);

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_CONVLOOPS_H

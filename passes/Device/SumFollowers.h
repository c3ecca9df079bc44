//===- SumFollowers.h - What comes before and after a sum -----------------===//
//
// A contraction starts at what a fill says and is followed by elementwise ops:
// bias, activation, rounding. Whoever computes the sums in registers starts
// there and stores what the followers make of them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_SUMFOLLOWERS_H
#define ONNXC_PASSES_DEVICE_SUMFOLLOWERS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace onnxc {

/// The results of a map, with the loops at `indices`.
mlir::SmallVector<mlir::Value> getIndices(mlir::OpBuilder &b,
                                          mlir::Location loc,
                                          mlir::AffineMap map,
                                          mlir::ArrayRef<mlir::Value> indices);

/// The element of the operand that the op reads with its loops at `indices`.
mlir::Value loadOperand(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::linalg::GenericOp op, mlir::OpOperand &operand,
                        mlir::ArrayRef<mlir::Value> indices);

class SumFollowers {
public:
  explicit SumFollowers(mlir::linalg::GenericOp op);

  mlir::linalg::FillOp getFill() const { return fill; }
  mlir::ArrayRef<mlir::linalg::GenericOp> getFollowers() const {
    return followers;
  }
  /// The op behind which everything that is read has been written.
  mlir::Operation *getLastOp();
  /// Where results go: the op's loops to places in a buffer.
  mlir::Value getOutput(unsigned number);
  mlir::AffineMap getOutputMap(unsigned number);
  /// Applies the followers to a sum: the only result at the place that the op's
  /// loops at `indices` compute.
  mlir::Value finish(mlir::OpBuilder &b, mlir::Location loc, mlir::Value sum,
                     mlir::ArrayRef<mlir::Value> indices);
  /// Applies the followers to the sum of result `number`, at the place that the
  /// op's loops at `indices` compute, and stores it.
  void store(mlir::OpBuilder &b, mlir::Location loc, unsigned number,
             mlir::Value sum, mlir::ArrayRef<mlir::Value> indices);
  /// The op, its fill and the followers.
  void eraseOps();

private:
  void findFill();
  void findFollowers();

  mlir::linalg::GenericOp op;
  mlir::SmallVector<unsigned> parallel;
  bool isReduction = false;
  mlir::linalg::FillOp fill;
  mlir::SmallVector<mlir::linalg::GenericOp> followers;
};

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_SUMFOLLOWERS_H

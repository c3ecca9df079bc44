//===- Epilogue.h - Elementwise ops applied where a sum is stored ---------===//
//
// Bias, residual and activation follow a contraction as linalg.generic ops.
// They are computed on the vectors of finished sums while these are still in
// registers.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_EPILOGUE_H
#define ONNXC_PASSES_LOOPS_EPILOGUE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Loops/VectorBuilder.h"

namespace onnxc {

/// Consecutive dimensions of the result that are walked as one. Vectors lie
/// along the last group.
using LoopGroups = llvm::SmallVector<llvm::SmallVector<unsigned>>;

/// Through views to the buffer.
mlir::Value getBaseBuffer(mlir::Value buffer);

class Epilogue {
public:
  /// Collects the elementwise ops that follow the contraction whose sums are
  /// in `sums`, as far as they can be computed so.
  /// Finished elements may go onto `overwritten`, a factor, if any.
  Epilogue(mlir::linalg::GenericOp contraction, mlir::Value sums,
           const LoopGroups &groups, mlir::Value overwritten = {});

  /// Where finished elements go.
  mlir::Value getOutput() const { return output; }
  /// Where sums over a part of k go until the next part.
  mlir::Value getPartialSums() const { return partialSums; }
  mlir::Operation *getLastOp() const;
  /// Removes the ops, and the buffer of sums where it was only between them.
  void eraseOps();

  /// Computes addresses that do not depend on the place, before all loops.
  void prepare(VectorBuilder &v);
  /// The finished elements from place `at` (one index a group) on.
  mlir::Value apply(VectorBuilder &v, mlir::Value sums,
                    mlir::ArrayRef<mlir::Value> at, Lanes lanes);

private:
  struct Source {
    mlir::Value buffer, row;
    /// Which group steps by which stride.
    llvm::SmallVector<std::pair<unsigned, unsigned>> strideAfter;
    llvm::SmallVector<std::pair<unsigned, mlir::Value>> strides;
    bool isVector = false;
  };
  struct Step {
    mlir::linalg::GenericOp op;
    /// For each input; none for the one that is the sums.
    llvm::SmallVector<std::optional<Source>> sources;
  };

  std::optional<Step> makeStep(mlir::linalg::GenericOp op, mlir::Value sums);
  bool findGroups(mlir::AffineMap map, Source &source);
  bool isFree(mlir::Operation *between, mlir::ArrayRef<mlir::Value> buffers);
  bool isWritten(mlir::Operation *between);

  mlir::linalg::GenericOp contraction;
  mlir::Value sums, output, partialSums;
  LoopGroups groups;
  llvm::SmallVector<Step> steps;
};

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_EPILOGUE_H

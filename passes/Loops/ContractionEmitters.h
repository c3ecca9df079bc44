//===- ContractionEmitters.h - Loops for one kind of contraction each -----===//
//
// Each replaces a marked linalg.generic, its fill and the elementwise ops that
// follow by blocked vector loops, whose outermost one is an scf.forall over
// independent tasks. They fail, having changed nothing, where their loops do
// not fit.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_LOOPS_CONTRACTIONEMITTERS_H
#define ONNXC_PASSES_LOOPS_CONTRACTIONEMITTERS_H

#include "passes/Loops/GemmEmitter.h"

namespace onnxc {

/// The factors of a body c + f(a) * g(b), or that with f of what a load gives.
struct ContractionBody {
  mlir::Value left, right;
};

/// Recognises yield(c + l * r).
std::optional<ContractionBody> matchBody(mlir::linalg::GenericOp op);

/// The function from `leaf` to `factor`, for scalars and vectors; none where
/// ops on the way read anything else of the body. Null if they are the same.
struct Widening {
  std::function<mlir::Value(mlir::Value)> apply;
  bool keepsZero = true;
};
std::optional<Widening> getWidening(VectorBuilder &v, mlir::Block *body,
                                    mlir::Value leaf, mlir::Value factor);

/// Builds scf.forall over the sizes. Scratch on the stack lasts for a task.
void buildTasks(VectorBuilder &v, mlir::ArrayRef<mlir::Value> sizes,
                llvm::function_ref<void(mlir::ValueRange)> body);

/// Whether sums of such elements are emitted.
bool isEmittedType(mlir::Type sumType, RegisterFile registers);

/// The length of B's scratch rows: whole vectors, and an odd number of cache
/// lines, so that rows spread over all sets.
int64_t getPitch(int64_t columns, mlir::Type type);

mlir::LogicalResult emitMatMul(mlir::linalg::GenericOp op,
                               RegisterFile registers);
mlir::LogicalResult emitConv(mlir::linalg::GenericOp op,
                             RegisterFile registers);
mlir::LogicalResult emitDepthwise(mlir::linalg::GenericOp op,
                                  RegisterFile registers);
mlir::LogicalResult emitBlockedConv(mlir::linalg::GenericOp op,
                                    RegisterFile registers);
mlir::LogicalResult emitBlockedDepthwise(mlir::linalg::GenericOp op,
                                         RegisterFile registers);

} // namespace onnxc

#endif // ONNXC_PASSES_LOOPS_CONTRACTIONEMITTERS_H

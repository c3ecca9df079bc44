//===- Branches.h - Branches that no run can take -------------------------===//
//
// The sizes that are known may contradict what a branch of an If does, as it
// was written for others. The rest of the model is well: such a branch becomes
// one that ends the run.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_BRANCHES_H
#define ONNXC_DIALECTS_PLAN_BRANCHES_H

#include "dialects/onnx/ControlFlowOps.h"
#include "mlir/IR/Builders.h"

namespace onnxc::plan {

/// Calls `infer` for both branches. The one for which it fails, null if there
/// is none, with a warning that says why; an error where it fails for both.
mlir::FailureOr<mlir::Region *>
inferBranches(onnx::IfOp op,
              llvm::function_ref<mlir::LogicalResult(mlir::Region &)> infer);

/// What ends the run, at the begin of such a branch.
void createNever(mlir::OpBuilder &b, mlir::Location loc);
bool isNever(mlir::Block &block);
/// What such a branch gives: a constant of zeros, or of empty strings.
mlir::Value createNothing(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::RankedTensorType type);

} // namespace onnxc::plan

#endif // ONNXC_DIALECTS_PLAN_BRANCHES_H

//===- Makers.h - Which node makes which result of a call -----------------===//
//
// A kernel computes several nodes, and gives what some of them make. The call's
// location is that of all; beside it, as the metadata of the fused location, it
// has one location a result.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_MAKERS_H
#define ONNXC_DIALECTS_PLAN_MAKERS_H

#include "mlir/IR/Value.h"

namespace onnxc {

/// The location of a call that computes what is at `computed`. `makers` has one
/// location for each of its results.
mlir::Location getCallLoc(mlir::MLIRContext *context,
                          llvm::ArrayRef<mlir::Location> computed,
                          llvm::ArrayRef<mlir::Location> makers);

/// Where the result was made; where nothing more is known, the op's location.
mlir::Location getMaker(mlir::OpResult result);

} // namespace onnxc

#endif // ONNXC_DIALECTS_PLAN_MAKERS_H

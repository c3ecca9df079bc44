//===- PlanOrder.h - In which order device and host take turns ------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_PLANORDER_H
#define ONNXC_PASSES_DEVICE_PLANORDER_H

#include "mlir/IR/Block.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace onnxc {

/// An op of the host, or kernels that the device runs one after the other.
struct PlanStep {
  bool isDevice = false;
  llvm::SmallVector<mlir::Operation *> ops;
};

/// Whether an op of a plan costs nothing and stands wherever it is used:
/// constants, views, expressions.
bool isFreeInPlan(mlir::Operation *op);

/// Orders a block of a plan so that the device's turns are few.
llvm::SmallVector<PlanStep>
orderPlan(mlir::Block &block,
          llvm::function_ref<bool(mlir::Operation *)> isOnDevice);

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_PLANORDER_H

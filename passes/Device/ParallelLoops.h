//===- ParallelLoops.h - Loops whose iterations do not meet ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_PARALLELLOOPS_H
#define ONNXC_PASSES_DEVICE_PARALLELLOOPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

/// Makes a scf.forall of each outermost nest of loops that is parallel.
void findParallelLoops(mlir::func::FuncOp kernel);

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_PARALLELLOOPS_H

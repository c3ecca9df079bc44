//===- HostValues.h - What is known before a launch -----------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_DEVICE_HOSTVALUES_H
#define ONNXC_PASSES_DEVICE_HOSTVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

/// Whether a gpu.launch can take the place of `op` and of `others`, later ops
/// of the block. Three things must hold: they use only sizes, buffers, and
/// values that can be read from buffers which the kernel does not write; later
/// ops get what the device computed before through buffers only; and the host
/// executes this block. Otherwise these ops share one function of the device
/// with their surroundings.
bool canLaunch(mlir::Operation *op,
               mlir::ArrayRef<mlir::Operation *> others = {});

} // namespace onnxc

#endif // ONNXC_PASSES_DEVICE_HOSTVALUES_H

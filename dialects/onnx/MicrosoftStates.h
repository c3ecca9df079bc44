//===- MicrosoftStates.h - Operators that give the states of steps --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_MICROSOFTSTATES_H
#define ONNXC_DIALECTS_ONNX_MICROSOFTSTATES_H

#include "mlir/IR/Diagnostics.h"

namespace onnxc::onnx {

/// `capture_count` of the `state_update_capacity` last states are given.
template <typename Op> mlir::LogicalResult verifyCaptures(Op op) {
  constexpr int64_t most = 8;
  int64_t capacity = op.getStateUpdateCapacity();
  if (capacity < 0 || capacity > most)
    return op.emitError("state_update_capacity is ")
           << capacity << ", not from 0 to " << most;
  if (!op.getCaptureCount() != !capacity)
    return op.emitError("capture_count and state_update_capacity come together "
                        "or not");
  return mlir::success();
}

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_MICROSOFTSTATES_H

//===- RunTimeChecks.h - What data has to be, or the run ends -------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_RUNTIMECHECKS_H
#define ONNXC_DIALECTS_ONNX_RUNTIMECHECKS_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

/// Ends a run where any of these bools is true. Gives `x`, for what is not to
/// be computed then.
mlir::Value requireNone(GraphBuilder &g, mlir::Value x, mlir::Value conditions);
void requireNone(GraphBuilder &g, mlir::Value conditions);

/// Ends a run where the tensors, of one rank, have different sizes.
void requireSameShape(GraphBuilder &g, mlir::Value x, mlir::Value y);

/// Ends a run where the bool, a scalar or a list of one, is false.
void require(GraphBuilder &g, mlir::Value condition);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_RUNTIMECHECKS_H

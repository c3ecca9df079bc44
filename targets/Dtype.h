//===- Dtype.h - The runtime's number for an element type -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_TARGETS_DTYPE_H
#define ONNXC_TARGETS_DTYPE_H

#include "mlir/IR/Types.h"
#include <cstdint>

namespace onnxc {

/// onnxc_dtype for an element type of the onnx dialect, 0 for none.
int32_t getDtype(mlir::Type elementType);

} // namespace onnxc

#endif // ONNXC_TARGETS_DTYPE_H

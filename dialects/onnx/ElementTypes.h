//===- ElementTypes.h - Element types by their ONNX numbers ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ELEMENTTYPES_H
#define ONNXC_DIALECTS_ONNX_ELEMENTTYPES_H

#include "mlir/IR/Types.h"

namespace onnxc::onnx {

/// The element type of a `dtype` or `to` attribute (a TensorProto.DataType);
/// null for numbers that name none, and for complex ones.
mlir::Type getElementTypeOf(mlir::MLIRContext *context, int64_t dataType);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_ELEMENTTYPES_H

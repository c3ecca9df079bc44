//===- ElementTypes.h - Numbers and sizes of element types
//--------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ELEMENTTYPES_H
#define ONNXC_DIALECTS_ONNX_ELEMENTTYPES_H

#include "mlir/IR/BuiltinTypes.h"

namespace onnxc::onnx {

/// The element type of a TensorProto.DataType; null for one that is not known.
mlir::Type getElementTypeOf(mlir::MLIRContext *context, int64_t dataType);
/// The reverse; 0 (UNDEFINED) for a type that ONNX has not.
int64_t getDataType(mlir::Type elementType);

/// The bytes of an element in memory; types below a byte take one, strings
/// those of an onnxc_string.
int64_t getStorageBytes(mlir::Type elementType);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_ELEMENTTYPES_H

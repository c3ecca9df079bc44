//===- OnnxDialect.h - The onnx dialect without its ops -------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_ONNXDIALECT_H
#define ONNXC_DIALECTS_ONNX_ONNXDIALECT_H

#include "dialects/onnx/Assembly.h"
#include "dialects/onnx/SymbolicShape.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/onnx/OnnxDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/onnx/OnnxTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/onnx/OnnxAttributes.h.inc"

namespace onnxc::onnx {
class SizeRequirements;
} // namespace onnxc::onnx

#include "dialects/onnx/OnnxInterfaces.h.inc"

#include "dialects/onnx/OpTraits.h"

// The ops are in dialects/onnx/FAMILYOps.h, a header a family, written by CMake
// from Family.h.in: a file includes those it names.

#endif // ONNXC_DIALECTS_ONNX_ONNXDIALECT_H

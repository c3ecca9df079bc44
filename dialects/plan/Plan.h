//===- Plan.h - The plan dialect ------------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_PLAN_H
#define ONNXC_DIALECTS_PLAN_PLAN_H

#include "dialects/onnx/OnnxDialect.h"
#include "dialects/plan/MachineModel.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_ATTRDEF_CLASSES
#include "dialects/plan/PlanAttrs.h.inc"

#include "dialects/plan/PlanDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/plan/PlanOps.h.inc"

namespace onnxc::plan {

/// Through views to the value that has the memory.
mlir::Value getSource(mlir::Value value);

} // namespace onnxc::plan

#endif // ONNXC_DIALECTS_PLAN_PLAN_H

//===- Kernels.h - Functions that are kernels, and their symbols ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_KERNELS_H
#define ONNXC_DIALECTS_PLAN_KERNELS_H

#include "dialects/plan/PlanAttrs.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

inline bool isKernel(mlir::func::FuncOp function) {
  return plan::attrs::Kernel::isOn(function);
}
inline void markKernel(mlir::func::FuncOp function) {
  plan::attrs::Kernel::mark(function);
}

inline bool takesContext(mlir::func::FuncOp kernel) {
  return kernel.getNumArguments() > 0 && plan::attrs::Context::isOn(kernel, 0);
}

/// "conv_1, relu_1": the nodes of the model that a location goes back to.
std::string getNodeNames(mlir::Location loc);

/// The value of symbol `number` of @main at the builder's place: one of the
/// trailing index arguments, or the result of the plan.symbol that defines it.
mlir::Value getSymbolValue(mlir::OpBuilder &b, mlir::func::FuncOp main,
                           unsigned number);

/// Its inverse: the symbol, or the expression of plan.size, that an index value
/// of @main is.
mlir::AffineExpr getSymbolExpr(mlir::func::FuncOp main, mlir::Value index);

} // namespace onnxc

#endif // ONNXC_DIALECTS_PLAN_KERNELS_H

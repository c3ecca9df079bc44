//===- Kernels.h - Functions that are kernels, and their symbols ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_PLAN_KERNELS_H
#define ONNXC_DIALECTS_PLAN_KERNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace onnxc {

/// The attribute of a kernel's dynamic arguments and results that holds their
/// sizes over the kernel's symbols, once their types no longer do.
constexpr llvm::StringLiteral kDimsName = "onnx.dims";

/// The attribute of a kernel's argument that is memory to work in.
constexpr llvm::StringLiteral kScratchName = "onnx.scratch";

/// The attribute of a kernel's pointer that holds the type of the elements.
constexpr llvm::StringLiteral kElementTypeName = "onnx.element";

/// The attribute of a kernel's first argument where that is the context.
constexpr llvm::StringLiteral kContextName = "onnx.context";

/// The attribute of a module that names the last phase it has been through.
constexpr llvm::StringLiteral kPhaseName = "plan.phase";

/// A kernel carries the unit attribute `kernel`.
inline bool isKernel(mlir::func::FuncOp function) {
  return function->hasAttr("kernel");
}
inline void markKernel(mlir::func::FuncOp function) {
  function->setAttr("kernel", mlir::UnitAttr::get(function.getContext()));
}

inline bool takesContext(mlir::func::FuncOp kernel) {
  return kernel.getNumArguments() > 0 && kernel.getArgAttr(0, kContextName);
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

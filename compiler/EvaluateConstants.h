//===- EvaluateConstants.h - Compile constant ops and run them here -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_EVALUATECONSTANTS_H
#define ONNXC_COMPILER_EVALUATECONSTANTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace onnxc {

/// A ConstantEvaluator (passes/Graph/FoldConstants.h): runs the module's @main
/// in this process. The code is for the host architecture's baseline, without
/// contraction, so that every host computes the same bits. All dialects of the
/// pipeline must be loaded.
mlir::FailureOr<llvm::SmallVector<mlir::ElementsAttr>>
evaluateConstants(mlir::OwningOpRef<mlir::ModuleOp> module);

} // namespace onnxc

#endif // ONNXC_COMPILER_EVALUATECONSTANTS_H

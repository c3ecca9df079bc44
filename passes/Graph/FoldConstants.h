//===- FoldConstants.h - Constant subgraphs become constants --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_FOLDCONSTANTS_H
#define ONNXC_PASSES_GRAPH_FOLDCONSTANTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/Pass.h"
#include <functional>

namespace onnxc {

/// Runs the @main of a module, which has no arguments, and gives its results.
/// A failure has been reported.
using ConstantEvaluator =
    std::function<mlir::FailureOr<llvm::SmallVector<mlir::ElementsAttr>>(
        mlir::OwningOpRef<mlir::ModuleOp>)>;

/// Replaces what can be computed from constants alone, all of it in one call of
/// `evaluate`.
std::unique_ptr<mlir::Pass> createFoldConstants(ConstantEvaluator evaluate);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_FOLDCONSTANTS_H

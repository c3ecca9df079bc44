//===- Driver.h - One compilation -----------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_DRIVER_H
#define ONNXC_COMPILER_DRIVER_H

#include "compiler/Options.h"
#include "mlir/IR/MLIRContext.h"

namespace onnxc {

/// Compiles a model as the options say. Errors have been printed when this
/// fails, and no output is left.
mlir::LogicalResult compileModel(const Options &options);

/// --inspect
mlir::LogicalResult inspectModel(const Options &options);

/// Reads a model, or MLIR text where the name ends so.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
readModule(const Options &options, mlir::MLIRContext &context,
           ExternalFiles &files, ModelFacts *facts = nullptr);

} // namespace onnxc

#endif // ONNXC_COMPILER_DRIVER_H

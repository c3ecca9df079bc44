//===- ModelDiagnostics.h - Diagnostics that name the model's node --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_IMPORT_MODELDIAGNOSTICS_H
#define ONNXC_COMPILER_IMPORT_MODELDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

namespace onnxc {

/// `model.onnx: node "conv_12" (Conv): ` for the location of an imported op,
/// `model.onnx: ` for that of the model; empty for others.
std::string describeLocation(mlir::Location loc);

/// Prints `error: model.onnx: node "conv_12" (Conv): message` and the like to
/// a stream while it lives.
class ModelDiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  ModelDiagnosticPrinter(mlir::MLIRContext *context, llvm::raw_ostream &os);
};

} // namespace onnxc

#endif // ONNXC_COMPILER_IMPORT_MODELDIAGNOSTICS_H

//===- WriteOutputs.h - What a compilation writes -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_WRITEOUTPUTS_H
#define ONNXC_COMPILER_WRITEOUTPUTS_H

#include "codegen/DeviceCode.h"
#include "codegen/Emit.h"
#include "codegen/ModelInterface.h"
#include "codegen/Weights.h"
#include "compiler/OutputFiles.h"
#include "compiler/Progress.h"
#include "compiler/ResolveTargets.h"
#include "mlir/Support/Timing.h"

namespace onnxc {

/// What the phases have made of a model.
struct CompiledModel {
  CompilationTargets targets;
  /// In the LLVM dialect, unless --emit=mlir asked for less; then it is all
  /// there is.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The code for all CPUs but the last.
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> variants;
  ModelInterface interface;
  WeightsBlob weights;
  DeviceCode deviceCode;
  /// What was read beside the model.
  ExternalFiles externalFiles;
};

/// Writes what --emit names: for code also the header and the weights, where
/// they are files of their own, and the dependencies where they were asked for.
/// Returns what the code needs, of code only.
llvm::Expected<EmittedCode>
writeOutputs(const Options &options, const CompiledModel &compiled,
             OutputFiles &files, mlir::TimingScope &timing, Progress &progress);

} // namespace onnxc

#endif // ONNXC_COMPILER_WRITEOUTPUTS_H

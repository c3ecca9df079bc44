//===- Pipeline.h - The phases of a compilation ---------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_PIPELINE_H
#define ONNXC_COMPILER_PIPELINE_H

#include "compiler/Options.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Graph/FoldConstants.h"
#include "targets/Target.h"

namespace onnxc {

/// Which passes there are. What they know of the machine they read from the
/// module: stateMachine() puts it there.
struct PipelineOptions {
  unsigned optLevel = 2;
  bool debugLines = false;
  bool profile = false;
  /// The entry tells an observer of all values.
  bool observe = false;
  /// A node whose kernel is made to compute something else; empty for none.
  std::string plantedFault;
  /// Each load and store of a kernel is checked.
  bool checkAccesses = false;
  /// Convolutions may be computed otherwise than by their sums of products.
  bool transformConvs = false;
  /// The module is a stage that buildSplit() has cut off.
  bool isStage = false;
  /// The machine compiled for.
  MachineModel machine = getMachine(nullptr);
  /// That of what a device leaves to its host.
  MachineModel host = getMachine(nullptr);
  /// Computes what depends on constants only; nothing is folded without it.
  ConstantEvaluator evaluateConstants;
};

/// Has the module say which machine it is compiled for.
void stateMachine(mlir::ModuleOp module, const PipelineOptions &options);

/// The phase that the module has been through; the import where it says none.
Phase getLastPhase(mlir::ModuleOp module);

/// Cuts an imported model into stages, modules in it.
void buildSplit(mlir::OpPassManager &pm, unsigned stages);

void buildGraphPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildTensorPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildLoopsPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildMemoryPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildCodePhase(mlir::OpPassManager &pm, const PipelineOptions &options);

struct PhaseInfo {
  Phase phase;
  /// Its name for --stop-after, --save-temps and onnxc-opt (--onnxc-NAME).
  llvm::StringRef name;
  llvm::StringRef summary;
  /// Null for the import, which has no passes.
  void (*build)(mlir::OpPassManager &pm, const PipelineOptions &options);
};
/// All phases in their order.
llvm::ArrayRef<PhaseInfo> getPhases();

/// The dialects that occur on the way, and no others.
void registerPipelineDialects(mlir::DialectRegistry &registry);

/// A pipeline --onnxc-NAME a phase, for onnxc-opt. Like onnxc they are told the
/// target: --onnxc-loops='target=thumbv7em-none-eabihf cpu=cortex-m4'.
void registerPipelines();

} // namespace onnxc

#endif // ONNXC_COMPILER_PIPELINE_H

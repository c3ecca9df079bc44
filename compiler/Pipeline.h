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

/// 16 vector registers of 128 bits.
inline MachineModel getSmallMachine() {
  MachineModel machine;
  machine.vectorBits = 128;
  machine.numVectorRegisters = 16;
  return machine;
}

/// What the passes are told.
struct PipelineOptions {
  unsigned optLevel = 2;
  unsigned indexBits = 64;
  bool debugLines = false;
  bool profile = false;
  /// The machine compiled for; without one, a small vector unit.
  MachineModel machine = getSmallMachine();
  /// The machine of what a device leaves to its host.
  MachineModel host = getSmallMachine();
  /// Computes what depends on constants only; nothing is folded without it.
  ConstantEvaluator evaluateConstants;
};

void buildGraphPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildTensorPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildLoopsPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildMemoryPhase(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildCodePhase(mlir::OpPassManager &pm, const PipelineOptions &options);

struct PhaseInfo {
  Phase phase;
  /// What --stop-after, --save-temps and onnxc-opt (--onnxc-NAME) call it.
  llvm::StringRef name;
  llvm::StringRef summary;
  /// Null for the import, which has no passes.
  void (*build)(mlir::OpPassManager &pm, const PipelineOptions &options);
};
/// All phases in their order.
llvm::ArrayRef<PhaseInfo> getPhases();

/// The dialects that occur on the way, and no others.
void registerPipelineDialects(mlir::DialectRegistry &registry);

/// A pipeline --onnxc-NAME a phase, for onnxc-opt.
void registerPipelines();

} // namespace onnxc

#endif // ONNXC_COMPILER_PIPELINE_H

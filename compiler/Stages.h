//===- Stages.h - A model compiled as a chain of objects ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_STAGES_H
#define ONNXC_COMPILER_STAGES_H

#include "codegen/ModelInterface.h"
#include "compiler/Options.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/JSON.h"

namespace onnxc {

/// What the manifest tells of one stage. Files are named as they lie beside the
/// manifest; one that is not written has no name.
struct StageFacts {
  std::string file, header, weights, prefix;
  ModelInterface interface;
  uint64_t weightsBytes = 0;
  /// A number, or an expression over free dimensions.
  llvm::json::Value macs = nullptr;
};

/// The model's names of what the stages take from outside and give back.
struct StageChain {
  std::string model;
  std::vector<std::string> inputs, outputs;
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> modules;
  std::vector<StageFacts> facts;
};

/// Cuts an imported model, of which nothing is left.
mlir::FailureOr<StageChain> cutStages(mlir::OwningOpRef<mlir::ModuleOp> module,
                                      unsigned stages);

/// The options by which stage `number` is compiled.
Options getStageOptions(const Options &options, unsigned number);

void writeManifest(const StageChain &chain, llvm::raw_ostream &os);

} // namespace onnxc

#endif // ONNXC_COMPILER_STAGES_H

//===- StageBuilder.h - The function of one stage -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_STAGEBUILDER_H
#define ONNXC_PASSES_GRAPH_STAGEBUILDER_H

#include "passes/Graph/StageCuts.h"
#include "llvm/ADT/SetVector.h"
#include <string>

namespace onnxc {

/// What a stage takes, computes and gives.
struct Stage {
  unsigned begin, end;
  llvm::SetVector<mlir::Value> inputs;
  /// Constants and the like, which it computes for itself, and what reads a
  /// symbol off a tensor.
  llvm::DenseSet<mlir::Operation *> copied;
  /// What its ops are about.
  llvm::SmallBitVector symbols;
  llvm::SmallVector<std::pair<mlir::Value, std::string>> outputs;
};

/// A @main of what the stage computes, over symbols of its own. `names` has
/// those of values that go from stage to stage.
mlir::func::FuncOp
buildStage(mlir::func::FuncOp main, const Stage &stage, const StageCuts &cuts,
           const llvm::DenseMap<mlir::Value, std::string> &names);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_STAGEBUILDER_H

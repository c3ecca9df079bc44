//===- RunTimeSequences.cpp - Sequences of tensors of unknown rank --------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Graph/ShapeInference.h"

using namespace mlir;
using namespace onnxc;
using namespace onnxc::onnx;

static bool isSequenceOrOptional(Type type) {
  return isa<SeqType, OptType>(type);
}

void ShapeInference::addRunTimeSequence(Operation *op) {
  runTimeSequences.push_back(op);
  unknown.insert_range(op->getResults());
}

/// Whether nothing can be said of the op's results, as an element of a sequence
/// whose tensors may have different ranks is among what it is computed from.
bool ShapeInference::dependsOnRunTimeSequence(Operation *op) {
  auto isUnknown = [&](Value value) { return unknown.contains(value); };
  bool depends = llvm::any_of(op->getOperands(), isUnknown);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (block.mightHaveTerminator())
        depends |= llvm::any_of(block.back().getOperands(), isUnknown);
  if (!depends)
    return false;
  unknown.insert_range(op->getResults());
  if (llvm::any_of(op->getOperandTypes(), isSequenceOrOptional))
    runTimeSequences.push_back(op);
  return true;
}

void ShapeInference::forgetRunTimeSequences(Region &region) {
  llvm::erase_if(runTimeSequences, [&](Operation *op) {
    return region.isAncestor(op->getParentRegion());
  });
  region.walk([&](Operation *op) {
    for (Value result : op->getResults())
      unknown.erase(result);
  });
}

/// All ops that would need them, in one message.
LogicalResult ShapeInference::refuseRunTimeSequences() {
  if (runTimeSequences.empty())
    return success();
  InFlightDiagnostic error = runTimeSequences.front()->emitError(
      "the rank of a sequence's or optional's tensors is known at run time "
      "only; state it in the type of the model's input");
  for (Operation *op : ArrayRef(runTimeSequences).drop_front())
    error.attachNote(op->getLoc()) << "it is used here, too";
  return error;
}

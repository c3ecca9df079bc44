//===- CarriedSequences.h - Sequences that a Loop or an If hands on -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_GRAPH_CARRIEDSEQUENCES_H
#define ONNXC_PASSES_GRAPH_CARRIEDSEQUENCES_H

#include "dialects/onnx/SequenceOps.h"
#include "passes/Graph/ShapeInference.h"

namespace onnxc {

/// Whether a value is a sequence or an optional of tensors.
bool isSequence(mlir::Value value);

/// A value that a Loop carries, as copies of its body tell.
struct CarriedSequence {
  /// A list that is empty before the loop, to which an iteration appends a
  /// tensor of a shape that no iteration changes.
  bool isStacked = false;
  /// Whether its tensors may have different ranks; else they have this one.
  bool isMixed = false;
  int64_t rank = 0;
  /// Whether a copy of the body has been given tensors of that rank.
  bool isPacked = false;
};

/// Gives a copy of a Loop's body what it is to take for carried sequences.
void replaceCarried(onnx::LoopOp copy, llvm::ArrayRef<CarriedSequence> carried,
                    ShapeInference &inference);
/// Reads what the copy makes of them. `numOutside` symbols are defined before
/// the loop.
void readCarried(onnx::LoopOp op, onnx::LoopOp copy,
                 llvm::MutableArrayRef<CarriedSequence> carried,
                 size_t numOutside, ShapeInference &inference);

/// The Loop with scan outputs in place of lists that are stacked.
onnx::LoopOp stackSequences(onnx::LoopOp op,
                            llvm::ArrayRef<CarriedSequence> carried);
/// What an iteration appends to carried value `i`, and nothing else is done
/// with that; null for all other values.
onnx::SequenceInsertOp getAppending(onnx::LoopOp op, size_t i);

/// The Loop, or the If whose branches are inferred, with tensors in place of
/// all other sequences and optionals. `after` are ops that make such values
/// again of the results: they are to be inferred once the op is.
mlir::FailureOr<onnx::LoopOp>
packSequences(onnx::LoopOp op, llvm::ArrayRef<CarriedSequence> carried,
              llvm::SmallVectorImpl<mlir::Operation *> &after,
              ShapeInference &inference);
mlir::FailureOr<onnx::IfOp>
packSequences(onnx::IfOp op, llvm::SmallVectorImpl<mlir::Operation *> &after,
              ShapeInference &inference);

} // namespace onnxc

#endif // ONNXC_PASSES_GRAPH_CARRIEDSEQUENCES_H

//===- PackedSequence.h - Sequences as a few tensors ----------------------===//
//
// A sequence whose length only a run knows is two tensors. `values` has the
// elements of all its tensors, one behind the other; `shapes` has a row for
// each tensor, its sizes. [1 2 3], [], [4 5] are
//
//   values = [1 2 3 4 5]    shapes = [[3] [0] [2]]
//
// Where tensors have different ranks, -1 fills up the rows of those with fewer
// dimensions. An optional tensor is a sequence of one or none, and an optional
// sequence has a third tensor, whether there is one.
//
// What reads or changes such a sequence is ordinary arithmetic on these
// tensors: an element starts where the elements of those before it end. A place
// costs a pass over `shapes`, a change a copy of `values`.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_PACKEDSEQUENCE_H
#define ONNXC_DIALECTS_ONNX_PACKEDSEQUENCE_H

#include "dialects/onnx/GraphBuilder.h"

namespace onnxc::onnx {

struct PackedSequence {
  mlir::Value values, shapes;
  /// Of an optional: a bool. Null where it is `shapes` that tells.
  mlir::Value present;
  /// How many columns `shapes` has.
  mlir::AffineExpr columns;
  bool isMixed = false;
  /// What all tensors have, -1 where they may differ; empty where ranks may.
  llvm::SmallVector<int64_t> sizes;

  /// Of all tensors; none where they may differ.
  std::optional<int64_t> getTensorRank() const;
};

/// The tensors one after the other; ranks must be known. `columns` is the least
/// number of columns.
std::optional<PackedSequence> packElements(GraphBuilder &g,
                                           llvm::ArrayRef<mlir::Value> elements,
                                           mlir::Type element, int64_t columns);
/// The value that the tensors stand for.
mlir::Value buildPack(GraphBuilder &g, const PackedSequence &packed,
                      bool isOptional = false);

/// Whether an optional holds something, a bool.
mlir::Value getPresence(GraphBuilder &g, const PackedSequence &packed);
/// Ends a run where it does not.
void requirePresence(GraphBuilder &g, const PackedSequence &packed);

/// Ends a run whose tensors do not belong together: another number of values
/// than the shapes say, negative sizes, sizes other than `sizes`, or as an
/// optional tensor, more than one.
void requireConsistency(GraphBuilder &g, const PackedSequence &packed,
                        bool isOptionalTensor);

// A position is a scalar or list of one, null for the last; one out of range is
// refused by the run.

/// Ends a run whose position is none of a sequence of that length, a list of
/// one.
void requirePosition(GraphBuilder &g, mlir::Value position, mlir::Value length);

/// Null where ranks may differ.
mlir::Value readElement(GraphBuilder &g, const PackedSequence &packed,
                        mlir::Value position);
PackedSequence insertElement(GraphBuilder &g, const PackedSequence &packed,
                             mlir::Value tensor, mlir::Value position);
PackedSequence eraseElement(GraphBuilder &g, const PackedSequence &packed,
                            mlir::Value position);
/// The tensors joined along an axis, which is in range, or side by side along a
/// new one; null where ranks may differ.
mlir::Value joinElements(GraphBuilder &g, const PackedSequence &packed,
                         int64_t axis, bool isNewAxis);
/// A tensor of known rank cut along an axis into parts of these sizes, a list
/// of i64 whose sum is the dimension.
PackedSequence splitTensor(GraphBuilder &g, mlir::Value tensor,
                           mlir::Value sizes, int64_t axis);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_PACKEDSEQUENCE_H

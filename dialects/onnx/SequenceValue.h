//===- SequenceValue.h - What is known of a sequence or an optional -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_SEQUENCEVALUE_H
#define ONNXC_DIALECTS_ONNX_SEQUENCEVALUE_H

#include "dialects/onnx/PackedSequence.h"

namespace onnxc::onnx {

mlir::Value skipIdentities(mlir::Value value);

/// The elements of a sequence of known length.
std::optional<llvm::SmallVector<mlir::Value>> getElements(mlir::Value sequence);

/// A sequence of as many elements as a dimension has, all slices of a tensor:
/// its length need not be known.
struct Slices {
  mlir::Value tensor;
  int64_t axis, rank;
};
std::optional<Slices> getSlices(mlir::Value sequence);

/// The rank of all tensors of a sequence or optional, where that is known.
std::optional<int64_t> getTensorRank(mlir::Value value);

/// The tensor type inside of a sequence or an optional; null for maps.
mlir::TensorType getTensorIn(mlir::Type type);

/// The elements as a sequence of that type.
mlir::Value buildSequence(mlir::OpBuilder &b, mlir::Location loc,
                          mlir::Type type,
                          llvm::ArrayRef<mlir::Value> elements);

/// The type of a sequence's elements; null for other types.
mlir::Type getElementOf(mlir::Type sequence);

/// The sequence or optional as tensors, built where it is not packed yet, with
/// that many columns at least; none where it is not known what made it.
std::optional<PackedSequence> getPacked(GraphBuilder &g, mlir::Value value,
                                        int64_t columns = 0);

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_SEQUENCEVALUE_H

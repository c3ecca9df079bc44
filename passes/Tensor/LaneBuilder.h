//===- LaneBuilder.h - Vectors of a tensor's elements ---------------------===//
//
// Values are scalars, where a vector would have one lane, or vectors.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_LANEBUILDER_H
#define ONNXC_PASSES_TENSOR_LANEBUILDER_H

#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

class LaneBuilder : public TensorBuilder {
public:
  using TensorBuilder::TensorBuilder;

  // Elements of a tensor side by side along its last dimension.
  mlir::Type vectorOf(mlir::Type element, int64_t width) const;
  Value loadVector(Value tensor, ValueRange at, int64_t width) const;
  Value storeVector(Value value, Value tensor, ValueRange at) const;

  // Lanes.
  Value splat(Value scalar, int64_t width) const;
  Value reverse(Value x) const;
  /// Lanes [from, from + count).
  Value slice(Value x, int64_t from, int64_t count) const;
  /// One lane of each, then the next of each; 2, 4, 8, ... values.
  Value interleave(llvm::ArrayRef<Value> values) const;
  /// Even lanes, and odd ones.
  std::pair<Value, Value> separate(Value pairs) const;
  Value widen(Value x, mlir::Type element) const;
  Value narrow(Value x, mlir::Type element) const;

  /// body(at, width, carried) for vectors that cover [from, to), some of whose
  /// places are computed twice: the last vector of several ends at `to`. There
  /// is room for one.
  using VectorBody =
      llvm::function_ref<Value(Value at, int64_t width, Value carried)>;
  Value forVectors(int64_t from, int64_t to, int64_t width, Value carried,
                   VectorBody body) const;
  /// The same where there may be less than a vector: then one by one.
  Value forRange(Value from, Value to, int64_t most, Value carried,
                 VectorBody body) const;
  /// The lanes of vectors for so many elements, at most `most`.
  static int64_t fit(int64_t count, int64_t most);
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_LANEBUILDER_H

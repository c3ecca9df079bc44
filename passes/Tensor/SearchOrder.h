//===- SearchOrder.h - Which element comes first --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_SEARCHORDER_H
#define ONNXC_PASSES_TENSOR_SEARCHORDER_H

#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

/// The order of the largest (or smallest) first, where NaN is the first of all.
class SearchOrder {
public:
  using Value = mlir::Value;

  SearchOrder(const TensorBuilder &v, mlir::Type onnxType, bool largest)
      : s(v, onnxType), largest(largest) {}

  /// Whether x comes before y, as elements that were loaded.
  Value precedes(Value x, Value y) const {
    Value before = largest ? s.gt(x, y) : s.lt(x, y);
    if (!s.isFloat(x))
      return before;
    Value isNaN = s.ne(x, x);
    return s.either(before, s.both(isNaN, s.eq(y, y)));
  }

private:
  onnx::ScalarBuilder s;
  bool largest;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_SEARCHORDER_H

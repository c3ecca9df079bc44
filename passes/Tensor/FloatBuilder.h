//===- FloatBuilder.h - Arithmetic on floats of one type ------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_TENSOR_FLOATBUILDER_H
#define ONNXC_PASSES_TENSOR_FLOATBUILDER_H

#include "passes/Tensor/TensorBuilder.h"

namespace onnxc {

/// Places in tensors as floats, f32 unless told, and back.
class FloatBuilder : public TensorBuilder {
public:
  explicit FloatBuilder(const TensorBuilder &v, mlir::Type real = {})
      : TensorBuilder(v), real(real ? real : b.getF32Type()) {}

  Value constant(double value) const {
    return TensorBuilder::constant(real, value);
  }
  Value fromIndex(Value index) const { return convert(index, real); }
  /// The index of a whole number, limited to [0, size); 0 for NaN.
  Value toIndex(Value x, Value size) const;
  /// The weights that cubic convolution gives to elements at a distance of up
  /// to 1 and of up to 2.
  struct Cubic {
    Value near, far;
  };
  Cubic getCubic(Value distance, double a) const;

  mlir::Type real;
};

} // namespace onnxc

#endif // ONNXC_PASSES_TENSOR_FLOATBUILDER_H

//===- ScalarBuilder.h - Arithmetic that follows ONNX element types -------===//
//
// Scalar bodies of elementwise ops are written once for floats, signed and
// unsigned integers; this builder picks the arith op. Arguments may be scalars
// or vectors.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_SCALARBUILDER_H
#define ONNXC_DIALECTS_ONNX_SCALARBUILDER_H

#include "dialects/onnx/SymbolicShape.h"
#include "dialects/onnx/ValueBuilder.h"

namespace onnxc::onnx {

class ScalarBuilder : public ValueBuilder {
public:
  /// Signedness is that of `op`'s first operand.
  ScalarBuilder(mlir::OpBuilder &b, mlir::Location loc, mlir::Operation *op)
      : ScalarBuilder(b, loc, getElementType(op->getOperand(0))) {}
  ScalarBuilder(mlir::OpBuilder &b, mlir::Location loc, mlir::Type onnxType)
      : ScalarBuilder(ValueBuilder(b, loc), onnxType) {}
  ScalarBuilder(const ValueBuilder &v, mlir::Type onnxType)
      : ValueBuilder(v),
        isUnsigned(onnxType.isUnsignedInteger() || onnxType.isInteger(1)) {}

  /// `element`, or a vector of it where `like` is a vector.
  static mlir::Type likeType(mlir::Value like, mlir::Type element) {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(like.getType()))
      return vector.clone(element);
    return element;
  }

  /// Integers divide towards zero; by zero, and the smallest by -1, give an
  /// unspecified value but never trap.
  Value div(Value l, Value r) const;
  /// The remainder with the dividend's sign (C's % and fmod).
  Value rem(Value l, Value r) const;
  Value max(Value l, Value r) const;
  Value min(Value l, Value r) const;
  Value abs(Value x) const;
  /// `x` bounded by `bound`. For floats a NaN bound is none; one machine
  /// instruction, as `max` and `min` are not.
  Value atLeast(Value x, Value bound) const;
  Value atMost(Value x, Value bound) const;

  Value lt(Value l, Value r) const;
  Value le(Value l, Value r) const;
  Value gt(Value l, Value r) const { return lt(r, l); }
  Value ge(Value l, Value r) const { return le(r, l); }

  bool isUnsigned;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_SCALARBUILDER_H

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
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace onnxc::onnx {

class ScalarBuilder {
public:
  /// Signedness is that of `op`'s first operand.
  ScalarBuilder(mlir::OpBuilder &b, mlir::Location loc, mlir::Operation *op)
      : ScalarBuilder(b, loc, getElementType(op->getOperand(0))) {}
  ScalarBuilder(mlir::OpBuilder &b, mlir::Location loc, mlir::Type onnxType)
      : b(b), loc(loc),
        isUnsigned(onnxType.isUnsignedInteger() || onnxType.isInteger(1)) {}

  static bool isFloat(mlir::Value x) {
    return llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(x));
  }

  /// `element`, or a vector of it where `like` is a vector.
  static mlir::Type likeType(mlir::Value like, mlir::Type element) {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(like.getType()))
      return vector.clone(element);
    return element;
  }

  /// A constant of the type of `like`.
  mlir::Value constant(mlir::Value like, double value);
  mlir::Value integer(mlir::Value like, int64_t value);

  mlir::Value add(mlir::Value l, mlir::Value r);
  mlir::Value sub(mlir::Value l, mlir::Value r);
  mlir::Value mul(mlir::Value l, mlir::Value r);
  /// Integers divide towards zero; by zero, and the smallest by -1, give an
  /// unspecified value but never trap.
  mlir::Value div(mlir::Value l, mlir::Value r);
  /// The remainder with the dividend's sign (C's % and fmod).
  mlir::Value rem(mlir::Value l, mlir::Value r);
  mlir::Value neg(mlir::Value x);
  /// For floats NaN if either is NaN.
  mlir::Value max(mlir::Value l, mlir::Value r);
  mlir::Value min(mlir::Value l, mlir::Value r);
  /// `x` bounded by `bound`. For floats a NaN bound is none; one machine
  /// instruction, as `max` and `min` are not.
  mlir::Value atLeast(mlir::Value x, mlir::Value bound);
  mlir::Value atMost(mlir::Value x, mlir::Value bound);
  mlir::Value abs(mlir::Value x);

  /// Comparisons give i1; false where an operand is NaN, but for `ne`.
  mlir::Value eq(mlir::Value l, mlir::Value r);
  mlir::Value ne(mlir::Value l, mlir::Value r);
  mlir::Value lt(mlir::Value l, mlir::Value r);
  mlir::Value le(mlir::Value l, mlir::Value r);
  mlir::Value gt(mlir::Value l, mlir::Value r) { return lt(r, l); }
  mlir::Value ge(mlir::Value l, mlir::Value r) { return le(r, l); }

  mlir::Value select(mlir::Value condition, mlir::Value l, mlir::Value r) {
    return mlir::arith::SelectOp::create(b, loc, condition, l, r);
  }

  mlir::OpBuilder &b;
  mlir::Location loc;
  bool isUnsigned;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_SCALARBUILDER_H

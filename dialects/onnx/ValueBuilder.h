//===- ValueBuilder.h - Arithmetic at one place of the code ---------------===//
//
// What all builders of values share: constants, arithmetic, comparisons and
// conversions of index values, integers and floats, scalars or vectors. What
// is known becomes a constant. ScalarBuilder adds signedness, TensorBuilder
// tensors and loops over them, VectorBuilder memory and vectors,
// FloatArithmetic the bits of floats.
//
// The place is that of the OpBuilder, wherever it is moved: a builder made
// outside of a loop builds the loop's body, too. (ImplicitLocOpBuilder is a
// copy, which stays where it is when a rewriter moves on.)
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_DIALECTS_ONNX_VALUEBUILDER_H
#define ONNXC_DIALECTS_ONNX_VALUEBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace onnxc::onnx {

class ValueBuilder {
public:
  using Value = mlir::Value;

  ValueBuilder(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}

  template <typename Op, typename... Args> Op create(Args &&...args) const {
    return Op::create(b, loc, std::forward<Args>(args)...);
  }
  /// The result, or what it is known to be.
  template <typename Op, typename... Args> Value fold(Args &&...args) const {
    return b.createOrFold<Op>(loc, std::forward<Args>(args)...);
  }

  static bool isFloat(Value x) {
    return llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(x));
  }

  // Constants; those of a type may be vectors of it.
  Value index(int64_t value) const;
  Value index(mlir::OpFoldResult value) const;
  Value constant(mlir::Type type, double value) const;
  Value constant(Value like, double value) const {
    return constant(like.getType(), value);
  }
  /// Keeps all bits of a wide integer; of a float, the number.
  Value integer(mlir::Type type, int64_t value) const;
  Value integer(Value like, int64_t value) const {
    return integer(like.getType(), value);
  }
  Value zero(mlir::Type type) const;

  // Arithmetic on values of one type.
  Value add(Value l, Value r) const;
  Value sub(Value l, Value r) const;
  Value mul(Value l, Value r) const;
  /// Quotient and remainder; integers are not negative.
  Value div(Value l, Value r) const;
  Value rem(Value l, Value r) const;
  Value neg(Value x) const;
  Value abs(Value x) const;
  /// Of signed integers; of floats NaN if either is NaN.
  Value min(Value l, Value r) const;
  Value max(Value l, Value r) const;
  /// Of floats, NaN only if both are.
  Value minNumber(Value l, Value r) const;
  Value maxNumber(Value l, Value r) const;
  /// sum + x and product * x, which may be computed in any order.
  Value sum(Value sum, Value x) const;
  Value product(Value product, Value x) const;

  // The same with a constant index.
  Value add(Value l, int64_t r) const { return add(l, index(r)); }
  Value sub(Value l, int64_t r) const { return sub(l, index(r)); }
  Value mul(Value l, int64_t r) const { return mul(l, index(r)); }
  Value div(Value l, int64_t r) const { return r == 1 ? l : div(l, index(r)); }
  Value rem(Value l, int64_t r) const { return rem(l, index(r)); }
  Value ceilDiv(Value l, int64_t r) const { return div(add(l, r - 1), r); }

  /// Comparisons give i1: of signed integers; of floats false where an operand
  /// is NaN, but for `ne`.
  Value eq(Value l, Value r) const;
  Value ne(Value l, Value r) const;
  Value lt(Value l, Value r) const;
  Value le(Value l, Value r) const;
  Value gt(Value l, Value r) const { return lt(r, l); }
  Value ge(Value l, Value r) const { return le(r, l); }
  Value both(Value l, Value r) const;
  Value either(Value l, Value r) const;
  Value select(Value condition, Value l, Value r) const;

  // Functions of floats.
  Value sqrt(Value x) const;
  Value exp(Value x) const;
  Value log(Value x) const;
  Value tanh(Value x) const;
  Value pow(Value x, Value y) const;
  Value floor(Value x) const;
  Value ceil(Value x) const;

  /// Between integers (and index) and floats, truncating towards zero;
  /// signedness is the integer's.
  Value convert(Value x, mlir::Type type, bool isUnsigned = false) const;
  /// An index from an integer, and back.
  Value fromInteger(Value integer, bool isUnsigned = false) const;
  Value toInteger(Value index, mlir::Type type) const;
  /// Counts from the end where `index` is negative, then limits it to
  /// [0, size), so that no data make a kernel read outside of its buffers.
  Value wrap(Value index, Value size) const;
  /// An expression over d0, d1, ... of these index values.
  Value apply(mlir::AffineExpr expr, mlir::ValueRange operands) const;

  mlir::OpBuilder &b;
  mlir::Location loc;

protected:
  /// Of sums, differences and products.
  mlir::arith::FastMathFlags fastMath = mlir::arith::FastMathFlags::none;
};

} // namespace onnxc::onnx

#endif // ONNXC_DIALECTS_ONNX_VALUEBUILDER_H

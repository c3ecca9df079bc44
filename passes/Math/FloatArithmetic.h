//===- FloatArithmetic.h - Operations that functions are built of ---------===//
//
// Each builds one operation, or a few, on scalars or vectors of one shape: f32,
// f64 and their bits. Sums of products may contract to fused operations where
// the target has them, but for those that are marked exact.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MATH_FLOATARITHMETIC_H
#define ONNXC_PASSES_MATH_FLOATARITHMETIC_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"

namespace onnxc {

class FloatArithmetic {
public:
  using Value = mlir::Value;

  /// Scalars, or vectors of the shape of `like`.
  FloatArithmetic(mlir::OpBuilder &b, mlir::Location loc, mlir::Type like)
      : b(b), loc(loc), like(like) {}

  // Rounding without an instruction for it; f32 and f64.
  Value roundEven(Value x);
  Value floor(Value x);
  Value ceil(Value x);
  Value trunc(Value x);

  mlir::Type shaped(mlir::Type element);
  Value constant(Value like, double value);
  Value integer(Value like, int64_t value);
  Value add(Value l, Value r);
  Value sub(Value l, Value r);
  Value mul(Value l, Value r);
  Value div(Value l, Value r);
  Value neg(Value x);
  Value abs(Value x);
  Value sqrt(Value x);
  Value copySign(Value x, Value sign);
  /// x * y + z
  Value mulAdd(Value x, Value y, Value z);
  /// The same value, never contracted into or with another operation.
  Value exact(Value x);
  /// c0 x^n + ... + cn
  Value polynomial(Value x, llvm::ArrayRef<double> coefficients);
  Value lt(Value l, Value r);
  Value gt(Value l, Value r);
  Value eq(Value l, Value r);
  Value ne(Value l, Value r);
  /// Comparisons of bits with an integer.
  Value eqBits(Value x, int64_t value);
  Value neBits(Value x, int64_t value);
  Value ltBits(Value x, int64_t value);
  Value both(Value l, Value r);
  Value either(Value l, Value r);
  Value select(Value condition, Value l, Value r);
  /// x between two bounds; NaN stays.
  Value clamp(Value x, double low, double high);
  Value toF64(Value x);
  Value toF32(Value x);
  /// A float's bits, and back; the width is kept.
  Value toBits(Value x);
  Value toFloat(Value x);
  Value iadd(Value l, Value r);
  Value isub(Value l, Value r);
  Value iand(Value l, Value r);
  Value ior(Value l, Value r);
  Value shl(Value x, unsigned by);
  Value shr(Value x, unsigned by);
  Value sar(Value x, unsigned by);

protected:
  /// x^y given |x|^y: negative, infinite and other special x and y.
  Value selectPower(Value x, Value y, Value result);

  /// An integral float and its low bits.
  struct Rounded {
    Value real, bits;
  };
  /// To the nearest integer below 2^22 (2^51 for f64).
  Rounded roundNear(Value x);
  /// 2^n as a float, of the bits of an integer that is a normal exponent.
  Value powerOfTwo(Value n, Value like);

  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type like;
};

} // namespace onnxc

#endif // ONNXC_PASSES_MATH_FLOATARITHMETIC_H

//===- FloatMath.h - Elementary functions on f32 scalars and vectors ------===//
//
// Each builds branch-free arithmetic that works on a scalar as on a vector and
// treats NaN, infinities, denormals and large arguments as the C library does,
// within 4 units in the last place. Sums of products may contract to fused
// operations where the target has them; none depends on it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_CODE_FLOATMATH_H
#define ONNXC_PASSES_CODE_FLOATMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"

namespace onnxc {

/// Builds float arithmetic of one shape: f32, f64 and their bits.
class FloatMath {
public:
  using Value = mlir::Value;

  /// Scalars, or vectors of the shape of `like`.
  FloatMath(mlir::OpBuilder &b, mlir::Location loc, mlir::Type like)
      : b(b), loc(loc), like(like) {}

  // Functions.
  Value exp(Value x);
  Value exp2(Value x);
  Value expm1(Value x);
  Value log(Value x);
  Value log1p(Value x);
  Value pow(Value x, Value y);
  Value sin(Value x);
  Value cos(Value x);
  Value tan(Value x);
  Value asin(Value x);
  Value acos(Value x);
  Value atan(Value x);
  Value sinh(Value x);
  Value cosh(Value x);
  Value tanh(Value x);
  Value asinh(Value x);
  Value acosh(Value x);
  Value atanh(Value x);
  Value erf(Value x);
  /// C's fmod.
  Value remainder(Value x, Value y);

  // Rounding without an instruction for it; f32 and f64.
  Value roundEven(Value x);
  Value floor(Value x);
  Value ceil(Value x);
  Value trunc(Value x);

  // Arithmetic.
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

private:
  /// An integral float and its low bits.
  struct Rounded {
    Value real, bits;
  };
  /// To the nearest integer below 2^22 (2^51 for f64).
  Rounded roundNear(Value x);
  /// 2^n as a float, of the bits of an integer that is a normal exponent.
  Value powerOfTwo(Value n, Value like);
  /// x = n ln 2 + r: r, n.
  std::pair<Value, Value> reduceExp(Value x);
  /// e^x 2^shift, where the shift keeps what would overflow.
  Value scaledExp(Value x, int shift);
  /// x in [-pi/4, pi/4] of its quarter turn; the quarter turns' low bits.
  std::pair<Value, Value> reduceTurns(Value x);
  Value sinPolynomial(Value r);
  Value cosPolynomial(Value r);
  Value log2InF64(Value x);
  Value exp2InF64(Value x);

  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type like;
};

} // namespace onnxc

#endif // ONNXC_PASSES_CODE_FLOATMATH_H

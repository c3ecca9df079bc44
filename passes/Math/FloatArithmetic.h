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

#include "dialects/onnx/ValueBuilder.h"

namespace onnxc {

class FloatArithmetic : public onnx::ValueBuilder {
public:
  /// Scalars, or vectors of the shape of `like`.
  FloatArithmetic(mlir::OpBuilder &b, mlir::Location loc, mlir::Type like)
      : ValueBuilder(b, loc), like(like) {
    fastMath = mlir::arith::FastMathFlags::contract;
  }

  // Rounding without an instruction for it; f32 and f64.
  Value roundEven(Value x);
  Value floor(Value x);
  Value ceil(Value x);
  Value trunc(Value x);

  mlir::Type shaped(mlir::Type element);
  Value copySign(Value x, Value sign);
  /// x * y + z
  Value mulAdd(Value x, Value y, Value z);
  /// The same value, never contracted into or with another operation.
  Value exact(Value x);
  /// c0 x^n + ... + cn
  Value polynomial(Value x, llvm::ArrayRef<double> coefficients);
  /// Comparisons of bits with an integer.
  Value eqBits(Value x, int64_t value) { return eq(x, integer(x, value)); }
  Value neBits(Value x, int64_t value) { return ne(x, integer(x, value)); }
  Value ltBits(Value x, int64_t value) { return lt(x, integer(x, value)); }
  /// x between two bounds; NaN stays.
  Value clamp(Value x, double low, double high);
  Value toF64(Value x);
  Value toF32(Value x);
  /// A float's bits, and back; the width is kept.
  Value toBits(Value x);
  Value toFloat(Value x);
  Value iand(Value l, Value r) { return both(l, r); }
  Value ior(Value l, Value r) { return either(l, r); }
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

  using Function = llvm::function_ref<Value(Value)>;
  /// By log1p; from `large` on x^2 might overflow and x + 1 is x.
  Value asinhBy(Value x, double large, Function log1p);
  Value acoshBy(Value x, double large, Function log1p);
  Value atanhBy(Value x, Function log1p);

  mlir::Type like;
};

} // namespace onnxc

#endif // ONNXC_PASSES_MATH_FLOATARITHMETIC_H

//===- DoubleMath.h - Elementary functions on f64 scalars and vectors -----===//
//
// Each builds branch-free arithmetic, as FloatMath does for f32: within 2 units
// in the last place, with the C library's answers for NaN, infinities,
// denormals and arguments of any size. So no target needs a library for them.
// What must be known to more than a f64's 53 bits is an unevaluated sum of two.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MATH_DOUBLEMATH_H
#define ONNXC_PASSES_MATH_DOUBLEMATH_H

#include "passes/Math/FloatArithmetic.h"

namespace onnxc {

class DoubleMath : public FloatArithmetic {
public:
  using FloatArithmetic::FloatArithmetic;

#define ONNXC_FUNCTION(NAME, OP) Value NAME(Value x);
#include "passes/Math/Functions.def"
  Value pow(Value x, Value y);

private:
  /// high + low, where low is less than half a unit of high.
  struct Pair {
    Value high, low;
  };
  /// l + r; the second where l is the larger, or 0.
  Pair twoSum(Value l, Value r);
  Pair fastTwoSum(Value l, Value r);
  Pair twoProduct(Value l, Value r);
  /// The upper 26 bits of a number.
  Value cutHigh(Value x);

  /// x = n ln 2 + r: n as an integer.
  struct ExpReduction {
    Pair r;
    Value n;
  };
  ExpReduction reduceExp(Pair x);
  /// What e^r has beyond 1 + r.
  Value expTail(Pair r);
  /// e^x 2^shift, where the shift keeps what would overflow.
  Value scaledExp(Pair x, int shift);
  Value scaledExp(Value x, int shift);

  /// x = 2^n (1 + f), with 1 + f from sqrt(1/2) to sqrt(2).
  struct LogReduction {
    Value f, n;
  };
  LogReduction reduceLog(Value x);
  /// What log(1 + f) has less than f.
  Value logTail(Value f);
  /// Of infinity, NaN, 0 and what is less.
  Value selectLog(Value x, Value regular);
  /// log(x) + correction
  Value correctedLog(Value x, Value correction);
  /// Of a positive number.
  Pair pairLog(Value x);

  /// x less the nearest multiple of pi/2, and that multiple's last bits.
  struct Turns {
    Pair rest;
    Value quarter;
  };
  Turns reduceTurns(Value x);
  /// The upper 64 bits of a product of unsigned integers.
  Value multiplyHigh(Value l, Value r);
  /// The upper or lower 32 bits as a number.
  Value upperHalf(Value bits);
  Value lowerHalf(Value bits);
  Value sinPolynomial(Pair r);
  Value cosPolynomial(Pair r);
  /// sin(x + turn * pi/2)
  Value sinOfTurn(Value x, int turn);
  /// asin(s) / s - 1 of z = s^2.
  Value asinTail(Value z);
};

} // namespace onnxc

#endif // ONNXC_PASSES_MATH_DOUBLEMATH_H

//===- FloatMath.h - Elementary functions on f32 scalars and vectors ------===//
//
// Each builds branch-free arithmetic that works on a scalar as on a vector and
// treats NaN, infinities, denormals and large arguments as the C library does,
// within 4 units in the last place. None depends on contraction.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_PASSES_MATH_FLOATMATH_H
#define ONNXC_PASSES_MATH_FLOATMATH_H

#include "passes/Math/FloatArithmetic.h"

namespace onnxc {

class FloatMath : public FloatArithmetic {
public:
  using FloatArithmetic::FloatArithmetic;

#define ONNXC_FUNCTION(NAME, OP) Value NAME(Value x);
#include "passes/Math/Functions.def"
  Value exp2(Value x);
  Value pow(Value x, Value y);
  /// C's fmod.
  Value remainder(Value x, Value y);

private:
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
};

} // namespace onnxc

#endif // ONNXC_PASSES_MATH_FLOATMATH_H

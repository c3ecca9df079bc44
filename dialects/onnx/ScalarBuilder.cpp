//===- ScalarBuilder.cpp - Arithmetic that follows ONNX element types -----===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/ScalarBuilder.h"

using namespace mlir;
using namespace mlir::arith;

namespace onnxc::onnx {

// x86 traps on division by zero and on INT_MIN / -1: replace the divisor by 1
// there.
static Value guardDivisor(const ScalarBuilder &s, Value l, Value r) {
  Value one = s.integer(r, 1);
  Value bad = s.eq(r, s.integer(r, 0));
  if (!s.isUnsigned) {
    unsigned width = getElementTypeOrSelf(l).getIntOrFloatBitWidth();
    Value smallest =
        s.integer(l, APInt::getSignedMinValue(width).getSExtValue());
    Value overflow = s.both(s.eq(l, smallest), s.eq(r, s.integer(r, -1)));
    bad = s.either(bad, overflow);
  }
  return s.select(bad, one, r);
}

Value ScalarBuilder::div(Value l, Value r) const {
  if (isFloat(l))
    return ValueBuilder::div(l, r);
  r = guardDivisor(*this, l, r);
  return isUnsigned ? fold<DivUIOp>(l, r) : fold<DivSIOp>(l, r);
}

Value ScalarBuilder::rem(Value l, Value r) const {
  if (isFloat(l))
    return ValueBuilder::rem(l, r);
  r = guardDivisor(*this, l, r);
  return isUnsigned ? fold<RemUIOp>(l, r) : fold<RemSIOp>(l, r);
}

Value ScalarBuilder::max(Value l, Value r) const {
  return isFloat(l) || !isUnsigned ? ValueBuilder::max(l, r)
                                   : fold<MaxUIOp>(l, r);
}

Value ScalarBuilder::min(Value l, Value r) const {
  return isFloat(l) || !isUnsigned ? ValueBuilder::min(l, r)
                                   : fold<MinUIOp>(l, r);
}

Value ScalarBuilder::abs(Value x) const {
  return isFloat(x) || !isUnsigned ? ValueBuilder::abs(x) : x;
}

Value ScalarBuilder::atLeast(Value x, Value bound) const {
  return isFloat(x) ? select(lt(x, bound), bound, x) : max(x, bound);
}

Value ScalarBuilder::atMost(Value x, Value bound) const {
  return isFloat(x) ? select(gt(x, bound), bound, x) : min(x, bound);
}

Value ScalarBuilder::lt(Value l, Value r) const {
  return isFloat(l) || !isUnsigned ? ValueBuilder::lt(l, r)
                                   : fold<CmpIOp>(CmpIPredicate::ult, l, r);
}

Value ScalarBuilder::le(Value l, Value r) const {
  return isFloat(l) || !isUnsigned ? ValueBuilder::le(l, r)
                                   : fold<CmpIOp>(CmpIPredicate::ule, l, r);
}

} // namespace onnxc::onnx

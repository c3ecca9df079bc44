//===- FloatBuilder.cpp - Arithmetic on floats of one type ----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Tensor/FloatBuilder.h"

using namespace mlir;
using namespace onnxc;

Value FloatBuilder::toIndex(Value x, Value size) const {
  Value zero = constant(0);
  Value last = maxNumber(fromIndex(sub(size, 1)), zero);
  Value limited = maxNumber(minNumber(maxNumber(x, zero), last), zero);
  // A machine without wide integers calls a function for the wider one.
  std::optional<int64_t> known = getConstantIntValue(size);
  bool isNarrow = known && *known <= INT32_MAX;
  Type type = isNarrow ? b.getI32Type() : b.getI64Type();
  return fromInteger(convert(limited, type));
}

FloatBuilder::Cubic FloatBuilder::getCubic(Value d, double a) const {
  Value d2 = mul(d, d), d3 = mul(d2, d);
  Value near =
      add(sub(mul(constant(a + 2), d3), mul(constant(a + 3), d2)), constant(1));
  Value far = sub(add(sub(mul(constant(a), d3), mul(constant(5 * a), d2)),
                      mul(constant(8 * a), d)),
                  constant(4 * a));
  return {near, far};
}

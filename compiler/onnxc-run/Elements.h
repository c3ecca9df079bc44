//===- Elements.h - An element of any type as a number, and back ----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef ONNXC_COMPILER_ONNXCRUN_ELEMENTS_H
#define ONNXC_COMPILER_ONNXCRUN_ELEMENTS_H

#include "compiler/onnxc-run/HostTensor.h"

namespace onnxc::run {

bool isFloat(int32_t dtype);
bool isComplex(int32_t dtype);

/// Long double holds every element exactly where it is wider than double. The
/// imaginary part is 0 but for complex types.
struct Number {
  long double re = 0, im = 0;
};
Number loadElement(const HostTensor &tensor, int64_t index);
/// Rounds to the nearest value of the type; integers saturate.
void storeElement(HostTensor &tensor, int64_t index, double value);

/// Representable values between two elements of a float type; 0 for others.
double ulpDistance(const HostTensor &a, const HostTensor &b, int64_t index);

} // namespace onnxc::run

#endif

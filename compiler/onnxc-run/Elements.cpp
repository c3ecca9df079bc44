//===- Elements.cpp - An element of any type as a number, and back --------===//
//
// The small floats are left to APFloat.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnxc-run/Elements.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace llvm;

namespace onnxc::run {

/// The format and width of a float that C++ has no type for.
static const fltSemantics *smallFloat(int32_t dtype, unsigned &bits) {
  bits = 8;
  switch (dtype) {
  case ONNXC_FLOAT16:
    bits = 16;
    return &APFloat::IEEEhalf();
  case ONNXC_BFLOAT16:
    bits = 16;
    return &APFloat::BFloat();
  case ONNXC_FLOAT8E4M3FN:
    return &APFloat::Float8E4M3FN();
  case ONNXC_FLOAT8E4M3FNUZ:
    return &APFloat::Float8E4M3FNUZ();
  case ONNXC_FLOAT8E5M2:
    return &APFloat::Float8E5M2();
  case ONNXC_FLOAT8E5M2FNUZ:
    return &APFloat::Float8E5M2FNUZ();
  case ONNXC_FLOAT8E8M0:
    return &APFloat::Float8E8M0FNU();
  case ONNXC_FLOAT4E2M1:
    bits = 4;
    return &APFloat::Float4E2M1FN();
  default:
    return nullptr;
  }
}

bool isFloat(int32_t dtype) {
  unsigned bits;
  return dtype == ONNXC_FLOAT || dtype == ONNXC_DOUBLE ||
         smallFloat(dtype, bits);
}

bool isComplex(int32_t dtype) {
  return dtype == ONNXC_COMPLEX64 || dtype == ONNXC_COMPLEX128;
}

template <typename T> static T load(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

static long double loadSmallFloat(const char *at, const fltSemantics &format,
                                  unsigned bits) {
  uint64_t raw = bits == 16 ? load<uint16_t>(at) : load<uint8_t>(at);
  APFloat value(format, APInt(bits, raw & ((1u << bits) - 1)));
  bool lost;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
  return value.convertToDouble();
}

Number loadElement(const HostTensor &tensor, int64_t index) {
  const char *at = tensor.data.get() + index * onnxc_dtype_size(tensor.dtype);
  switch (tensor.dtype) {
  case ONNXC_FLOAT:
    return {load<float>(at), 0};
  case ONNXC_DOUBLE:
    return {load<double>(at), 0};
  case ONNXC_COMPLEX64:
    return {load<float>(at), load<float>(at + 4)};
  case ONNXC_COMPLEX128:
    return {load<double>(at), load<double>(at + 8)};
  case ONNXC_INT8:
  case ONNXC_INT4:
  case ONNXC_INT2:
    return {static_cast<long double>(load<int8_t>(at)), 0};
  case ONNXC_BOOL:
  case ONNXC_UINT8:
  case ONNXC_UINT4:
  case ONNXC_UINT2:
    return {static_cast<long double>(load<uint8_t>(at)), 0};
  case ONNXC_INT16:
    return {static_cast<long double>(load<int16_t>(at)), 0};
  case ONNXC_UINT16:
    return {static_cast<long double>(load<uint16_t>(at)), 0};
  case ONNXC_INT32:
    return {static_cast<long double>(load<int32_t>(at)), 0};
  case ONNXC_UINT32:
    return {static_cast<long double>(load<uint32_t>(at)), 0};
  case ONNXC_INT64:
    return {static_cast<long double>(load<int64_t>(at)), 0};
  case ONNXC_UINT64:
    return {static_cast<long double>(load<uint64_t>(at)), 0};
  default:
    break;
  }
  unsigned bits;
  if (const fltSemantics *format = smallFloat(tensor.dtype, bits))
    return {loadSmallFloat(at, *format, bits), 0};
  return {};
}

template <typename T> static void storeInteger(char *at, double value) {
  // The bounds as doubles: the upper one may have been rounded up.
  double low = static_cast<double>(std::numeric_limits<T>::min());
  double high = static_cast<double>(std::numeric_limits<T>::max());
  T stored = value <= low    ? std::numeric_limits<T>::min()
             : value >= high ? std::numeric_limits<T>::max()
                             : static_cast<T>(value);
  std::memcpy(at, &stored, sizeof(T));
}

void storeElement(HostTensor &tensor, int64_t index, double value) {
  char *at = tensor.data.get() + index * onnxc_dtype_size(tensor.dtype);
  float single = static_cast<float>(value);
  switch (tensor.dtype) {
  case ONNXC_FLOAT:
    std::memcpy(at, &single, 4);
    return;
  case ONNXC_DOUBLE:
    std::memcpy(at, &value, 8);
    return;
  case ONNXC_COMPLEX64:
    std::memcpy(at, &single, 4);
    std::memset(at + 4, 0, 4);
    return;
  case ONNXC_COMPLEX128:
    std::memcpy(at, &value, 8);
    std::memset(at + 8, 0, 8);
    return;
  case ONNXC_BOOL:
    *at = value != 0;
    return;
  case ONNXC_INT2:
    return storeInteger<int8_t>(at, std::clamp(value, -2.0, 1.0));
  case ONNXC_INT4:
    return storeInteger<int8_t>(at, std::clamp(value, -8.0, 7.0));
  case ONNXC_INT8:
    return storeInteger<int8_t>(at, value);
  case ONNXC_UINT2:
    return storeInteger<uint8_t>(at, std::clamp(value, 0.0, 3.0));
  case ONNXC_UINT4:
    return storeInteger<uint8_t>(at, std::clamp(value, 0.0, 15.0));
  case ONNXC_UINT8:
    return storeInteger<uint8_t>(at, value);
  case ONNXC_INT16:
    return storeInteger<int16_t>(at, value);
  case ONNXC_UINT16:
    return storeInteger<uint16_t>(at, value);
  case ONNXC_INT32:
    return storeInteger<int32_t>(at, value);
  case ONNXC_UINT32:
    return storeInteger<uint32_t>(at, value);
  case ONNXC_INT64:
    return storeInteger<int64_t>(at, value);
  case ONNXC_UINT64:
    return storeInteger<uint64_t>(at, value);
  default:
    break;
  }
  unsigned bits;
  const fltSemantics *format = smallFloat(tensor.dtype, bits);
  if (!format)
    return;
  // A format of powers of two has neither zero nor sign.
  if (tensor.dtype == ONNXC_FLOAT8E8M0)
    value = std::max(std::fabs(value), 0x1p-127);
  APFloat rounded(value);
  bool lost;
  rounded.convert(*format, APFloat::rmNearestTiesToEven, &lost);
  uint64_t raw = rounded.bitcastToAPInt().getZExtValue();
  std::memcpy(at, &raw, bits == 16 ? 2 : 1);
}

/// Neighbours in value are neighbours as integers; both zeros are 0.
static int64_t ordered(uint64_t raw, unsigned bits) {
  uint64_t sign = 1ull << (bits - 1);
  return raw & sign ? -static_cast<int64_t>(raw & (sign - 1))
                    : static_cast<int64_t>(raw);
}

double ulpDistance(const HostTensor &a, const HostTensor &b, int64_t index) {
  size_t size = onnxc_dtype_size(a.dtype);
  if (!isFloat(a.dtype))
    return 0;
  uint64_t x = 0, y = 0;
  std::memcpy(&x, a.data.get() + index * size, size);
  std::memcpy(&y, b.data.get() + index * size, size);
  unsigned bits = a.dtype == ONNXC_FLOAT4E2M1 ? 4 : unsigned(size * 8);
  if (a.dtype == ONNXC_FLOAT8E8M0)
    return std::fabs(double(x) - double(y));
  return std::fabs(double(ordered(x, bits)) - double(ordered(y, bits)));
}

} // namespace onnxc::run

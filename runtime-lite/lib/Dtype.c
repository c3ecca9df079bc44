/* Dtype.c: names and sizes of the element types.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "onnxc/runtime.h"

size_t onnxc_dtype_size(int32_t dtype) {
  switch ((onnxc_dtype)dtype) {
  case ONNXC_UINT8:
  case ONNXC_INT8:
  case ONNXC_BOOL:
  case ONNXC_FLOAT8E4M3FN:
  case ONNXC_FLOAT8E4M3FNUZ:
  case ONNXC_FLOAT8E5M2:
  case ONNXC_FLOAT8E5M2FNUZ:
  case ONNXC_FLOAT8E8M0:
  case ONNXC_UINT4:
  case ONNXC_INT4:
  case ONNXC_FLOAT4E2M1:
  case ONNXC_UINT2:
  case ONNXC_INT2:
    return 1;
  case ONNXC_UINT16:
  case ONNXC_INT16:
  case ONNXC_FLOAT16:
  case ONNXC_BFLOAT16:
    return 2;
  case ONNXC_FLOAT:
  case ONNXC_INT32:
  case ONNXC_UINT32:
    return 4;
  case ONNXC_INT64:
  case ONNXC_DOUBLE:
  case ONNXC_UINT64:
  case ONNXC_COMPLEX64:
    return 8;
  case ONNXC_COMPLEX128:
    return 16;
  case ONNXC_STRING:
    return sizeof(onnxc_string);
  }
  return 0;
}

const char *onnxc_dtype_name(int32_t dtype) {
  static const char *const names[] = {
      "undefined",      "float32",    "uint8",
      "int8",           "uint16",     "int16",
      "int32",          "int64",      "string",
      "bool",           "float16",    "float64",
      "uint32",         "uint64",     "complex64",
      "complex128",     "bfloat16",   "float8e4m3fn",
      "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
      "uint4",          "int4",       "float4e2m1",
      "float8e8m0",     "uint2",      "int2"};
  if (dtype < 0 || dtype >= (int32_t)(sizeof(names) / sizeof(names[0])))
    return "unknown";
  return names[dtype];
}

// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc;

/** Element types, in the order of onnx.TensorProto.DataType. */
public enum Dtype {
  UNDEFINED(Object.class, 0),
  FLOAT32(float.class, 4),
  UINT8(byte.class, 1),
  INT8(byte.class, 1),
  UINT16(short.class, 2),
  INT16(short.class, 2),
  INT32(int.class, 4),
  INT64(long.class, 8),
  STRING(String.class, 0),
  BOOL(boolean.class, 1),
  FLOAT16(short.class, 2),
  FLOAT64(double.class, 8),
  UINT32(int.class, 4),
  UINT64(long.class, 8),
  COMPLEX64(float.class, 8),
  COMPLEX128(double.class, 16),
  BFLOAT16(short.class, 2),
  FLOAT8E4M3FN(byte.class, 1),
  FLOAT8E4M3FNUZ(byte.class, 1),
  FLOAT8E5M2(byte.class, 1),
  FLOAT8E5M2FNUZ(byte.class, 1),
  UINT4(byte.class, 1),
  INT4(byte.class, 1),
  FLOAT4E2M1(byte.class, 1),
  FLOAT8E8M0(byte.class, 1),
  UINT2(byte.class, 1),
  INT2(byte.class, 1);

  /** What an array of elements has: two for each complex number. */
  final Class<?> holder;
  /** Bytes of an element; 0 for strings. */
  final int size;

  private static final Dtype[] ALL = values();

  Dtype(Class<?> holder, int size) {
    this.holder = holder;
    this.size = size;
  }

  static Dtype of(int number) {
    return number > 0 && number < ALL.length ? ALL[number] : UNDEFINED;
  }

  int perElement() {
    return this == COMPLEX64 || this == COMPLEX128 ? 2 : 1;
  }
}

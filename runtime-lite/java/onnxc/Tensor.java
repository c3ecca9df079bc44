// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc;

import java.lang.reflect.Array;
import java.util.Arrays;

/** Elements row by row, the last dimension innermost, in an array of Java's. */
public final class Tensor {
  private final Dtype dtype;
  private final long[] shape;
  private final Object data;

  private Tensor(Dtype dtype, Object data, long[] shape) {
    this.dtype = dtype;
    this.data = data;
    this.shape = shape.clone();
  }

  /**
   * A tensor of any type: float16 and its like are held as their bits, unsigned numbers as those
   * of signed ones, complex numbers as two in turn. The array is not copied.
   */
  public static Tensor of(Dtype dtype, Object array, long... shape) {
    if (!array.getClass().isArray() || array.getClass().getComponentType() != dtype.holder)
      throw new OnnxcException(
          "elements of " + dtype + " are held by " + dtype.holder.getSimpleName() + "[], not "
              + array.getClass().getSimpleName());
    long count = dtype.perElement();
    for (long size : shape) {
      if (size < 0) throw new OnnxcException(Arrays.toString(shape) + " is no shape");
      count = size == 0 ? 0 : Math.multiplyExact(count, size);
    }
    if (count != Array.getLength(array))
      throw new OnnxcException(
          "there are " + Array.getLength(array) + " elements, " + Arrays.toString(shape)
              + " takes " + count);
    return new Tensor(dtype, array, shape);
  }

  public static Tensor of(float[] array, long... shape) {
    return of(Dtype.FLOAT32, array, shape);
  }

  public static Tensor of(double[] array, long... shape) {
    return of(Dtype.FLOAT64, array, shape);
  }

  public static Tensor of(byte[] array, long... shape) {
    return of(Dtype.INT8, array, shape);
  }

  public static Tensor of(short[] array, long... shape) {
    return of(Dtype.INT16, array, shape);
  }

  public static Tensor of(int[] array, long... shape) {
    return of(Dtype.INT32, array, shape);
  }

  public static Tensor of(long[] array, long... shape) {
    return of(Dtype.INT64, array, shape);
  }

  public static Tensor of(boolean[] array, long... shape) {
    return of(Dtype.BOOL, array, shape);
  }

  public static Tensor of(String[] array, long... shape) {
    return of(Dtype.STRING, array, shape);
  }

  public Dtype dtype() {
    return dtype;
  }

  public long[] shape() {
    return shape.clone();
  }

  /** The array, of whatever type. */
  public Object data() {
    return data;
  }

  public float[] floats() {
    return as(float[].class);
  }

  public double[] doubles() {
    return as(double[].class);
  }

  public byte[] bytes() {
    return as(byte[].class);
  }

  public short[] shorts() {
    return as(short[].class);
  }

  public int[] ints() {
    return as(int[].class);
  }

  public long[] longs() {
    return as(long[].class);
  }

  public boolean[] booleans() {
    return as(boolean[].class);
  }

  public String[] strings() {
    return as(String[].class);
  }

  private <T> T as(Class<T> type) {
    if (!type.isInstance(data))
      throw new OnnxcException(
          "the elements are " + data.getClass().getSimpleName() + ", not " + type.getSimpleName());
    return type.cast(data);
  }
}

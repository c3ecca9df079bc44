// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc;

import java.nio.charset.StandardCharsets;

/** What onnxc_jni.c defines. */
final class Native {
  static final int INPUT = 0;
  static final int OUTPUT = 1;
  /** As many bytes as a message takes at most. */
  static final int MESSAGE_BYTES = 512;

  static {
    System.loadLibrary("onnxc-java");
  }

  private Native() {}

  static native long openLibrary(byte[] path, byte[] prefix, byte[] weights, byte[] message);

  static native void closeLibrary(long library);

  static native long createSession(long library, byte[] message);

  static native void destroySession(long session);

  static native int useThreads(long session, int threads);

  static native byte[] message(long session);

  static native byte[] blamed(long session);

  static native int count(long session, int isOutput);

  static native int find(long session, int isOutput, byte[] name);

  static native byte[] name(long session, int isOutput, int number);

  static native byte[] describe(long session, int isOutput, int number);

  static native int dtype(long session, int isOutput, int number);

  static native int rank(long session, int isOutput, int number);

  static native long elements(long session, int isOutput, int number);

  static native long bytes(long session, int isOutput, int number);

  static native long dim(long session, int isOutput, int number, int dim);

  static native void forget(long session);

  static native int set(long session, int number, int dtype, long[] shape);

  static native void setNumbers(long session, int number, Object array);

  static native void getNumbers(long session, int number, Object array);

  static native int setStrings(long session, int number, long[] lengths, byte[] bytes);

  static native byte[] getStrings(long session, int number, long[] lengths);

  static native int run(long session);

  static byte[] toBytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  static String toText(byte[] bytes) {
    if (bytes == null) return null;
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) ++length;
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}

// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc;

/** Why a call did not give outputs. */
public final class OnnxcException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String blamed;

  OnnxcException(int status, String blamed, String message) {
    super(message);
    this.status = status;
    this.blamed = blamed;
  }

  OnnxcException(String message) {
    this(0, null, message);
  }

  /** An onnxc_status of onnxc/runtime.h; 0 where nothing was run. */
  public int status() {
    return status;
  }

  /** The input, output or node that it is about, or null. */
  public String blamed() {
    return blamed;
  }
}

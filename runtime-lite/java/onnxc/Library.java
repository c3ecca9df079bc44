// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc;

/** A shared library that onnxc --emit=shared has written. Threads may share it. */
public final class Library implements AutoCloseable {
  private long handle;
  private int sessions;
  private boolean isClosed;

  public Library(String path) {
    this(path, null, null);
  }

  /**
   * One of several models, unless the prefix is null, or one whose weights are in a file that
   * does not lie beside the library.
   */
  public Library(String path, String prefix, String weights) {
    byte[] message = new byte[Native.MESSAGE_BYTES];
    handle =
        Native.openLibrary(
            Native.toBytes(path), Native.toBytes(prefix), Native.toBytes(weights), message);
    if (handle == 0) throw new OnnxcException(14, null, Native.toText(message));
  }

  public Session session() {
    return session(1);
  }

  /** A session whose runs take so many threads; 0 takes all CPUs. */
  public synchronized Session session(int threads) {
    if (isClosed) throw new OnnxcException("the library is closed");
    byte[] message = new byte[Native.MESSAGE_BYTES];
    long session = Native.createSession(handle, message);
    if (session == 0) throw new OnnxcException(Native.toText(message));
    ++sessions;
    return new Session(this, session, threads);
  }

  /** It stays loaded until its sessions are closed, too. */
  @Override
  public synchronized void close() {
    isClosed = true;
    release();
  }

  synchronized void sessionClosed() {
    --sessions;
    release();
  }

  private void release() {
    if (!isClosed || sessions != 0 || handle == 0) return;
    Native.closeLibrary(handle);
    handle = 0;
  }
}

// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model with the memory that it runs in. Runs of one session wait for each other. */
public final class Session implements AutoCloseable {
  /** What the model says of an input or output. */
  public static final class Info {
    public final String name;
    public final Dtype dtype;
    public final int rank;
    /** "float32 [batch, 8, 8]" */
    public final String description;

    private Info(long session, int isOutput, int number) {
      name = Native.toText(Native.name(session, isOutput, number));
      dtype = Dtype.of(Native.dtype(session, isOutput, number));
      rank = Native.rank(session, isOutput, number);
      description = Native.toText(Native.describe(session, isOutput, number));
    }
  }

  private final Library library;
  private final List<Info> inputs;
  private final List<Info> outputs;
  private long handle;

  Session(Library library, long handle, int threads) {
    this.library = library;
    this.handle = handle;
    inputs = describe(Native.INPUT);
    outputs = describe(Native.OUTPUT);
    if (threads == 1) return;
    int status = Native.useThreads(handle, threads);
    if (status == 0) return;
    OnnxcException error = error(status);
    close();
    throw error;
  }

  public List<Info> inputs() {
    return inputs;
  }

  public List<Info> outputs() {
    return outputs;
  }

  /** Runs the model on a tensor for each of its inputs. */
  public synchronized Map<String, Tensor> run(Map<String, Tensor> tensors) {
    if (handle == 0) throw new OnnxcException("the session is closed");
    Native.forget(handle);
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) set(entry.getKey(), entry.getValue());
    require(Native.run(handle));
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (int i = 0; i < outputs.size(); ++i) results.put(outputs.get(i).name, get(i));
    return results;
  }

  /** Gives the memory back. */
  @Override
  public synchronized void close() {
    if (handle == 0) return;
    Native.destroySession(handle);
    handle = 0;
    library.sessionClosed();
  }

  private List<Info> describe(int isOutput) {
    List<Info> infos = new ArrayList<>();
    for (int i = 0; i < Native.count(handle, isOutput); ++i)
      infos.add(new Info(handle, isOutput, i));
    return List.copyOf(infos);
  }

  private void require(int status) {
    if (status != 0) throw error(status);
  }

  private OnnxcException error(int status) {
    return new OnnxcException(
        status, Native.toText(Native.blamed(handle)), Native.toText(Native.message(handle)));
  }

  private void set(String name, Tensor tensor) {
    int number = Native.find(handle, Native.INPUT, Native.toBytes(name));
    if (number < 0) throw error(3);
    if (tensor == null) throw new OnnxcException(0, name, "input '" + name + "': it is null");
    require(Native.set(handle, number, tensor.dtype().ordinal(), tensor.shape()));
    if (tensor.dtype() == Dtype.STRING) setStrings(name, number, tensor.strings());
    else Native.setNumbers(handle, number, tensor.data());
  }

  private void setStrings(String name, int number, String[] texts) {
    long[] lengths = new long[texts.length];
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < texts.length; ++i) {
      if (texts[i] == null)
        throw new OnnxcException(0, name, "input '" + name + "': string " + i + " is null");
      byte[] bytes = texts[i].getBytes(StandardCharsets.UTF_8);
      lengths[i] = bytes.length;
      all.writeBytes(bytes);
    }
    require(Native.setStrings(handle, number, lengths, all.toByteArray()));
  }

  private Tensor get(int number) {
    Info info = outputs.get(number);
    long[] shape = new long[info.rank];
    for (int d = 0; d < shape.length; ++d)
      shape[d] = Native.dim(handle, Native.OUTPUT, number, d);
    int count = Math.toIntExact(Native.elements(handle, Native.OUTPUT, number));
    if (info.dtype == Dtype.STRING) return Tensor.of(getStrings(number, count), shape);
    Object array =
        Array.newInstance(
            info.dtype.holder, Math.multiplyExact(count, info.dtype.perElement()));
    Native.getNumbers(handle, number, array);
    return Tensor.of(info.dtype, array, shape);
  }

  private String[] getStrings(int number, int count) {
    long[] lengths = new long[count];
    byte[] all = Native.getStrings(handle, number, lengths);
    String[] texts = new String[count];
    int at = 0;
    for (int i = 0; i < count; ++i) {
      texts[i] = new String(all, at, (int) lengths[i], StandardCharsets.UTF_8);
      at += (int) lengths[i];
    }
    return texts;
  }
}

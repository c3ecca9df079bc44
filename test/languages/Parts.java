// Parts.java: prints what parts_model.py expects, in Java.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import onnxc.Dtype;
import onnxc.Library;
import onnxc.OnnxcException;
import onnxc.Session;
import onnxc.Tensor;

public final class Parts {
  private static final float[] X = {1, 2, 3, 4, 5, 0};
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private static Map<String, Tensor> first() {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("x", Tensor.of(X, 2, 3));
    inputs.put("at", Tensor.of(new long[] {1, 0}, 2));
    inputs.put("words", Tensor.of(new String[] {"one", "Zwei drei", "sch\u00f6n"}, 3));
    inputs.put("flags", Tensor.of(new boolean[] {true, false}, 2));
    inputs.put("halves", Tensor.of(Dtype.FLOAT16, new short[] {0x3c00, (short) 0xc000}, 2));
    inputs.put("ints", Tensor.of(new int[] {7, -8}, 2, 1));
    return inputs;
  }

  private static Map<String, Tensor> empty() {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("x", Tensor.of(new float[3], 1, 3));
    inputs.put("at", Tensor.of(new long[0], 0));
    inputs.put("words", Tensor.of(new String[0], 0));
    inputs.put("flags", Tensor.of(new boolean[0], 0));
    inputs.put("halves", Tensor.of(Dtype.FLOAT16, new short[2], 2));
    inputs.put("ints", Tensor.of(new int[1], 1, 1));
    return inputs;
  }

  private static Map<String, Tensor> with(String name, Tensor tensor) {
    Map<String, Tensor> inputs = first();
    inputs.put(name, tensor);
    return inputs;
  }

  private static void print(String name, Tensor tensor) {
    boolean isText = tensor.dtype() == Dtype.STRING;
    StringJoiner texts = new StringJoiner(isText ? "|" : " ");
    for (int i = 0; i < Array.getLength(tensor.data()); ++i) {
      Object element = Array.get(tensor.data(), i);
      if (isText) texts.add((String) element);
      else if (element instanceof Boolean) texts.add((Boolean) element ? "1" : "0");
      else if (element instanceof Short) texts.add("" + Short.toUnsignedInt((Short) element));
      else texts.add("" + ((Number) element).longValue());
    }
    OUT.println((name + " " + Arrays.toString(tensor.shape()) + ": " + texts).trim());
  }

  private static void printAll(Session session, Map<String, Tensor> inputs) {
    session.run(inputs).forEach(Parts::print);
  }

  private static void refuse(String what, boolean sayWords, Callable<?> call) throws Exception {
    try {
      call.call();
      OUT.println(what + ": taken");
    } catch (OnnxcException error) {
      OUT.println(what + ": " + (sayWords ? error.getMessage() : "refused"));
    }
  }

  private static void refuseAll(Session session) throws Exception {
    Map<String, Tensor> fewer = first();
    fewer.remove("at");
    double[] doubles = {1, 2, 3, 4, 5, 0};
    refuse("name", true, () -> session.run(with("y", Tensor.of(X, 2, 3))));
    refuse("type", true, () -> session.run(with("x", Tensor.of(doubles, 2, 3))));
    refuse("shape", true, () -> session.run(with("x", Tensor.of(new float[8], 2, 4))));
    refuse("rank", true, () -> session.run(with("x", Tensor.of(X, 6))));
    refuse("missing", true, () -> session.run(fewer));
    refuse("sizes", true, () -> session.run(with("flags", Tensor.of(new boolean[3], 3))));
    refuse("run", true, () -> session.run(with("ints", Tensor.of(new int[3], 3, 1))));
    refuse("count", false, () -> session.run(with("x", Tensor.of(X, 3, 3))));
    String[] nulls = {"one", null, "two"};
    try {
      session.run(with("words", Tensor.of(nulls, 3)));
      OUT.println("null: taken");
    } catch (OnnxcException error) {
      if (!error.getMessage().equals("input 'words': string 1 is null")) throw error;
    }
    refuse("read", false, () -> session.run(first()).get("rows").doubles());
    refuse("file", false, () -> new Library("/dev/null"));
  }

  /** Runs a session of its own on its own numbers. */
  private static boolean runOften(Library library, float factor) {
    float[] scaled = new float[X.length];
    for (int i = 0; i < X.length; ++i) scaled[i] = factor * X[i];
    boolean isRight = true;
    try (Session session = library.session()) {
      for (int i = 0; i < 200; ++i)
        isRight &=
            session.run(with("x", Tensor.of(scaled, 2, 3))).get("rows").floats()[0] == 4 * factor;
    }
    return isRight;
  }

  public static void main(String[] arguments) throws Exception {
    try (Library library = new Library(arguments[0]);
        Session session = library.session();
        Session pool = library.session(2)) {
      for (Session.Info info : session.inputs())
        OUT.println("input " + info.name + ": " + info.description);
      for (Session.Info info : session.outputs())
        OUT.println("output " + info.name + ": " + info.description);
      printAll(session, first());
      printAll(session, empty());
      refuseAll(session);
      print("rows", session.run(first()).get("rows"));

      ExecutorService threads = Executors.newFixedThreadPool(2);
      Future<Boolean> one = threads.submit(() -> runOften(library, 2));
      Future<Boolean> other = threads.submit(() -> runOften(library, 3));
      OUT.println("threads: " + (one.get() && other.get() ? "right" : "wrong"));
      threads.shutdown();
      boolean isRight = pool.run(first()).get("rows").floats()[0] == 4;
      OUT.println("pool: " + (isRight ? "right" : "wrong"));
    }
  }
}

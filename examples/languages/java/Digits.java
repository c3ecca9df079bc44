// Digits.java: reads handwritten digits, in Java.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import onnxc.Library;
import onnxc.OnnxcException;
import onnxc.Session;
import onnxc.Tensor;

public final class Digits {
  public static void main(String[] arguments) throws Exception {
    List<String> lines = Files.readAllLines(Path.of(arguments[1]));
    int count = lines.size();
    long[] labels = new long[count];
    float[] points = new float[count * 64];
    for (int i = 0; i < count; ++i) {
      String[] numbers = lines.get(i).split(" ");
      labels[i] = Long.parseLong(numbers[0]);
      for (int j = 0; j < 64; ++j) points[64 * i + j] = Float.parseFloat(numbers[j + 1]);
    }

    try (Library library = new Library(arguments[0]);
        Session session = library.session()) {
      Map<String, Tensor> found = session.run(Map.of("image", Tensor.of(points, count, 8, 8)));
      long[] digits = found.get("digit").longs();
      float[] scores = found.get("scores").floats();

      int right = 0;
      for (int i = 0; i < count; ++i) if (digits[i] == labels[i]) ++right;
      System.out.printf("%d of %d digits are right%n", right, count);
      for (int i = 0; i < count; ++i)
        if (digits[i] != labels[i])
          System.out.printf(
              "line %d is a %d, read as %d with %d %%%n",
              i + 1, labels[i], digits[i], Math.round(100 * scores[10 * i + (int) digits[i]]));

      // What does not fit is refused before anything runs.
      try {
        session.run(Map.of("image", Tensor.of(points, count, 64)));
      } catch (OnnxcException error) {
        System.out.println(error.getMessage());
      }
    }
  }
}

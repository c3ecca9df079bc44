"""Operators of ai.onnx.ml: strings that a model holds within itself, maps at
its outputs, unknown categories, and imports of operator sets.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

ML = '"ai.onnx.ml" : 3'
BOTH = '"" : 17, "ai.onnx.ml" : 3'
INTS = [{"x": np.array([[1, 2], [3, -4]])}, {"x": np.zeros((0, 2))}]
# Scores of onnxruntime are 0 rows long where there are none.
ROWS = [{"x": (7, 2)}, {"x": (1, 2)}]

LABELS = """
  label, p = ai.onnx.ml.LinearClassifier <
    classlabels_strings = ["no", "yes"], coefficients = [1.0, -2.0, -1.0, 2.5],
    intercepts = [0.5, -0.25], post_transform = "SOFTMAX"> (x)"""



def row_pairs(name, body, **expected):
    """What skl2onnx writes for the distances between the rows of x and z."""
    return Case(name, f"""
agraph (float[n, 3] x, float[v, 3] z) => (float[n, v] y) {{
  state, t = Scan (x, z) <num_scan_inputs = 1, body = pairs
    (float[n, 3] a, float[3] b) => (float[n, 3] same, float[n] distances) {{
      columns = Constant <value_ints = [1]> ()
      same = Identity (a)
      {body}
    }}>
  y = Transpose <perm = [1, 0]> (t)
}}""", [{"x": (4, 3), "z": (5, 3)}, {"x": (1, 3), "z": (20, 3)}], opset=18,
                **expected)


DISTANCES = [
    row_pairs("pairs_squared", """d = Sub (a, b)
      r = ReduceSumSquare <keepdims = 0> (d, columns)
      distances = Identity (r)""", not_becomes="Scan"),
    row_pairs("pairs_manhattan", """d = Sub (b, a)
      e = Abs (d)
      distances = ReduceSum <keepdims = 0> (e, columns)""",
              not_becomes="Scan"),
    row_pairs("pairs_minkowski", """d = Sub (a, b)
      e = Abs (d)
      p = Constant <value_float = 3.0> ()
      f = Pow (e, p)
      g = ReduceSum <keepdims = 0> (f, columns)
      third = Constant <value_float = 0.3333333> ()
      distances = Pow (g, third)""", not_becomes="Scan"),
    # Sums of rows, not of pairs, and two sums.
    row_pairs("pairs_of_one_row", """r = ReduceSum <keepdims = 0> (a, columns)
      zero = Constant <value_ints = [0]> ()
      u = ReduceSum <keepdims = 1> (b, zero)
      distances = Mul (r, u)""", becomes="Scan"),
    row_pairs("pairs_summed_twice", """d = Mul (a, b)
      r = ReduceMax <keepdims = 0> (d, columns)
      u = ReduceSum <keepdims = 0> (d, columns)
      distances = Mul (r, u)""", becomes="Scan"),
]

CASES = [
    *DISTANCES,
    Case("labels_encoded", f"""
agraph (float[n, 2] x) => (int64[n] y, float[n, 2] p) {{{LABELS}
  y = ai.onnx.ml.LabelEncoder <keys_strings = ["yes", "no"],
                               values_int64s = [7, 9]> (label)
}}""", ROWS, imports=ML),
    Case("labels_unused", f"""
agraph (float[n, 2] x) => (float[n, 2] p) {{{LABELS}
}}""", ROWS, imports=ML),
    # A row of labels, as onnxmltools writes it.
    Case("labels_extracted", """
agraph (float[n, 2] x) => (float[a, b] y) <string[2] names = {"b", "a"}> {
  i = ArgMax <axis = 1> (x)
  label = ai.onnx.ml.ArrayFeatureExtractor (names, i)
  cast = Cast <to = 8> (label)
  minus = Constant <value = int64[1] {-1}> ()
  flat = Reshape (cast, minus)
  y0 = ai.onnx.ml.LabelEncoder <keys_strings = ["a", "b"],
                                values_floats = [0.5, 1.5]> (flat)
  shape = Constant <value = int64[2] {1, -1}> ()
  y = Reshape (y0, shape)
}""", ROWS, imports=BOTH),
    Case("strings_chosen", """
agraph (int64[n, 2] x) => (int64[n, 2] y)
  <string[1] one = {"one"}, string[1] two = {"two"}, int64 limit = {2}> {
  c = Less (x, limit)
  s = Where (c, one, two)
  t = Transpose (s)
  y0 = ai.onnx.ml.LabelEncoder <keys_strings = ["two"], values_int64s = [5],
                                default_int64 = -3> (t)
  y = Transpose (y0)
}""", INTS, imports=BOTH),
    Case("integers_by_way_of_strings", """
agraph (int64[n, 2] x) => (int64[n, 2] y) {
  s = ai.onnx.ml.LabelEncoder <keys_int64s = [1, 2, 3],
                               values_strings = ["a", "b", "c"]> (x)
  y = ai.onnx.ml.LabelEncoder <keys_strings = ["b", "a", "_Unused"],
                               values_int64s = [7, 9, -5]> (s)
}""", INTS, imports=ML),
    Case("label_encoder_1", """
agraph (int64[n, 2] x) => (int64[n, 2] y) {
  s = ai.onnx.ml.LabelEncoder <classes_strings = ["q", "b", "c"],
                               default_string = "", default_int64 = -1> (x)
  y = ai.onnx.ml.LabelEncoder <classes_strings = ["c", "b", "a"],
                               default_string = "", default_int64 = -1> (s)
}""", INTS, imports='"ai.onnx.ml" : 1'),
    Case("category_mapper", """
agraph (int64[n, 2] x) => (int64[n, 2] y) {
  s = ai.onnx.ml.CategoryMapper <cats_int64s = [1, 2, 3],
                                 cats_strings = ["a", "b", "c"]> (x)
  y = ai.onnx.ml.CategoryMapper <cats_strings = ["c", "b", "a"],
                                 cats_int64s = [5, 6, 7]> (s)
}""", INTS, imports=ML),
    Case("one_hot_of_known_strings", """
agraph (int64[n, 2] x) => (float[n, 2, 2] y) {
  s = ai.onnx.ml.LabelEncoder <keys_int64s = [1, 2, 3],
                               values_strings = ["a", "b", "c"]> (x)
  y = ai.onnx.ml.OneHotEncoder <cats_strings = ["c", "a"]> (s)
}""", INTS, imports=ML),
    # Doubles are truncated to integers.
    Case("one_hot_of_doubles", """
agraph (double[n, 2] x) => (float[n, 2, 3] y) {
  y = ai.onnx.ml.OneHotEncoder <cats_int64s = [0, 2, -1]> (x)
}""", [{"x": np.array([[0.9, -0.9], [2.5, -1.5]])}], imports=ML),
    Case("one_hot_of_known_categories", """
agraph (int64[n, 2] x) => (float[n, 2, 4] y) {
  y = ai.onnx.ml.OneHotEncoder <cats_int64s = [1, 2, 3, -4], zeros = 0> (x)
}""", INTS, imports=ML, sizes_known=False),
    Case("columns_are_free", """
agraph (float[n, c] x) => (float[n, 1] y) {
  s = ai.onnx.ml.Scaler <scale = [2.0, 3.0], offset = [0.5, 0.0]> (x)
  y = ai.onnx.ml.LinearRegressor <coefficients = [1.0, 2.0]> (s)
}""", ROWS, imports=ML),
    Case("vectorizer_of_rows", """
agraph (double[3] x, double[2] z) => (float[1, 6] y) {
  y = ai.onnx.ml.FeatureVectorizer <inputdimensions = [2, 4]> (x, z)
}""", [{"x": (3,), "z": (2,)}], imports=ML),
]

REFUSED = [
    Case("one_hot_of_an_unknown_category", """
agraph (int64[n, 2] x) => (float[n, 2, 3] y) {
  y = ai.onnx.ml.OneHotEncoder <cats_int64s = [1, 2, 3], zeros = 0> (x)
}""", INTS[:1], imports=ML, sizes_known=False,
         refused="a value is not allowed by the operator that reads it"),
    Case("other_columns", """
agraph (float[n, c] x) => (float[n, 1] y) {
  y = ai.onnx.ml.LinearRegressor <coefficients = [1.0, 2.0, 3.0]> (x)
}""", ROWS, imports=ML, refused="an input's shape does not fit the model"),
]

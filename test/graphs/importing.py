"""What tools leave in a model that is not as it should be, and is no reason to
refuse it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

ONCE = [{"x": (4, 3)}]
TWICE = [{"x": (1, 4)}, {"x": (3, 4)}]

SMALL = np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3)

CASES = [
    Case("nodes_out_of_order", """
agraph (float[a, 3] x) => (float[a, 3] y) {
  y = Neg(t)
  t = Relu(u)
  u = Abs(x)
}""", ONCE),
    Case("nodes_out_of_order_for_a_branch", """
agraph (bool c, float[a, 3] x) => (float[a, 3] y) {
  y = If (c) <
    then_branch = yes () => (float[a, 3] d) { d = Neg(t) },
    else_branch = no () => (float[a, 3] f) { f = Exp(t) }>
  t = Relu(x)
}""", [{"c": True, "x": (4, 3)}, {"c": False, "x": (4, 3)}]),
    Case("domain_spelled_out", """
agraph (float[1, 3] x) => (float[3] y) {
  t = ai.onnx.Squeeze <axes = [0]> (x)
  y = Relu(t)
}""", [{"x": (1, 3)}], imports='"ai.onnx" : 11'),
    Case("domain_imported_twice", """
agraph (float[a, 3] x) => (float[a, 3] y) {
  t = ai.onnx.Neg(x)
  y = Relu(t)
}""", ONCE, imports='"" : 17, "ai.onnx" : 17, "" : 17'),
    Case("stale_rank_of_an_output", """
agraph (float[a, 3] x) => (float[a, 3, 1] y) {
  y = Relu(x)
}""", ONCE, warns="stated to have 3 dimensions, but its node computes 2"),
    Case("stale_size_of_an_output", """
agraph (float[a, 3] x) => (float[7, 4] y) {
  y = Relu(x)
}""", ONCE, flags=["--dim", "a=4"],
         warns="stated to have size 7 in dimension 0, but its node computes 4"),
    Case("stale_sizes_of_values", """
agraph (float[a, 4] x) => (float[1, 2, 2] y)
  <float[1, 2, 2] t, float[9] u> {
  s = Shape <start = 0, end = 1> (x)
  c = Constant <value = int64[2] {2, 2}> ()
  d = Concat <axis = 0> (s, c)
  t = Reshape(x, d)
  u = Relu(t)
  y = Neg(u)
}""", TWICE),
    Case("stale_sizes_of_data", """
agraph (float[a, 4] x) => (int64[2, 3] y) <int64[2, 3] t> {
  t = NonZero(x)
  y = Identity(t)
}""", TWICE, sizes_known=False),
    Case("stale_sizes_of_what_is_read", """
agraph (float[a, 4] x, int64[2] s) => (float[1, 4] y) <float[1, 4] t> {
  t = Reshape(x, s)
  y = Relu(t)
}""", [{"x": (4, 4), "s": [8, 2]}, {"x": (1, 4), "s": [2, 2]}],
         sizes_known=False),
    Case("stated_rank_of_a_free_shape", """
agraph (float[a, 4] x, int64[k] s) => (float[1, 4] y) <float[1, 4] t> {
  t = Reshape(x, s)
  y = Relu(t)
}""", [{"x": (4, 4), "s": [8, 2]}, {"x": (1, 4), "s": [2, 2]}],
         sizes_known=False),
    Case("stated_rank_of_an_expansion", """
agraph (float[4] x, int64[k] s) => (float[1, 4] y) <float[1, 4] t> {
  t = Expand(x, s)
  y = Relu(t)
}""", [{"x": (4,), "s": [3, 4]}, {"x": (4,), "s": [1, 1]}],
         sizes_known=False),
    Case("free_number_of_repeats", """
agraph (float[2, 4] x, int64[k] s) => (float[4, 8] y) <float[4, 8] t> {
  t = Tile(x, s)
  y = Relu(t)
}""", [{"x": (2, 4), "s": [3, 4]}, {"x": (2, 4), "s": [1, 0]}],
         sizes_known=False),
    Case("free_number_of_sizes", """
agraph (float[1, 1, h, w] x, int64[k] s) => (float[b, c, d, e] y) {
  y = Resize <mode = "nearest"> (x, , , s)
}""", [{"x": SMALL, "s": [1, 1, 4, 6]}], sizes_known=False,
         expected=[SMALL.repeat(2, 2).repeat(2, 3)]),
    Case("spaces_in_an_equation", """
agraph (float[i, j] x, float[j, k] z) => (float[i, k] y) {
  y = Einsum <equation = " i j , jk -> i k "> (x, z)
}""", [{"x": (3, 5), "z": (5, 2)}]),
    Case("carried_value_named_like_the_body's", """
agraph (float[3] x) => (float[3] s, float[k, 3] y) {
  n = Constant <value = int64 {4}> ()
  go = Constant <value = bool {1}> ()
  s, y = Loop (n, go, x) <
    body = b (int64 i, bool c0, float[3] s0)
        => (bool c1, float[3] s, float[3] y) {
      c1 = Identity(c0)
      s = Add(s0, s0)
      y = Neg(s)
    }>
}""", [{"x": (3,)}]),
    Case("signal_without_its_last_dimension", """
agraph (float[b, n] x, float[16] w) => (float[b, f, 9, 2] y) {
  step = Constant <value = int64 {8}> ()
  y = STFT(x, step, w)
}""", [{"x": (2, 64), "w": (16,)}, {"x": (1, 41), "w": (16,)}]),
    Case("bag_of_embeddings", """
agraph (int64[n] at, int64[k] starts, float[10, 4] w) => (float[1, 4] y) {
  zero = Constant <value = int64[1] {0}> ()
  one = Constant <value = int64[1] {1}> ()
  two = Constant <value = int64[1] {2}> ()
  from = Slice(starts, zero, one, zero)
  to = Slice(starts, one, two, zero)
  of = Slice(at, from, to, zero)
  rows = Gather(w, of)
  y = ReduceSum(rows, zero)
}""", [{"at": [1, 2, 3, 4, 9], "starts": [1, 4], "w": (10, 4)},
       {"at": [1, 2, 3], "starts": [0, 3, 3], "w": (10, 4)}],
         sizes_known=False),
    Case("functions_one_after_another", """
agraph (float[n, 4, h] x, float[4] s, float[4] b) => (float[n, 4, h] y) {
  t = GroupNormalization <num_groups = 2> (x, s, b)
  u = Relu(t)
  v = GroupNormalization <num_groups = 4> (u, s, b)
  y = GroupNormalization <num_groups = 1> (v, b, s)
}""", [{"x": (2, 4, 5), "s": (4,), "b": (4,)}]),
    Case("allocated_beside_given", """
agraph (float[a, b] x) => (int64[2, k] y, float[n] z) {
  y = NonZero(x)
  s = Constant <value = int64[1] {-1}> ()
  r = Reshape(x, s)
  z = Relu(r)
}""", [{"x": (4, 3)}, {"x": (1, 1)}], sizes_known=False),
]

# With a free length that is not what the operator needs.
REFUSED = [
    Case("wrong_number_of_repeats", """
agraph (float[2, 4] x, int64[k] s) => (float[c, d] y) {
  y = Tile(x, s)
}""", [{"x": (2, 4), "s": [3, 4, 1]}],
         refused="an input's shape does not fit the model"),
]

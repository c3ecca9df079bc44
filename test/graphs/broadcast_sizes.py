"""Free dimensions with names of their own that are equal, or 1, when a model
runs.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from graph_case import Case
from sizes_at_run_time import SHAPE, VALUE


def shapes(*runs):
    """Inputs x0, x1, ... of random elements."""
    return [{f"x{i}": shape for i, shape in enumerate(run)} for run in runs]


ADD = """
agraph (float[a, b] x0, float[c, d] x1) => (float[e, f] y) {
  y = Add(x0, x1)
}"""

IN_A_BRANCH = """
agraph (bool c, float[a, 3] x0, float[b, 3] x1) => (float[d, 3] y) {
  y = If (c) <
    then_branch = yes () => (float[e, 3] t) { t = Mul(x0, x1) },
    else_branch = no () => (float[f, 3] u) { u = Neg(x1) }>
}"""

A = [[3, 250, 7], [9, 0, 128]]
B = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 200]]

CASES = [
    Case("broadcast_zero_points", """
agraph (uint8[m, k] a, uint8[k, n] b, uint8[p] za, uint8[q] zb)
    => (int32[m, n] y) {
  y = MatMulInteger(a, b, za, zb)
}""", [{"a": A, "b": B, "za": [7], "zb": [3]},
       {"a": A, "b": B, "za": [7], "zb": [3, 1, 0, 255]}]),
    Case("broadcast_scales_of_columns", """
agraph (uint8[m, k] a, uint8[k, n] b, float[p] sa, uint8[p] za, float[q] sb,
        uint8[q] zb, float[r] sy, uint8[r] zy) => (uint8[m, n] y) {
  y = QLinearMatMul(a, sa, za, b, sb, zb, sy, zy)
}""", [{"a": A, "b": B, "sa": [0.1], "za": [7], "sb": [0.2], "zb": [3],
        "sy": [9], "zy": [100]},
       {"a": A, "b": B, "sa": [0.1], "za": [7], "sb": [0.2, 0.1, 0.3, 0.4],
        "zb": [3, 1, 0, 255], "sy": [9], "zy": [100]}]),
    Case("broadcast_two_names", ADD, shapes(
        [(2, 3), (2, 3)], [(1, 3), (2, 3)], [(2, 1), (1, 3)], [(1, 1), (5, 113)],
        [(7, 1), (7, 17)], [(0, 3), (1, 3)], [(1, 0), (4, 1)], [(1, 1), (1, 1)])),
    Case("broadcast_other_ranks", """
agraph (float[a] x0, float[b, c, d] x1) => (float[e, f, g] y) {
  z = Sub(x0, x1)
  y = Neg(z)
}""", shapes([(3,), (2, 5, 3)], [(1,), (2, 5, 3)], [(7,), (2, 1, 1)])),
    # Expanded once, what has been expanded is as large as what comes next.
    Case("broadcast_chain", """
agraph (float[a, 8] x0, float[b, 8] x1, float[c, 8] x2) => (float[d, 8] y) {
  z = Add(x0, x1)
  w = Mul(z, x2)
  v = Sigmoid(w)
  y = Add(v, x0)
}""", shapes([(3, 8), (3, 8), (3, 8)], [(1, 8), (3, 8), (1, 8)],
             [(1, 8), (1, 8), (5, 8)], [(5, 8), (1, 8), (5, 8)],
             [(1, 8), (1, 8), (1, 8)])),
    Case("broadcast_n_ary", """
agraph (float[a, b] x0, float[c] x1, float[d, e] x2) => (float[f, g] y) {
  z = Max(x0, x1, x2)
  w = Sum(x2, x1, x0)
  y = Mean(z, w)
}""", shapes([(2, 3), (3,), (2, 3)], [(1, 3), (1,), (2, 1)],
             [(5, 1), (7,), (1, 1)])),
    Case("broadcast_where", """
agraph (bool[a, b] x0, float[c, d] x1, float[e, f] x2) => (float[g, h] y) {
  y = Where(x0, x1, x2)
}""", [{"x0": [[True, False, True]], "x1": (4, 3), "x2": (4, 1)},
       {"x0": [[True], [False]], "x1": (1, 3), "x2": (1, 1)},
       {"x0": [[True]], "x1": (2, 5), "x2": (2, 5)}]),
    Case("broadcast_to_a_fixed_size", """
agraph (float[a, 4] x0, float[3, b] x1) => (float[3, 4] y) {
  y = Div(x0, x1)
}""", shapes([(3, 4), (3, 4)], [(1, 4), (3, 1)], [(3, 4), (3, 1)])),
    Case("broadcast_prelu", """
agraph (float[a, b, 3] x0, float[c, d] x1) => (float[a, b, 3] y) {
  y = PRelu(x0, x1)
}""", shapes([(2, 5, 3), (5, 3)], [(2, 5, 3), (1, 1)], [(2, 5, 3), (5, 1)])),
    Case("broadcast_expand", """
agraph (float[a, b] x0, float[c, d, e] x1) => (float[f, g, h] y) {
  shape = Shape(x1)
  z = Expand(x0, shape)
  y = Neg(z)
}""", shapes([(2, 3), (4, 2, 3)], [(1, 3), (4, 2, 3)], [(2, 3), (4, 1, 1)],
             [(1, 1), (4, 2, 3)], [(2, 3), (1, 2, 3)])),
    Case("broadcast_batches", """
agraph (float[a, b, m, k] x0, float[c, k, 8] x1) => (float[d, e, m, 8] y) {
  y = MatMul(x0, x1)
}""", shapes([(2, 3, 4, 5), (3, 5, 8)], [(2, 3, 4, 5), (1, 5, 8)],
             [(2, 1, 4, 5), (3, 5, 8)], [(1, 1, 1, 1), (7, 1, 8)])),
    Case("broadcast_batches_and_bias", """
agraph (float[a, m, k] x0, float[b, k, n] x1, float[c] x2, float[d, 1, n] x3)
    => (float[e, m, n] y) {
  z = MatMul(x0, x1)
  w = Add(z, x2)
  v = Relu(w)
  y = Add(v, x3)
}""", shapes([(2, 4, 5), (2, 5, 7), (7,), (2, 1, 7)],
             [(1, 4, 5), (2, 5, 7), (1,), (2, 1, 7)],
             [(2, 4, 5), (1, 5, 7), (7,), (1, 1, 7)],
             [(1, 4, 5), (1, 5, 7), (1,), (3, 1, 7)])),
    Case("broadcast_gemm", """
agraph (float[m, k] x0, float[k, n] x1, float[a, b] x2) => (float[m, n] y) {
  y = Gemm <alpha = 0.5, beta = 2.0> (x0, x1, x2)
}""", shapes([(4, 5), (5, 7), (4, 7)], [(4, 5), (5, 7), (1, 7)],
             [(4, 5), (5, 7), (4, 1)], [(4, 5), (5, 7), (1, 1)])),
    Case("broadcast_mask_of_attention", """
agraph (float[n, 2, q, 8] x0, float[n, 2, k, 8] x1, float[n, 2, k, 8] x2,
        float[a, b, c, k] x3) => (float[n, 2, q, 8] y) {
  y = Attention(x0, x1, x2, x3)
}""", shapes([(2, 2, 4, 8), (2, 2, 5, 8), (2, 2, 5, 8), (2, 2, 4, 5)],
             [(2, 2, 4, 8), (2, 2, 5, 8), (2, 2, 5, 8), (1, 1, 4, 5)],
             [(3, 2, 4, 8), (3, 2, 5, 8), (3, 2, 5, 8), (1, 2, 4, 5)],
             [(3, 2, 4, 8), (3, 2, 5, 8), (3, 2, 5, 8), (3, 1, 4, 5)]),
         opset=23),
    Case("broadcast_masks_by_hand", """
agraph (float[n, 2, q, 4] x0, float[m, 2, 4, k] x1, float[a, 1, b, c] x2)
    => (float[d, 2, q, k] y) {
  scores = MatMul(x0, x1)
  masked = Add(scores, x2)
  y = Softmax(masked)
}""", shapes([(2, 2, 3, 4), (2, 2, 4, 5), (2, 1, 3, 5)],
             [(2, 2, 3, 4), (2, 2, 4, 5), (1, 1, 1, 5)],
             [(1, 2, 3, 4), (2, 2, 4, 5), (2, 1, 3, 1)])),
    # The size is computed with, and decides others.
    Case("broadcast_size_in_shapes", """
agraph (float[a, 6] x0, float[b, 6] x1) => (float[c, 3] y, int64[2] s) {
  z = Add(x0, x1)
  s = Shape(z)
  to = Constant <value = int64[2] {-1, 3}> ()
  y = Reshape(z, to)
}""", shapes([(2, 6), (2, 6)], [(1, 6), (5, 6)], [(7, 6), (1, 6)],
             [(0, 6), (1, 6)])),
    Case("broadcast_and_concat", """
agraph (float[a, 3] x0, float[b, 3] x1) => (float[c, 3] y) {
  z = Add(x0, x1)
  y = Concat <axis = 0> (z, x0, x1)
}""", shapes([(2, 3), (2, 3)], [(1, 3), (5, 3)], [(4, 3), (1, 3)])),
    Case("broadcast_in_a_loop", """
agraph (int64 m, float[a, 3] x0, float[b, 3] x1) => (float[a, 3] y) {
  y = Loop (m, , x0) <
    body = b (int64 i, bool go, float[a, 3] v) => (bool more, float[a, 3] w) {
      more = Identity(go)
      s = Add(x1, x1)
      axis = Constant <value = int64[1] {0}> ()
      t = ReduceSum <keepdims = 1> (s, axis)
      w = Add(v, t) }>
}""", [{"m": 2, "x0": (2, 3), "x1": (5, 3)}]),
    Case("broadcast_in_a_branch", IN_A_BRANCH, [
        {"c": True, "x0": (2, 3), "x1": (2, 3)},
        {"c": True, "x0": (1, 3), "x1": (2, 3)},
        {"c": True, "x0": (4, 3), "x1": (1, 3)},
        {"c": False, "x0": (4, 3), "x1": (2, 3)}], sizes_known=False),
    Case("broadcast_narrow_types", """
agraph (float16[a, b] x0, float16[c, d] x1) => (bool[e, f] y, float16[g, h] z) {
  y = Less(x0, x1)
  z = Mul(x0, x1)
}""", shapes([(2, 3), (2, 3)], [(1, 3), (5, 1)])),
    Case("broadcast_size_from_data", """
agraph (float[a, 3] x, int64[1] k) => (float[b, 3] y) {
  three = Constant <value = int64[1] {3}> ()
  shape = Concat <axis = 0> (k, three)
  z = ConstantOfShape(shape)
  y = Add(x, z)
}""", [{"x": (2, 3), "k": [2]}, {"x": (1, 3), "k": [5]},
       {"x": (4, 3), "k": [1]}], sizes_known=False),
]

REFUSED = [
    Case("broadcast_contradiction", ADD,
         shapes([(2, 3), (3, 3)], [(2, 3), (2, 4)], [(0, 3), (2, 3)]),
         refused=SHAPE),
    Case("broadcast_contradiction_of_three", """
agraph (float[a] x0, float[b] x1, float[c] x2) => (float[d] y) {
  z = Add(x0, x1)
  y = Add(z, x2)
}""", shapes([(1,), (2,), (3,)], [(2,), (2,), (3,)], [(3,), (1,), (2,)]),
         refused=SHAPE),
    Case("broadcast_to_another_fixed_size", """
agraph (float[a, 4] x0, float[3, b] x1) => (float[3, 4] y) {
  y = Div(x0, x1)
}""", shapes([(2, 4), (3, 4)], [(3, 4), (3, 3)]), refused=SHAPE),
    Case("broadcast_mask_of_other_heads", """
agraph (float[n, 2, q, 8] x0, float[n, 2, k, 8] x1, float[n, 2, k, 8] x2,
        float[a, b, q, k] x3) => (float[n, 2, q, 8] y) {
  y = Attention(x0, x1, x2, x3)
}""", shapes([(2, 2, 4, 8), (2, 2, 5, 8), (2, 2, 5, 8), (2, 3, 4, 5)],
             [(2, 2, 4, 8), (2, 2, 5, 8), (2, 2, 5, 8), (3, 2, 4, 5)]),
         refused=SHAPE, opset=23),
    Case("broadcast_contradiction_in_a_branch", IN_A_BRANCH, [
        {"c": True, "x0": (4, 3), "x1": (2, 3)}], refused=VALUE),
]

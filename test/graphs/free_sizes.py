"""Forms of operators whose sizes are all free.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case
from sizes_at_run_time import SHAPE

POSITIONS = np.array([[0, 1, 2, 3], [3, 2, 1, 0]])

ATTENTION = """
agraph (float[n, h, q, 8] Q, float[n, h, k, 8] K, float[n, h, k, 8] V)
    => (float[n, h, q, 8] y) {
  y = Attention(Q, K, V)
}"""

SCATTER = """
agraph (float[n, m] x, int64[k, l] at, float[o, p] updates)
    => (float[n, m] y) {
  y = ScatterND(x, at, updates)
}"""

ROTATE = """
agraph (float[n, h, s, d] x, float[p, e] cos, float[p, e] sin,
        int64[n, s] at) => (float[n, h, s, d] y) {
  y = RotaryEmbedding <interleaved = %d> (x, cos, sin, at)
}"""


def recurrent(name, gates):
    return Case(f"free_{name}", f"""
agraph (float[s, b, i] x, float[d, g, i] w, float[d, g, h] r, float[d, e] c,
        int32[b] lengths, float[d, b, h] start)
    => (float[s, d, b, h] y, float[d, b, h] last) {{
  y, last = {name} <hidden_size = 4> (x, w, r, c, lengths, start)
}}""", [{"x": (s, b, i), "w": (1, 4 * gates, i), "r": (1, 4 * gates, 4),
         "c": (1, 8 * gates), "lengths": np.full(b, s), "start": (1, b, 4)}
        for s, b, i in ((5, 3, 2), (1, 1, 7), (3, 2, 1))])


# A few rows are multiplied by the second factor where it lies, more by a copy.
# Sums of small integers are exact in any order.
# onnxruntime's Einsum divides by a depth of 0.
PRODUCTS = {"product": ("float[k, n] z", "MatMul (x, z)",
                        lambda k, n: (k, n), ((0, 3, 4), (3, 0, 5))),
            "product_of_columns": ("float[n, k] z",
                                   'Einsum <equation = "bmk,nk->bmn"> (x, z)',
                                   lambda k, n: (n, k), ((0, 3, 4),))}


def multiply(name):
    second, op, get_shape, empty = PRODUCTS[name]
    draw = np.random.default_rng(17)

    def integers(*shape):
        return draw.integers(-4, 5, shape).astype(np.float32)

    return Case(f"free_rows_of_a_{name}", f"""
agraph (float[b, m, k] x, {second}) => (float[b, m, n] y) {{
  t = {op}
  y = Relu(t)
}}""", [{"x": integers(1, m, k), "z": integers(*get_shape(k, n))}
        for m, k, n in ((1, 300, 17), (2, 64, 130), (3, 7, 1), (4, 33, 113),
                        (5, 16, 64), (7, 257, 40), (12, 1, 19), (13, 70, 35),
                        (391, 21, 9), *empty)])


CASES = [
    *(multiply(name) for name in PRODUCTS),
    *(recurrent(*form) for form in (("LSTM", 4), ("GRU", 3), ("RNN", 1))),
    Case("free_heads_of_attention", ATTENTION, [
        {"Q": (2, h, 4, 8), "K": (2, h, 5, 8), "V": (2, h, 5, 8)}
        for h in (1, 3, 4)], opset=23),
    Case("free_tuples_of_scatter", SCATTER, [
        {"x": (4, 3), "at": [[1], [2]], "updates": (2, 3)},
        {"x": (1, 5), "at": [[0]], "updates": (1, 5)}]),
    *(Case(f"free_rotation_{i}", ROTATE % i, [
        {"x": (2, 3, 4, 8), "cos": (6, 4), "sin": (6, 4), "at": POSITIONS},
        {"x": (2, 1, 4, 2), "cos": (4, 1), "sin": (4, 1), "at": POSITIONS}],
        opset=23) for i in (0, 1)),
    Case("free_rotation_of_packed_heads", """
agraph (float[n, s, d] x, float[a, b, e] cos, float[a, b, e] sin)
    => (float[n, s, d] y) {
  y = RotaryEmbedding <num_heads = 2> (x, cos, sin)
}""", [{"x": (2, 3, 16), "cos": (2, 3, 4), "sin": (2, 3, 4)},
       {"x": (1, 5, 4), "cos": (1, 5, 1), "sin": (1, 5, 1)}], opset=23),
    Case("free_deformed_convolution", """
agraph (float[n, c, h, w] x, float[o, c, a, b] k, float[n, e, p, q] at)
    => (float[n, o, p, q] y) {
  y = DeformConv <kernel_shape = [3, 2]> (x, k, at)
}""", [{"x": (1, 2, 5, 5), "k": (3, 2, 3, 2), "at": (1, 12, 3, 4)},
       {"x": (2, 1, 3, 7), "k": (1, 1, 3, 2), "at": (2, 12, 1, 6)}], opset=22),
    # The scale knows how many channels there are.
    Case("free_channels_dequantized", """
agraph (int8[n, c, h] x) => (float[n, c, h] y) {
  s = Constant <value = float[3] {1.0, 2.0, 0.5}> ()
  y = DequantizeLinear(x, s)
}""", [{"x": np.arange(12).reshape(2, 3, 2)}, {"x": np.ones((1, 3, 1))}]),
    Case("free_channels_quantized", """
agraph (float[n, c, h] x) => (int8[n, c, h] y) {
  s = Constant <value = float[3] {1.0, 2.0, 0.5}> ()
  z = Constant <value = int8[3] {1, 2, 3}> ()
  y = QuantizeLinear(x, s, z)
}""", [{"x": (2, 3, 2)}, {"x": (1, 3, 17)}]),
    Case("free_channels_normalized", """
agraph (float[n, c, h] x) => (float[n, c, h] y) {
  s = Constant <value = float[3] {1.0, 2.0, 0.5}> ()
  y = BatchNormalization(x, s, s, s, s)
}""", [{"x": (2, 3, 2)}, {"x": (1, 3, 17)}]),
    Case("free_channels_normalized_by_inputs", """
agraph (float[n, c, h] x, float[d] s, float[e] b, float[f] m, float[g] v)
    => (float[n, c, h] y) {
  y = BatchNormalization(x, s, b, m, v)
}""", [{"x": (2, 3, 2), "s": (3,), "b": (3,), "m": (3,), "v": [1, 2, 3]},
       {"x": (1, 1, 5), "s": (1,), "b": (1,), "m": (1,), "v": [2]}]),
]

REFUSED = [
    Case("free_tuples_of_another_size", SCATTER, [
        {"x": (4, 3), "at": [[1, 1], [2, 0]], "updates": (2, 3)}],
         refused=SHAPE),
    Case("free_rotation_of_other_angles", ROTATE % 0, [
        {"x": (2, 3, 4, 8), "cos": (6, 3), "sin": (6, 3), "at": POSITIONS},
        {"x": (2, 3, 4, 7), "cos": (6, 3), "sin": (6, 3), "at": POSITIONS}],
         opset=23, refused=SHAPE),
    Case("free_offsets_of_too_few_taps", """
agraph (float[n, c, h, w] x, float[o, c, 3, 3] k, float[n, e, p, q] at)
    => (float[n, o, p, q] y) {
  y = DeformConv(x, k, at)
}""", [{"x": (1, 2, 5, 5), "k": (3, 2, 3, 3), "at": (1, 6, 3, 3)}],
         opset=22, refused=SHAPE),
]

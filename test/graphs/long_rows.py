"""Rows longer than several vectors, of lengths that no vector divides: searched,
repeated, and computed in several vectors at once.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

LENGTHS = (1, 15, 16, 17, 113, 1031)


def ties(*shape):
    """Few different numbers, so that the first and the last largest differ."""
    return np.random.RandomState(sum(shape)).randint(0, 5, shape)


def search(element):
    return Case(f"search_long_rows_of_{element}", f"""
agraph ({element}[n, m] x) => (int64[n] first, int64[n, 1] last, int64[n] least,
    int64[m] column) {{
  first = ArgMax <axis = 1, keepdims = 0> (x)
  last = ArgMax <axis = -1, select_last_index = 1> (x)
  least = ArgMin <axis = 1, keepdims = 0> (x)
  column = ArgMin <axis = 0, keepdims = 0, select_last_index = 1> (x)
}}""", [{"x": ties(3, m)} for m in LENGTHS] + [{"x": ties(37, 2)}])


SIGNAL = np.random.RandomState(6000).standard_normal(6000)


def normalize_near(x, size, beta):
    squares = np.zeros_like(x)
    for c in range(x.shape[1]):
        near = slice(max(c - (size - 1) // 2, 0), c - (size - 1) // 2 + size)
        squares[:, c] = (x[:, near] ** 2).sum(1)
    return x / (1.5 + 0.3 / size * squares) ** beta


def near_channels(size, beta, pixels):
    """More channels than are near, fewer, and none; pixels of any number of
    dimensions, fewer than a vector has, and more."""
    shapes = ((1, 5, 13, 17), (2, 1, 1, 1), (1, 33, 3, 5), (0, 5, 2, 2),
              (3, 2, 1, 31))
    random = np.random.RandomState(size)
    inputs, expected = [], []
    for n, c, h, w in shapes:
        given = [random.standard_normal(shape).astype(np.float32) for shape in
                 ((n, c, h, w), (n, 7, pixels), (n, c))]
        inputs.append(dict(zip(("x", "line", "none"), given)))
        expected.append([normalize_near(x, size, beta) for x in given])
    text = f"<size = {size}, beta = {beta}, alpha = 0.3, bias = 1.5>"
    return [Case(f"near_channels_{size}_{beta}_{i}", f"""
agraph (float[n, c, h, w] x, float[n, 7, {pixels}] line, float[n, c] none) =>
    (float[n, c, h, w] y, float[n, 7, {pixels}] z, float[n, c] u) {{
  y = LRN {text} (x)
  z = LRN {text} (line)
  u = LRN {text} (none)
}}""", [given], expected=right)
        for i, (given, right) in enumerate(zip(inputs, expected))]


NAN = np.array([[1, 7, np.nan, 9, np.nan, 2] * 9, [3, 5, 5, 1, 0, 0] * 9])

CASES = [
    *(search(element) for element in
      ("float", "double", "float16", "int64", "int32", "uint8", "int8")),
    # NaN is the largest and the least of all, as for NumPy.
    Case("search_rows_with_nan", """
agraph (float[n, m] x) => (int64[n] first, int64[n] last, int64[n] least) {
  first = ArgMax <axis = 1, keepdims = 0> (x)
  last = ArgMax <axis = 1, keepdims = 0, select_last_index = 1> (x)
  least = ArgMin <axis = 1, keepdims = 0> (x)
}""", [{"x": NAN}], expected=[[2, 1], [52, 50], [2, 4]]),
    *(Case(f"tile_rows_{'x'.join(map(str, repeats))}", f"""
agraph (float[n, m] x, uint8[n, m] b) => (float[k, l] y, uint8[k, l] c) {{
  r = Constant <value = int64[2] {{{repeats[0]}, {repeats[1]}}}> ()
  y = Tile(x, r)
  c = Tile(b, r)
}}""", [{"x": (n, m), "b": ties(n, m)} for n, m in
        ((3, 1), (5, 15), (2, 16), (7, 17), (3, 113), (0, 17), (2, 0))])
      for repeats in ((2, 3), (1, 2), (3, 1), (0, 2), (2, 0))),
    *(Case(f"tile_rows_of_{m}", f"""
agraph (float[n, {m}] x) => (float[k, {2 * m}] y) {{
  r = Constant <value = int64[2] {{3, 2}}> ()
  y = Tile(x, r)
}}""", [{"x": (n, m)} for n in (1, 5, 0)]) for m in (15, 16, 113)),
    # As many elements as four vectors take at once, eight times and more, and
    # what is left.
    Case("functions_of_long_rows", """
agraph (float[n] x) => (float[n] a, float[n] b, float[n] c, float[n] d) {
  a = Exp(x)
  b = Tanh(x)
  c = Erf(x)
  d = Sigmoid(x)
}""", [{"x": (n,)} for n in (511, 512, 513, 575, 1031, 4096, 70001)]),
    *(case for size, beta, pixels in ((5, 0.75, 33), (1, 0.5, 3), (3, 1.0, 16),
                                     (4, 0.75, 8), (7, 0.7, 1))
      for case in near_channels(size, beta, pixels)),
    # Its matrix has 72 million elements.
    Case("long_fourier_transform", f"""
agraph (float[n, {len(SIGNAL)}, 1] x) => (float[n, {len(SIGNAL)}, 2] y) {{
  t = DFT <axis = 1> (x)
  n = Constant <value = float {{{len(SIGNAL)}.0}}> ()
  y = Div(t, n)
}}""", [{"x": SIGNAL.reshape(1, -1, 1)}], opset=19,
         expected=[np.stack([np.fft.fft(SIGNAL).real,
                             np.fft.fft(SIGNAL).imag], -1)[None] /
                   len(SIGNAL)]),
]

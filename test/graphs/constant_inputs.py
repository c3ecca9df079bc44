"""Inputs that --value makes constants, and branches that no run can take.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

OTHER_RANKS = """
agraph (float[b, 4] x, int64[1] how, bool flip) => (float[c, 2] y) {
  one = Constant <value = int64[1] {1}> ()
  is_one = Equal(how, one)
  axis = Constant <value = int64[1] {0}> ()
  flat = If (is_one) <
    then_branch = a () => (float[e] t) {
      t = ReduceSum <keepdims = 0> (x, axis) },
    else_branch = b () => (float[b, 4] e) { e = Neg(x) }>
  z = If (flip) <
    then_branch = c () => (float[f] t2) { t2 = Neg(flat) },
    else_branch = d () => (float[f] e2) { e2 = Abs(flat) }>
  shape = Constant <value = int64[2] {-1, 2}> ()
  y = Reshape(z, shape)
}"""

# Five rows cannot be made of six elements.
FIVE_ROWS = """
agraph (float[b, n] x, int64 rate) => (float[c, d] y) {
  high = Constant <value = int64 {16000}> ()
  is_high = Equal(rate, high)
  y = If (is_high) <
    then_branch = yes () => (float[c, d] t) { t = Neg(x) },
    else_branch = no () => (float[c, d] e) {
      shape = Constant <value = int64[2] {5, -1}> ()
      e = Reshape(x, shape) }>
}"""

SQUEEZE_IN_A_BRANCH = """
agraph (bool c, float[b, n] x) => (float[m] y) {
  one = Constant <value = int64 {1}> ()
  axis = Constant <value = int64[1] {0}> ()
  y = If (c) <
    then_branch = yes () => (float[m] t) {
      rows = Shape <start = 0, end = 1> (x)
      row = Squeeze(rows)
      is_one = Equal(row, one)
      t = If (is_one) <
        then_branch = squeezed () => (float[m] s) { s = Squeeze(x, axis) },
        else_branch = kept () => (float[b, n] k) { k = Identity(x) }>
    },
    else_branch = no () => (float[m] e) {
      e = ReduceSum <keepdims = 0> (x, axis) }>
}"""

SIX = ["--dim", "b=2", "--dim", "n=3"]
X = np.arange(8).reshape(2, 4) - 3

INFINITE = np.linspace(-1, 2, 187).reshape(1, 1, 11, 17)
INFINITE[0, 0, 3, 5] = -np.inf

CASES = [
    Case("constant_input_decides_a_rank", OTHER_RANKS,
         [{"x": X, "flip": True}, {"x": X, "flip": False}],
         values={"how": [1]}),
    Case("constant_inputs_of_two_types", OTHER_RANKS, [{"x": X}],
         values={"how": [7], "flip": True}),
    Case("constant_vector", """
agraph (float[n] x, float[k] w) => (float[n] y) {
  y = Mul(x, w)
}""", [{"x": (3,)}], values={"w": [1.5, -2, 1e-3]}),
    Case("branch_that_is_not_taken", FIVE_ROWS, [{"x": (2, 3), "rate": 16000}],
         flags=SIX),
    Case("branch_of_a_constant_input", FIVE_ROWS, [{"x": (2, 3)}, {"x": (5, 7)}],
         values={"rate": 16000}),
    # Zeros are no weights of channels that fill a block.
    Case("infinite_pixels_of_exact_convolutions", """
agraph (float[1, 1, h, w] x, float[117] f, float[403] g) =>
    (float[1, 31, a, b] y) {
  shape = Constant <value = int64[4] {13, 1, 3, 3}> ()
  square = Reshape(f, shape)
  pixel = Constant <value = int64[4] {31, 13, 1, 1}> ()
  column = Reshape(g, pixel)
  c = Conv (x, square)
  d = Relu(c)
  y = Conv(d, column)
}""", [{"x": INFINITE}], values={"f": [0.5] * 117, "g": np.linspace(-1, 1, 403)},
         flags=["--exact-convolutions"]),
    Case("squeeze_in_a_nested_branch", SQUEEZE_IN_A_BRANCH,
         [{"c": True, "x": (1, 4)}, {"c": False, "x": (3, 4)}]),
]

REFUSED = [
    Case("branch_that_cannot_be", FIVE_ROWS, [{"x": (2, 3), "rate": 8000}],
         flags=SIX, refused="a value is not allowed"),
    Case("squeeze_in_a_nested_branch_of_two", SQUEEZE_IN_A_BRANCH,
         [{"c": True, "x": (2, 4)}], refused="a value is not allowed"),
]

"""Runs that end with a status: it names the node and what does not fit.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from graph_case import Case

REFUSED = [
    Case("factors_that_do_not_fit", """
agraph (float[a, b] x, float[c, d] y) => (float[a, d] z) {
  z = MatMul(x, y)
}""", [{"x": (3, 4), "y": (5, 6)}],
         refused="MatMul_z: b is not c (a 3, b 4, c 5, d 6)"),
    Case("channels_that_do_not_fit", """
agraph (float[1, c, h, w] x, float[4, i, 3, 3] k) => (float[1, 4, e, f] y) {
  t = Relu(x)
  y = Conv <group = 2> (t, k)
}""", [{"x": (1, 3, 8, 8), "k": (4, 2, 3, 3)}],
         refused="Conv_y: c is not i * 2 (c 3, h 8, w 8, i 2)"),
    Case("terms_that_do_not_broadcast", """
agraph (float[a] x, float[b] y) => (float[c] z) {
  z = Add(x, y)
}""", [{"x": (3,), "y": (5,)}], refused="Add_z (a 3, b 5)"),
    Case("factors_in_a_branch", """
agraph (bool c, float[a, b] x, float[d, e] y) => (float[k, e] z) {
  z = If (c) <
    then_branch = t () => (float[a, e] p) { p = MatMul(x, y) },
    else_branch = f () => (float[d, e] q) { q = Neg(y) }>
}""", [{"c": True, "x": (3, 4), "y": (5, 6)}],
         refused="MatMul_p: b is not d (a 3, b 4, d 5, e 6)"),
    Case("elements_that_do_not_fill_a_shape", """
agraph (float[a, b] x, int64[2] s) => (float[p, q] y) {
  y = Reshape(x, s)
}""", [{"x": (3, 4), "s": [5, 2]}],
         refused="is not a * b (a 3, b 4, data_2 5, data_3 2)"),
    Case("size_that_is_negative", """
agraph (float[a] x, int64[1] s) => (float[p] y) {
  y = ConstantOfShape(s)
}""", [{"x": (3,), "s": [-5]}], refused="ConstantOfShape_y (a 3)"),
]

"""Sequences of which only a run knows the length: a loop appends to them, or a
tensor of a free size is taken apart.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from graph_case import Case

APPENDING = """
agraph (int64 n, float[a, b] x) => ({outputs}) {{
  go = Constant <value = bool {{1}}> ()
  empty = SequenceEmpty ()
  s, last = Loop (n, go, empty, x) <
    body = body (int64 i, bool c, seq(float) before, float[a, b] u)
        => (bool d, seq(float) after, float[a, b] v) {{
      d = Identity(c)
      two = Constant <value = float {{2}}> ()
      v = Mul(u, two)
      after = SequenceInsert(before, v)
    }}>
  {reading}
}}"""

RUNS = [{"n": 3, "x": (2, 5)}, {"n": 1, "x": (4, 1)}]


def append(name, outputs, reading):
    return Case(name, APPENDING.format(outputs=outputs, reading=reading), RUNS,
                sizes_known=False)


CASES = [
    append("list_of_a_loop_joined", "float[p, b] y",
           "y = ConcatFromSequence <axis = 0> (s)"),
    append("list_of_a_loop_joined_along_the_last", "float[a, p] y",
           "y = ConcatFromSequence <axis = -1> (s)"),
    append("list_of_a_loop_stacked", "float[p, a, b] y",
           "y = ConcatFromSequence <axis = 0, new_axis = 1> (s)"),
    append("list_of_a_loop_stacked_behind", "float[a, b, p] y, float[a, b] last",
           "y = ConcatFromSequence <axis = -1, new_axis = 1> (s)"),
    append("element_and_length_of_a_list_of_a_loop",
           "float[a, b] y, int64 length", """
  at = Constant <value = int64 {-1}> ()
  y = SequenceAt(s, at)
  length = SequenceLength(s)"""),
    Case("slices_of_a_free_size", """
agraph (float[n, 3, k] x) => (float[k, 3] y, float[3, m] z, int64 length) {
  s = SplitToSequence <axis = 0, keepdims = 0> (x)
  at = Constant <value = int64 {0}> ()
  first = SequenceAt(s, at)
  y = Transpose(first)
  z = ConcatFromSequence <axis = 1> (s)
  length = SequenceLength(s)
}""", [{"x": (4, 3, 2)}, {"x": (1, 3, 7)}]),
]

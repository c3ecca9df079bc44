"""Operands that are a constant, an input, or computed when a model runs.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case
from sizes_at_run_time import SHAPE, VALUE


def literal(values):
    numbers = ", ".join(str(int(v)) for v in np.ravel(values))
    shape = "" if np.ndim(values) == 0 else f"[{np.size(values)}]"
    return f"Constant <value = int64{shape} {{{numbers}}}> ()"


def forms(name, inputs, outputs, body, operands, runs, **options):
    """The same node with operands at run time, computed, and constant: those
    of the first run."""
    kinds = ", ".join(f"int64{'' if length is None else f'[{length}]'} {operand}"
                      for operand, length in operands.items())
    cases = [Case(f"{name}_at_run_time",
                  f"agraph ({inputs}, {kinds}) => ({outputs}) {{ {body} }}",
                  runs, sizes_known=False, **options)]
    at_run_time = ", ".join(
        f"int64{'' if length is None else f'[{length}]'} {operand}_a"
        for operand, length in operands.items())
    computed = " ".join(
        f"{operand}_t = Add({operand}_a, {operand}_a) "
        f"{operand} = Sub({operand}_t, {operand}_a)" for operand in operands)
    renamed = [{(f"{key}_a" if key in operands else key): value
                for key, value in run.items()} for run in runs]
    cases.append(Case(f"{name}_computed",
                      f"agraph ({inputs}, {at_run_time}) => ({outputs}) "
                      f"{{ {computed} {body} }}", renamed, sizes_known=False,
                      **options))
    constants = " ".join(f"{operand} = {literal(runs[0][operand])}"
                         for operand in operands)
    kept = {key: value for key, value in runs[0].items()
            if key not in operands}
    cases.append(Case(f"{name}_constant",
                      f"agraph ({inputs}) => ({outputs}) {{ {constants} {body} }}",
                      [kept], **options))
    return cases


MATRIX = "float[n, m] x"
CUBE = "float[n, a, m] x"

CASES = [
    *forms("slice_axes", MATRIX, "float[p, q] y", "y = Slice(x, s, e, t)",
           {"s": 1, "e": 1, "t": 1},
           [{"x": (5, 6), "s": [1], "e": [4], "t": [t]} for t in (0, 1, -1, -2)]),
    *forms("slice_steps", MATRIX, "float[p, q] y", "y = Slice(x, s, e, t, u)",
           {"s": 1, "e": 1, "t": 1, "u": 1},
           [{"x": (5, 6), "s": [s], "e": [e], "t": [t], "u": [u]}
            for s, e, t, u in ((1, 4, 0, 2), (4, -100, 1, -1), (-1, 0, -1, -3),
                               (0, 9, 1, 7), (3, 1, 0, 1),
                               (2**63 - 1, -2**63, 0, -2))]),
    *forms("slice_two_steps", MATRIX, "float[p, q] y",
           "t = Constant <value = int64[2] {1, 0}> () y = Slice(x, s, e, t, u)",
           {"s": 2, "e": 2, "u": 2},
           [{"x": (5, 6), "s": [1, -1], "e": [4, -100], "u": [2, -2]},
            {"x": (7, 1), "s": [0, 0], "e": [1, 1], "u": [1, 1]}]),
    Case("slice_of_as_many_axes", """
agraph (float[n, m] x, int64[k] s, int64[k] e) => (float[p, q] y) {
  y = Slice(x, s, e)
}""", [{"x": (5, 6), "s": [1, 2], "e": [4, 5]},
       {"x": (5, 6), "s": [1], "e": [4]}], sizes_known=False),
    *forms("squeeze_axes", CUBE, "float[p, q] y", "y = Squeeze(x, t)", {"t": 1},
           [{"x": (1, 3, 4), "t": [0]}, {"x": (3, 1, 4), "t": [1]},
            {"x": (3, 4, 1), "t": [-1]}, {"x": (1, 1, 4), "t": [1]}]),
    *forms("squeeze_two_axes", CUBE, "float[p] y", "y = Squeeze(x, t)",
           {"t": 2}, [{"x": (1, 3, 1), "t": [0, 2]},
                      {"x": (1, 1, 4), "t": [-2, 0]}]),
    *forms("unsqueeze_axes", MATRIX, "float[p, q, r] y", "y = Unsqueeze(x, t)",
           {"t": 1}, [{"x": (3, 4), "t": [t]} for t in (0, 1, 2, -1, -3)]),
    *forms("unsqueeze_two_axes", MATRIX, "float[p, q, r, s] y",
           "y = Unsqueeze(x, t)", {"t": 2},
           [{"x": (3, 4), "t": [0, 3]}, {"x": (3, 0), "t": [3, 1]}]),
    *forms("unsqueeze_a_scalar", "float x", "float[p] y", "y = Unsqueeze(x, t)",
           {"t": 1}, [{"x": 3, "t": [0]}, {"x": 2, "t": [-1]}]),
    *forms("expand_to", MATRIX, "float[p, q] y", "y = Expand(x, t)", {"t": 2},
           [{"x": (1, 3), "t": [4, 3]}, {"x": (2, 3), "t": [1, 1]},
            {"x": (1, 1), "t": [1, 4]}, {"x": (2, 3), "t": [2, 3]}]),
    *forms("expand_to_more", MATRIX, "float[p, q, r] y", "y = Expand(x, t)",
           {"t": 3}, [{"x": (1, 3), "t": [2, 4, 3]},
                      {"x": (2, 3), "t": [1, 1, 1]}]),
    *forms("reduce_axes", CUBE, "float[p, q] y",
           "y = ReduceSum <keepdims = 0> (x, t)", {"t": 1},
           [{"x": (2, 3, 4), "t": [t]} for t in (0, 1, -1)]),
    *forms("split_lengths", MATRIX, "float[p, m] y, float[q, m] z",
           "y, z = Split <axis = 0> (x, t)", {"t": 2},
           [{"x": (5, 6), "t": [1, 4]}, {"x": (5, 6), "t": [5, 0]}]),
    *forms("tile_by", MATRIX, "float[p, q] y", "y = Tile(x, t)", {"t": 2},
           [{"x": (2, 3), "t": [1, 4]}, {"x": (2, 3), "t": [0, 2]}]),
    *forms("reshape_to", MATRIX, "float[p, q, r] y", "y = Reshape(x, t)",
           {"t": 3}, [{"x": (4, 3), "t": [2, 0, -1]},
                      {"x": (2, 3), "t": [1, 3, 2]}]),
    *forms("pad_axes", MATRIX, "float[p, q] y",
           "v = Constant <value = float {2.0}> () y = Pad(x, s, v, t)",
           {"s": 2, "t": 1}, [{"x": (4, 3), "s": [2, 1], "t": [1]},
                              {"x": (4, 3), "s": [-1, 1], "t": [-2]}]),
    *forms("one_hot", "int64[n] x, float[2] v", "float[n, q] y",
           "y = OneHot(x, d, v)", {"d": None},
           [{"x": [1, 2, 0], "v": [0, 1], "d": 4},
            {"x": [1, -1, 9], "v": [2, 3], "d": 2}]),
    *forms("col2im", "float[1, 4, k] x", "float[1, c, h, w] y",
           "y = Col2Im(x, s, t)", {"s": 2, "t": 2},
           [{"x": (1, 4, 4), "s": [3, 3], "t": [2, 2]}]),
    *forms("constant_of", "float[n] x", "float[p, q] y",
           "z = ConstantOfShape(t) y = Add(z, x)", {"t": 2},
           [{"x": (3,), "t": [2, 3]}, {"x": (1,), "t": [0, 3]},
            {"x": (4,), "t": [2, 1]}]),
    # Of an impulse all are 1.
    *forms("dft_length", "float[n, 8, 1] x", "float[n, k, 2] y",
           "y = DFT(x, t)", {"t": None},
           [{"x": np.eye(1, 8).reshape(1, 8, 1), "t": t} for t in (8, 5, 12)]),
    # Tile has a number for each dimension.
    Case("list_of_free_length", """
agraph (float[n, m] x, int64[k] s) => (float[a, b] y) { y = Tile(x, s) }""",
         [{"x": (2, 6), "s": [1, 2]}], sizes_known=False),
    # A view of a size that data tells is no memory to write a result to.
    Case("result_beside_memory_of_a_run", """
g (int64[n] x, float[m] v, int64 at) => (float[c] w) {
  zero = Constant<value = int64[1] {0}>()
  one = Constant<value = int64[1] {1}>()
  from = Reshape(at, one)
  to = Add(from, one)
  before = Slice(x, zero, from, zero)
  here = Slice(x, from, to, zero)
  start = ReduceSum(before, zero)
  count = Reshape(here, one)
  end = Add(start, count)
  w = Slice(v, start, end, zero)
}""", [{"x": [3, 1, 4, 1, 5], "v": (20,), "at": at} for at in (0, 2, 4)],
         sizes_known=False),
    Case("concat_of_no_columns", """
g (float[n, 0] x, float[m, 0] y) => (float[k, 0] z) {
  z = Concat<axis = 0>(x, y)
}""", [{"x": (3, 0), "y": (2, 0)}, {"x": (0, 0), "y": (0, 0)}]),
]

REFUSED = [
    Case("step_of_nothing", """
agraph (float[n] x, int64[1] s, int64[1] e, int64[1] a, int64[1] t)
    => (float[p] y) {
  y = Slice(x, s, e, a, t)
}""", [{"x": (5,), "s": [0], "e": [5], "a": [0], "t": [0]}], refused=VALUE),
    Case("squeeze_of_more", """
agraph (float[n, m] x, int64[1] t) => (float[p] y) { y = Squeeze(x, t) }""",
         [{"x": (2, 3), "t": [0]}], refused=VALUE),
    Case("expand_to_another", """
agraph (float[n, m] x, int64[2] t) => (float[p, q] y) { y = Expand(x, t) }""",
         [{"x": (2, 3), "t": [3, 1]}, {"x": (2, 3), "t": [0, 3]}],
         refused=VALUE),
    Case("lists_of_another_length", """
agraph (float[n, m] x, int64[k] s) => (float[a, b] y) { y = Tile(x, s) }""",
         [{"x": (2, 3), "s": [1, 2, 3]}], refused=SHAPE),
    # What is read of nothing has no element.
    Case("last_of_no_elements", """
g (float[n] x) => (float[1] y) {
  last = Constant<value = int64[1] {-1}>()
  end = Constant<value = int64[1] {9223372036854775807}>()
  one = Constant<value = int64[1] {1}>()
  part = Slice(x, last, end)
  y = Reshape(part, one)
}""", [{"x": (0,)}], refused="Reshape_y"),
]

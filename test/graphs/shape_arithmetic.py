"""What exporters write to compute shapes: no size of it is read from data.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from graph_case import Case
from sizes_at_run_time import SHAPE

CASES = [
    # The position embedding of a sentence model.
    Case("slice_to_a_size", """
agraph (float[b, n, 4] x, float[1, 8, 4] table) => (float[b, n, 4] y) {
  from = Constant <value = int64[1] {0}> ()
  axis = Constant <value = int64[1] {1}> ()
  n = Shape <start = 1, end = 2> (x)
  part = Slice(table, from, n, axis)
  y = Add(x, part)
}""", [{"x": (2, 5, 4), "table": (1, 8, 4)},
       {"x": (1, 8, 4), "table": (1, 8, 4)}]),

    Case("minimum_and_maximum", """
agraph (float[n, k] x) => (float[m, p] y, float[q] z) {
  shape = Shape(x)
  limit = Constant <value = int64[2] {4, 3}> ()
  low = Min(shape, limit)
  one = Constant <value = float[1] {1.0}> ()
  y = Expand(one, low)
  high = Max(shape, limit)
  axes = Constant <value = int64[1] {0}> ()
  count = ReduceSum <keepdims = 1> (high, axes)
  z = Expand(one, count)
}""", [{"x": (2, 5)}, {"x": (4, 3)}, {"x": (9, 1)}]),

    Case("slice_from_the_end", """
agraph (float[n, 6] x) => (float[a, 6] head, float[c, 6] tail, float[d, 6] back,
                          float[e, 2] every) {
  zero = Constant <value = int64[1] {0}> ()
  far = Constant <value = int64[1] {9223372036854775807}> ()
  near = Constant <value = int64[1] {-9223372036854775807}> ()
  minus3 = Constant <value = int64[1] {-3}> ()
  minus1 = Constant <value = int64[1] {-1}> ()
  head = Slice(x, zero, minus3, zero)
  tail = Slice(x, minus3, far, zero)
  back = Slice(x, minus1, near, zero, minus1)
  starts = Constant <value = int64[2] {1, 4}> ()
  ends = Constant <value = int64[2] {7, -5}> ()
  steps = Constant <value = int64[2] {2, -2}> ()
  axes = Constant <value = int64[2] {0, 1}> ()
  every = Slice(x, starts, ends, axes, steps)
}""", [{"x": (7, 6)}, {"x": (2, 6)}, {"x": (12, 6)}, {"x": (1, 6)}]),

    # One element, or none where there are not as many.
    Case("slice_of_one", """
agraph (float[b, n, 4] x) => (float[b, c, 4] first, float[b, d, 4] fourth,
                              float[b, e, 4] last, float[b, f, 4] third) {
  zero = Constant <value = int64[1] {0}> ()
  one = Constant <value = int64[1] {1}> ()
  three = Constant <value = int64[1] {3}> ()
  four = Constant <value = int64[1] {4}> ()
  far = Constant <value = int64[1] {9223372036854775807}> ()
  minus1 = Constant <value = int64[1] {-1}> ()
  minus2 = Constant <value = int64[1] {-2}> ()
  minus3 = Constant <value = int64[1] {-3}> ()
  first = Slice(x, zero, one, one)
  fourth = Slice(x, three, four, one)
  last = Slice(x, minus1, far, one)
  third = Slice(x, minus3, minus2, one)
}""", [{"x": (2, 5, 4)}, {"x": (2, 2, 4)}, {"x": (1, 4, 4)},
         {"x": (2, 1, 4)}]),

    # It is repeated like one that is known to be one.
    Case("slice_of_one_repeated", """
agraph (float[b, n, 4] x) => (float[b, n, 4] y, float[b, n, n] z) {
  zero = Constant <value = int64[1] {0}> ()
  one = Constant <value = int64[1] {1}> ()
  two = Constant <value = int64[1] {2}> ()
  first = Slice(x, zero, one, one)
  second = Slice(x, one, two, one)
  sum = Add(first, second)
  y = Mul(x, sum)
  start = Slice(x, zero, one, zero)
  t = Transpose <perm = [0, 2, 1]> (start)
  z = MatMul(x, t)
}""", [{"x": (2, 5, 4)}, {"x": (1, 2, 4)}]),

    # PyTorch's expand: -1 keeps a size.
    Case("expand_keeping_sizes", """
agraph (float[n, 1] x, float[m] z) => (float[n, 3] y, float[m, n] w) {
  shape = Shape(x)
  wanted = Constant <value = int64[2] {-1, 3}> ()
  two = Constant <value = int64[1] {2}> ()
  ones = ConstantOfShape <value = int64[1] {1}> (two)
  minus = Constant <value = int64 {-1}> ()
  keep = Mul(ones, minus)
  is_kept = Equal(wanted, keep)
  sizes = Where(is_kept, shape, wanted)
  y = Expand(x, sizes)
  n = Shape <start = 0, end = 1> (x)
  m = Shape(z)
  both = Concat <axis = 0> (m, n)
  axes = Constant <value = int64[1] {1}> ()
  column = Unsqueeze(z, axes)
  w = Expand(column, both)
}""",
         [{"x": (4, 1), "z": (2,)}, {"x": (1, 1), "z": (3,)}]),

    # A causal mask: ranges over sizes.
    Case("ranges_over_sizes", """
agraph (float[n] x, float[p] past) => (int64[n] y, bool[n, k] mask,
                                       int64[h] half) {
  zero = Constant <value = int64 {0}> ()
  one = Constant <value = int64 {1}> ()
  two = Constant <value = int64 {2}> ()
  first = Constant <value = int64[1] {0}> ()
  axis = Constant <value = int64[1] {1}> ()
  n1 = Shape(x)
  n = Squeeze(n1, first)
  p1 = Shape(past)
  p = Squeeze(p1, first)
  total = Add(n, p)
  y = Range(p, total, one)
  keys = Range(zero, total, one)
  column = Unsqueeze(y, axis)
  mask = LessOrEqual(keys, column)
  half = Range(one, total, two)
}""", [{"x": (3,), "past": (2,)}, {"x": (1,), "past": (0,)}]),

    # Windows: sizes divided, rounded up, padded to a multiple.
    Case("padding_to_a_multiple", """
agraph (float[n, 2] x) => (float[w, 4, 2] y) {
  four = Constant <value = int64 {4}> ()
  zero = Constant <value = int64 {0}> ()
  n1 = Shape <start = 0, end = 1> (x)
  first = Constant <value = int64[1] {0}> ()
  n = Squeeze(n1, first)
  rest = Mod(n, four)
  missing0 = Sub(four, rest)
  missing = Mod(missing0, four)
  m1 = Unsqueeze(missing, first)
  before = Constant <value = int64[3] {0, 0, 0}> ()
  two = Constant <value = int64[1] {2}> ()
  before2 = Slice(before, first, two)
  last = Constant <value = int64[1] {0}> ()
  pads = Concat <axis = 0> (before2, m1, last)
  padded = Pad(x, pads)
  sizes = Constant <value = int64[3] {-1, 4, 2}> ()
  y = Reshape(padded, sizes)
}""",
         [{"x": (5, 2)}, {"x": (8, 2)}, {"x": (1, 2)}]),

    # An upsampling by a factor: sizes go through floats.
    Case("sizes_through_floats", """
agraph (float[1, 1, h, w] x) => (float[1, 1, p, q] y, float[k] z) {
  shape = Shape(x)
  last = Constant <value = int64[1] {2}> ()
  end = Constant <value = int64[1] {4}> ()
  hw = Slice(shape, last, end)
  real = Cast <to = 1> (hw)
  scale = Constant <value = float[2] {2.0, 1.5}> ()
  scaled = Mul(real, scale)
  floored = Floor(scaled)
  sizes = Cast <to = 7> (floored)
  zero = Constant <value = int64[1] {0}> ()
  nc = Slice(shape, zero, last)
  all = Concat <axis = 0> (nc, sizes)
  y = Resize <mode = "nearest", coordinate_transformation_mode = "asymmetric",
              nearest_mode = "floor"> (x, , , all)
  one = Constant <value = float[1] {1.0}> ()
  two = Constant <value = float {2.0}> ()
  halves = Div(real, two)
  up = Ceil(halves)
  back = Cast <to = 7> (up)
  count = ReduceProd <keepdims = 1> (back)
  z = Expand(one, count)
}""", [{"x": (1, 1, 3, 4)}, {"x": (1, 1, 2, 7)}]),

    # Heads from a shape that is taken apart and put together.
    Case("heads_from_a_shape", """
agraph (float[b, n, 12] x) => (float[b, 3, n, 4] y, float[m, 12] flat) {
  shape = Shape(x)
  i0 = Constant <value = int64 {0}> ()
  i1 = Constant <value = int64 {1}> ()
  i2 = Constant <value = int64 {2}> ()
  b = Gather(shape, i0)
  n = Gather(shape, i1)
  c = Gather(shape, i2)
  heads = Constant <value = int64 {3}> ()
  size = Div(c, heads)
  zero = Constant <value = int64[1] {0}> ()
  b1 = Unsqueeze(b, zero)
  n1 = Unsqueeze(n, zero)
  h1 = Unsqueeze(heads, zero)
  s1 = Unsqueeze(size, zero)
  split = Concat <axis = 0> (b1, n1, h1, s1)
  parts = Reshape(x, split)
  y = Transpose <perm = [0, 2, 1, 3]> (parts)
  bn = Mul(b, n)
  bn1 = Unsqueeze(bn, zero)
  c1 = Unsqueeze(c, zero)
  merged = Concat <axis = 0> (bn1, c1)
  flat = Reshape(x, merged)
}""", [{"x": (2, 5, 12)}, {"x": (1, 1, 12)}]),

    Case("bounded_dimension", """
agraph (float[b, n] x, float[8] table) => (float[b, n] y) {
  zero = Constant <value = int64[1] {0}> ()
  n = Shape <start = 1> (x)
  part = Slice(table, zero, n)
  y = Add(x, part)
}""", [{"x": (2, 5), "table": (8,)}, {"x": (1, 8), "table": (8,)}],
         flags=["--dim", "n=1..8"]),

    # Sizes as tf2onnx and operators' bodies take them apart.
    Case("split_of_a_shape", """
agraph (float[b, n, 6] x) => (float[p, q] y) {
  shape = Shape(x)
  parts = Constant <value = int64[2] {2, 1}> ()
  outer, width = Split(shape, parts)
  b, n = Split <num_outputs = 2> (outer)
  bn = Mul(b, n)
  whole = Concat <axis = 0> (bn, width)
  y = Reshape(x, whole)
}""", [{"x": (2, 5, 6)}, {"x": (1, 1, 6)}]),

    # The specification's body does not take one image.
    Case("affine_grid_of_an_image", """
agraph (float[n, 2, 3] theta, float[n, c, h, w] x) => (float[n, h, w, 2] grid,
                                                       float[n, h, w, 2] ends) {
  size = Shape(x)
  grid = AffineGrid(theta, size)
  ends = AffineGrid <align_corners = 1> (theta, size)
}""", [{"theta": (1, 2, 3), "x": (1, 3, 4, 5)},
       {"theta": (2, 2, 3), "x": (2, 1, 7, 2)}]),

    # One pixel is in the middle, as in PyTorch; onnxruntime has it at the end.
    Case("affine_grid_of_one_row", """
agraph (float[n, 2, 3] theta, float[n, c, h, w] x) => (float[n, h, w, 2] ends) {
  size = Shape(x)
  ends = AffineGrid <align_corners = 1> (theta, size)
}""", [{"theta": np.array([[[1, 2, 3], [4, 5, 6]]], np.float32),
        "x": (1, 3, 1, 2)}],
         expected=[np.array([[[[2, 2], [4, 10]]]], np.float32)]),

    # onnxruntime refuses it.
    Case("affine_grid_of_nothing", """
agraph (float[n, 2, 3] theta, float[n, c, h, w] x) => (float[n, h, w, 2] grid) {
  size = Shape(x)
  grid = AffineGrid(theta, size)
}""", [{"theta": (2, 2, 3), "x": (2, 3, 0, 5)}],
         expected=[np.zeros((2, 0, 5, 2), np.float32)]),

    Case("affine_grid_of_another_batch", """
agraph (float[m, 2, 3] theta, float[n, c, h, w] x) => (float[n, h, w, 2] grid) {
  size = Shape(x)
  grid = AffineGrid(theta, size)
}""", [{"theta": (2, 2, 3), "x": (3, 3, 4, 5)}], refused=SHAPE),

    Case("affine_grid_of_a_volume", """
agraph (float[n, 3, 4] theta, float[n, c, d, h, w] x)
    => (float[n, d, h, w, 3] grid, float[n, d, h, w, 3] ends) {
  size = Shape(x)
  grid = AffineGrid(theta, size)
  ends = AffineGrid <align_corners = 1> (theta, size)
}""", [{"theta": (1, 3, 4), "x": (1, 3, 2, 4, 5)},
       {"theta": (2, 3, 4), "x": (2, 1, 3, 7, 2)}]),
]

"""If, Loop and Scan: nested, with values from outside, with free dimensions.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from graph_case import Case

CASES = [
    Case("if_of_one_shape", """
agraph (bool c, float[n, 4] x) => (float[n, 4] y) {
  y = If (c) <
    then_branch = yes () => (float[n, 4] a) { a = Neg(x) },
    else_branch = no () => (float[n, 4] b) { t = Relu(x) b = Add(t, x) }>
}""", [{"c": True, "x": (3, 4)}, {"c": False, "x": (5, 4)}]),

    # A branch that gives a value from outside as it is.
    Case("if_passes_through", """
agraph (bool c, float[n] x) => (float[n] y, float[n] z) {
  y, z = If (c) <
    then_branch = yes () => (float[n] a, float[n] b) {
      a = Identity(x) b = Exp(x) },
    else_branch = no () => (float[n] d, float[n] e) {
      d = Neg(x) e = Identity(x) }>
}""", [{"c": True, "x": (3,)}, {"c": False, "x": (2,)}]),

    # Which size it has, only the run tells.
    Case("if_of_two_shapes", """
agraph (bool c, float[n, 4] x) => (float[m, 4] y, float[k] z) {
  t = If (c) <
    then_branch = yes () => (float[p, 4] a) { a = Concat <axis = 0> (x, x) },
    else_branch = no () => (float[q, 4] b) { b = Neg(x) }>
  y = Relu(t)
  axes = Constant <value = int64[1] {1}> ()
  z = ReduceSum <keepdims = 0> (t, axes)
}""", [{"c": True, "x": (3, 4)}, {"c": False, "x": (5, 4)}],
         sizes_known=False),

    # The shape decides: nothing is left of the If for a bound dimension.
    Case("if_on_a_size", """
agraph (float[n, 4] x) => (float[n, 4] y) {
  shape = Shape <start = 0, end = 1> (x)
  two = Constant <value = int64[1] {2}> ()
  more = Greater(shape, two)
  y = If (more) <
    then_branch = yes () => (float[n, 4] a) { a = Neg(x) },
    else_branch = no () => (float[n, 4] b) { b = Exp(x) }>
}""", [{"x": (3, 4)}, {"x": (2, 4)}, {"x": (0, 4)}]),

    # How a Squeeze of a dimension that need not be 1 is exported. Compiled for
    # the sizes that it was written for.
    Case("if_of_two_ranks", """
agraph (float[b, n] x) => (float[b] y) {
  frames = Constant <value = int64 {4}> ()
  shape = Shape <start = 1, end = 2> (x)
  axis = Constant <value = int64[1] {0}> ()
  length = Squeeze(shape, axis)
  count = Div(length, frames)
  one = Constant <value = int64 {1}> ()
  single = Equal(count, one)
  last = Constant <value = int64[1] {1}> ()
  most = ReduceMax <keepdims = 1> (x, last)
  y = If (single) <
    then_branch = yes () => (float[p] a) { a = Squeeze(most, last) },
    else_branch = no () => (float[p, q] c) { c = Identity(x) }>
}""", [{"x": (3, 4)}, {"x": (2, 7)}]),

    Case("nested_ifs", """
agraph (bool c, bool d, float[n] x) => (float[n] y) {
  two = Constant <value = float {2.0}> ()
  y = If (c) <
    then_branch = outer () => (float[n] a) {
      t = Mul(x, two)
      a = If (d) <
        then_branch = inner () => (float[n] e) { e = Add(t, x) },
        else_branch = other () => (float[n] f) { f = Sub(t, two) }>
    },
    else_branch = no () => (float[n] b) { b = Neg(x) }>
}""", [{"c": c, "d": d, "x": (3,)}
       for c in (True, False) for d in (True, False)]),

    Case("loop_of_known_count", """
agraph (float[n] x) => (float[n] y, float[3, n] all) {
  m = Constant <value = int64 {3}> ()
  y, all = Loop (m, , x) <
    body = b (int64 i, bool go, float[n] a) => (bool more, float[n] c,
                                                float[n] d) {
      more = Identity(go) c = Add(a, x) d = Mul(a, a) }>
}""", [{"x": (3,)}, {"x": (1,)}]),

    # Stops by itself: how long the scan output is, the run tells.
    Case("loop_until", """
agraph (int64 m, float x, float limit) => (float y, float[k] all) {
  yes = Constant <value = bool {1}> ()
  y, all = Loop (m, yes, x) <
    body = b (int64 i, bool go, float a) => (bool more, float c, float d) {
      c = Add(a, x) d = Identity(c) more = Less(c, limit) }>
}""", [{"m": 100, "x": 1.5, "limit": 7}, {"m": 3, "x": 1, "limit": 100},
       {"m": 0, "x": 1, "limit": 100}, {"m": 100, "x": 3, "limit": 1}],
         sizes_known=False),

    Case("loop_count_from_data", """
agraph (int64 m, float[n, 2] x) => (float[k, n, 2] all) {
  last, all = Loop (m, , x) <
    body = b (int64 i, bool go, float[n, 2] a) => (bool more, float[n, 2] c,
                                                   float[n, 2] d) {
      more = Identity(go) f = Cast <to = 1> (i) c = Add(a, f)
      d = Identity(a) }>
}""", [{"m": 5, "x": (3, 2)}, {"m": 1, "x": (0, 2)}],
         sizes_known=False),

    # A cache that grows by a row in each iteration.
    Case("growing_cache", """
agraph (int64 m, float[n, 2] cache, float[1, 2] row)
    => (float[k, 2] y, float s) {
  y = Loop (m, , cache) <
    body = b (int64 i, bool go, float[p, 2] a) => (bool more, float[q, 2] c) {
      more = Identity(go) f = Cast <to = 1> (i) new = Add(row, f)
      c = Concat <axis = 0> (a, new) }>
  s = ReduceSum <keepdims = 0> (y)
}""", [{"m": 4, "cache": (3, 2), "row": (1, 2)},
       {"m": 0, "cache": (2, 2), "row": (1, 2)},
       {"m": 7, "cache": (0, 2), "row": (1, 2)}], sizes_known=False),

    # Two carried values that change places, of different sizes.
    Case("loop_swaps", """
agraph (int64 m, float[n] x, float[k] z) => (float[p] y, float[q] w) {
  y, w = Loop (m, , x, z) <
    body = b (int64 i, bool go, float[r] a, float[s] c)
        => (bool more, float[t] d, float[u] e) {
      more = Identity(go) d = Identity(c) e = Neg(a) }>
}""", [{"m": 3, "x": (3,), "z": (5,)}, {"m": 2, "x": (1,), "z": (4,)}],
         sizes_known=False),

    Case("loop_in_a_loop", """
agraph (int64 m, float[n] x) => (float[n] y, float[k, 2, n] all) {
  two = Constant <value = int64 {2}> ()
  y, all = Loop (m, , x) <
    body = outer (int64 i, bool go, float[n] a)
        => (bool more, float[n] c, float[2, n] d) {
      more = Identity(go)
      c, d = Loop (two, , a) <
        body = inner (int64 j, bool on, float[n] e)
            => (bool still, float[n] f, float[n] g) {
          still = Identity(on) s = Add(i, j) t = Cast <to = 1> (s)
          u = Mul(t, x) f = Add(e, u) g = Identity(u) }>
    }>
}""", [{"m": 3, "x": (2,)}, {"m": 1, "x": (4,)}], sizes_known=False),

    # The inner loop's count is the outer one's number: a triangle.
    Case("growing_in_a_loop", """
agraph (float[n] x) => (float[k] y) {
  m = Constant <value = int64 {4}> ()
  none = Constant <value = float[0] {}> ()
  y = Loop (m, , none) <
    body = outer (int64 i, bool go, float[p] a) => (bool more, float[q] c) {
      more = Identity(go)
      c = Loop (i, , a) <
        body = inner (int64 j, bool on, float[r] e) => (bool still, float[s] f) {
          still = Identity(on) f = Concat <axis = 0> (e, x) }>
    }>
}""", [{"x": (2,)}, {"x": (1,)}], sizes_known=False),

    Case("if_in_a_loop", """
agraph (int64 m, float[n] x) => (float[n] y) {
  one = Constant <value = int64 {1}> ()
  two = Constant <value = int64 {2}> ()
  y = Loop (m, , x) <
    body = b (int64 i, bool go, float[n] a) => (bool more, float[n] c) {
      more = Identity(go) odd = Mod(i, two) is_odd = Equal(odd, one)
      c = If (is_odd) <
        then_branch = yes () => (float[n] d) { d = Add(a, x) },
        else_branch = no () => (float[n] e) { e = Mul(a, x) }> }>
}""", [{"m": 5, "x": (3,)}]),

    # A number or a list of one number.
    Case("if_of_one_element", """
agraph (int64 n, float[3] x) => (float[3] y) {
  one = Constant <value = int64 {1}> ()
  zero = Constant <value = float {0.0}> ()
  two = Constant <value = float[1] {2.0}> ()
  is_one = Equal(n, one)
  step = If (is_one) <then_branch = a () => (float s) { s = Identity(zero) },
                      else_branch = b () => (float[1] t) { t = Neg(two) }>
  y = Add(x, step)
}""", [{"n": 1, "x": (3,)}, {"n": 2, "x": (3,)}]),

    Case("scan_sums", """
agraph (float[2] first, float[n, 2] x) => (float[2] y, float[n, 2] sums) {
  y, sums = Scan <num_scan_inputs = 1,
    body = b (float[2] a, float[2] row) => (float[2] c, float[2] d) {
      c = Add(a, row) d = Identity(c) }> (first, x)
}""", [{"first": (2,), "x": (4, 2)}, {"first": (2,), "x": (1, 2)}]),

    # Along other axes, one input backwards, one output backwards.
    Case("scan_other_axes", """
agraph (float[b] first, float[b, n] x, float[n, b] z)
    => (float[b] y, float[b, n] sums, float[n, b] products) {
  y, sums, products = Scan <num_scan_inputs = 2, scan_input_axes = [1, 0],
      scan_input_directions = [0, 1], scan_output_axes = [1, -2],
      scan_output_directions = [0, 1],
    body = body (float[b] a, float[b] p, float[b] q)
        => (float[b] c, float[b] d, float[b] e) {
      s = Add(p, q) c = Add(a, s) d = Identity(c) e = Mul(p, q) }>
    (first, x, z)
}""", [{"first": (3,), "x": (3, 4), "z": (4, 3)},
       {"first": (2,), "x": (2, 1), "z": (1, 2)}]),

    Case("scan_from_outside", """
agraph (float[b, n] x, float[b, 3] w) => (float[n, b, 3] y) {
  axes = Constant <value = int64[1] {1}> ()
  y = Scan <num_scan_inputs = 1, scan_input_axes = [1],
    body = body (float[b] p) => (float[b, 3] q) {
      t = Unsqueeze(p, axes) q = Mul(t, w) }> (x)
}""", [{"x": (2, 4), "w": (2, 3)}, {"x": (1, 3), "w": (1, 3)}]),
]

"""Sizes that functions tell, branches, loops, and runs that are refused.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from custom_case import TWICE, TWICE_RULE, Case

# The rows that begin with a positive number, and how many there are.
PICK = """
static int64_t count_rows(const float *x, const int64_t *shape) {
  int64_t i, count = 0;
  for (i = 0; i < shape[0]; ++i)
    count += x[i * shape[1]] > 0;
  return count;
}
int32_t pick_shape(const float *x0, const int64_t (*x0_shape)[2],
                   int64_t (*y0_shape)[2]) {
  if ((*y0_shape)[0] != -1 || (*y0_shape)[1] != (*x0_shape)[1])
    return 1;
  (*y0_shape)[0] = count_rows(x0, *x0_shape);
  return 0;
}
int32_t pick(const float *x0, const int64_t (*x0_shape)[2], float *y0,
             const int64_t (*y0_shape)[2], int64_t *y1) {
  int64_t i, m = (*x0_shape)[1], count = 0;
  for (i = 0; i < (*x0_shape)[0]; ++i)
    if (x0[i * m] > 0)
      memcpy(y0 + m * count++, x0 + m * i, m * sizeof *y0);
  if (y1)
    *y1 = count;
  return count != (*y0_shape)[0];
}"""
PICK_RULE = "my::Pick=pick:[?,d1(0)], int64[]"
# As many elements as x[0] says, from x[1] on.
COUNT = """
int32_t count_up_shape(const float *x0, const int64_t (*x0_shape)[1],
                       int64_t (*y0_shape)[1]) {
  (*y0_shape)[0] = (int64_t)x0[0];
  return 0;
}
int32_t count_up(const float *x0, const int64_t (*x0_shape)[1], float *y0,
                 const int64_t (*y0_shape)[1]) {
  int64_t i;
  for (i = 0; i < (*y0_shape)[0]; ++i)
    y0[i] = x0[1] + (float)i;
  return 0;
}"""
COUNT_RULE = "my::CountUp=count_up:[?]"


def rows(x):
    return x[x[:, 0] > 0]


def count_up(x):
    return np.arange(x[1], x[1] + x[0], dtype=np.float32)


def branches(x, c):
    return [2 * x if c else x[:1] * np.ones(3, np.float32)]


def refused(name, text, operators, source, inputs, says, **more):
    return Case(name, text, operators, source, [inputs], says, refused=True,
                **more)


CASES = [
    Case("told_sizes",
         "g (float[n,m] x) => (float[k,m] y, int64 c) { y, c = my.Pick(x) }",
         [PICK_RULE], PICK,
         [{"x": (6, 3)}, {"x": (1, 1)}, {"x": (0, 2)}, {"x": (500, 7)},
          {"x": -np.ones((4, 2))}],
         lambda x: [rows(x), np.int64(len(rows(x)))],
         declares=["int32_t pick_shape(const float *x0, "
                   "const int64_t (*x0_shape)[2], int64_t (*y0_shape)[2])"]),
    Case("told_sizes_go_on",
         """g (float[n,m] x) => (float[m,k] y) {
           p = my.Pick(x)
           q = my.Pick(p)
           a = Add(p, q)
           y = Transpose(a)
         }""",
         [PICK_RULE], PICK, [{"x": (6, 3)}, {"x": (50, 40)}],
         lambda x: [2 * rows(x).T]),
    Case("same_as_told_sizes",
         """g (float[2] x) => (float[k] y, float[l] z) {
           t = my.CountUp(x)
           y = my.Twice(t)
           z = Add(y, t)
         }""",
         [COUNT_RULE, TWICE_RULE], COUNT + TWICE,
         [{"x": [3, 5]}, {"x": [0, 1]}],
         lambda x: [2 * count_up(x), 3 * count_up(x)]),
    Case("told_sizes_unused_output",
         "g (float[n,m] x) => (int64 c) { p, c = my.Pick(x) }",
         [PICK_RULE], PICK, [{"x": (6, 3)}],
         lambda x: [np.int64(len(rows(x)))]),
    Case("all_sizes_told",
         "g (float[2] x) => (float[k] y) { y = my.CountUp(x) }",
         [COUNT_RULE], COUNT,
         [{"x": [3, 5]}, {"x": [0, 5]}, {"x": [1000, -4]}],
         lambda x: [count_up(x)]),
    Case("two_outputs_told",
         """g (float[n] x) => (float[a] y, int32[b,2,c] z) {
           y, z = my.Halves(x)
         }""",
         ["my::Halves=halves:[?], int32[?,2,?]"], """
int32_t halves_shape(const float *x0, const int64_t (*x0_shape)[1],
                     int64_t (*y0_shape)[1], int64_t (*y1_shape)[3]) {
  (*y0_shape)[0] = (*x0_shape)[0] / 2;
  (*y1_shape)[0] = 3, (*y1_shape)[2] = (*x0_shape)[0];
  return (*y1_shape)[1] != 2;
}
int32_t halves(const float *x0, const int64_t (*x0_shape)[1], float *y0,
               const int64_t (*y0_shape)[1], int32_t *y1,
               const int64_t (*y1_shape)[3]) {
  int64_t i;
  memcpy(y0, x0, (*y0_shape)[0] * sizeof *y0);
  for (i = 0; i < 6 * (*y1_shape)[2]; ++i)
    y1[i] = (int32_t)i;
  return 0;
}""",
         [{"x": (9,)}, {"x": (1,)}],
         lambda x: [x[:len(x) // 2], np.arange(6 * len(x), dtype=np.int32)
                    .reshape(3, 2, len(x))]),
    Case("in_a_branch",
         """g (float[3] x, bool c) => (float[3] y) {
           y = If (c) <then_branch = t () => (float[3] u) {
             u = my.Twice(x)
           }, else_branch = e () => (float[3] v) {
             z = Constant <value_ints = [0]> ()
             f = Gather(x, z)
             three = Constant <value_ints = [3]> ()
             v = Expand(f, three)
           }>
         }""",
         [TWICE_RULE], TWICE,
         [{"x": (3,), "c": True}, {"x": (3,), "c": False}], branches),
    Case("told_in_a_branch",
         """g (float[n] x, bool c) => (float[k] y) {
           y = If (c) <then_branch = t () => (float[a] u) {
             u = my.CountUp(x)
           }, else_branch = e () => (float[b] v) { v = Neg(x) }>
         }""",
         [COUNT_RULE], COUNT,
         [{"x": [4, 2, 2], "c": True}, {"x": (3,), "c": False},
          {"x": [0, 2], "c": True}],
         lambda x, c: [count_up(x) if c else -x]),
    Case("in_a_loop",
         """g (float[n] x, int64 trips) => (float[n] y, float[t,n] all) {
           y, all = Loop (trips, , x) <body = b (int64 i, bool go, float[n] s)
             => (bool on, float[n] d, float[n] e) {
               on = Identity(go)
               d = my.Twice(s)
               e = Neg(d)
             }>
         }""",
         [TWICE_RULE], TWICE,
         [{"x": (4,), "trips": 5}, {"x": (1,), "trips": 0}],
         lambda x, trips: [
             x * 2 ** trips, -np.stack([x * 2 ** k for k in range(
                 1, trips + 1)]) if trips else np.zeros((0, len(x)), "f")]),
    Case("told_in_a_loop",
         """g (float[2] x, int64 trips) => (float[k] y) {
           one = Constant <value_floats = [1.0, 0.0]> ()
           start = Identity(x)
           y = Loop (trips, , start) <body = b (int64 i, bool go, float[m] s)
             => (bool on, float[p] d) {
               on = Identity(go)
               f = Cast <to = 1> (i)
               z = Constant <value_ints = [0]> ()
               r = Reshape(f, minus)
               minus = Constant <value_ints = [-1]> ()
               add = Constant <value_floats = [2.0]> ()
               n = Add(r, add)
               ask = Concat <axis = 0> (n, r)
               more = my.CountUp(ask)
               d = Concat <axis = 0> (s, more)
             }>
         }""".replace("""               r = Reshape(f, minus)
               minus = Constant <value_ints = [-1]> ()
""", """               minus = Constant <value_ints = [-1]> ()
               r = Reshape(f, minus)
"""),
         [COUNT_RULE], COUNT,
         [{"x": (2,), "trips": 3}, {"x": (2,), "trips": 0}],
         lambda x, trips: [np.concatenate([x] + [
             np.arange(k, 2 * k + 2, dtype=np.float32)
             for k in range(trips)])]),
    Case("all_sizes_change_in_a_loop",
         """g (float[n,m] x, int64 trips) => (float[k,l] y) {
           y = Loop (trips, , x) <body = b (int64 i, bool go, float[p,q] s)
             => (bool on, float[r,t] d) {
               on = Identity(go)
               u = my.Pick(s)
               d = Concat <axis = 1> (u, u)
             }>
         }""",
         [PICK_RULE], PICK,
         [{"x": (6, 3), "trips": 3}, {"x": (6, 1), "trips": 0}],
         lambda x, trips: [np.tile(rows(x), (1, 2 ** trips)) if trips else x]),
    Case("in_a_scan",
         """g (float[t,n] x, float[n] s) => (float[n] last, float[t,n] all) {
           last, all = Scan <num_scan_inputs = 1, body = b
             (float[n] a, float[n] v) => (float[n] c, float[n] d) {
               w = my.Twice(v)
               c = Add(a, w)
               d = Neg(c)
             }> (s, x)
         }""",
         [TWICE_RULE], TWICE, [{"x": (4, 3), "s": (3,)}],
         lambda x, s: [s + 2 * x.sum(0), -(s + 2 * x.cumsum(0))]),
    refused("function_fails",
            "g (float[n] x) => (float[n] y) { [bad_node] y = my.Twice(x) }",
            [TWICE_RULE], """
int32_t twice(const float *x0, const int64_t (*x0_shape)[1], float *y0,
              const int64_t (*y0_shape)[1]) {
  return -5;
}""", {"x": (3,)}, "bad_node"),
    refused("size_function_fails",
            "g (float[n] x) => (float[k] y) { [bad_node] y = my.CountUp(x) }",
            [COUNT_RULE], COUNT.replace("return 0", "return 7", 1),
            {"x": (3,)}, "bad_node"),
    refused("told_size_is_negative",
            "g (float[n] x) => (float[k] y) { [bad_node] y = my.CountUp(x) }",
            [COUNT_RULE], COUNT, {"x": [-1, 0]}, "bad_node"),
    refused("told_size_is_not_told",
            "g (float[n] x) => (float[k] y) { [bad_node] y = my.CountUp(x) }",
            [COUNT_RULE], COUNT.replace("(*y0_shape)[0] = (int64_t)x0[0];", ""),
            {"x": [2, 0]}, "bad_node"),
    refused("told_size_is_too_large",
            "g (float[n] x) => (float[k] y) { [bad_node] y = my.CountUp(x) }",
            [COUNT_RULE],
            COUNT.replace("(int64_t)x0[0]", "(int64_t)1 << 62"),
            {"x": [2, 0]}, "bad_node"),
    refused("size_is_negative",
            """g (float[n] x) => (float y) {
              [bad_node] z = my.Twice(x)
              y = ReduceSum <keepdims = 0> (z)
            }""",
            ["my::Twice=twice:float[d0(0)-4]"], TWICE, {"x": (3,)},
            "bad_node"),
    refused("fails_in_a_branch",
            """g (float[3] x, bool c) => (float[3] y) {
              y = If (c) <then_branch = t () => (float[3] u) {
                [bad_node] u = my.Twice(x)
              }, else_branch = e () => (float[3] v) { v = Neg(x) }>
            }""",
            [TWICE_RULE], TWICE.replace("return 0", "return 1"),
            {"x": (3,), "c": True}, "bad_node"),
]

"""Element types, ranks, rules, attributes, what is left out.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from custom_case import TWICE, TWICE_RULE, Case

# ONNX's types, and those of C.
TYPES = {
    "float": "float", "double": "double", "float16": "uint16_t",
    "bfloat16": "uint16_t", "int8": "int8_t", "int16": "int16_t",
    "int32": "int32_t", "int64": "int64_t", "uint8": "uint8_t",
    "uint16": "uint16_t", "uint32": "uint32_t", "uint64": "uint64_t",
    "bool": "uint8_t", "complex64": "float", "complex128": "double",
    "float8e4m3fn": "uint8_t", "float8e4m3fnuz": "uint8_t",
    "float8e5m2": "uint8_t", "float8e5m2fnuz": "uint8_t", "int4": "int8_t",
    "uint4": "uint8_t", "int2": "int8_t", "uint2": "uint8_t",
    "float4e2m1": "uint8_t", "float8e8m0": "uint8_t",
    "string": "onnxc_string",
}


def reverse_case(name, c_type):
    """Rows in reverse order: a copy that is none."""
    parts = 2 if name.startswith("complex") else 1
    return Case(
        f"type_{name}",
        f"g ({name}[n,3] x) => ({name}[n,3] y) {{ y = my.Flip(x) }}",
        ["my::Flip=flip:same-as-input-0"],
        f"""
int32_t flip(const {c_type} *x0, const int64_t (*x0_shape)[2],
             {c_type} *y0, const int64_t (*y0_shape)[2]) {{
  int64_t row = (*x0_shape)[1] * {parts}, n = (*y0_shape)[0], i;
  for (i = 0; i < n; ++i)
    memcpy(y0 + i * row, x0 + (n - 1 - i) * row, row * sizeof *y0);
  return 0;
}}""",
        [{"x": (5, 3)}, {"x": (1, 3)}, {"x": (0, 3)}],
        lambda x: [narrow(x[::-1])])


def narrow(array):
    """As onnxc-run writes types that NumPy lacks."""
    stored = {"int4": np.int8, "uint4": np.uint8, "int2": np.int8,
              "uint2": np.uint8}.get(array.dtype.name)
    return np.ascontiguousarray(array.astype(stored) if stored else array)


def strings_case():
    """Of constants and what a run makes; some that the function has, too."""
    return Case(
        "strings_in_a_graph",
        """g (string[n] x) => (string[n] y, int64[n] k) {
            d = Constant <value_string = "-é"> ()
            s = StringConcat(x, d)
            t, k = my.Shorten(s)
            y = StringConcat(t, d)
        }""",
        ["my::Shorten=shorten:same-as-input-0,int64[d0(0)]"],
        """
int32_t shorten(const onnxc_string *x0, const int64_t (*x0_shape)[1],
                onnxc_string *y0, const int64_t (*y0_shape)[1],
                int64_t *y1, const int64_t (*y1_shape)[1]) {
  int64_t i;
  for (i = 0; i < (*x0_shape)[0]; ++i) {
    y1[i] = (int64_t)x0[i].length;
    y0[i] = x0[i];
    y0[i].length -= 3;
    if (x0[i].length == 3)
      y0[i] = onnxc_make_string("none");
  }
  (void)y0_shape;
  (void)y1_shape;
  return 0;
}""",
        [{"x": ["ab", "", "xyz"]}, {"x": []}],
        lambda x: [["none-é" if not s else s + "-é" for s in x],
                   [len(s) + 3 for s in x]])


def rank_case(rank):
    sizes = ["n", "2", "m", "1", "3", "2"][:rank]
    shape = {"n": 3, "m": 5}
    spelled = f"float[{','.join(sizes)}]" if rank else "float"
    parameters = (", const int64_t (*x0_shape)[%d]" % rank if rank else "",
                  ", const int64_t (*y0_shape)[%d]" % rank if rank else "")
    count = " * ".join(["1"] + [f"(*x0_shape)[{i}]" for i in range(rank)])
    return Case(
        f"rank_{rank}",
        f"g ({spelled} x) => ({spelled} y) {{ y = my.Twice(x) }}",
        [TWICE_RULE],
        f"""
int32_t twice(const float *x0{parameters[0]}, float *y0{parameters[1]}) {{
  int64_t count = {count}, i;
  for (i = 0; i < count; ++i)
    y0[i] = 2 * x0[i];
  return 0;
}}""",
        [{"x": tuple(shape.get(s) or int(s) for s in sizes)}],
        lambda x: [2 * x])


def rule_case(name, rule, signature, sizes, attributes="", extra=""):
    """The function fills what it is given with numbers from 0 on."""
    rank = len(sizes(4, 7))
    shape = f", const int64_t (*y0_shape)[{rank}]" if rank else ""
    count = " * ".join(["1"] + [f"(*y0_shape)[{i}]" for i in range(rank)])
    out = ",".join("abcdef"[:rank])
    return Case(
        f"rule_{name}",
        f"g (float[n,m] x) => (int64[{out}] y) "
        f"{{ y = my.Fill{attributes}(x) }}" if rank else
        f"g (float[n,m] x) => (int64 y) {{ y = my.Fill{attributes}(x) }}",
        [f"my::Fill=fill:{rule}"],
        f"""
int32_t fill(const float *x0, const int64_t (*x0_shape)[2],
             int64_t *y0{shape}{signature}) {{
  int64_t count = {count}, i;
  for (i = 0; i < count; ++i)
    y0[i] = i;
  return 0;
}}{extra}""",
        [{"x": (4, 7)}, {"x": (1, 1)}, {"x": (9, 3)}, {"x": (2, 1000)}],
        lambda x: [np.arange(np.prod(sizes(*x.shape), dtype=np.int64))
                   .reshape(sizes(*x.shape))])


STRIDED = " <kernel = 3, strides = [1, 2]>"
STRIDED_PARAMETERS = ", int64_t kernel, const int64_t *strides, " \
                     "int64_t strides_count"
RULES = [
    rule_case("sizes", "int64[d1(0), 2*d0(0)+1]", "",
              lambda n, m: (m, 2 * n + 1)),
    rule_case("scalar", "int64[]", "", lambda n, m: ()),
    rule_case("constants", "int64[2,3]", "", lambda n, m: (2, 3)),
    rule_case("rounding", "int64[(d0(0)+1)/2, ceildiv(d1(0), 4), d1(0)%3+1]",
              "", lambda n, m: ((n + 1) // 2, -(-m // 4), m % 3 + 1)),
    rule_case("minimum", "int64[min(d0(0), 3), max(d1(0), d0(0))]", "",
              lambda n, m: (min(n, 3), max(m, n))),
    rule_case("product", "int64[d0(0)*d1(0)]", "", lambda n, m: (n * m,)),
    rule_case("quotient", "int64[(d0(0)*d1(0)+1)/d0(0)]", "",
              lambda n, m: ((n * m + 1) // n,)),
    rule_case("attributes",
              "int64[d0(0)+kernel-1, (d1(0)-1)/strides[1]+1]",
              STRIDED_PARAMETERS,
              lambda n, m: (n + 2, (m - 1) // 2 + 1), STRIDED),
    rule_case("nested", "int64[((((d0(0)))))-(0-1)]", "",
              lambda n, m: (n + 1,)),
]

ALL_KINDS = Case(
    "attributes_of_all_kinds",
    """g (float[n] x) => (float[k] y) {
      y = my.Tell <number = -7, real = 0.25, text = "up", none = "",
          ints = [3, -4000000000], reals = [0.5, -1.0, 2.0],
          texts = ["a", "", "long one"], table = int32[2] {5, 6}> (x)
    }""",
    ["my::Tell=tell:float[13]"],
    # It calls nobody, so that boards run it, too.
    """
static float length_of(const char *text) {
  int count = 0;
  while (text[count])
    ++count;
  return (float)count;
}
int32_t tell(const float *x0, const int64_t (*x0_shape)[1],
             const int32_t *table, const int64_t (*table_shape)[1],
             float *y0, const int64_t (*y0_shape)[1], const int64_t *ints,
             int64_t ints_count, const char *none, int64_t number, float real,
             const float *reals, int64_t reals_count, const char *text,
             const char *const *texts, int64_t texts_count) {
  y0[0] = (float)(int)number;
  y0[1] = real;
  y0[2] = length_of(text);
  y0[3] = length_of(none);
  y0[4] = (float)(int)ints_count;
  y0[5] = ints[1] == -4000000000;
  y0[6] = (float)(int)reals_count;
  y0[7] = reals[1];
  y0[8] = (float)(int)texts_count;
  y0[9] = length_of(texts[1]);
  y0[10] = length_of(texts[2]) * x0[0];
  y0[11] = (float)(table[1] + (int)(*table_shape)[0] + (int)(*x0_shape)[0]);
  y0[12] = (float)(text[0] + (int)(*y0_shape)[0]);
  return 0;
}""",
    [{"x": (3,)}],
    lambda x: [np.float32([-7, 0.25, 2, 0, 2, 1, 3, -1, 3, 0, 8 * x[0],
                           8 + len(x), ord("u") + 13])])

MASKED = """
int32_t masked(const float *x0, const int64_t (*x0_shape)[2], const float *x1,
               const int64_t (*x1_shape)[1], float *y0,
               const int64_t (*y0_shape)[2], float *y1,
               const int64_t (*y1_shape)[1]) {
  int64_t i, j;
  if (!x1 != !x1_shape || !y1 != !y1_shape)
    return 1;
  for (i = 0; i < (*x0_shape)[0]; ++i) {
    float sum = 0;
    for (j = 0; j < (*x0_shape)[1]; ++j) {
      float value = x0[i * (*x0_shape)[1] + j] + (x1 ? x1[j] : 1);
      y0[i * (*y0_shape)[1] + j] = value;
      sum += value;
    }
    if (y1)
      y1[i] = sum;
  }
  return 0;
}"""

CASES = [
    *[reverse_case(*pair) for pair in TYPES.items()],
    strings_case(),
    *[rank_case(rank) for rank in range(7)],
    *RULES,
    ALL_KINDS,
    Case("left_out",
         """g (float[n,m] x, float[m] b) =>
           (float[n,m] y, float[n,m] z, float[n] s) {
           y, s = my.Masked(x, b)
           z = my.Masked(x)
         }""",
         ["my::Masked=masked:same-as-input-0, float[d0(0)]"], MASKED,
         [{"x": (3, 4), "b": (4,)}, {"x": (1, 1), "b": (1,)}],
         lambda x, b: [x + b, x + 1, (x + b).sum(1)],
         declares=["int32_t masked("]),
    Case("left_out_between",
         """g (float[n] x, float[n] w) => (float[n] y) {
           y = my.Fused(x, , w)
         }""",
         ["my::Fused=fused:same-as-input-0"],
         """
int32_t fused(const float *x0, const int64_t (*x0_shape)[1], const void *x1,
              const float *x2, const int64_t (*x2_shape)[1], float *y0,
              const int64_t (*y0_shape)[1]) {
  int64_t i;
  for (i = 0; i < (*x0_shape)[0]; ++i)
    y0[i] = x1 ? 0 : x0[i] * x2[i];
  return 0;
}""",
         [{"x": (5,), "w": (5,)}], lambda x, w: [x * w]),
    Case("unused_result",
         """g (float[n,m] x) => (float[n] s) {
           y, s = my.Masked(x, b)
         }""".replace(", b", ""),
         ["my::Masked=masked:same-as-input-0, float[d0(0)]"],
         """
int32_t masked(const float *x0, const int64_t (*x0_shape)[2], float *y0,
               const int64_t (*y0_shape)[2], float *y1,
               const int64_t (*y1_shape)[1]) {
  int64_t i, j, n = (*x0_shape)[0], m = (*x0_shape)[1];
  for (i = 0; i < n; ++i)
    for (y1[i] = 0, j = 0; j < m; ++j)
      y1[i] += y0[i * m + j] = 2 * x0[i * m + j];
  return 0;
}""",
         [{"x": (3, 4)}], lambda x: [2 * x.sum(1)]),
    Case("several_signatures",
         """g (float[n] x, int32[2,m] i, double s) =>
           (float[n] a, int32[2,m] b, double c) {
           a = my.Neg(x)
           b = my.Neg(i)
           c = my.Neg(s)
         }""",
         ["my::Neg=negate:same-as-input-0"],
         """
int32_t negate_float_1d(const float *x0, const int64_t (*x0_shape)[1],
                        float *y0, const int64_t (*y0_shape)[1]) {
  int64_t i;
  for (i = 0; i < (*x0_shape)[0]; ++i)
    y0[i] = -x0[i];
  return 0;
}
int32_t negate_int32_2d(const int32_t *x0, const int64_t (*x0_shape)[2],
                        int32_t *y0, const int64_t (*y0_shape)[2]) {
  int64_t i;
  for (i = 0; i < (*x0_shape)[0] * (*x0_shape)[1]; ++i)
    y0[i] = -x0[i];
  return 0;
}
int32_t negate_double_scalar(const double *x0, double *y0) {
  *y0 = -*x0;
  return 0;
}""",
         [{"x": (3,), "i": (2, 5), "s": ()}],
         lambda x, i, s: [-x, -i, -s]),
    Case("differ_by_attributes",
         """g (float[n] x) => (float[n] a, float[n] b) {
           a = my.Pow <by = 2> (x)
           b = my.Pow(x)
         }""",
         ["my::Pow=power:same-as-input-0"],
         """
int32_t power_float_1d_to_float_1d_by(
    const float *x0, const int64_t (*x0_shape)[1], float *y0,
    const int64_t (*y0_shape)[1], int64_t by) {
  int64_t i;
  for (i = 0; i < (*x0_shape)[0]; ++i)
    y0[i] = by == 2 ? x0[i] * x0[i] : 0;
  return 0;
}
int32_t power_float_1d_to_float_1d(
    const float *x0, const int64_t (*x0_shape)[1], float *y0,
    const int64_t (*y0_shape)[1]) {
  memcpy(y0, x0, (*x0_shape)[0] * sizeof *y0);
  return 0;
}""",
         [{"x": (3,)}], lambda x: [x * x, x]),
    Case("constant_operands",
         """g (float[n] x) => (float[n] y, float[2] z)
           <float[2] w = {3, 4}> {
           z = my.Twice(w)
           t = my.Twice(z)
           r = ReduceSum(t)
           y = Mul(x, r)
         }""".replace("ReduceSum(t)", "ReduceSum <keepdims = 0> (t)"),
         [TWICE_RULE],
         TWICE,
         [{"x": (3,)}], lambda x: [28 * x, np.float32([6, 8])]),
    Case("constants_of_small_types",
         """g (float[n] x) => (float[6] y)
           <bool[3] b = {1, 0, 1}> {
           c = Constant <value_ints = [-8, 7, 3]> ()
           i = Cast <to = 22> (c)
           y = my.Join <axis_of_mine = 100000> (x, b, i)
         }""",
         ["my::Join=join:float[6]"],
         """
int32_t join(const float *x0, const int64_t (*x0_shape)[1], const uint8_t *x1,
             const int64_t (*x1_shape)[1], const int8_t *x2,
             const int64_t (*x2_shape)[1], float *y0,
             const int64_t (*y0_shape)[1], int64_t axis_of_mine) {
  int i;
  for (i = 0; i < 3; ++i)
    y0[i] = x1[i], y0[3 + i] = x2[i];
  return axis_of_mine != 100000;
}""",
         [{"x": (3,)}], lambda x: [np.float32([1, 0, 1, -8, 7, 3])]),
    # Two nodes are two calls, even if they look alike.
    Case("never_merged",
         """g (float[n] x) => (float[n] y, float[n] z) {
           y = my.Count(x)
           z = my.Count(x)
         }""",
         ["my::Count=count_calls:same-as-input-0"],
         """
int32_t count_calls(const float *x0, const int64_t (*x0_shape)[1], float *y0,
                    const int64_t (*y0_shape)[1]) {
  static int calls;
  int64_t i;
  ++calls;
  for (i = 0; i < (*x0_shape)[0]; ++i)
    y0[i] = (float)(calls % 2);
  return 0;
}""",
         [{"x": (3,)}],
         lambda x: [np.ones(3, np.float32), np.zeros(3, np.float32)]),
    Case("between_convolutions",
         """g (float[1,3,h,w] x) => (float[1,8,h,w] y)
           <float[8,3,3,3] k = {%s}, float[8,8,1,1] l = {%s}> {
           a = Conv <pads = [1,1,1,1]> (x, k)
           b = my.Twice(a)
           y = Conv(b, l)
         }""" % (", ".join(str(i % 5 - 2) for i in range(216)),
                 ", ".join(str(i % 3 - 1) for i in range(64))),
         [TWICE_RULE],
         """
int32_t twice(const float *x0, const int64_t (*x0_shape)[4], float *y0,
              const int64_t (*y0_shape)[4]) {
  const int64_t *n = *x0_shape;
  int64_t i;
  for (i = 0; i < n[0] * n[1] * n[2] * n[3]; ++i)
    y0[i] = 2 * x0[i];
  return 0;
}""",
         [{"x": (1, 3, 5, 7)}], lambda x: [convolve(x)]),
    Case("stated_sizes_of_an_example",
         """g (float[n,2] x) => (float[2] y) <float[2] t> {
           t = my.Last(x)
           y = Neg(t)
         }""",
         ["my::Last=last_row"], """
int32_t last_row(const float *x0, const int64_t (*x0_shape)[2], float *y0,
                 const int64_t (*y0_shape)[1]) {
  memcpy(y0, x0 + 2 * (*x0_shape)[0] - 2, 2 * sizeof *y0);
  return 0;
}""",
         [{"x": (3, 2)}], lambda x: [-x[-1]],
         warns="taken to have the sizes 2, as the model states"),
    Case("stated_types",

         """g (float[batch,4] x) => (int64[batch,2] y)
           <float[4,batch] t> {
           t = my.Turn(x)
           y = my.Ends(t)
         }""",
         ["my::Turn=turn", "my::Ends=ends"],
         """
int32_t turn(const float *x0, const int64_t (*x0_shape)[2], float *y0,
             const int64_t (*y0_shape)[2]) {
  int64_t i, j, n = (*x0_shape)[0];
  for (i = 0; i < n; ++i)
    for (j = 0; j < (*y0_shape)[0]; ++j)
      y0[j * n + i] = x0[i * 4 + j];
  return 0;
}
int32_t ends(const float *x0, const int64_t (*x0_shape)[2], int64_t *y0,
             const int64_t (*y0_shape)[2]) {
  int64_t i, n = (*y0_shape)[0];
  for (i = 0; i < n; ++i) {
    y0[2 * i] = (int64_t)x0[i];
    y0[2 * i + 1] = (int64_t)x0[3 * n + i];
  }
  return 0;
}""",
         [{"x": (3, 4)}, {"x": (1, 4)}],
         lambda x: [x[:, [0, 3]].astype(np.int64)]),
]


def convolve(x):
    k = (np.arange(216) % 5 - 2).reshape(8, 3, 3, 3).astype(np.float32)
    l = (np.arange(64) % 3 - 1).reshape(8, 8).astype(np.float32)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    a = np.zeros((1, 8, *x.shape[2:]), np.float32)
    for i in range(3):
        for j in range(3):
            part = padded[:, :, i:i + x.shape[2], j:j + x.shape[3]]
            a += np.einsum("fc,bchw->bfhw", k[:, :, i, j], part)
    return np.einsum("fc,bchw->bfhw", l, 2 * a)

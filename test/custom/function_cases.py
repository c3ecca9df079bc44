"""Bodies of functions that other files have.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from custom_case import TWICE, TWICE_RULE, Case


def library(functions, opset=21, imports='"my" : 1', ir_version=10):
    return (f'<ir_version: {ir_version}, opset_import: ["" : {opset}, '
            f'{imports}]> '
            "l (float[1] x) => (float[1] y) { y = Neg(x) } " + functions)


def function(text, domain="my", opset=21, imports=""):
    return f'<domain: "{domain}", opset_import: ["" : {opset}{imports}]> {text}'


SHIFT = function("Shift <by: float> (x) => (y) { "
                 "b = Constant <value_float: float = @by> () y = Add(x, b) }")
NESTED = [function("Outer (x) => (y, z) { t = my.Inner(x) y = my.Inner(t) "
                   "z = Neg(t) }", imports=', "my" : 1'),
          function("Inner (x) => (y) { y = Add(x, x) }")]
OLD = function("Squeezed (x) => (y) { y = Squeeze <axes = [0]> (x) }",
               opset=11)

CASES = [
    Case("body_of_a_file",
         "g (float[n] x) => (float[n] y) { y = my.Shift <by = 2.5> (x) }",
         [], "", [{"x": (4,)}], lambda x: [x + np.float32(2.5)],
         libraries=[library(SHIFT)]),
    Case("bodies_call_bodies",
         """g (float[n] x) => (float[n] y, float[n] z) {
           y, z = my.Outer(x)
         }""",
         [], "", [{"x": (4,)}], lambda x: [4 * x, -2 * x],
         libraries=[library(NESTED[0], imports='"my" : 1'),
                    library(NESTED[1])]),
    Case("body_in_a_branch",
         """g (float[n] x, bool c) => (float[n] y) {
           y = If (c) <then_branch = t () => (float[n] u) {
             u = my.Shift <by = 1.0> (x)
           }, else_branch = e () => (float[n] v) { v = Neg(x) }>
         }""",
         [], "", [{"x": (4,), "c": True}, {"x": (4,), "c": False}],
         lambda x, c: [x + 1 if c else -x], libraries=[library(SHIFT)]),
    Case("body_of_an_older_opset",
         "g (float[1,3] x) => (float[3] y) { y = my.Squeezed(x) }",
         [], "", [{"x": (1, 3)}], lambda x: [x[0]],
         libraries=[library(OLD, opset=11)]),
    # Neg has not changed since.
    Case("body_for_an_older_model",
         "g (float[n] x) => (float[n] y) { y = my.Minus(x) }",
         [], "", [{"x": (4,)}], lambda x: [-x],
         imports='"" : 13, "my" : 1',
         libraries=[library(function("Minus (x) => (y) { y = Neg(x) }"))]),
    Case("body_calls_a_function_of_c",
         "g (float[n] x) => (float[n] y) { y = my.More(x) }",
         [TWICE_RULE], TWICE, [{"x": (4,)}],
         lambda x: [2 * x + 2 * x],
         libraries=[library(function(
             "More (x) => (y) { t = my.Twice(x) y = Add(t, t) }",
             imports=', "my" : 1'))]),
    # The function of C is what was asked for.
    Case("function_of_c_before_body",
         "g (float[n] x) => (float[n] y) { y = my.Twice(x) }",
         [TWICE_RULE], TWICE, [{"x": (4,)}],
         lambda x: [2 * x],
         libraries=[library(function("Twice (x) => (y) { y = Neg(x) }"))],
         warns="has no function that the model calls"),
    Case("function_of_c_before_own_body",
         "g (float[n] x) => (float[n] y) { y = my.Twice(x) } " +
         function("Twice (x) => (y) { y = Neg(x) }"),
         [TWICE_RULE], TWICE, [{"x": (4,)}],
         lambda x: [2 * x]),
    Case("one_body_in_two_files",
         "g (float[n] x) => (float[n] y) { y = my.Shift <by = 2.0> (x) }",
         [], "", [{"x": (4,)}], lambda x: [x + 2],
         libraries=[library(SHIFT), library(SHIFT)]),
    Case("operator_of_onnxruntime",
         "g (float[n] x) => (float[n] y) { y = com.microsoft.Twice(x) }",
         ["com.microsoft::Twice=twice:same-as-input-0"], TWICE,
         [{"x": (4,)}], lambda x: [2 * x],
         imports='"" : 21, "com.microsoft" : 1'),
    # Their bodies depend on the types of what a function gives.
    Case("bodies_of_onnx_behind_it",
         """g (float[1,4] x) => (float[1,4] y, float16[1,4] z)
           <float[4] s = {1, 2, 1, 2}, float[4] o = {0, 1, 2, 3}> {
           t, h = my.Both(x)
           n = Neg(t)
           z = CastLike(n, h)
           m = Mul(n, s)
           y = Add(m, o)
         }""",
         ["my::Both=both:same-as-input-0, float16[d0(0),4]"], """
int32_t both(const float *x0, const int64_t (*x0_shape)[2], float *y0,
             const int64_t (*y0_shape)[2], uint16_t *y1,
             const int64_t (*y1_shape)[2]) {
  int64_t i;
  for (i = 0; i < (*x0_shape)[0] * 4; ++i)
    y0[i] = 2 * x0[i], y1[i] = 0;
  return 0;
}""",
         [{"x": (1, 4)}],
         lambda x: [-2 * x * np.float32([1, 2, 1, 2]) +
                    np.float32([0, 1, 2, 3]), (-2 * x).astype(np.float16)]),
    Case("operator_of_extensions",
         "g (float[n] x) => (float[n] y) { y = ai.onnx.contrib.Twice(x) }",
         ["ai.onnx.contrib::Twice=twice:same-as-input-0"], TWICE,
         [{"x": (4,)}], lambda x: [2 * x],
         imports='"" : 21, "ai.onnx.contrib" : 1'),
    Case("older_model",
         """g (float[n] x) => (float[1,n] y) {
           t = my.ops.Twice(x)
           y = Unsqueeze <axes = [0]> (t)
         }""",
         ["my.ops::Twice=twice:same-as-input-0"], TWICE, [{"x": (4,)}],
         lambda x: [2 * x[None]], imports='"" : 11, "my.ops" : 3'),
]

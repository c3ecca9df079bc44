"""Gradient of ai.onnx.preview.training, beside differences of what NumPy
computes, in double.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math

import numpy as np

from graph_case import Case

IMPORTS = '"" : 21, "ai.onnx.preview.training" : 1'
STEP = 1e-6
ERF = np.vectorize(math.erf)


def draw(seed, *shape):
    return np.random.RandomState(seed).uniform(0.3, 1.7, shape)


def differentiate(function, arrays, number):
    """Of the sum of what the function gives, by one of the arrays."""
    gradient = np.zeros_like(arrays[number])
    for place in np.ndindex(*gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = [array.copy() for array in arrays]
            moved[number][place] += sign * STEP
            ends.append(np.sum(function(*moved)))
        gradient[place] = (ends[0] - ends[1]) / (2 * STEP)
    return gradient


def derive(name, forward, function, *arrays, rest=(), given=None, free=False):
    """`forward` computes y of a, b, ...; `rest` are further inputs c0, c1, ...
    `given` are other values at which it is differentiated."""
    names = "abc"[:len(arrays)]
    others = [f"c{i}" for i in range(len(rest))]
    inputs = dict(zip((*names, *others), (*arrays, *rest)))
    given = dict(zip(("u", "v", "w"), given or ()))
    sizes = {}

    def declare(label, array):
        dims = [f"n{size}" if free and size > 1 else str(size)
                for size in array.shape]
        kind = "int64" if array.dtype == np.int64 else "double"
        sizes.update({label: dims})
        return f"{kind}[{', '.join(dims)}] {label}" if dims else \
            f"{kind} {label}"

    declared = [declare(label, array)
                for label, array in {**inputs, **given}.items()]
    outputs = [declare("d" + label, array)
               for label, array in zip(names, arrays)]
    values = list(given)[:len(names)] if given else list(names)
    operands = values + others
    listed = ", ".join(f'"{label}"' for label in names)
    kept = ", zs = [" + ", ".join(f'"{label}"' for label in others) + "]" \
        if others else ""
    text = (f"agraph ({', '.join(declared)}) => ({', '.join(outputs)}) {{\n"
            f"  {forward}\n  {', '.join('d' + label for label in names)} = "
            f"ai.onnx.preview.training.Gradient <xs = [{listed}]{kept}, "
            f'y = "y"> ({", ".join(operands)})\n}}')
    at = [given[label] for label in values] if given else list(arrays)
    expected = [differentiate(lambda *moved: function(*moved, *rest), at, i)
                for i in range(len(arrays))]
    return Case("gradient_" + name, text, [{**inputs, **given}],
                imports=IMPORTS, expected=expected)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis):
    weights = np.exp(x - x.max(axis, keepdims=True))
    return weights / weights.sum(axis, keepdims=True)


X, Z, ROW = draw(1, 3, 4), draw(2, 3, 4), draw(3, 4)
SIGNED = X - 1.02

FUNCTIONS = {
    "Neg": np.negative, "Reciprocal": np.reciprocal, "Sqrt": np.sqrt,
    "Exp": np.exp, "Log": np.log, "Erf": ERF, "Sin": np.sin, "Cos": np.cos,
    "Tan": np.tan, "Atan": np.arctan, "Sinh": np.sinh,
    "Cosh": np.cosh, "Tanh": np.tanh, "Asinh": np.arcsinh,
    "Sigmoid": sigmoid, "Softplus": lambda x: np.log1p(np.exp(x)),
    "Softsign": lambda x: x / (1 + np.abs(x)),
}
WITH_SIGNS = {
    "Abs": np.abs, "Relu": lambda x: np.maximum(x, 0),
    "LeakyRelu <alpha = 0.25>": lambda x: np.where(x < 0, x / 4, x),
    "Elu <alpha = 0.5>": lambda x: np.where(x < 0, np.expm1(x) / 2, x),
    "Selu <alpha = 1.5, gamma = 2.0>":
        lambda x: 2 * np.where(x > 0, x, 1.5 * np.expm1(x)),
    "HardSigmoid <alpha = 2.0, beta = 0.5>":
        lambda x: np.clip(2 * x + 0.5, 0, 1),
    "Gelu": lambda x: x * (1 + ERF(x / np.sqrt(2))) / 2,
    'Gelu <approximate = "tanh">':
        lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) *
                                   (x + 0.044715 * x**3))) / 2,
    "Mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "Floor": np.floor,
}
WITHIN = {"Asin": np.arcsin, "Acos": np.arccos, "Atanh": np.arctanh}


def name_of(op):
    return op.split()[0].lower() + ("_tanh" if "tanh" in op else "")


UNARY = [
    *(derive(name_of(op), f"y = {op}(a)", function, X, free=i % 2 == 0)
      for i, (op, function) in enumerate(FUNCTIONS.items())),
    *(derive(name_of(op), f"y = {op}(a)", function, SIGNED, free=i % 2 == 0)
      for i, (op, function) in enumerate(WITH_SIGNS.items())),
    *(derive(name_of(op), f"y = {op}(a)", function, X / 2)
      for op, function in WITHIN.items()),
    derive("acosh", "y = Acosh(a)", np.arccosh, X + 1),
    derive("clip", "l = Constant <value = double {0.6}> ()\n"
           "  h = Constant <value = double {1.3}> ()\n  y = Clip(a, l, h)",
           lambda x: np.clip(x, 0.6, 1.3), X),
]

BINARY = [
    derive("add", "y = Add(a, b)", np.add, X, ROW, free=True),
    derive("sub", "y = Sub(a, b)", np.subtract, ROW, X),
    derive("mul", "y = Mul(a, b)", np.multiply, X, draw(4, 3, 1), free=True),
    derive("mul_of_itself", "y = Mul(a, a)", np.square, X),
    derive("div", "y = Div(a, b)", np.divide, draw(5, 1, 4), X),
    derive("pow", "y = Pow(a, b)", np.power, X, Z, free=True),
    derive("sum", "y = Sum(a, b, c)", lambda x, z, w: x + z + w, X, ROW,
           draw(6, 1)),
    derive("mean", "y = Mean(a, b)", lambda x, z: (x + z) / 2, X, Z),
    derive("max", "y = Max(a, b)", np.maximum, X, ROW),
    derive("min", "y = Min(a, b, c)",
           lambda x, z, w: np.minimum(np.minimum(x, z), w), X, Z, draw(7, 3, 4)),
    derive("where", "m = Less(a, b)\n  t = Mul(a, b)\n"
           "  y = Where(m, t, b)", lambda x, z: np.where(x < z, x * z, z), X, Z),
]

SHAPES = [
    derive("reshape", "s = Constant <value = int64[2] {2, 6}> ()\n"
           "  t = Reshape(a, s)\n  y = Mul(t, t)", np.square, X),
    derive("transpose", "t = Transpose <perm = [2, 0, 1]> (a)\n"
           "  y = Mul(t, b)", lambda x, z: x.transpose(2, 0, 1) * z,
           draw(8, 2, 3, 4), draw(9, 4, 2, 3), free=True),
    derive("concat", "t = Concat <axis = 1> (a, b)\n  y = Mul(t, t)",
           lambda x, z: np.concatenate([x, z], 1)**2, X, draw(10, 3, 2),
           free=True),
    derive("split", "p, q = Split <axis = 1, num_outputs = 2> (a)\n"
           "  y = Exp(q)", lambda x: np.exp(x[:, 2:]), X),
    derive("slice", "f = Constant <value = int64[1] {-3}> ()\n"
           "  e = Constant <value = int64[1] {3}> ()\n"
           "  i = Constant <value = int64[1] {1}> ()\n"
           "  t = Slice(a, f, e, i)\n  y = Mul(t, t)",
           lambda x: x[:, 1:3]**2, X),
    derive("pad", "p = Constant <value = int64[4] {1, 0, 2, 1}> ()\n"
           "  t = Pad(a, p)\n  y = Exp(t)",
           lambda x: np.exp(np.pad(x, ((1, 2), (0, 1)))), X, free=True),
    derive("gather", "t = Gather <axis = 1> (a, c0)\n  y = Mul(t, t)",
           lambda x, i: x[:, i]**2, X, rest=(np.array([[0, 3], [3, -2]]),)),
    derive("expand", "s = Constant <value = int64[3] {2, 3, 4}> ()\n"
           "  t = Expand(a, s)\n  y = Mul(t, b)", lambda x, z: x * z,
           draw(11, 3, 1), draw(12, 2, 3, 4)),
    derive("squeeze", "i = Constant <value = int64[1] {1}> ()\n"
           "  t = Squeeze(a, i)\n  y = Exp(t)", lambda x: np.exp(x),
           draw(13, 3, 1, 2), free=True),
]

PRODUCTS = [
    derive("matmul", "y = MatMul(a, b)", np.matmul, X, draw(14, 4, 5),
           free=True),
    derive("matmul_of_batches", "t = MatMul(a, b)\n  y = Mul(t, t)",
           lambda x, z: (x @ z)**2, draw(15, 2, 1, 3, 4), draw(16, 5, 4, 2)),
    derive("matmul_of_vectors", "t = MatMul(a, b)\n  y = Mul(t, t)",
           lambda x, z: (x @ z)**2, ROW, draw(17, 4)),
    derive("matmul_of_a_vector", "t = MatMul(a, b)\n  y = Mul(t, t)",
           lambda x, z: (x @ z)**2, draw(18, 2, 3, 4), ROW),
    derive("matmul_of_a_row", "t = MatMul(a, b)\n  y = Mul(t, t)",
           lambda x, z: (x @ z)**2, ROW, draw(19, 2, 4, 3)),
    derive("gemm", "t = Gemm <transA = 1, transB = 1, alpha = 0.5, "
           "beta = 2.0> (a, b, c)\n  y = Mul(t, t)",
           lambda x, z, w: (0.5 * x.T @ z.T + 2 * w)**2, X, draw(20, 5, 3),
           draw(21, 5), free=True),
]


def convolve(x, w, b, stride=(1, 1), dilation=(1, 1), pads=(0, 0, 0, 0),
             groups=1):
    x = np.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    span = [(k - 1) * d + 1 for k, d in zip(w.shape[2:], dilation)]
    rows = [range(0, x.shape[i + 2] - span[i] + 1, stride[i])
            for i in range(2)]
    y = np.zeros((len(x), len(w), len(rows[0]), len(rows[1])))
    per, filters = w.shape[1], len(w) // groups
    for p, r in enumerate(rows[0]):
        for q, s in enumerate(rows[1]):
            part = x[:, :, r:r + span[0]:dilation[0], s:s + span[1]:dilation[1]]
            for f, weights in enumerate(w):
                first = f // filters * per
                y[:, f, p, q] = (part[:, first:first + per] *
                                 weights).sum((1, 2, 3)) + b[f]
    return y


def conv(name, attributes, x, w, free=False, **settings):
    return derive("conv_" + name, f"t = Conv <{attributes}> (a, b, c)\n"
                  "  y = Mul(t, t)",
                  lambda *arrays: convolve(*arrays, **settings)**2, x, w,
                  draw(22, len(w)), free=free)


CONVOLUTIONS = [
    conv("plain", "kernel_shape = [2, 3]", draw(23, 2, 2, 4, 5),
         draw(24, 3, 2, 2, 3)),
    conv("padded", "pads = [1, 0, 1, 2]", draw(25, 1, 2, 3, 4),
         draw(26, 2, 2, 3, 2), pads=(1, 0, 1, 2), free=True),
    conv("with_strides", "strides = [2, 3], pads = [1, 1, 0, 1]",
         draw(27, 2, 1, 6, 7), draw(28, 2, 1, 3, 2), stride=(2, 3),
         pads=(1, 1, 0, 1)),
    conv("dilated", "dilations = [2, 1], strides = [1, 2]",
         draw(29, 1, 2, 6, 6), draw(30, 2, 2, 2, 3), dilation=(2, 1),
         stride=(1, 2)),
    conv("of_groups", "group = 2", draw(31, 2, 4, 3, 3),
         draw(32, 4, 2, 2, 2), groups=2),
]


def reduction(op, function, axes="[1]", keep=1, free=False):
    return derive(f"{op.lower()}_{axes.strip('[]').replace(', ', '_')}_{keep}",
                  f"i = Constant <value_ints = {axes}> ()\n  t = {op} "
                  f"<keepdims = {keep}> (a, i)\n  y = Mul(t, t)",
                  lambda x: np.square(function(
                      x, tuple(int(i) for i in axes.strip("[]").split(",")))),
                  draw(33, 3, 4, 2), free=free)


REDUCTIONS = [
    reduction("ReduceSum", lambda x, axes: x.sum(axes), "[0, 2]", 0, True),
    reduction("ReduceMean", lambda x, axes: x.mean(axes), free=True),
    reduction("ReduceSumSquare", lambda x, axes: (x * x).sum(axes)),
    reduction("ReduceL1", lambda x, axes: np.abs(x).sum(axes), keep=0),
    reduction("ReduceL2", lambda x, axes: np.sqrt((x * x).sum(axes))),
    reduction("ReduceLogSum", lambda x, axes: np.log(x.sum(axes))),
    reduction("ReduceLogSumExp", lambda x, axes: np.log(np.exp(x).sum(axes)),
              "[0, 1]"),
    reduction("ReduceMax", lambda x, axes: x.max(axes)),
    reduction("ReduceMin", lambda x, axes: x.min(axes), "[2]", 0, True),
    derive("softmax", "t = Softmax <axis = 1> (a)\n  y = Mul(t, b)",
           lambda x, z: softmax(x, 1) * z, X, Z, free=True),
    derive("logsoftmax", "t = LogSoftmax <axis = 0> (a)\n  y = Mul(t, b)",
           lambda x, z: np.log(softmax(x, 0)) * z, X, Z),
    derive("global_pool", "t = GlobalAveragePool(a)\n  y = Mul(t, t)",
           lambda x: x.mean((2, 3))**2, draw(34, 2, 3, 2, 4), free=True),
]


def network(x, w, v):
    return softmax(np.tanh(x @ w) @ v, 1)[:, 0]


NETWORKS = [
    derive("network", "t = MatMul(a, b)\n  h = Tanh(t)\n  m = MatMul(h, c)\n"
           "  s = Softmax <axis = 1> (m)\n"
           "  i = Constant <value = int64[1] {0}> ()\n"
           "  y = Gather <axis = 1> (s, i)",
           network, X, draw(35, 4, 5),
           draw(36, 5, 3), free=True),
    derive("elsewhere", "t = Mul(a, b)\n  y = Exp(t)",
           lambda x, z: np.exp(x * z), X, Z, given=(Z, ROW * np.ones((3, 1)))),
    derive("of_what_it_does_not_depend_on", "y = Exp(a)",
           lambda x, z: np.exp(x), X, ROW),
    Case("gradient_of_a_gradient", """
agraph (double[n] a) => (double[n] d, double[n] e) {
  s = Mul(a, a)
  y = Mul(s, a)
  d = ai.onnx.preview.training.Gradient <xs = ["a"], y = "y"> (a)
  z = Mul(d, s)
  e = ai.onnx.preview.training.Gradient <xs = ["a"], y = "z"> (a)
}""", [{"a": ROW}], imports=IMPORTS,
         expected=[3 * ROW**2, 12 * ROW**3]),
    Case("gradient_of_a_hidden_tensor", """
agraph (double[n] a, double[n] b) => (double[n] d) {
  h = Exp(a)
  y = Mul(h, b)
  d = ai.onnx.preview.training.Gradient <xs = ["h"], zs = ["b"], y = "y">
      (h, b)
}""", [{"a": ROW, "b": ROW + 1}], imports=IMPORTS, expected=[ROW + 1]),
]

CASES = (UNARY + BINARY + SHAPES + PRODUCTS + CONVOLUTIONS + REDUCTIONS +
         NETWORKS)

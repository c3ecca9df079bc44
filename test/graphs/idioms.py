"""Idioms in the forms that exporters write, and near misses.

Each is drawn a few times, with a fixed seed: shapes, axes, constants, the order
of operands and the ways to write a square or a quotient. `becomes` must be found
in the compiled graph, `not_becomes` must not; numbers have to be right anyway.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math
import random

from graph_case import Case

DRAWS = 4


class Graph:
    """Text of a graph that is drawn."""
    element = "float"

    def __init__(self, name, seed):
        self.name, self.draw, self.lines = name, random.Random(seed), []
        self.inputs, self.dims, self.given = [], {}, {}

    def shape(self, least, most, ranks):
        return [self.draw.randint(least, most)
                for _ in range(self.draw.randint(*ranks))]

    def name_dims(self, name, shape):
        """Texts of the sizes; x begins with a free one."""
        return ["n" if name == "x" and i == 0 else str(d)
                for i, d in enumerate(shape)]

    def input(self, name, shape):
        dims = self.dims[name] = self.name_dims(name, shape)
        self.inputs.append(f"{self.element}[{', '.join(dims)}] {name}")
        self.given[name] = tuple(shape)
        return name

    def op(self, kind, *inputs, **attributes):
        result = f"v{len(self.lines)}"
        written = ", ".join(f"{k} = {v}" for k, v in attributes.items())
        self.lines.append(f"  {result} = {kind}" +
                          (f" <{written}> " if written else "") +
                          f"({', '.join(inputs)})")
        return result

    def scalar(self, value):
        return self.op("Constant", value=f"{self.element} {{{value!r}}}")

    def number(self, value):
        """A constant that broadcasts to x."""
        return self.scalar(value)

    def ints(self, values):
        return self.op("Constant", value=f"int64[{len(values)}] "
                       f"{{{', '.join(map(str, values))}}}")

    def swapped(self, kind, a, b):
        return self.op(kind, *self.draw.sample([a, b], 2))

    def product(self, *factors):
        factors = self.draw.sample(factors, len(factors))
        while len(factors) > 1:
            factors[:2] = [self.op("Mul", factors[0], factors[1])]
        return factors[0]

    def times(self, x, constant):
        """x * constant, in one way or the other."""
        if self.draw.random() < 0.5:
            return self.op("Div", x, self.number(1 / constant))
        return self.swapped("Mul", x, self.number(constant))

    def plus(self, x, constant):
        return self.swapped("Add", x, self.number(constant))

    def square(self, x):
        if self.draw.random() < 0.5:
            return self.op("Mul", x, x)
        return self.op("Pow", x, self.number(2.0))

    def case(self, *outputs, **expected):
        for i, output in enumerate(outputs):
            self.lines.append(f"  y{i} = Identity({output})")
        dims = ", ".join(self.dims["x"])
        results = ", ".join(f"{self.element}[{dims}] y{i}"
                            for i in range(len(outputs)))
        text = (f"agraph ({', '.join(self.inputs)}) => ({results}) {{\n" +
                "\n".join(self.lines) + "\n}")
        return Case(self.name, text, [self.given], **expected)


def activation(g):
    return g, g.input("x", g.shape(1, 5, (1, 3)))


def gelu(g, x, root=math.sqrt(2), one=1.0, half=0.5, inner=None):
    erf = g.op("Erf", g.times(inner or x, 1 / root))
    gate = g.plus(erf, one)
    if g.draw.random() < 0.5:
        return erf, g.times(g.product(x, gate), half)
    return erf, g.product(x, gate, g.number(half))


def gelu_tanh(g, x, cubic=0.044715, scale=math.sqrt(2 / math.pi)):
    if g.draw.random() < 0.5:
        power = (g.op("Pow", x, g.number(3.0)) if g.draw.random() < 0.5
                 else g.product(x, x, x))
        inner = g.times(g.swapped("Add", x, g.times(power, cubic)), scale)
    else:
        inner = g.product(x, g.plus(g.times(g.square(x), cubic), 1.0),
                          g.number(scale))
    return g.product(x, g.plus(g.op("Tanh", inner), 1.0), g.number(0.5))


def swish(g, x, alpha=1.0):
    inner = x if alpha == 1.0 else g.times(x, alpha)
    return g.product(x, g.op("Sigmoid", inner))


def hard_swish(g, x, three=3.0, six=6.0, sixth=1 / 6):
    gate = g.op("Clip", g.plus(x, three), g.scalar(0.0), g.scalar(six))
    if g.draw.random() < 0.5:
        return g.times(g.product(x, gate), sixth)
    return g.product(x, g.times(gate, sixth))


def hard_swish_of_sigmoid(g, x, alpha="0.16666667"):
    return g.product(x, g.op("HardSigmoid", x, alpha=alpha, beta="0.5"))


def softplus(g, x, one=1.0):
    if one == 1.0 and g.draw.random() < 0.5:
        return g.op("Softplus", x)
    return g.op("Log", g.plus(g.op("Exp", x), one))


def mish(g, x, one=1.0):
    return g.product(x, g.op("Tanh", softplus(g, x, one)))


def softmax(g, shape, x, exponent=None):
    axis = g.draw.randrange(-len(shape), len(shape))
    greatest = g.op("ReduceMax", x, g.ints([axis]), keepdims=1)
    power = g.op("Exp", exponent or g.op("Sub", x, greatest))
    total = g.op("ReduceSum", power, g.ints([axis]), keepdims=1)
    return power, g.op("Div", power, total)


class Rows:
    """What is normalised: x, its last dimensions, and how they are written."""

    def __init__(self, g):
        self.g = g
        self.shape = g.shape(2, 6, (2, 4))
        rank = len(self.shape)
        count = g.draw.randint(1, rank - 1)
        self.axes = [g.draw.choice([i, i - rank])
                     for i in range(rank - count, rank)]
        self.x = g.input("x", self.shape)
        self.row = self.shape[rank - count:]

    def mean(self, x, axes=None):
        axes = self.g.draw.sample(axes or self.axes, len(axes or self.axes))
        return self.g.op("ReduceMean", x, self.g.ints(axes), keepdims=1)

    def root(self, data, epsilon=None, axes=None):
        epsilon = epsilon or self.g.draw.choice([1e-5, 1e-12, 1e-3])
        mean = self.mean(self.g.square(data), axes)
        return self.g.op("Sqrt", self.g.plus(mean, epsilon))

    def divide(self, data, root):
        way = self.g.draw.randrange(3)
        if way == 0:
            return self.g.op("Div", data, root)
        inverse = (self.g.op("Reciprocal", root) if way == 1
                   else self.g.op("Div", self.g.number(1.0), root))
        return self.g.swapped("Mul", data, inverse)

    def parameter(self, name):
        return self.g.input(name, self.row)

    def scaled(self, y):
        if self.g.draw.random() < 0.7:
            y = self.g.swapped("Mul", y, self.parameter("scale"))
        return y

    def shifted(self, y):
        if self.g.draw.random() < 0.7:
            y = self.g.swapped("Add", y, self.parameter("bias"))
        return y


def rms(r):
    return r.scaled(r.divide(r.x, r.root(r.x)))


def layer(r):
    d = r.g.op("Sub", r.x, r.mean(r.x))
    return r.shifted(r.scaled(r.divide(d, r.root(d))))


def moments(r):
    mean = r.mean(r.x)
    d = r.g.op("Sub", r.x, mean)
    factor = r.g.swapped("Mul", r.g.op("Reciprocal", r.root(d)),
                         r.parameter("scale"))
    shift = r.g.op("Sub", r.parameter("bias"),
                   r.g.swapped("Mul", mean, factor))
    return r.g.swapped("Add", r.g.swapped("Mul", r.x, factor), shift)


def epsilon_outside(r):
    root = r.g.op("Sqrt", r.mean(r.g.square(r.x)))
    return r.divide(r.x, r.g.plus(root, 1e-3))


def first_axis(r):
    return r.divide(r.x, r.root(r.x, axes=[0]))


def other_axes(r):
    """The mean is of the last dimensions, the deviation of the first as well."""
    d = r.g.op("Sub", r.x, r.mean(r.x))
    return r.divide(d, r.root(d, axes=list(range(len(r.shape)))))


def times_root(r):
    d = r.g.op("Sub", r.x, r.mean(r.x))
    return r.g.op("Mul", d, r.root(d))


def inverted(r):
    return r.g.op("Div", r.root(r.x), r.x)


def forms(make, draws):
    def activations(name, build, operator, **expected):
        for i in range(draws):
            g, x = activation(make(f"{name}_{i}", f"{name} {i}"))
            built = build(g, x)
            outputs = built if isinstance(built, tuple) else (built,)
            yield g.case(*outputs, **{expected.get("how", "becomes"):
                                      operator})

    def misses(name, build, operator):
        yield from activations(f"not_{name}", build, operator,
                               how="not_becomes")

    yield from activations("gelu", lambda g, x: gelu(g, x)[1], "Gelu")
    yield from misses("gelu_root", lambda g, x: gelu(g, x, root=1.4)[1], "Gelu")
    yield from misses("gelu_one", lambda g, x: gelu(g, x, one=1.01)[1], "Gelu")
    yield from misses("gelu_half", lambda g, x: gelu(g, x, half=0.499)[1],
                      "Gelu")
    yield from misses("gelu_used", lambda g, x: gelu(g, x), "Gelu")
    yield from misses("gelu_other",
                      lambda g, x: gelu(g, x, inner=g.op("Abs", x))[1], "Gelu")
    yield from activations("gelu_tanh", gelu_tanh, "Gelu")
    yield from misses("gelu_tanh_cubic",
                      lambda g, x: gelu_tanh(g, x, cubic=0.0447), "Gelu")
    yield from misses("gelu_tanh_scale",
                      lambda g, x: gelu_tanh(g, x, scale=0.7979), "Gelu")
    yield from activations("swish", swish, "Swish")
    yield from activations("swish_alpha",
                           lambda g, x: swish(g, x, alpha=1.702), "Swish")
    yield from misses("swish_other", lambda g, x: g.product(
        x, g.op("Sigmoid", g.op("Abs", x))), "Swish")
    yield from misses("swish_shifted", lambda g, x: g.product(
        x, g.op("Sigmoid", g.plus(x, 0.1))), "Swish")
    yield from activations("hard_swish", hard_swish, "HardSwish")
    yield from activations("hard_swish_of_sigmoid", hard_swish_of_sigmoid,
                           "HardSwish")
    yield from misses("hard_swish_three",
                      lambda g, x: hard_swish(g, x, three=2.9), "HardSwish")
    yield from misses("hard_swish_six",
                      lambda g, x: hard_swish(g, x, six=5.0), "HardSwish")
    yield from misses("hard_swish_sixth",
                      lambda g, x: hard_swish(g, x, sixth=0.16), "HardSwish")
    yield from misses("hard_swish_alpha", lambda g, x: hard_swish_of_sigmoid(
        g, x, alpha="0.2"), "HardSwish")
    yield from activations("mish", mish, "Mish")
    yield from misses("mish_one", lambda g, x: mish(g, x, one=2.0), "Mish")

    def shape(g):
        return g.given["x"]

    yield from activations(
        "softmax", lambda g, x: softmax(g, shape(g), x)[1], "Softmax")
    yield from misses("softmax_used", lambda g, x: softmax(g, shape(g), x),
                      "Softmax")
    yield from misses("softmax_exponent", lambda g, x: softmax(
        g, shape(g), x, exponent=x)[1], "Softmax")
    yield from activations("log_softmax", lambda g, x: g.op(
        "Log", softmax(g, shape(g), x)[1]), "LogSoftmax")
    yield from activations("log_of_softmax", lambda g, x: g.op(
        "Log", g.op("Softmax", x, axis=0)), "LogSoftmax")

    def rows(name, build, **expected):
        for i in range(2 * draws):
            r = Rows(make(f"{name}_{i}", f"{name} {i}"))
            yield r.g.case(build(r), **expected)

    yield from rows("rms_norm", rms, becomes="RMSNormalization")
    yield from rows("layer_norm", layer, becomes="LayerNormalization")
    yield from rows("moments", moments, becomes="LayerNormalization")
    yield from rows("not_norm_epsilon", epsilon_outside,
                    not_becomes="RMSNormalization")
    yield from rows("not_norm_axis", first_axis, not_becomes="RMSNormalization")
    yield from rows("not_norm_axes", other_axes,
                    not_becomes="LayerNormalization")
    yield from rows("not_norm_product", times_root,
                    not_becomes="Normalization")
    yield from rows("not_norm_inverted", inverted, not_becomes="Normalization")


def of_used_values(make, draws):
    """What is between is an output, too."""
    for i in range(draws):
        r = Rows(make(f"not_norm_used_{i}", f"used {i}"))
        d = r.g.op("Sub", r.x, r.mean(r.x))
        yield r.g.case(r.divide(d, r.root(d)), d,
                       not_becomes="LayerNormalization")


def of_other_axes(make, draws):
    """The maximum is along the last axis, the sum along the first."""
    for i in range(draws):
        r = Rows(make(f"not_softmax_axes_{i}", f"axes {i}"))
        g = r.g
        power = g.op("Exp", g.op("Sub", r.x, g.op(
            "ReduceMax", r.x, g.ints([-1]), keepdims=1)))
        total = g.op("ReduceSum", power, g.ints([0]), keepdims=1)
        yield g.case(g.op("Div", power, total), not_becomes="Softmax")


def draw_cases(make, draws):
    """All forms; `make(name, seed)` gives a Graph for each."""
    return [*forms(make, draws), *of_used_values(make, draws),
            *of_other_axes(make, draws)]


CASES = draw_cases(Graph, DRAWS)

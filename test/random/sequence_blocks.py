"""Blocks of networks on sequences: each takes a value [b, t, width] and its
width, and gives such a pair of the same b and t.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
from image_blocks import pick


def dense(g, random, x, width, to=None):
    to = to or pick(random, width, 4 * width, 7, 16, 33)
    if to > 128:
        to = 64
    y = g.op("MatMul", x, g.weight(width, to, fan_in=width))
    if random.rand() < 0.7:
        y = g.op("Add", *((y, g.vector(to)) if random.rand() < 0.5
                          else (g.vector(to), y)))
    kind = pick(random, "Relu", "Gelu", "tanh", "erf", "swish", "none")
    if kind in ("Relu", "Gelu"):
        y = g.op(kind, y)
    elif kind == "tanh":
        y = g.op("Gelu", y, approximate="tanh")
    elif kind == "erf":
        half = g.op("Erf", g.op("Div", y, g.scalar(np.sqrt(2))))
        y = g.op("Mul", g.op("Mul", y, g.op("Add", half, g.scalar(1))),
                 g.scalar(0.5))
    elif kind == "swish":
        y = g.op("Mul", y, g.op("Sigmoid", y))
    return y, to


def normalize(g, random, x, width):
    kind = pick(random, "layer", "rms", "written")
    scale, bias = g.vector(width, 1), g.vector(width)
    if kind == "layer":
        return g.op("LayerNormalization", x, scale, bias, axis=-1), width
    if kind == "rms":
        square = g.op("ReduceMean", g.op("Mul", x, x), g.ints(-1))
        root = g.op("Sqrt", g.op("Add", square, g.scalar(1e-5)))
        return g.op("Mul", g.op("Div", x, root), scale), width
    mean = g.op("ReduceMean", x, g.ints(-1))
    from_mean = g.op("Sub", x, mean)
    spread = g.op("Sqrt", g.op("Add", g.op("ReduceMean", g.op(
        "Pow", from_mean, g.scalar(2)), g.ints(-1)), g.scalar(1e-5)))
    return g.op("Add", g.op("Mul", g.op("Div", from_mean, spread), scale),
                bias), width


def heads_first(g, random, x, width, heads, by_shape):
    """[b, heads, t, width / heads]"""
    if by_shape:
        shape = g.op("Concat", g.op("Shape", x, start=0, end=2),
                     g.ints(heads, width // heads), axis=0)
    else:
        shape = g.ints(0, 0, heads, width // heads)
    return g.op("Transpose", g.op("Reshape", x, shape), perm=[0, 2, 1, 3])


def attention(g, random, x, width):
    heads = pick(random, *[n for n in (1, 2, 3, 4, 8) if width % n == 0])
    by_shape = random.rand() < 0.5
    q, k, v = (heads_first(g, random, dense(g, random, x, width, width)[0],
                           width, heads, by_shape) for _ in range(3))
    scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
    scale = g.scalar(np.sqrt(width // heads))
    scores = g.op("Div", scores, scale)
    if random.rand() < 0.5:
        t = g.op("Shape", x, start=1, end=2)
        square = g.op("Concat", t, t, axis=0)
        ones = g.op("ConstantOfShape", square, value=onnx_one())
        mask = g.op("Trilu", ones, upper=0)
        scores = g.op("Where", g.op("Greater", mask, g.scalar(0)), scores,
                      g.scalar(-1e9))
    y = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
    y = g.op("Transpose", y, perm=[0, 2, 1, 3])
    shape = (g.op("Concat", g.op("Shape", x, start=0, end=2), g.ints(width),
                  axis=0) if by_shape else g.ints(0, 0, width))
    y, _ = dense(g, random, g.op("Reshape", y, shape), width, width)
    return g.op("Add", x, y), width


def onnx_one():
    from onnx import numpy_helper
    return numpy_helper.from_array(np.ones(1, np.float32))


def feed_forward(g, random, x, width):
    y, _ = normalize(g, random, x, width)
    y, inner = dense(g, random, y, width)
    y, _ = dense(g, random, y, inner, width)
    return g.op("Add", x, y), width


def gated(g, random, x, width):
    y, inner = dense(g, random, x, width, 2 * width)
    if inner % 2:
        return y, inner
    a, b = g.op("Split", y, outputs=2, axis=-1, num_outputs=2)
    return g.op("Mul", a, g.op("Sigmoid", b)), inner // 2


def recurrent(g, random, x, width):
    kind = pick(random, "LSTM", "GRU", "RNN")
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
    hidden = pick(random, 5, 8, 16, 19)
    direction = pick(random, "forward", "reverse", "bidirectional")
    count = 2 if direction == "bidirectional" else 1
    weights = [g.weight(count, gates * hidden, width, fan_in=width),
               g.weight(count, gates * hidden, hidden, fan_in=hidden)]
    if random.rand() < 0.7:
        weights.append(g.const(g.normal((count, 2 * gates * hidden), 0.1)))
    settings = {"linear_before_reset": int(random.randint(2))} if (
        kind == "GRU") else {}
    y = g.op(kind, g.op("Transpose", x, perm=[1, 0, 2]), *weights,
             hidden_size=hidden, direction=direction, **settings)
    # [t, count, b, hidden]
    y = g.op("Transpose", y, perm=[2, 0, 1, 3])
    return g.op("Reshape", y, g.ints(0, 0, -1)), count * hidden


def last_state(g, random, x, width):
    """Adds what an LSTM knows at the end to each step; Y itself is not used."""
    hidden = width
    _, state = g.op("LSTM", g.op("Transpose", x, perm=[1, 0, 2]),
                    g.weight(1, 4 * hidden, width, fan_in=width),
                    g.weight(1, 4 * hidden, hidden, fan_in=hidden),
                    hidden_size=hidden, outputs=2)
    return g.op("Add", x, g.op("Transpose", state, perm=[1, 0, 2])), width


def filtered(g, random, x, width):
    kernel, to = pick(random, 1, 3, 5, 9), pick(random, width, 8, 20)
    groups = width if to == width and random.rand() < 0.5 else 1
    y = g.op("Transpose", x, perm=[0, 2, 1])
    y = g.op("Conv", y, g.weight(to, width // groups, kernel), g.vector(to),
             pads=[kernel // 2] * 2, group=groups)
    return g.op("Transpose", y, perm=[0, 2, 1]), to


def shifted(g, random, x, width):
    """Beside the step before it."""
    zero = g.op("Mul", g.op("Slice", x, g.ints(0), g.ints(1), g.ints(1)),
                g.scalar(0))
    before = g.op("Slice", g.op("Concat", zero, x, axis=1), g.ints(0),
                  g.ints(-1), g.ints(1))
    return g.op("Concat", x, before, axis=2), 2 * width


def rotated(g, random, x, width):
    if width % 2:
        return x, width
    a, b = g.op("Split", x, outputs=2, axis=-1, num_outputs=2)
    turned = g.op("Concat", g.op("Neg", b), a, axis=-1)
    t = g.op("Range", g.const(np.int64(0)), g.op("Squeeze", g.op(
        "Shape", x, start=1, end=2), g.ints(0)), g.const(np.int64(1)))
    angles = g.op("MatMul", g.op("Unsqueeze", g.op("Cast", t, to=1),
                                 g.ints(1)),
                  g.const(np.linspace(0.01, 1, width, dtype=np.float32)[None]))
    return g.op("Add", g.op("Mul", x, g.op("Cos", angles)),
                g.op("Mul", turned, g.op("Sin", angles))), width


def pooled(g, random, x, width):
    """With the mean over all steps that a mask leaves."""
    kept = g.op("Cast", g.op("Greater", x, g.scalar(-0.5)), to=1)
    total = g.op("ReduceSum", g.op("Mul", x, kept), g.ints(1))
    count = g.op("Clip", g.op("ReduceSum", kept, g.ints(1)), g.scalar(1e-9))
    return g.op("Sub", x, g.op("Div", total, count)), width


def looped(g, random, x, width):
    """A few rounds of x = tanh(x + c)."""
    name = f"loop_{len(g.nodes)}"
    shift = g.scalar(0.25)
    body = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", [f"{name}_go"], [f"{name}_on"]),
         onnx.helper.make_node("Add", [f"{name}_x", shift], [f"{name}_s"]),
         onnx.helper.make_node("Tanh", [f"{name}_s"], [f"{name}_y"])],
        f"{name}_body",
        [onnx.helper.make_tensor_value_info(f"{name}_i", 7, []),
         onnx.helper.make_tensor_value_info(f"{name}_go", 9, []),
         onnx.helper.make_tensor_value_info(f"{name}_x", 1,
                                            [None, None, width])],
        [onnx.helper.make_tensor_value_info(f"{name}_on", 9, []),
         onnx.helper.make_tensor_value_info(f"{name}_y", 1,
                                            [None, None, width])])
    return g.op("Loop", g.const(np.int64(random.randint(0, 4))),
                g.const(np.bool_(True)), x, body=body), width


BLOCKS = (dense, dense, normalize, attention, attention, feed_forward, gated,
          recurrent, last_state, filtered, shifted, rotated, pooled, looped)

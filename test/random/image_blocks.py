"""Blocks of networks on images: each takes a value [n, channels, h, w] and the
number of its channels, and gives such a pair. h and w may be any: where two
values meet, both come from the same sizes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx


def pick(random, *choices):
    return choices[random.randint(len(choices))]


def activate(g, random, x, channels):
    kind = pick(random, "Relu", "LeakyRelu", "Sigmoid", "HardSwish", "Mish",
                "Elu", "Clip", "PRelu", "Swish", "Tanh", "Softplus", "none",
                "quotient", "logarithm", "gate")
    if kind == "none":
        return x
    if kind == "Clip":
        return g.op("Clip", x, g.scalar(0), g.scalar(6))
    if kind == "PRelu":
        return g.op("PRelu", x, g.const(
            g.normal((channels, 1, 1), 1)))
    if kind == "Swish":
        return g.op("Mul", x, g.op("Sigmoid", x))
    # Not finite where zeros fill a block of channels.
    if kind in ("quotient", "logarithm"):
        above = np.abs(g.normal((channels, 1, 1), 1)) + np.float32(0.5)
        y = g.op("Add", g.op("Abs", x), g.const(above))
        return (g.op("Log", y) if kind == "logarithm" else
                g.op("Div", x, y))
    if kind == "gate":
        y = g.op("Sigmoid", g.op("ReduceMean", x, g.ints(2, 3), keepdims=1))
        return g.op("Mul", g.op("Mul", x, g.const(
            g.normal((channels, 1, 1), 1))), g.op("Mul", y, y))
    return g.op(kind, x)


def conv(g, random, x, channels, to=None, kernel=None, stride=1, groups=1):
    """Keeps h and w, or halves them."""
    to = to or pick(random, channels, 3, 5, 7, 8, 13, 16, 17, 24, 31, 32,
                    45)
    kernel = kernel or pick(random, 1, 3, 3, 3, 5, 7)
    dilation = pick(random, 1, 1, 1, 2) if kernel > 1 else 1
    pad = dilation * (kernel - 1) // 2
    weight = g.weight(to, channels // groups, kernel, kernel)
    bias = [g.vector(to)] if random.rand() < 0.7 else []
    y = g.op("Conv", x, weight, *bias, pads=[pad] * 4, strides=[stride] * 2,
             dilations=[dilation] * 2, group=groups)
    return y, to


def normalize(g, random, x, channels):
    kind = pick(random, "BatchNormalization", "BatchNormalization",
                "InstanceNormalization", "GroupNormalization", "none")
    if kind == "none":
        return x
    scale, bias = g.vector(channels, 1), g.vector(channels)
    if kind == "BatchNormalization":
        return g.op(kind, x, scale, bias, g.vector(channels),
                    g.const(np.abs(g.normal((channels,), 1)) + np.float32(0.5)))
    if kind == "InstanceNormalization":
        return g.op(kind, x, scale, bias)
    groups = pick(random, *[n for n in (1, 2, 3, 4, 8) if channels % n == 0])
    return g.op(kind, x, scale, bias, num_groups=groups)


def plain(g, random, x, channels):
    x, channels = conv(g, random, x, channels)
    x = normalize(g, random, x, channels)
    return activate(g, random, x, channels), channels


def residual(g, random, x, channels):
    y, _ = conv(g, random, x, channels, to=channels)
    y = activate(g, random, normalize(g, random, y, channels), channels)
    if random.rand() < 0.5:
        y, _ = conv(g, random, y, channels, to=channels)
    both = (x, y) if random.rand() < 0.5 else (y, x)
    return activate(g, random, g.op("Add", *both), channels), channels


def separable(g, random, x, channels):
    y, _ = conv(g, random, x, channels, to=channels,
                kernel=pick(random, 3, 5, 7), groups=channels)
    y = activate(g, random, y, channels)
    return conv(g, random, y, channels, kernel=1)


def grouped(g, random, x, channels):
    groups = pick(random, *[n for n in (1, 2, 3, 4, 8) if channels % n == 0])
    return conv(g, random, x, channels, to=channels * pick(random, 1, 2),
                groups=groups)


def branches(g, random, x, channels):
    parts, total = [], 0
    for _ in range(random.randint(2, 4)):
        y, count = pick(random, plain, separable, residual)(
            g, random, x, channels)
        parts.append(y)
        total += count
    if random.rand() < 0.3:
        parts.append(x)
        total += channels
    x = g.op("Concat", *parts, axis=1)
    if total > 48:
        return conv(g, random, x, total, to=16, kernel=1)
    return x, total


def squeeze_and_excite(g, random, x, channels):
    y = g.op("GlobalAveragePool", x)
    y, inner = conv(g, random, y, channels, to=4, kernel=1)
    y = activate(g, random, y, inner)
    y, _ = conv(g, random, y, inner, to=channels, kernel=1)
    return g.op("Mul", x, g.op("Sigmoid", y)), channels


def pool(g, random, x, channels):
    kernel = pick(random, 2, 3, 5)
    stride = pick(random, 1, 2)
    settings = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2,
                "pads": [kernel // 2] * 4, "ceil_mode": int(random.randint(2))}
    if random.rand() < 0.5:
        return g.op("MaxPool", x, **settings), channels
    return g.op("AveragePool", x, count_include_pad=int(random.randint(2)),
                **settings), channels


def down(g, random, x, channels):
    return conv(g, random, x, channels, kernel=pick(random, 2, 3), stride=2)


def up_and_down(g, random, x, channels):
    """As a U-net does: back to the sizes of what it came from."""
    small, count = down(g, random, x, channels)
    small, count = plain(g, random, small, count)
    sizes = g.op("Concat", g.op("Shape", small, start=0, end=2),
                 g.op("Shape", x, start=2, end=4), axis=0)
    mode = pick(random, "nearest", "linear", "cubic")
    large = g.op("Resize", small, "", "", sizes, mode=mode,
                 coordinate_transformation_mode=pick(
                     random, "asymmetric", "half_pixel", "align_corners"))
    return g.op("Concat", x, large, axis=1), channels + count


def shuffle(g, random, x, channels):
    groups = pick(random, *[n for n in (1, 2, 3, 4) if channels % n == 0])
    shape = g.op("Shape", x)
    ends = [g.op("Slice", shape, g.ints(first), g.ints(last))
            for first, last in ((0, 1), (2, 4))]
    y = g.op("Reshape", x, g.op("Concat", ends[0], g.ints(groups, -1), ends[1],
                                axis=0))
    y = g.op("Transpose", y, perm=[0, 2, 1, 3, 4])
    return g.op("Reshape", y, shape), channels


def channels_last(g, random, x, channels):
    y = g.op("Transpose", x, perm=[0, 2, 3, 1])
    y = g.op("LayerNormalization", y, g.vector(channels, 1), g.vector(channels))
    to = pick(random, channels, 2 * channels, 7)
    y = g.op("MatMul", y, g.weight(channels, to, fan_in=channels))
    y = g.op("Gelu", g.op("Add", y, g.vector(to)))
    return g.op("Transpose", y, perm=[0, 3, 1, 2]), to


def split(g, random, x, channels):
    if channels < 2:
        return x, channels
    first = random.randint(1, channels)
    left, right = g.op("Split", x, g.ints(first, channels - first), outputs=2,
                       axis=1)
    left, count = plain(g, random, left, first)
    return g.op("Concat", right, left, axis=1), channels - first + count


def transposed(g, random, x, channels):
    to, kernel = pick(random, 3, 8, 16), pick(random, 2, 3, 4)
    y = g.op("ConvTranspose", x, g.weight(channels, to, kernel, kernel),
             strides=[2, 2], pads=[(kernel - 1) // 2] * 4)
    return conv(g, random, y, to, stride=2)


def pad_and_crop(g, random, x, channels):
    mode = pick(random, "constant", "reflect", "edge")
    before, after = random.randint(0, 3, 2), random.randint(0, 3, 2)
    y = g.op("Pad", x, g.ints(0, 0, *before, 0, 0, *after), mode=mode)
    y, channels = plain(g, random, y, channels)
    # Only what was padded in front goes.
    return g.op("Slice", y, g.ints(*before), g.ints(2**31, 2**31),
                g.ints(2, 3)), channels


def pad_and_cut(g, random, x, channels):
    """Negative pads cut; as much is added at the other end, so that no size
    can vanish."""
    mode = pick(random, "constant", "reflect", "edge")
    ends = []
    for _ in range(2):
        pad = int(random.randint(0, 3))
        ends.append((pad, -pad) if random.rand() < 0.5 else (-pad, pad))
    (top, bottom), (left, right) = ends
    y = g.op("Pad", x, g.ints(0, 0, top, left, 0, 0, bottom, right), mode=mode)
    return plain(g, random, y, channels)


def warp(g, random, x, channels):
    """Samples it at places near its own, some outside."""
    matrix = g.const(np.array([[1.1, 0.1, 0.05], [-0.1, 0.9, 0.1]],
                              np.float32)[None])
    batch = g.op("Shape", x, start=0, end=1)
    theta = g.op("Expand", matrix, g.op("Concat", batch, g.ints(2, 3), axis=0))
    corners = int(random.randint(2))
    grid = g.op("AffineGrid", theta, g.op("Shape", x), align_corners=corners)
    y = g.op("GridSample", x, grid, mode=pick(random, "linear", "cubic"),
             padding_mode=pick(random, "zeros", "border", "reflection"),
             align_corners=corners)
    return y, channels


def scale_by_rows(g, random, x, channels):
    axis = pick(random, 1, 2, 3)
    mean = g.op("ReduceMean", x, g.ints(axis), keepdims=1)
    y = g.op("Div", g.op("Sub", x, mean), g.op(
        "Sqrt", g.op("Add", g.op("ReduceMean", g.op("Mul", x, x), g.ints(axis),
                                 keepdims=1), g.scalar(1))))
    return y, channels


def branch_at_run_time(g, random, x, channels):
    """Both branches keep the shape."""
    # No rounding decides, as it would of a sum that is nearly 0.
    largest = g.op("ReduceMax", x, keepdims=0)
    condition = g.op("Greater", largest, g.scalar(0.7))
    name = f"branch_{len(g.nodes)}"

    def body(label, op_type):
        inner = [onnx.helper.make_node(op_type, [x], [f"{name}_{label}"])]
        return onnx.helper.make_graph(
            inner, f"{name}_{label}_body", [],
            [onnx.helper.make_tensor_value_info(
                f"{name}_{label}", onnx.TensorProto.FLOAT,
                [None, channels, None, None])])
    return g.op("If", condition, then_branch=body("a", "Neg"),
                else_branch=body("b", "Abs")), channels


BLOCKS = (plain, plain, residual, residual, separable, grouped, branches,
          squeeze_and_excite, pool, down, up_and_down, shuffle, channels_last,
          split, transposed, pad_and_crop, pad_and_cut, warp, scale_by_rows,
          branch_at_run_time)

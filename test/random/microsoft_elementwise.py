"""Activations, products, convolutions, shapes and norms of com.microsoft.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math

import numpy as np

from microsoft_models import FLOAT, SMALL, sigmoid, wide

ROW = ("a", "b", "c")
NORMAL = np.vectorize(lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2))),
                      otypes=[np.float64])


def draw_activation(draw):
    labels = ROW[draw.randint(0, 2):]
    x = draw.floats(*labels)
    op = draw.choice(("Gelu", "FastGelu", "BiasGelu", "QuickGelu"))
    if op == "Gelu":
        return draw.model(op, {"X": x}, "Y")
    if op == "QuickGelu":
        return draw.model(op, {"X": x}, "Y", {"alpha": draw.choice(
            (1.702, 1.0, 0.25))})
    bias = draw.floats("c", constant=0.5)
    if op == "BiasGelu":
        return draw.model(op, {"A": x, "B": bias}, "C")
    return draw.model(op, {"X": x, "bias": bias if draw.maybe() else None},
                      "Y")


def draw_split(draw):
    x = draw.floats("a", "b", 2 * draw.choice(SMALL))
    bias = draw.floats(x.array.shape[-1], constant=0.5)
    both = x.array.astype(np.float64) + bias.array
    half = both.shape[-1] // 2
    y = both[..., :half] * both[..., half:] * NORMAL(both[..., half:])
    return draw.model("BiasSplitGelu", {"X": x, "bias": bias}, "Y",
                      oracle=lambda: [y])


def draw_fused_matmul(draw):
    batch = ("n", "m")[:draw.randint(0, 2)]
    attributes = {"alpha": draw.choice((1.0, 0.5, -1.25))}
    inputs = {}
    for name, labels in (("A", ("i", "k")), ("B", ("k", "j"))):
        rows, columns = labels
        order = [*batch, rows, columns]
        if draw.maybe():
            attributes["trans" + name] = 1
            order[-2:] = columns, rows
        # The first dimension behind the batches, in front of the last.
        if batch and draw.maybe(0.3):
            attributes["transBatch" + name] = 1
            order = [order[-2], *order[:-2], order[-1]]
        inputs[name] = draw.floats(*order, constant=0.3)
    return draw.model("FusedMatMul", inputs, "Y", attributes)


def draw_fused_gemm(draw):
    attributes = {"alpha": draw.choice((1.0, 0.5)),
                  "beta": draw.choice((1.0, -2.0)),
                  "activation": draw.choice(("Relu", "LeakyRelu", "Tanh"))}
    if attributes["activation"] == "LeakyRelu":
        attributes["activation_alpha"] = 0.25
    a, b = ["i", "k"], ["k", "j"]
    for name, labels in (("transA", a), ("transB", b)):
        if draw.maybe():
            attributes[name] = 1
            labels.reverse()
    c = draw.choice((("j",), (1, "j"), ("i", 1), ("i", "j")))
    return draw.model("FusedGemm", {
        "A": draw.floats(*a), "B": draw.floats(*b, constant=0.5),
        "C": draw.floats(*c)}, "Y", attributes)


def draw_fused_conv(draw):
    kernel = [draw.choice((1, 2, 3)) for _ in range(2)]
    channels, filters = draw.choice(SMALL), draw.choice(SMALL)
    image = [draw.randint(k, k + 9) for k in kernel]
    pads = [draw.randint(0, k - 1) for k in kernel + kernel]
    activation = draw.choice(("Relu", "LeakyRelu", "Clip", "HardSigmoid",
                              "Sigmoid", "Tanh"))
    attributes = {"activation": activation, "pads": pads,
                  "kernel_shape": kernel}
    parameters = {"LeakyRelu": [0.2], "Clip": [-0.5, 0.75],
                  "HardSigmoid": [0.3, 0.6]}
    if activation in parameters:
        attributes["activation_params"] = parameters[activation]
    n = draw.size("n", SMALL)
    out = [size + pads[i] + pads[i + 2] - k + 1
           for i, (size, k) in enumerate(zip(image, kernel))]
    return draw.model("FusedConv", {
        "X": draw.floats("n", channels, *image),
        "W": draw.floats(filters, channels, *kernel, constant=0.7),
        "B": draw.floats(filters, constant=0.7),
        "Z": draw.floats(n, filters, *out) if draw.maybe(0.3) else None},
        "Y", attributes, fixed="n")


def draw_distances(draw):
    draw.element = FLOAT
    for label in "mnk":
        draw.size(label, SMALL)
    return draw.model("CDist", {"A": draw.floats("m", "n"),
                                "B": draw.floats("k", "n", constant=0.3)}, "C",
                      {"metric": draw.choice(("euclidean", "sqeuclidean"))},
                      tolerance=3e-4)


def draw_integer_product(draw):
    return draw.model("MatMulInteger16", {
        "A": draw.integers(-300, 300, "n", "i", "k", dtype=np.int16),
        "B": draw.integers(-300, 300, "n", "k", "j", dtype=np.int16)},
        [("Y", np.int32)])


def draw_pool(draw):
    kernel = [draw.choice((1, 2, 3)) for _ in range(2)]
    dtype = draw.choice((np.int8, np.uint8))
    image = [draw.randint(k, k + 7) for k in kernel]
    return draw.model("NhwcMaxPool", {"x": draw.integers(
        0, 100, draw.choice((1, 2)), *image, draw.choice(SMALL), dtype=dtype)},
        [("y", dtype)], {"kernel_shape": kernel, "strides": [
            draw.choice((1, 2)) for _ in kernel],
            "pads": [draw.randint(0, k - 1) for k in kernel + kernel]})


def draw_shape_op(draw):
    op = draw.choice(("ExpandDims", "Trilu", "GatherND", "Unique", "Pad"))
    if op == "ExpandDims":
        return draw.model(op, {"X": draw.floats("a", "b"), "axis": draw.number(
            draw.randint(-3, 2), np.int32)}, "Y")
    if op == "Trilu":
        k = draw.number(draw.randint(-4, 4), np.int64)
        return draw.model(op, {"X": draw.floats("a", "b", "c"),
                               "k": k if draw.maybe() else None}, "Y",
                          {"upper": draw.randint(0, 1)})
    if op == "GatherND":
        size = draw.size("a", SMALL)
        return draw.model(op, {"data": draw.floats("a", "b"),
                               "indices": draw.integers(0, size, "k", 1,
                                                        dtype=np.int64)},
                          "output")
    if op == "Unique":
        x = draw.floats("a")
        x.array = np.round(x.array)
        return draw.model(op, {"x": x}, [
            ("y", draw.element), ("idx", np.int64), ("counts", np.int64)])
    pads = draw.numbers.randint(0, 4, 4)
    for label in "ab":
        draw.size(label, SMALL)
    return draw.model(op, {"data": draw.floats("a", "b"), "pads": draw.number(
        0, np.int64, (4,)), "value": draw.number(
            1.5, draw.element, (1,))}, "output") if draw.maybe() else \
        draw.model(op, {"data": draw.floats("a", "b"),
                        "pads": draw.number(pads.max(), np.int64, (4,))},
                   "output")


def draw_layer_norm(draw):
    size = draw.choice((1, 2, 3, 8, 16, 17, 31, 64, 65))
    labels = ("n", "s", size)
    for label in "ns":
        draw.size(label, SMALL)
    op = draw.choice(("SkipLayerNormalization", "SkipSimplifiedLayer"
                      "Normalization"))
    inputs = {"input": draw.floats(*labels), "skip": draw.floats(*labels),
              "gamma": draw.floats(size, constant=0.5)}
    if op == "SkipLayerNormalization":
        inputs["beta"] = draw.floats(size) if draw.maybe() else None
    inputs["bias"] = draw.floats(size) if draw.maybe() else None
    outputs = [("output", draw.element)]
    if draw.maybe():
        outputs += [("", FLOAT), ("", FLOAT), ("sum", draw.element)]
    return draw.model(op, inputs, outputs,
                      {"epsilon": draw.choice((1e-5, 0.01))}, tolerance=1e-4)


def draw_group_norm(draw):
    groups, per = draw.choice((1, 2, 3)), draw.choice((1, 2, 4))
    channels = groups * per
    last, active = draw.randint(0, 1), draw.randint(0, 1)
    image = [draw.choice((1, 2, 5)), draw.choice((1, 3, 7))]
    shape = (*image, channels) if last else (channels, *image)
    inputs = {"X": draw.floats(2, *shape),
              "gamma": draw.singles(channels, constant=0.5),
              "beta": draw.singles(channels, constant=0.5)}
    x, gamma, beta = wide(inputs.values())
    rows = np.moveaxis(x, -1, 1) if last else x
    parts = rows.reshape(2, groups, -1)
    parts = parts - parts.mean(2, keepdims=True)
    parts /= np.sqrt((parts**2).mean(2, keepdims=True) + 0.01)
    y = parts.reshape(rows.shape) * gamma[:, None, None] + beta[:, None, None]
    y = y * sigmoid(y) if active else y
    y = np.moveaxis(y, 1, -1) if last else y
    return draw.model("GroupNorm", inputs, "Y", {
        "groups": groups, "channels_last": last, "activation": active,
        "epsilon": 0.01}, oracle=lambda: [y])


def draw_softmax(draw):
    labels = ("a", "b", "c", "d")
    for label in labels:
        draw.size(label, SMALL)
    axis = draw.randint(1, 3)
    x = draw.floats(*labels)
    bias = draw.floats(*(label if draw.maybe() else 1 for label in labels))
    scores = x.array.astype(np.float64) + bias.array
    rows = scores.reshape(int(np.prod(scores.shape[:axis])), -1)
    weights = np.exp(rows - rows.max(1, keepdims=True, initial=-1e9))
    weights /= weights.sum(1, keepdims=True)
    return draw.model("BiasSoftmax", {"data": x, "bias": bias}, "output", {
        "axis": axis, "is_inner_broadcast": 1},
        oracle=lambda: [weights.reshape(scores.shape)], fixed="a b c d")


DRAWERS = (draw_activation, draw_split, draw_fused_matmul, draw_fused_gemm,
           draw_fused_conv, draw_distances, draw_integer_product, draw_pool,
           draw_shape_op, draw_layer_norm, draw_group_norm, draw_softmax)

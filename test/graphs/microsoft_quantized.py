"""onnxruntime's functions of quantised tensors, beside its own kernels.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

SCALES = ("sx = Constant <value = float {{0.05}}> ()\n"
          "  sy = Constant <value = float {{{scale}}}> ()\n"
          "  zx = Constant <value = {kind} {{3}}> ()\n"
          "  zy = Constant <value = {kind} {{{point}}}> ()\n")


def function(name, shape, result, call, kind="uint8", scale=0.02, point=10,
             opset=21, compute=None):
    """`compute` is of what onnxruntime has no kernel for."""
    sizes = ", ".join(f"d{i}" for i in range(len(shape)))
    low, high = (0, 256) if kind == "uint8" else (-128, 128)
    x = np.random.RandomState(len(name)).randint(low, high, shape)
    expected = None
    if compute:
        real = compute((x - 3) * np.float32(0.05)) / np.float32(scale)
        expected = [np.clip(np.rint(real) + point, low, high - 1)]
    text = SCALES.format(scale=scale, kind=kind, point=point)
    return Case("ms_quantised_" + name,
                f"agraph ({kind}[{sizes}] x) => ({kind}[{result}] y) {{\n"
                f"  {text}  y = com.microsoft.{call}\n}}", [{"x": x}],
                imports=f'"" : {opset}, "com.microsoft" : 1',
                expected=expected)


PROBABILITY = {"scale": 1 / 256, "point": 0}

CASES = [
    function("global_pool", (2, 3, 4, 5), "n, c, h, w",
             "QLinearGlobalAveragePool(x, sx, zx, sy, zy)", scale=0.05),
    function("global_pool_channels_last", (2, 4, 5, 3), "n, h, w, c",
             "QLinearGlobalAveragePool <channels_last = 1> "
             "(x, sx, zx, sy, zy)", "int8", scale=0.05),
    function("pool_channels_last", (2, 4, 5, 3), "n, h, w, c",
             "QLinearAveragePool <channels_last = 1, kernel_shape = [2, 3], "
             "pads = [1, 0, 0, 1]> (x, sx, zx, sy, zy)", scale=0.0471),
    function("mean", (3, 4, 5), "a, c",
             "QLinearReduceMean <axes = [1], keepdims = 0> "
             "(x, sx, zx, sy, zy)", scale=0.0471,
             compute=lambda x: x.mean(1)),
    function("mean_of_an_old_model", (3, 4, 5), "a, 1, 1",
             "QLinearReduceMean <axes = [1, -1], keepdims = 1> "
             "(x, sx, zx, sy, zy)", opset=13, scale=0.0471,
             compute=lambda x: x.mean((1, 2), keepdims=True)),
    function("softmax", (3, 4, 5), "a, b, c",
             "QLinearSoftmax <axis = 1, opset = 13> (x, sx, zx, sy, zy)",
             **PROBABILITY),
    function("softmax_of_two_dimensions", (3, 4, 5), "a, b, c",
             "QLinearSoftmax <axis = 1, opset = 11> (x, sx, zx, sy, zy)",
             **PROBABILITY),
]

CASES += [
    function("sum_without_a_point", (3, 4), "a, b",
             "QLinearAdd(x, sx, zx, x, sx, zx, sy)", "int8", scale=0.11),
]

"""Quantised tensors, weights in blocks, windows and matrices of com.microsoft.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft_models import FLOAT, SMALL

TYPES = (np.uint8, np.int8)


def limits(dtype):
    info = np.iinfo(dtype)
    return info.min, info.max + 1


def draw_tensor(draw, dtype, *labels, constant=0.0):
    return draw.integers(*limits(dtype), *labels, dtype=dtype,
                         constant=constant)


def draw_point(draw, dtype):
    low, high = limits(dtype)
    return draw.number(draw.randint(low // 2, high // 2), dtype)


def draw_scale(draw, low=0.01, high=0.1):
    return draw.number(draw.uniform(low, high), FLOAT)


def quantised(draw, op, inputs, dtype, attributes=None, **more):
    draw.element = FLOAT
    return draw.model(op, inputs, [("Y", dtype)], attributes,
                      is_quantised=True, **more)


def parameters(draw, name, dtype, **more):
    return {name + "_scale": draw_scale(draw, **more),
            name + "_zero_point": draw_point(draw, dtype)}


def draw_binary(draw):
    dtype = draw.choice(TYPES)
    for label in "abc":
        draw.size(label, SMALL)
    labels = ("a", "b", "c")
    other = labels if draw.maybe() else draw.choice((("c",), (1, "b", 1)))
    inputs = {"A": draw_tensor(draw, dtype, *labels),
              **parameters(draw, "A", dtype),
              "B": draw_tensor(draw, dtype, *other, constant=0.4),
              **parameters(draw, "B", dtype),
              **parameters(draw, "C", dtype, low=0.1, high=0.3)}
    # onnxruntime takes no operand without one.
    if draw.maybe(0.15):
        inputs["C_zero_point"] = None
    return quantised(draw, draw.choice(("QLinearAdd", "QLinearMul")), inputs,
                     dtype, fixed="a b c" if other != labels else "")


def draw_unary(draw):
    dtype = draw.choice(TYPES)
    op = draw.choice(("QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax"))
    for label in "abc":
        draw.size(label, SMALL)
    attributes = {}
    if op == "QLinearLeakyRelu":
        attributes["alpha"] = 0.2
    if op == "QLinearSoftmax":
        attributes.update(axis=draw.randint(-3, 2),
                          opset=draw.choice((11, 13)))
    inputs = {"X": draw_tensor(draw, dtype, "a", "b", "c"),
              **parameters(draw, "X", dtype)}
    if op == "QLinearSoftmax":
        inputs.update(Y_scale=draw.number(1 / 256, FLOAT),
                      Y_zero_point=draw.number(np.iinfo(dtype).min, dtype))
    else:
        inputs.update(parameters(draw, "Y", dtype, low=0.004, high=0.02))
    return quantised(draw, op, inputs, dtype, attributes)


def draw_pool(draw):
    dtype = draw.choice(TYPES)
    last = draw.randint(0, 1)
    channels, image = draw.choice(SMALL), [draw.randint(3, 9)
                                           for _ in range(2)]
    shape = (*image, channels) if last else (channels, *image)
    inputs = {"X": draw_tensor(draw, dtype, 2, *shape),
              **parameters(draw, "X", dtype),
              **parameters(draw, "Y", dtype, low=0.03, high=0.1)}
    if draw.maybe(0.3):
        return quantised(draw, "QLinearGlobalAveragePool", inputs, dtype,
                         {"channels_last": last})
    kernel = [draw.choice((1, 2, 3)) for _ in image]
    return quantised(draw, "QLinearAveragePool", inputs, dtype, {
        "channels_last": last, "kernel_shape": kernel,
        "strides": [draw.choice((1, 2)) for _ in image],
        "count_include_pad": draw.randint(0, 1),
        "pads": [draw.randint(0, k - 1) for k in kernel + kernel]})


def draw_conv(draw):
    dtype = draw.choice(TYPES)
    channels, filters = draw.choice(SMALL), draw.choice(SMALL)
    last = draw.randint(0, 1)
    image = [draw.randint(3, 9) for _ in range(2)]
    shape = (*image, channels) if last else (channels, *image)
    inputs = {"X": draw_tensor(draw, dtype, "n", *shape),
              **parameters(draw, "X", dtype),
              "W": draw_tensor(draw, np.int8, filters, channels, 3, 3,
                               constant=0.8),
              "W_scale": draw_scale(draw, 0.001, 0.01),
              "W_zero_point": draw.number(0, np.int8),
              **parameters(draw, "Y", dtype, low=0.05, high=0.3),
              "B": draw.integers(-900, 900, filters, constant=0.8)
              if draw.maybe() else None}
    draw.size("n", SMALL)
    return quantised(draw, "QLinearConv", inputs, dtype, {
        "channels_last": last, "pads": [draw.randint(0, 1) for _ in range(4)]})


def draw_joined(draw):
    dtype = draw.choice(TYPES)
    for label in "abc":
        draw.size(label, SMALL)
    if draw.maybe():
        inputs = parameters(draw, "Y", dtype, low=0.05)
        for i in range(draw.randint(1, 3)):
            inputs[f"X{i}"] = draw_tensor(draw, dtype, "a", "b", "c")
            inputs.update(parameters(draw, f"X{i}", dtype))
        return quantised(draw, "QLinearConcat", inputs, dtype,
                         {"axis": draw.randint(-3, 2)})
    condition = draw.integers(0, 2, "a", "b", "c", dtype=bool)
    return quantised(draw, "QLinearWhere", {
        "condition": condition, "X": draw_tensor(draw, dtype, "a", "b", "c"),
        **parameters(draw, "X", dtype),
        "Y0": draw_tensor(draw, dtype, "a", "b", "c"),
        **parameters(draw, "Y0", dtype),
        **parameters(draw, "Z", dtype, low=0.05)}, dtype)


def draw_gemm(draw):
    dtype = draw.choice(TYPES)
    a, b = ["i", "k"], ["k", "j"]
    attributes = {}
    for name, labels in (("transA", a), ("transB", b)):
        if draw.maybe():
            attributes[name] = 1
            labels.reverse()
    for label in "ijk":
        draw.size(label, SMALL)
    c = draw.integers(-500, 500, "j") if draw.maybe() else None
    inputs = {"A": draw_tensor(draw, dtype, *a), **parameters(draw, "A", dtype),
              "B": draw_tensor(draw, dtype, *b, constant=0.6),
              **parameters(draw, "B", dtype), "C": c}
    if draw.maybe():
        inputs.update(parameters(draw, "Y", dtype, low=0.1, high=0.5))
        return quantised(draw, "QGemm", inputs, dtype, attributes)
    draw.element = FLOAT
    return draw.model("QGemm", inputs, "Y", attributes)


def draw_dynamic(draw):
    draw.element = FLOAT
    dtype = draw.choice(TYPES)
    for label in "nik":
        draw.size(label, SMALL)
    j = draw.choice(SMALL)
    b = draw_tensor(draw, dtype, "k", j, constant=0.7)
    point = draw_point(draw, dtype) if draw.maybe() else None
    bias = draw.floats(j) if draw.maybe() else None
    if draw.maybe():
        return draw.model("DynamicQuantizeMatMul", {
            "A": draw.floats("n", "i", "k"), "B": b,
            "b_scale": draw_scale(draw), "b_zero_point": point, "bias": bias},
            "Y", tolerance=1e-4, fixed="k" if b.is_constant else "")
    return draw.model("MatMulIntegerToFloat", {
        "A": draw_tensor(draw, np.uint8, "n", "i", "k"), "B": b,
        "a_scale": draw_scale(draw), "b_scale": draw_scale(draw),
        "a_zero_point": draw_point(draw, np.uint8), "b_zero_point": point,
        "bias": bias}, "Y", fixed="k" if b.is_constant else "")


def draw_blocks(draw):
    """Zero points and rows of all widths."""
    draw.element = FLOAT
    bits = draw.choice((2, 4, 4, 8))
    block = draw.choice((16, 32, 64))
    k, n = draw.choice((1, 15, 16, 33, 64, 100)), draw.choice((1, 3, 8, 17))
    blocks = -(-k // block)
    points = -(-blocks * bits // 8)
    return draw.model("MatMulNBits", {
        "A": draw.floats("m", k),
        "B": draw.integers(0, 256, n, blocks, block * bits // 8,
                           dtype=np.uint8, constant=0.7),
        "scales": draw.floats(n, blocks, scale=0.1, constant=0.7),
        "zero_points": draw.integers(0, 256, n, points, dtype=np.uint8,
                                     constant=0.7) if draw.maybe() else None,
        "g_idx": None,
        "bias": draw.floats(n) if draw.maybe() else None}, "Y",
        {"K": k, "N": n, "bits": bits, "block_size": block}, tolerance=1e-4)


def draw_codes(draw):
    draw.element = FLOAT
    k, n = draw.choice((1, 16, 33, 64)), draw.choice((1, 3, 8))
    block = draw.choice((16, 32))
    return draw.model("MatMulBnb4", {
        "A": draw.floats("m", k),
        "B": draw.integers(0, 256, (n * k + 1) // 2, dtype=np.uint8,
                           constant=0.7),
        "absmax": draw.floats(-(-n * k // block), positive=True,
                              constant=0.7)}, "Y",
        {"K": k, "N": n, "block_size": block,
         "quant_type": draw.randint(0, 1)}, tolerance=1e-4)


def draw_windows(draw):
    draw.element = FLOAT
    if draw.maybe():
        axis, size = draw.randint(-2, 1), draw.randint(1, 4)
        for label in "ab":
            draw.size(label, (4, 5, 8, 17))
        return draw.model("UnfoldTensor", {"input": draw.floats("a", "b")},
                          "output", {"dim": axis, "size": size,
                                     "step": draw.randint(1, 3)})
    draw.size("n", SMALL), draw.size("r", SMALL)
    boxes = draw.floats("r", 4)
    boxes.array = draw.numbers.uniform(-0.2, 1.2, boxes.array.shape).astype(
        FLOAT)
    size = draw.numbers.randint(1, 6, 2).astype(np.int32)
    crop = draw.number(0, np.int32, (2,))
    crop.array = size
    return draw.model("CropAndResize", {
        "X": draw.floats("n", draw.choice(SMALL), draw.choice((1, 2, 7)),
                         draw.choice((1, 3, 8))),
        "rois": boxes,
        "batch_indices": draw.integers(0, draw.size("n"), "r"),
        "crop_size": crop}, "Y", {
            "mode": draw.choice(("bilinear", "nearest")),
            "extrapolation_value": draw.choice((0.0, 1.5))}, tolerance=1e-4)


def draw_inverse(draw):
    draw.element = draw.choice((FLOAT, np.dtype(np.float64)))
    size = draw.choice((1, 2, 3, 4, 5, 9, 17))
    x = draw.floats("n", size, size)
    x.array = x.array + (size + 2) * np.eye(size, dtype=draw.element)
    return draw.model("Inverse", {"X": x}, "Y", tolerance=1e-4)


DRAWERS = (draw_binary, draw_unary, draw_pool, draw_conv, draw_joined,
           draw_gemm, draw_dynamic, draw_blocks, draw_codes, draw_windows,
           draw_inverse)

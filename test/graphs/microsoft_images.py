"""onnxruntime's operators over windows and crops of images, beside its own
kernels.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op


def unfold(name, shape, dim, size, step=1, kind="float"):
    sizes = ", ".join(f"d{i}" for i in range(len(shape)))
    x = draw(1, *shape)
    if kind == "int32":
        x = (x * 10).astype(np.int32)
    count = ", ".join(f"e{i}" for i in range(len(shape)))
    return op("ms_unfold_" + name, f"{kind}[{sizes}] x",
              f"{kind}[{count}, {size}] y",
              f"y = {{}}UnfoldTensor <dim = {dim}, size = {size}, "
              f"step = {step}> (x)", [{"x": x}])


UNFOLDED = [
    unfold("last", (3, 7), -1, 3),
    unfold("first", (9, 2), 0, 4, 2),
    unfold("middle", (2, 5, 3), 1, 5, kind="int32"),
    unfold("one", (6,), 0, 1, 4),
]

REGIONS = np.array([[0.1, 0.2, 0.9, 0.75], [-0.5, 0.25, 1.5, 1.0],
                    [0.9, 0.8, 0.1, 0.1]], np.float32)


def crop(name, shape, size, mode="bilinear", value=0.0, boxes=REGIONS):
    n = len(boxes)
    batch = np.arange(n) % shape[0]
    return op(
        "ms_crop_" + name,
        "float[n, c, h, w] x, float[r, 4] boxes, int32[r] at",
        f"float[r, c, {size[0]}, {size[1]}] y",
        f"size = Constant <value = int32[2] {{{size[0]}, {size[1]}}}> ()\n"
        f'  y = {{}}CropAndResize <mode = "{mode}", '
        f"extrapolation_value = {value}> (x, boxes, at, size)",
        [{"x": draw(2, *shape), "boxes": boxes, "at": batch}])


CROPS = [
    crop("bilinear", (2, 3, 8, 9), (4, 5)),
    crop("nearest", (2, 3, 8, 9), (4, 5), "nearest", 2.5),
    crop("of_one_row", (2, 1, 5, 7), (1, 3), value=-1.0),
    crop("of_one_column", (1, 2, 5, 7), (3, 1)),
    crop("larger", (1, 2, 3, 2), (7, 17), boxes=REGIONS[:1]),
]


def pool(name, shape, kernel, mask, **attributes):
    text = "".join(f", {key} = {value}" for key, value in attributes.items())
    spatial = ", ".join(f"s{i}" for i in range(len(kernel)))
    pooled = ", ".join(f"p{i}" for i in range(len(kernel)))
    return op("ms_masked_pool_" + name,
              f"float[n, c, {spatial}] x, int32[1, 1, {spatial}] m",
              f"float[n, c, {pooled}] y",
              f"y = {{}}MaxpoolWithMask <kernel_shape = {list(kernel)}{text}> "
              "(x, m)", [{"x": draw(3, *shape),
                          "m": mask.reshape(1, 1, *shape[2:])}])


def draw_mask(seed, *shape):
    return np.random.RandomState(seed).randint(0, 4, shape) > 0


POOLS = [
    pool("of_a_prefix", (2, 3, 11), (3,), np.arange(11) < 6, strides=[2]),
    pool("of_one_dimension", (1, 2, 13), (4,), draw_mask(1, 13),
         pads=[1, 2]),
    pool("of_two_dimensions", (2, 3, 6, 7), (2, 3), draw_mask(2, 6, 7),
         pads=[1, 1, 0, 1], strides=[1, 2]),
    pool("of_three_dimensions", (1, 2, 4, 5, 3), (2, 2, 2),
         draw_mask(3, 4, 5, 3)),
]


def letters(name, words, length, window, features=5, filters=3):
    random = np.random.RandomState(words)
    text = random.randint(1, 20, (words, length))
    for word, end in zip(text, random.randint(0, length + 1, words)):
        word[end:] = 0
    text[0] = 1  # no empty word: onnxruntime leaves its row undefined
    text[:, 0] = np.maximum(text[:, 0], 1)
    return op("ms_letters_" + name, f"int32[n, {length}] x, "
              f"float[{filters}, 1, {window}, {features}] w, "
              f"float[{filters}] b, float[20, {features}] c",
              f"float[n, {filters}] y",
              "y = {}WordConvEmbedding(x, w, b, c)",
              [{"x": text, "w": (filters, 1, window, features),
                "b": (filters,), "c": (20, features)}])


WORDS = [
    letters("in_windows_of_2", 6, 9, 2),
    letters("in_windows_of_all", 3, 4, 4),
    letters("in_windows_of_1", 1, 1, 1),
]

CONVOLUTIONS = [
    op("ms_conv_transpose_of_pads",
       "float[n, 3, h, w] x, float[3, 2, 3, 3] k, float[2] b",
       "float[n, 2, p, q] y",
       "pads = Constant <value = int64[4] {1, 0, 2, 1}> ()\n"
       "  y = {}ConvTransposeWithDynamicPads <strides = [2, 1]> "
       "(x, k, pads, b)",
       [{"x": (2, 3, 4, 5), "k": (3, 2, 3, 3), "b": (2,)}]),
    op("ms_conv_transpose_of_groups",
       "float[n, 2, h, w] x, float[2, 2, 2, 3] k", "float[n, 4, p, q] y",
       "pads = Constant <value = int64[4] {0, 1, 0, 1}> ()\n"
       "  y = {}ConvTransposeWithDynamicPads <group = 2> (x, k, pads)",
       [{"x": (1, 2, 4, 5), "k": (2, 2, 2, 3)}]),
]


def convolve(name, shape, last, kind="uint8"):
    random = np.random.RandomState(7)
    low, high = (0, 256) if kind == "uint8" else (-128, 128)
    channels = shape[-1] if last else shape[1]
    sizes = f"n, h, w, {channels}" if last else f"n, {channels}, h, w"
    results = "n, h, w, 5" if last else "n, 5, h, w"
    return op(
        "ms_quantised_conv_" + name,
        f"{kind}[{sizes}] x, {kind}[5, {channels}, 3, 3] k, int32[5] b",
        f"{kind}[{results}] y",
        "sx = Constant <value = float {0.05}> ()\n"
        "  sk = Constant <value = float {0.01}> ()\n"
        "  sy = Constant <value = float {0.25}> ()\n"
        f"  zx = Constant <value = {kind} {{3}}> ()\n"
        f"  zk = Constant <value = {kind} {{0}}> ()\n"
        f"  zy = Constant <value = {kind} {{10}}> ()\n"
        f"  y = {{}}QLinearConv <channels_last = {int(last)}, "
        "pads = [1, 1, 1, 1]> (x, sx, zx, k, sk, zk, sy, zy, b)",
        [{"x": random.randint(low, high, shape),
          "k": random.randint(low, high, (5, channels, 3, 3)),
          "b": random.randint(-500, 500, 5)}])


QUANTISED = [
    convolve("channels_last", (2, 4, 5, 3), True),
    convolve("channels_first", (1, 3, 4, 5), False, "int8"),
]

CASES = (UNFOLDED + CROPS + POOLS + WORDS + CONVOLUTIONS + QUANTISED)

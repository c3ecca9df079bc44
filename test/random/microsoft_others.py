"""Caches, windows, experts and conversions of com.microsoft.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft_models import FLOAT, SMALL, Input, sigmoid
from microsoft_quantised import draw_scale, draw_tensor, limits
from microsoft_sequences import WORDS


def draw_cache(draw):
    """Words behind those of a cache that is as long as all of them."""
    draw.element = FLOAT
    rotates = draw.maybe()
    # onnxruntime's heads have sizes of these.
    key_heads, size = draw.choice((1, 2)), 16 if rotates else 8
    heads = key_heads * draw.choice((1, 2, 3))
    n, past = draw.size("n", (1, 2, 3)), draw.choice((1, 3, 8))
    words = draw.choice((1, 1, 4)) if n == 1 else 1
    total = past + words
    inputs = {"query": draw.floats("n", words, heads * size),
              "key": draw.floats("n", words, key_heads * size),
              "value": draw.floats("n", words, key_heads * size),
              "past_key": draw.floats("n", key_heads, past, size),
              "past_value": draw.floats("n", key_heads, past, size),
              "seqlens_k": Input(np.full(n, total - 1, np.int32), ("n",)),
              "total_sequence_length": draw.number(total, np.int32)}
    attributes = {"num_heads": heads, "kv_num_heads": key_heads}
    if rotates:
        attributes["do_rotary"] = 1
        attributes["rotary_interleaved"] = draw.randint(0, 1)
        inputs["cos_cache"] = draw.floats(16, size // 2, constant=0.8)
        inputs["sin_cache"] = draw.floats(16, size // 2, constant=0.8)
    if draw.maybe(0.3):
        attributes["scale"] = 0.3
    if draw.maybe(0.3):
        attributes["softcap"] = 2.0
    return draw.model("GroupQueryAttention", inputs,
                      "output present_key present_value", attributes,
                      tolerance=1e-4)


def draw_quantised_attention(draw):
    draw.element = FLOAT
    heads, size = draw.choice((1, 2, 3)), draw.choice((1, 2, 4, 8))
    hidden = draw.choice((1, 3, 8, 16))
    draw.size("n", SMALL), draw.size("s", WORDS)
    return draw.model("QAttention", {
        "input": draw_tensor(draw, np.uint8, "n", "s", hidden),
        "weight": draw_tensor(draw, np.int8, hidden, 3 * heads * size,
                              constant=0.8),
        "bias": draw.floats(3 * heads * size, constant=0.6),
        "input_scale": draw_scale(draw), "weight_scale": draw_scale(draw),
        "mask_index": None,
        "input_zero_point": draw.number(draw.randint(90, 160), np.uint8),
        "weight_zero_point": draw.number(0, np.int8)}, "output",
        {"num_heads": heads, "unidirectional": draw.randint(0, 1)},
        tolerance=3e-4)


def draw_gathered_blocks(draw):
    draw.element = FLOAT
    bits = draw.choice((4, 8))
    rows, blocks, block = draw.choice((1, 5, 20)), draw.choice((1, 3)), 16
    width = blocks * block
    points = -(-blocks * bits // 8)
    return draw.model("GatherBlockQuantized", {
        "data": draw.integers(0, 256, rows, width * bits // 8, dtype=np.uint8,
                              constant=0.7),
        "indices": draw.integers(0, rows, *("n", "k")[:draw.randint(0, 2)],
                                 dtype=np.int64),
        "scales": draw.floats(rows, blocks, constant=0.7),
        "zero_points": draw.integers(0, 256, rows, points, dtype=np.uint8,
                                     constant=0.7) if draw.maybe() else None},
        "output", {"bits": bits, "block_size": block})


def draw_decoder(draw):
    draw.element = FLOAT
    heads, size = draw.choice((1, 2, 3)), draw.choice((1, 4, 5))
    hidden = heads * size
    length = draw.size("p", WORDS)
    draw.size("n", SMALL)
    bias = draw.floats(3 * hidden, constant=0.7) if draw.maybe() else None
    return draw.model("DecoderMaskedMultiHeadAttention", {
        "query": draw.floats("n", 1, hidden),
        "key": draw.floats("n", 1, hidden), "value": draw.floats("n", 1, hidden),
        "mask": None, "added": None,
        "past_key": draw.floats("n", heads, "p", size),
        "past_value": draw.floats("n", heads, "p", size),
        "at": Input(np.array([draw.randint(0, length - 1)], np.int32), (1,)),
        "beams": None, "cache": None, "bias": bias},
        "output present_key present_value",
        {"num_heads": heads, "past_present_share_buffer": 1}, tolerance=1e-4)


def draw_engram(draw):
    draw.element = FLOAT
    streams, size = draw.choice((1, 2, 3)), draw.choice(SMALL)
    draw.size("n", SMALL), draw.size("t", WORDS)
    rows = ("n", "t", streams, size)
    return draw.model("EngramGate", {
        "key": draw.floats(*rows), "query": draw.floats(*rows),
        "value": draw.floats("n", "t", size),
        "key_scale": draw.floats(streams, size, constant=0.6),
        "query_scale": draw.floats(streams, size, constant=0.6),
        "conv_scale": draw.floats(streams, size, constant=0.6)},
        "output normed", {"epsilon": 0.01}, tolerance=1e-4)


def draw_swiglu(draw):
    size = draw.choice(SMALL)
    limit = draw.choice((0.0, 0.5, 1.5))
    gate, up = draw.floats("a", "b", size), draw.floats("a", "b", size)
    g, u = (x.array.astype(np.float64) for x in (gate, up))
    if limit:
        g, u = np.minimum(g, limit), np.clip(u, -limit, limit)
    y = g * sigmoid(1.702 * g) * (u + 1)
    return draw.model("SwiGLU", {"gate": gate, "up": up}, "output", {
        "activation_alpha": 1.702, "activation_beta": 1.0, "limit": limit},
        oracle=lambda: [y])


def draw_quantised_experts(draw):
    draw.element = FLOAT
    experts, bits = draw.choice((2, 4)), draw.choice((4, 8))
    hidden, inner = draw.choice((16, 32)), draw.choice((16, 32))
    fused = draw.choice((1, 2))
    attributes = {"k": draw.randint(1, 2), "expert_weight_bits": bits,
                  "activation_type": "swiglu" if fused == 2 else
                  draw.choice(("relu", "silu", "gelu", "identity"))}
    if fused == 2:
        attributes["swiglu_fusion"] = 1
    draw.size("n", (1, 2, 7))

    def weights(outputs, size):
        return draw.integers(0, 256, experts, outputs, size * bits // 8,
                             dtype=np.uint8, constant=0.8)

    return draw.model("QMoE", {
        "input": draw.floats("n", hidden),
        "router_probs": draw.floats("n", experts),
        "fc1": weights(fused * inner, hidden),
        "fc1_scales": draw.floats(experts, fused * inner, scale=0.02,
                                  positive=True, constant=0.8),
        "fc1b": None, "fc2": weights(hidden, inner),
        "fc2_scales": draw.floats(experts, hidden, scale=0.02, positive=True,
                                  constant=0.8)}, "output", attributes,
        tolerance=2e-4)


def draw_router(draw):
    draw.element = FLOAT
    groups, per = draw.choice((1, 2, 4)), draw.choice((1, 2, 3))
    kept = draw.randint(1, groups)
    return draw.model("MoEGroupRouter", {
        "logits": draw.floats("n", groups * per),
        "bias": draw.floats(groups * per, constant=0.5)}, "router_probs", {
            "n_group": groups, "topk_group": kept,
            "top_k": draw.randint(1, kept * per),
            "group_topk": draw.randint(1, 3)})


def draw_masked_pool(draw):
    draw.element = FLOAT
    rank = draw.randint(1, 3)
    kernel = [draw.choice((1, 2, 3)) for _ in range(rank)]
    image = [draw.randint(k, k + 5) for k in kernel]
    pads = [draw.randint(0, k - 1) for k in kernel + kernel]
    return draw.model("MaxpoolWithMask", {
        "X": draw.floats("n", draw.choice((1, 2, 3)), *image),
        "M": draw.integers(0, 3, 1, 1, *image)}, "Y", {
            "kernel_shape": kernel, "pads": pads,
            "strides": [draw.choice((1, 2)) for _ in kernel]})


def draw_letters(draw):
    draw.element = FLOAT
    window, features = draw.choice((1, 2, 3)), draw.choice(SMALL)
    length, filters = window + draw.randint(0, 6), draw.choice(SMALL)
    words = draw.integers(0, 9, "n", length)
    # No empty word: onnxruntime leaves its row as it was.
    words.array[:, :1] = np.maximum(words.array[:, :1], 1)
    ends = draw.numbers.randint(1, length + 1, len(words.array))
    words.array *= np.arange(length) < ends[:, None]
    return draw.model("WordConvEmbedding", {
        "Sequence": words,
        "W": draw.floats(filters, 1, window, features, constant=0.7),
        "B": draw.floats(filters, constant=0.7),
        "C": draw.floats(9, features, constant=0.7)}, "Y")


def draw_conversion(draw):
    draw.element = FLOAT
    dtype = draw.choice((np.uint8, np.int8, np.int16, np.uint16))
    low, high = limits(dtype)
    scale = draw_scale(draw)
    point = draw.number(draw.randint(low // 4, high // 4), dtype)
    if draw.maybe():
        return draw.model("QuantizeLinear", {
            "x": draw.floats("a", "b", scale=3.0), "y_scale": scale,
            "y_zero_point": point}, [("Y", dtype)], is_quantised=True)
    return draw.model("DequantizeLinear", {
        "x": draw_tensor(draw, dtype, "a", "b"), "x_scale": scale,
        "x_zero_point": point}, "Y")


def draw_grid(draw):
    draw.element = FLOAT
    draw.size("n", SMALL)
    grid = draw.floats("n", "p", "q", 2)
    grid.array = draw.numbers.uniform(-1.2, 1.2, grid.array.shape).astype(
        FLOAT)
    return draw.model("GridSample", {
        "X": draw.floats("n", draw.choice(SMALL), draw.choice((1, 3, 8)),
                         draw.choice((2, 5))), "Grid": grid}, "Y", {
            "mode": draw.choice(("bilinear", "bicubic")),
            "padding_mode": draw.choice(("zeros", "border", "reflection")),
            "align_corners": draw.randint(0, 1)}, tolerance=1e-4)


DRAWERS = (draw_cache, draw_quantised_attention, draw_gathered_blocks,
           draw_decoder, draw_engram, draw_swiglu, draw_quantised_experts,
           draw_router, draw_masked_pool, draw_letters, draw_conversion,
           draw_grid)

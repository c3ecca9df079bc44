"""Attention, embeddings, gates, tokens and experts of com.microsoft.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft_models import FLOAT, SMALL

WORDS = (1, 2, 3, 5, 8, 17)
HEAD_SIZES = (1, 2, 4, 5, 8, 16)


def draw_heads(draw):
    return draw.choice((1, 2, 3, 4)), draw.choice(HEAD_SIZES)


def draw_mask(draw, keys):
    """Of queries as many as keys: counts of keys, or which there are; a batch
    has one at least."""
    n, s = draw.size("n", SMALL), keys
    counts = draw.numbers.randint(1, s + 1, n)
    kept = (np.arange(s) < counts[:, None]).astype(np.int32)
    entry = draw.integers(0, 1, "n")
    if draw.maybe():
        entry.array = counts.astype(np.int32)
        return entry
    entry.array, entry.labels = kept, ("n", "s")
    return entry


def draw_attention(draw):
    heads, size = draw_heads(draw)
    draw.size("n", SMALL)
    s, hidden = draw.size("s", WORDS), draw.choice((1, 3, 8, 16))
    inputs = {"input": draw.floats("n", "s", hidden),
              "weights": draw.floats(hidden, 3 * heads * size, constant=0.6,
                                     scale=0.5),
              "bias": draw.floats(3 * heads * size, constant=0.6)}
    mask = draw_mask(draw, s) if draw.maybe(0.4) else None
    inputs["mask_index"] = mask
    attributes = {"num_heads": heads, "unidirectional": draw.randint(0, 1)}
    outputs = "output"
    if draw.maybe(0.3) and mask is None:
        inputs["past"] = draw.floats(2, "n", heads, "p", size)
        outputs += " present"
    if draw.maybe(0.3):
        attributes["scale"] = 0.25
    return draw.model("Attention", inputs, outputs, attributes,
                      tolerance=1e-4)


def draw_multi_head(draw):
    heads, size = draw_heads(draw)
    draw.size("n", SMALL)
    queries, keys = draw.size("s", WORDS), draw.size("t", WORDS)
    hidden = heads * size
    form = draw.choice(("rows", "heads"))
    inputs = {"query": draw.floats("n", "s", hidden), "key": None,
              "value": None, "bias": None, "key_padding_mask": None}
    if form == "rows":
        inputs.update(key=draw.floats("n", "t", hidden),
                      value=draw.floats("n", "t", hidden))
    else:
        inputs.update(key=draw.floats("n", heads, "t", size),
                      value=draw.floats("n", heads, "t", size))
    if draw.maybe() and form == "rows":
        inputs["bias"] = draw.floats(3 * hidden, constant=0.5)
    attributes = {"num_heads": heads}
    if form == "rows" and draw.maybe(0.3):
        inputs["attention_bias"] = draw.floats(1, heads, queries, keys)
        fixed = "s t"
    else:
        fixed = ""
    return draw.model("MultiHeadAttention", inputs, "output", attributes,
                      tolerance=1e-4, fixed=fixed)


def draw_embedding(draw):
    size = draw.choice((1, 2, 8, 17, 32))
    draw.size("n", SMALL), draw.size("s", WORDS)
    parts = draw.maybe()
    inputs = {"input_ids": draw.integers(0, 20, "n", "s"),
              "segment_ids": draw.integers(0, 2, "n", "s") if parts else None,
              "word_embedding": draw.floats(20, size, constant=0.7),
              "position_embedding": draw.floats(20, size, constant=0.7),
              "segment_embedding": draw.floats(2, size, constant=0.7)
              if parts else None,
              "gamma": draw.floats(size, constant=0.7),
              "beta": draw.floats(size, constant=0.7),
              "mask": draw.integers(0, 2, "n", "s") if draw.maybe() else None}
    return draw.model("EmbedLayerNormalization", inputs, [
        ("output", draw.element), ("mask_index", np.int32)],
        {"epsilon": 0.01}, tolerance=1e-4)


def draw_rotation(draw):
    heads, pairs = draw.choice((1, 2, 3)), draw.choice((1, 2, 4, 8))
    draw.size("n", SMALL)
    length = draw.size("s", WORDS)
    x = draw.floats("n", heads, "s", 2 * pairs) if draw.maybe() else \
        draw.floats("n", "s", 2 * pairs * heads)
    places = draw.integers(0, 32, "n", "s", dtype=np.int64) if draw.maybe() \
        else draw.integers(0, 33 - length, 1, dtype=np.int64)
    attributes = {"interleaved": draw.randint(0, 1), "num_heads": heads}
    if len(x.labels) == 4:
        del attributes["num_heads"]
    return draw.model("RotaryEmbedding", {
        "input": x, "position_ids": places,
        "cos_cache": draw.floats(32, pairs, constant=0.7),
        "sin_cache": draw.floats(32, pairs, constant=0.7)}, "output",
        attributes)


def draw_gate(draw):
    draw.element = FLOAT
    labels = ("a", "b", "c")
    for label in labels:
        draw.size(label, SMALL)
    op = draw.choice(("ScaledSiLU", "GatedAdd", "GatedRMSNorm",
                      "BranchwiseRMSNorm", "HyperConnectionPreMix",
                      "HyperConnectionPostMix", "LinearAttentionGate"))
    x = draw.floats(*labels)
    if op == "ScaledSiLU":
        return draw.model(op, {"X": x}, "Y", {"alpha": 0.75})
    if op == "GatedAdd":
        return draw.model(op, {"X": x, "Y": draw.floats(*labels),
                               "gate": draw.floats("a", "b", 1)}, "output")
    if op == "GatedRMSNorm":
        size, groups = draw.choice(SMALL), draw.choice((1, 2, 3))
        row = ("a", "b", size * groups)
        return draw.model(op, {
            "X": draw.floats(*row), "scale": draw.floats(size, constant=0.6),
            "gate": draw.floats(*row)}, "Y", {
                "activation": draw.choice(("silu", "swish", "sigmoid")),
                "epsilon": 0.01})
    if op == "LinearAttentionGate":
        return draw.model(op, {
            "a": x, "dt_bias": draw.floats("c"),
            "decay_scale": draw.floats("c"), "b": draw.floats(*labels)},
            "decay beta")
    branches, size = draw.choice((1, 2, 3)), draw.choice(SMALL)
    flat = draw.maybe()
    row = ("a", branches * size) if flat else ("a", branches, size)
    attributes = {"num_branches": branches} if flat else {}
    x = draw.floats(*row)
    if op == "BranchwiseRMSNorm":
        scale = draw.choice((None, draw.floats(size),
                             draw.floats(branches, size),
                             draw.floats(branches * size)))
        return draw.model(op, {"X": x, "scale": scale}, "Y",
                          {"epsilon": 0.01, **attributes})
    gates = draw.choice((("a", branches), ("a", branches, 1),
                         ("a", branches, size)))
    if op == "HyperConnectionPreMix":
        return draw.model(op, {"streams": x, "pre_mix": draw.floats(*gates)},
                          "output", {"reduction_scale": 0.5, **attributes})
    mix = draw.floats("a", branches, branches) if draw.maybe() else None
    return draw.model(op, {"streams": x, "block_output": draw.floats("a", size),
                           "post_mix": draw.floats(*gates),
                           "stream_mix": mix}, "output", attributes)


def draw_hash(draw):
    dtype = draw.choice((np.int32, np.uint32, np.int64, np.uint64, np.float32,
                         np.float64))
    x = draw.floats("a", "b")
    x.array = (x.array.astype(np.float64) * 1e6).astype(np.int64).astype(dtype)
    draw.element = np.dtype(np.float16)  # of no input
    positive = draw.randint(0, 1)
    return draw.model("MurmurHash3", {"X": x}, [
        ("Y", np.uint32 if positive else np.int32)],
        {"positive": positive, "seed": draw.choice((0, 42, 2**32 - 1))})


def draw_ngram(draw):
    draw.element = FLOAT
    draw.size("n", SMALL), draw.size("s", WORDS)
    size = draw.randint(1, 4)
    words = draw.choice((2, 3, 7, 33))
    return draw.model("NGramRepeatBlock", {
        "input_ids": draw.integers(0, words, "n", "s", dtype=np.int64),
        "scores": draw.floats("n", words)}, "scores_out",
        {"ngram_size": size})


def draw_experts(draw):
    draw.element = FLOAT
    hidden, inner = draw.choice(SMALL), draw.choice(SMALL)
    experts = draw.choice((1, 2, 4, 5))
    draw.size("n", (1, 2, 7))
    activation = draw.choice(("relu", "gelu", "silu", "identity", "swiglu"))
    attributes = {"activation_type": activation,
                  "k": draw.randint(1, min(experts, 3)),
                  "normalize_routing_weights": draw.randint(0, 1)}
    fused = 1
    if activation == "swiglu":
        fused = 2
        attributes.update(swiglu_fusion=1, activation_alpha=1.702,
                          activation_beta=1.0, swiglu_limit=2.0)
    bias = draw.maybe()
    return draw.model("MoE", {
        "input": draw.floats("n", hidden),
        "router_probs": draw.floats("n", experts),
        "fc1": draw.floats(experts, fused * inner, hidden, constant=0.7),
        "fc1b": draw.floats(experts, fused * inner) if bias else None,
        "fc2": draw.floats(experts, hidden, inner, constant=0.7),
        "fc2b": draw.floats(experts, hidden) if bias else None},
        "output", attributes, tolerance=1e-4)


DRAWERS = (draw_attention, draw_multi_head, draw_embedding, draw_rotation,
           draw_gate, draw_hash, draw_ngram, draw_experts)

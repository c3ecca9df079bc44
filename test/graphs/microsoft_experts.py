"""onnxruntime's mixtures of experts, beside its own kernels, and beside a NumPy
form of the schemas' texts where these have no form.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op

EXPERTS = 4


def mix(name, activation, k, words=(7,), hidden=6, inner=5, bias=True,
        **attributes):
    fused = 2 if attributes.get("swiglu_fusion") else 1
    text = "".join(f", {key} = {value}" for key, value in attributes.items())
    free = ", ".join(f"n{i}" for i in range(len(words)))
    shapes = {"u": (EXPERTS, fused * inner, hidden),
              "ub": (EXPERTS, fused * inner),
              "v": (EXPERTS, hidden, inner), "vb": (EXPERTS, hidden)}
    if not bias:
        del shapes["ub"], shapes["vb"]
    declared = "".join(f", float[{', '.join(map(str, shape))}] {key}"
                       for key, shape in shapes.items())
    operands = "u, ub, v, vb" if bias else "u, , v"
    count = int(np.prod(words))
    rows = free if len(words) == 1 else "m"
    return op(f"ms_experts_{name}",
              f"float[{free}, {hidden}] x, float[{rows}, {EXPERTS}] p"
              + declared, f"float[{free}, {hidden}] y",
              f'y = {{}}MoE <activation_type = "{activation}", k = {k}{text}> '
              f"(x, p, {operands})",
              [{"x": draw(1, *words, hidden), "p": draw(2, count, EXPERTS),
                **{key: draw(3, *shape) for key, shape in shapes.items()}}])


PLAIN = [
    mix("relu", "relu", 2),
    mix("gelu", "gelu", 1, words=(2, 3)),
    mix("silu", "silu", 3, normalize_routing_weights=1),
    mix("identity", "identity", 4, words=(1,), bias=False),
    mix("swiglu", "swiglu", 2, swiglu_fusion=1, activation_alpha=1.702,
        activation_beta=1.0, swiglu_limit=0.5),
]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def route(scores, k):
    weights = np.exp(scores - scores.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    best = np.argsort(-scores, 1)[:, :k]
    kept = np.zeros_like(weights)
    np.put_along_axis(kept, best, np.take_along_axis(weights, best, 1), 1)
    return kept


INPUT, SCORES = draw(1, 7, 6), draw(2, 7, EXPERTS)
UP, THIRD = draw(3, EXPERTS, 5, 6), draw(4, EXPERTS, 5, 6)
DOWN = draw(5, EXPERTS, 6, 5)


def compute_swiglu():
    gate = np.einsum("th,eih->eti", INPUT, UP)
    linear = np.einsum("th,eih->eti", INPUT, THIRD)
    inner = gate * sigmoid(gate) * linear
    outputs = np.einsum("eti,ehi->eth", inner, DOWN)
    return np.einsum("eth,te->th", outputs, route(SCORES, 2))


BY_THE_TEXT = [
    op("ms_experts_of_three_layers",
       f"float[n, 6] x, float[n, 4] p, float[4, 5, 6] u, float[4, 6, 5] v, "
       "float[4, 5, 6] w", "float[n, 6] y",
       'y = {}MoE <activation_type = "swiglu", k = 2> (x, p, u, , v, , w)',
       [{"x": INPUT, "p": SCORES, "u": UP, "v": DOWN, "w": THIRD}],
       expected=[compute_swiglu()]),
    op("ms_experts_fused_in_halves",
       f"float[n, 6] x, float[n, 4] p, float[4, 10, 6] u, float[4, 6, 5] v",
       "float[n, 6] y",
       'y = {}MoE <activation_type = "swiglu", swiglu_fusion = 2, k = 2> '
       "(x, p, u, , v)",
       [{"x": INPUT, "p": SCORES, "u": np.concatenate([UP, THIRD], 1),
         "v": DOWN}], expected=[compute_swiglu()]),
]


def quantised(name, bits, activation="silu", block=0, points=False,
              routed=False, hidden=32, inner=64, words=3, **attributes):
    random = np.random.RandomState(bits + block)
    fused = 2 if activation == "swiglu" else 1
    per_byte = 8 // bits
    inputs = {}

    def add(label, outputs, size):
        inputs[label] = ("uint8", random.randint(
            0, 256, (EXPERTS, outputs, size // per_byte)))
        shape = (EXPERTS, outputs) + ((size // block,) if block else ())
        inputs[label + "s"] = ("float", random.rand(*shape) / 50)
        if points:
            packed = shape[:-1] + (-(-shape[-1] // per_byte),)
            inputs[label + "z"] = ("uint8", random.randint(0, 256, packed))

    add("u", fused * inner, hidden)
    add("v", hidden, inner)
    operands = ["x", "p", "u", "us", "", "v", "vs"]
    if points or routed:
        operands += ["", "", "", ""] + (["uz", "vz"] if points else ["", ""])
    if routed:
        inputs["r"] = ("float", random.rand(words, EXPERTS))
        operands += ["", "r"]
    text = "".join(f", {key} = {value}" for key, value in attributes.items())
    if block:
        text += f", block_size = {block}"
    if fused == 2:
        text += ", swiglu_fusion = 1"
    declared = "".join(
        f", {kind}[{', '.join(map(str, array.shape))}] {key}"
        for key, (kind, array) in inputs.items()).replace(
            f"float[{words}, {EXPERTS}] r", f"float[n, {EXPERTS}] r")
    return op("ms_quantised_experts_" + name,
              f"float[n, {hidden}] x, float[n, {EXPERTS}] p" + declared,
              f"float[n, {hidden}] y",
              f'y = {{}}QMoE <activation_type = "{activation}", k = 2, '
              f"expert_weight_bits = {bits}{text}> "
              f"({', '.join(operands)})",
              [{"x": draw(6, words, hidden), "p": draw(7, words, EXPERTS),
                **{key: array for key, (_, array) in inputs.items()}}])


QUANTISED = [
    quantised("of_4_bits", 4),
    quantised("of_4_bits_in_blocks", 4, "swiglu", 32, activation_alpha=1.702,
              activation_beta=1.0, swiglu_limit=7.0),
    quantised("of_8_bits", 8, "relu", normalize_routing_weights=1),
    quantised("of_2_bits", 2, "gelu"),
    quantised("with_points", 4, "silu", points=True),
    quantised("with_points_in_blocks", 4, "silu", 16, points=True),
    quantised("with_other_weights", 4, "silu", routed=True),
    quantised("with_other_weights_normalized", 4, "silu", routed=True,
              normalize_routing_weights=1),
]


def router(name, experts, words=(5,), kind="float", **attributes):
    free = ", ".join(f"n{i}" for i in range(len(words)))
    text = ", ".join(f"{key} = {value}" for key, value in attributes.items())
    return op("ms_router_" + name,
              f"float[{free}, {experts}] x, float[{experts}] b",
              f"float[m, {experts}] y",
              f"y = {{}}MoEGroupRouter <{text}> (x, b)",
              [{"x": draw(8, *words, experts), "b": draw(9, experts)}])


ROUTERS = [
    router("of_one_group", 8, top_k=3),
    router("of_groups", 12, top_k=2, n_group=4, topk_group=2),
    router("of_words_in_batches", 12, (2, 3), top_k=4, n_group=3,
           topk_group=2, group_topk=1, router_sentinel=-5.0),
    router("of_small_groups", 6, top_k=2, n_group=6, topk_group=3),
]

CASES = PLAIN + BY_THE_TEXT + QUANTISED + ROUTERS

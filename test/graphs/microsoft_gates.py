"""onnxruntime's gates and mixes of streams, beside its own kernels or a NumPy
form of the schemas' texts.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis):
    flat = x.reshape(int(np.prod(x.shape[:axis])), -1)
    weights = np.exp(flat - flat.max(1, keepdims=True))
    return (weights / weights.sum(1, keepdims=True)).reshape(x.shape)


SCORES, MASK = draw(1, 2, 3, 4, 5), draw(2, 2, 1, 1, 5)
LAST = draw(3, 4, 5)
ROWS, BIAS, REST = draw(4, 3, 8), draw(5, 8), draw(6, 3, 8)

SOFTMAX = [
    op("ms_bias_softmax", "float[a, b, c, d] x, float[a, 1, 1, d] v",
       "float[a, b, c, d] y",
       "y = {}BiasSoftmax <axis = 3, is_inner_broadcast = 1> (x, v)",
       [{"x": SCORES, "v": MASK}], expected=[softmax(SCORES + MASK, 3)]),
    op("ms_bias_softmax_of_two_dimensions",
       "float[a, b, c, d] x, float[c, d] v", "float[a, b, c, d] y",
       "y = {}BiasSoftmax <axis = 2, is_inner_broadcast = 0> (x, v)",
       [{"x": SCORES, "v": LAST}], expected=[softmax(SCORES + LAST, 2)]),
    op("ms_bias_dropout", "float[a, b] x, float[b] v, float[a, b] z",
       "float[a, b] y, bool[a, b] kept", "y, kept = {}BiasDropout(x, v, z)",
       [{"x": ROWS, "v": BIAS, "z": REST}],
       expected=[ROWS + BIAS + REST, np.ones((3, 8), bool)]),
]

X = "float[a, b, c] x"
Y = "float[a, b, c] y"
GATE, UP = draw(7, 2, 3, 8), draw(8, 2, 3, 8)
LOW, HIGH = np.minimum(GATE, 0.5), np.clip(UP, -0.5, 0.5)

GATES = [
    op("ms_scaled_silu", X, Y, "y = {}ScaledSiLU <alpha = 0.7> (x)",
       [{"x": (2, 3, 5)}, {"x": (0, 1, 7)}]),
    op("ms_scaled_silu_of_a_scale", X + ", float s", Y,
       "y = {}ScaledSiLU(x, s)", [{"x": (2, 3, 5), "s": 1.7}]),
    op("ms_swiglu", X + ", float[a, b, c] z", Y,
       "y = {}SwiGLU <activation_alpha = 1.702, activation_beta = 1.0, "
       "limit = 0.5> (x, z)", [{"x": GATE, "z": UP}],
       expected=[LOW * sigmoid(1.702 * LOW) * (HIGH + 1)]),
    op("ms_swiglu_of_one", X, "float[a, b, d] y", "y = {}SwiGLU(x)",
       [{"x": GATE}], expected=[GATE[..., :4] * sigmoid(GATE[..., :4]) *
                                GATE[..., 4:]]),
    op("ms_gated_add", X + ", float[a, b, c] z, float[a, b, 1] g", Y,
       "y = {}GatedAdd(x, z, g)",
       [{"x": (2, 3, 5), "z": (2, 3, 5), "g": (2, 3, 1)}]),
    op("ms_gated_rms_norm", "float[a, b, 12] x, float[4] s, float[a, b, 12] g",
       "float[a, b, 12] y", "y = {}GatedRMSNorm <epsilon = 0.01> (x, s, g)",
       [{"x": (2, 3, 12), "s": (4,), "g": (2, 3, 12)}]),
    op("ms_gated_rms_norm_by_sigmoid",
       "float[a, c] x, float[c] s, float[a, c] g", "float[a, c] y",
       'y = {}GatedRMSNorm <activation = "sigmoid"> (x, s, g)',
       [{"x": (3, 7), "s": (7,), "g": (3, 7)}]),
    op("ms_linear_attention_gate",
       "float[n, t, h] x, float[h] v, float[h] s, float[n, t, h] z",
       "float[n, t, h] y, float[n, t, h] u",
       "y, u = {}LinearAttentionGate(x, v, s, z)",
       [{"x": (2, 3, 4), "v": (4,), "s": (4,), "z": (2, 3, 4)}]),
    op("ms_linear_attention_decay",
       "float[n, t, h] x, float[h] v, float[h] s", "float[n, t, h] y",
       "y = {}LinearAttentionGate(x, v, s)",
       [{"x": (2, 3, 4), "v": (4,), "s": (4,)}]),
    op("ms_engram_gate",
       "float[n, t, 3, 8] k, float[n, t, 3, 8] q, float[n, t, 8] v, "
       "float[3, 8] sk, float[3, 8] sq, float[3, 8] sc",
       "float[n, t, 3, 8] y, float[n, t, 3, 8] z",
       "y, z = {}EngramGate <epsilon = 0.001> (k, q, v, sk, sq, sc)",
       [{"k": (2, 5, 3, 8), "q": (2, 5, 3, 8), "v": (2, 5, 8), "sk": (3, 8),
         "sq": (3, 8), "sc": (3, 8)}]),
]

STREAMS = [
    op("ms_branchwise_norm", "float[a, 3, 4] x, float[3, 4] s",
       "float[a, 3, 4] y", "y = {}BranchwiseRMSNorm(x, s)",
       [{"x": (5, 3, 4), "s": (3, 4)}]),
    op("ms_branchwise_norm_flat", "float[a, 12] x, float[12] s",
       "float[a, 12] y", "y = {}BranchwiseRMSNorm <num_branches = 3, "
       "epsilon = 0.01> (x, s)", [{"x": (5, 12), "s": (12,)}]),
    op("ms_branchwise_norm_of_one_scale", "float[a, 12] x, float[4] s",
       "float[a, 12] y", "y = {}BranchwiseRMSNorm <num_branches = 3> (x, s)",
       [{"x": (5, 12), "s": (4,)}]),
    op("ms_branchwise_norm_without_scale", "float[a, b, c] x",
       "float[a, b, c] y", "y = {}BranchwiseRMSNorm(x)", [{"x": (2, 3, 5)}]),
    op("ms_pre_mix", "float[a, 3, 4] x, float[a, 3] g", "float[a, 4] y",
       "y = {}HyperConnectionPreMix <reduction_scale = 0.5> (x, g)",
       [{"x": (5, 3, 4), "g": (5, 3)}]),
    op("ms_pre_mix_of_ones", "float[a, 3, 4] x, float[a, 3, 1] g",
       "float[a, 4] y", "y = {}HyperConnectionPreMix(x, g)",
       [{"x": (5, 3, 4), "g": (5, 3, 1)}]),
    op("ms_pre_mix_flat", "float[a, 12] x, float[a, 12] g", "float[a, 4] y",
       "y = {}HyperConnectionPreMix <num_branches = 3> (x, g)",
       [{"x": (5, 12), "g": (5, 12)}]),
    op("ms_post_mix",
       "float[a, 3, 4] x, float[a, 4] z, float[a, 3] g, float[a, 3, 3] m",
       "float[a, 3, 4] y", "y = {}HyperConnectionPostMix(x, z, g, m)",
       [{"x": (5, 3, 4), "z": (5, 4), "g": (5, 3), "m": (5, 3, 3)}]),
    op("ms_post_mix_flat",
       "float[a, b, 12] x, float[a, b, 4] z, float[a, b, 3, 4] g",
       "float[a, b, 12] y",
       "y = {}HyperConnectionPostMix <num_branches = 3> (x, z, g)",
       [{"x": (2, 5, 12), "z": (2, 5, 4), "g": (2, 5, 3, 4)}]),
]


def rotate(name, layout, sections, shape, **attributes):
    n, length = shape[0], shape[-2] if len(shape) == 4 else shape[1]
    pairs = sum(sections)
    text = "".join(f", {key} = {value}" for key, value in attributes.items())
    sizes = ", ".join(["n", "k", "s", str(shape[3])] if len(shape) == 4 else
                      ["n", "s", str(shape[2])])
    places = np.random.RandomState(3).randint(0, 16, (3, n, length))
    angles = np.arange(16)[:, None] / 3**np.arange(pairs)
    return op("ms_rotated_by_three_" + name,
              f"float[{sizes}] x, int64[3, n, s] at, float[16, {pairs}] c, "
              f"float[16, {pairs}] i", f"float[{sizes}] y",
              f"y = {{}}MRotaryEmbedding <mrope_section = {list(sections)}, "
              f"mrope_layout = {layout}{text}> (x, at, c, i)",
              [{"x": draw(9, *shape), "at": places, "c": np.cos(angles),
                "i": np.sin(angles)}])


ROTATED = [
    rotate("in_sections", 0, (2, 1, 1), (2, 3, 5, 8)),
    rotate("interleaved", 1, (2, 1, 1), (2, 3, 5, 8)),
    rotate("of_three_dimensions", 0, (1, 2, 1), (2, 5, 24), num_heads=3),
    rotate("of_pairs", 1, (2, 2, 2), (1, 2, 3, 12), interleaved=1),
]

CASES = SOFTMAX + GATES + STREAMS + ROTATED

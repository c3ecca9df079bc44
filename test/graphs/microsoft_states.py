"""onnxruntime's operators that go on from a state, hash words, follow a path or
read packed tables, beside its own kernels.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op

INPUT, WEIGHT = "float[n, 3, s] x", "float[3, 1, 4] w"
CONVOLUTIONS = [
    op("ms_causal_conv", f"{INPUT}, {WEIGHT}, float[3] b, float[n, 3, 3] p",
       "float[n, 3, s] y, float[n, 3, 3] z",
       'y, z = {}CausalConvWithState <activation = "silu"> (x, w, b, p)',
       [{"x": (2, 3, 5), "w": (3, 1, 4), "b": (3,), "p": (2, 3, 3)},
        {"x": (1, 3, 1), "w": (3, 1, 4), "b": (3,), "p": (1, 3, 3)}]),
    op("ms_causal_conv_dilated", f"{INPUT}, {WEIGHT}",
       "float[n, 3, s] y, float[n, 3, 6] z",
       "y, z = {}CausalConvWithState <dilation = 2> (x, w)",
       [{"x": (2, 3, 5), "w": (3, 1, 4)}, {"x": (1, 3, 17), "w": (3, 1, 4)}]),
    op("ms_causal_conv_of_last_channels", "float[n, s, 2, 3] x, float[6, 1, 3] w",
       "float[n, s, 2, 3] y, float[n, 2, 2, 3] z",
       "y, z = {}CausalConvWithState <channels_last = 1> (x, w)",
       [{"x": (2, 5, 2, 3), "w": (6, 1, 3)}]),
    op("ms_packed_conv",
       "float[t, 3] x, float[3, 1, 3] w, int32[m] at, float[n, 3, 2] p, "
       "int32[n] k", "float[t, 3] y, float[n, 3, 2] z, float[n, 2, 3] u",
       "y, z, u = {}VarlenCausalConvWithState <state_update_capacity = 2> "
       "(x, w, at, , p, k)",
       [{"x": (7, 3), "w": (3, 1, 3), "at": [0, 1, 7], "p": (2, 3, 2),
         "k": [3, 1]}]),
]

IDS = np.random.RandomState(0).randint(0, 5, (2, 9))
HASH = {"x": IDS, "m": [3, 5, -7], "v": [11, 13, 17, 19]}
HASHES = [
    op("ms_ngram_hashes", "int64[n, s] x, int64[3] m, int64[4] v, int64[n, 2] p",
       "int64[n, s, 4] y, int64[n, 2] z",
       "y, z = {}NGramHashMapping <max_ngram_size = 3, n_head_per_ngram = 2, "
       "pad_id = 1> (x, m, v, p)",
       [{**HASH, "p": [[4, 3], [0, 1]]},
        {**HASH, "x": IDS[:, :1], "p": [[4, 3], [0, 1]]}]),
    op("ms_ngram_hashes_of_segments",
       "int64[n, s] x, int64[3] m, int64[4] v, int64[4] o, int64 e, "
       "int32[n, s] g", "int64[n, s, 4] y",
       "y = {}NGramHashMapping <max_ngram_size = 3, n_head_per_ngram = 2, "
       "pad_id = 1, reset_on_eos = 1> (x, m, v, , o, e, g)",
       [{**HASH, "o": [0, 100, 200, 300], "e": 2,
         "g": [[0, 0, 0, 1, 1, 2, 2, 2, 2]] * 2}]),
    op("ms_packed_ngram_hashes",
       "int64[t] x, int64[3] m, int64[4] v, int32[k] at, int64 e, int32[t] g",
       "int64[t, 4] y, int64[n, 2] z, int32[n, 2] h",
       "y, z, h = {}VarlenNGramHashMapping <max_ngram_size = 3, "
       "n_head_per_ngram = 2, pad_id = 1, reset_on_eos = 1> "
       "(x, m, v, at, , , e, g)",
       [{**HASH, "x": IDS[0], "at": [0, 4, 9], "e": 2,
         "g": [0, 0, 1, 1, 1, 2, 2, 2, 3]}]),
]

HEADS = "float[n, s, 8] q, float[n, s, 8] k, float[n, s, 12] v"
GATES = "float[n, s, 4] g, float[n, s, 4] b"


def attention(name, attributes, inputs, operands, **more):
    return op(f"ms_linear_attention_{name}", f"{HEADS}{inputs}",
              "float[n, s, 12] y, float[n, 4, 4, 3] z",
              "y, z = {}LinearAttention <q_num_heads = 2, kv_num_heads = 4"
              f"{attributes}> (q, k, v{operands})",
              [{"q": draw(1, n, s, 8), "k": draw(2, n, s, 8) / 3,
                "v": draw(3, n, s, 12),
                **{key: value(n, s) for key, value in more.items()}}
               for n, s in ((2, 5), (1, 1), (3, 17))])


def decay(n, s):
    return -np.abs(draw(4, n, s, 4))


def rate(n, s):
    return np.abs(draw(5, n, s, 4)) / 4


ATTENTION = [
    attention("plain", ', update_rule = "linear"', "", ""),
    attention("gated", ', update_rule = "gated", scale = 0.5',
              ", float[n, s, 4] g", ", , g", g=decay),
    attention("of_deltas", ', update_rule = "delta"', ", float[n, s, 4] b",
              ", , , b", b=rate),
    attention("with_a_past", "", f", float[n, 4, 4, 3] p, {GATES}",
              ", p, g, b", g=decay, b=rate,
              p=lambda n, s: draw(6, n, 4, 4, 3)),
    op("ms_delta_net",
       "float[t, 2, 4] q, float[t, 2, 4] k, float[t, 4, 3] v, int32[m] at, "
       "float[t, 4] g, float[t, 4] b, float[n, 4, 3, 4] p",
       "float[t, 4, 3] y, float[n, 4, 3, 4] z",
       "y, z = {}GatedDeltaNet <qk_l2_norm = 1> (q, k, v, at, g, b, p)",
       [{"q": (7, 2, 4), "k": (7, 2, 4), "v": (7, 4, 3), "at": [0, 2, 2, 7],
         "g": -np.abs(draw(7, 7, 4)), "b": np.abs(draw(8, 7, 4)) / 4,
         "p": (3, 4, 3, 4)}]),
    op("ms_delta_net_of_a_batch",
       "float[n, s, 28] q, float[n, s, 4, 4] g, float[n, s, 4] b, "
       "float[n, 4, 3, 4] p, float[4] log, float[4, 4] bias",
       "float[n, s, 4, 3] y, float[n, 4, 3, 4] z",
       'y, z = {}GatedDeltaNet <qk_l2_norm = 1, gate_activation = "softplus", '
       'beta_activation = "sigmoid"> (q, , , , g, b, p, log, bias)',
       [{"q": (2, 3, 28), "g": (2, 3, 4, 4), "b": (2, 3, 4),
         "p": (2, 4, 3, 4), "log": (4,), "bias": (4, 4)}]),
    op("ms_delta_net_captured",
       "float[t, 1, 4] q, float[t, 1, 4] k, float[t, 2, 3] v, int32[m] at, "
       "float[t, 2] g, float[t, 2] b, int32[n] c",
       "float[t, 2, 3] y, float[n, 2, 3, 4] z, float[n, 24] u",
       "y, z, u = {}GatedDeltaNet <qk_l2_norm = 1, state_update_capacity = 2> "
       "(q, k, v, at, g, b, , , , c)",
       [{"q": (7, 1, 4), "k": (7, 1, 4), "v": (7, 2, 3), "at": [0, 2, 7],
         "g": -np.abs(draw(7, 7, 2)), "b": np.abs(draw(8, 7, 2)) / 4,
         "c": [2, 5]}]),
]

# Two heads, and three blocks of 16 keys: the last sees itself and the first.
Q, K, V = draw(1, 1, 40, 16), draw(2, 1, 40, 16), draw(3, 1, 40, 16)


def attend():
    places = np.arange(40)
    seen = places[:, None] >= places
    seen[32:, 16:32] = False
    heads = []
    for h in (0, 8):
        scores = Q[0, :, h:h + 8] @ K[0, :, h:h + 8].T / 8**0.5
        weights = np.where(seen, np.exp(scores), 0)
        heads.append(weights / weights.sum(1, keepdims=True) @
                     V[0, :, h:h + 8])
    return np.concatenate(heads, 1)[None]


SPARSE = [
    op("ms_sparse_attention",
       "float[n, s, 16] q, float[n, s, 16] k, float[n, s, 16] v, "
       "float[n, 2, 48, 8] pk, float[n, 2, 48, 8] pv, int32[1, 4] rows, "
       "int32[1, 5] columns, int32 total, int32[n] lengths",
       "float[n, s, 16] y",
       "y = {}SparseAttention <num_heads = 2, kv_num_heads = 2, "
       "sparse_block_size = 16> (q, k, v, pk, pv, rows, columns, total, "
       "lengths)",
       [{"q": Q, "k": K, "v": V, "pk": np.zeros((1, 2, 48, 8)),
         "pv": np.zeros((1, 2, 48, 8)), "rows": [[0, 1, 3, 5]],
         "columns": [[0, 0, 1, 0, 2]], "total": 40, "lengths": [40]}],
       expected=[attend()]),
]

COSTS = draw(9, 1, 5, 7)
PATHS = [
    op("ms_time_warping", "float[a, b] x", "int32[2, c] y",
       "y = {}DynamicTimeWarping(x)",
       [{"x": (3, 5)}, {"x": (1, 1)}, {"x": (17, 4)}, {"x": (0, 3)}],
       sizes_known=False),
    op("ms_time_warping_of_ties", "float[1, a, b] x", "int32[2, c] y",
       "y = {}DynamicTimeWarping(x)", [{"x": np.round(COSTS)}],
       sizes_known=False),
    op("ms_draft_accepted",
       "int64[a] x, int64[b] c, int64 at, int64[d] p",
       "int64[e] y, int64 z", "y, z = {}BifurcationDetector(x, c, at, p)",
       [{"x": [1, 5, 3, 4, 2], "c": [2], "at": 1, "p": [5, 3, 9, 4, 2]},
        {"x": [1, 5, 3, 4, 2], "c": [2, 7], "at": 3, "p": [4, 2, 8]}],
       sizes_known=False),
    op("ms_draft_of_no_prediction", "int64[a] x, int64[b] c, int64 at",
       "int64[e] y, int64 z",
       "y, z = {}BifurcationDetector <min_ngram_size = 2, max_ngram_size = 4> "
       "(x, c, at)",
       [{"x": [1, 2, 3, 1, 2, 4], "c": [9, 3, 1, 2], "at": 0},
        {"x": [1, 2, 3, 1, 2, 4], "c": [1, 2], "at": 0},
        {"x": [1, 2], "c": [2], "at": 0}]),
    op("ms_sample", "float[a, b] x", "float[a, b] y", "y = {}SampleOp(x)",
       [{"x": (3, 5)}]),
]

BYTES = np.random.RandomState(2).randint(0, 256, (4, 34)).astype(np.uint8)
BYTES[:, :2] = [0, 60]  # a scale of 1
TABLES = [
    op("ms_packed_rows", "uint8[4, 34] x, int64[a, b] i", "float[a, b, 32] y",
       "y = {}GatherPacked <packed_type = 8, K = 32, output_dtype = 1> (x, i)",
       [{"x": BYTES, "i": [[0, 3, -1], [4, 1, 2]]}]),
    op("ms_packed_rows_of_four_bits", "uint8[2, 36] x, int32[a] i",
       "float[a, 64] y",
       "y = {}GatherPacked <packed_type = 2, K = 64, output_dtype = 1> (x, i)",
       [{"x": np.concatenate([BYTES[:2, :18], BYTES[2:, :18]], 1),
         "i": [1, 0, 1]}]),
]

CASES = (CONVOLUTIONS + HASHES + ATTENTION + SPARSE + PATHS + TABLES)

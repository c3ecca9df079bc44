"""onnxruntime's operators (com.microsoft), beside its own kernels, or a NumPy
form of the schema's text where it has none for the CPU.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from graph_case import Case

IMPORTS = '"" : 17, "com.microsoft" : 1'


def op(name, inputs, outputs, text, sizes, **settings):
    """A graph of one node; `text` has {} for the domain."""
    return Case(name, f"agraph ({inputs}) => ({outputs}) {{\n"
                f"  {text.replace('{}', 'com.microsoft.')}\n}}",
                sizes, imports=IMPORTS, **settings)


def draw(seed, *shape, dtype=np.float32):
    return np.random.RandomState(seed).standard_normal(shape).astype(dtype)


X = "float[a, b] x"
Y = "float[a, b] y"
RUNS = [{"x": (3, 5)}, {"x": (1, 64)}, {"x": (0, 7)}]


def with_vector(name, size="b"):
    return [{"x": (3, 5), name: (5,)}, {"x": (1, 64), name: (64,)}]


ACTIVATIONS = [
    op("ms_gelu", X, Y, "y = {}Gelu(x)", RUNS),
    op("ms_fast_gelu", X, Y, "y = {}FastGelu(x)", RUNS),
    op("ms_fast_gelu_of_a_sum", X + ", float[b] v", Y, "y = {}FastGelu(x, v)",
       with_vector("v")),
    op("ms_bias_gelu", X + ", float[b] v", Y, "y = {}BiasGelu(x, v)",
       with_vector("v")),
    op("ms_quick_gelu", X, Y, "y = {}QuickGelu <alpha = 1.3> (x)", RUNS),
    op("ms_quick_gelu_default", X, Y, "y = {}QuickGelu(x)", RUNS),
]

PRODUCTS = [
    op("ms_fused_matmul", "float[n, k, m] x, float[n, j, k] z",
       "float[n, m, j] y",
       "y = {}FusedMatMul <alpha = 0.5, transA = 1, transB = 1> (x, z)",
       [{"x": (2, 3, 5), "z": (2, 4, 3)}, {"x": (1, 17, 1), "z": (1, 1, 17)}]),
    op("ms_fused_matmul_of_batches", "float[m, n, k] x, float[n, k, j] z",
       "float[n, m, j] y", "y = {}FusedMatMul <transBatchA = 1> (x, z)",
       [{"x": (2, 3, 5), "z": (3, 5, 4)}]),
    op("ms_fused_matmul_of_batches_transposed",
       "float[k, n, m] x, float[j, n, k] z", "float[n, m, j] y",
       "y = {}FusedMatMul <transBatchA = 1, transA = 1, transBatchB = 1, "
       "transB = 1> (x, z)",
       [{"x": (5, 3, 2), "z": (4, 3, 5)}]),
    op("ms_transpose_matmul", "float[k, m] x, float[k, j] z", "float[m, j] y",
       "y = {}TransposeMatMul <alpha = 2.0, transA = 1> (x, z)",
       [{"x": (3, 5), "z": (3, 4)}]),
    op("ms_fused_gemm", "float[k, m] x, float[k, j] z, float[j] c",
       "float[m, j] y",
       'y = {}FusedGemm <alpha = 0.5, transA = 1, activation = "LeakyRelu", '
       "activation_alpha = 0.3> (x, z, c)", [{"x": (3, 5), "z": (3, 4),
                                             "c": (4,)}]),
    op("ms_fused_conv", "float[n, 3, h, w] x, float[4, 3, 3, 3] k, float[4] v",
       "float[n, 4, p, q] y",
       'y = {}FusedConv <pads = [1, 1, 1, 1], activation = "Relu"> (x, k, v)',
       [{"x": (2, 3, 5, 7), "k": (4, 3, 3, 3), "v": (4,)}]),
    op("ms_fused_conv_with_a_sum",
       "float[n, 3, h, w] x, float[4, 3, 3, 3] k, float[4] v, "
       "float[n, 4, h, w] z", "float[n, 4, h, w] y",
       'y = {}FusedConv <pads = [1, 1, 1, 1], activation = "LeakyRelu", '
       "activation_params = [0.2]> (x, k, v, z)",
       [{"x": (2, 3, 5, 7), "k": (4, 3, 3, 3), "v": (4,), "z": (2, 4, 5, 7)}]),
    op("ms_fused_conv_clipped", "float[1, 3, h, w] x, float[4, 3, 1, 1] k",
       "float[1, 4, h, w] y",
       'y = {}FusedConv <activation = "Clip", activation_params = [-0.5, 1.0]> '
       "(x, k)", [{"x": (1, 3, 5, 7), "k": (4, 3, 1, 1)}]),
    op("ms_distances", "float[m, n] x, float[k, n] z", "float[m, k] y",
       "y = {}CDist(x, z)", [{"x": (3, 5), "z": (4, 5)}]),
    op("ms_distances_euclidean", "float[m, n] x, float[k, n] z",
       "float[m, k] y", 'y = {}CDist <metric = "euclidean"> (x, z)',
       [{"x": (3, 5), "z": (7, 5)}]),
]

HIDDEN = "float[n, s, 8] x, float[n, s, 8] z, float[8] g"
SUMS = [{"x": (2, 3, 8), "z": (2, 3, 8), "g": (8,), "b": (8,), "v": (8,)},
        {"x": (1, 1, 8), "z": (1, 1, 8), "g": (8,), "b": (8,), "v": (8,)}]

NORMALIZATIONS = [
    op("ms_skip_layer_normalization", HIDDEN + ", float[8] b, float[8] v",
       "float[n, s, 8] y, float[n, s, 8] t",
       "y, _, _, t = {}SkipLayerNormalization <epsilon = 0.01> (x, z, g, b, v)"
       .replace("_, _", ","), SUMS),
    op("ms_skip_layer_normalization_plain", HIDDEN, "float[n, s, 8] y",
       "y = {}SkipLayerNormalization(x, z, g)", SUMS),
    op("ms_skip_layer_normalization_of_one_skip",
       "float[n, s, 8] x, float[s, 8] z, float[8] g", "float[n, s, 8] y",
       "y = {}SkipLayerNormalization(x, z, g)",
       [{"x": (2, 3, 8), "z": (3, 8), "g": (8,)}]),
    op("ms_skip_rms_normalization", HIDDEN + ", float[8] v",
       "float[n, s, 8] y, float[n, s, 8] t",
       "y, , , t = {}SkipSimplifiedLayerNormalization <epsilon = 0.01> "
       "(x, z, g, v)", SUMS),
    op("ms_rms_normalization", "float[n, s, 8] x, float[8] g",
       "float[n, s, 8] y", "y = SimplifiedLayerNormalization "
       "<epsilon = 0.01> (x, g)", SUMS),
    Case("layer_normalization_of_an_old_model", """
agraph (float[n, s, 8] x, float[8] g, float[8] b) => (float[n, s, 8] y) {
  t = LayerNormalization <axis = -1, epsilon = 0.01> (x, g, b)
  y = Softmax <axis = 2> (t)
}""", SUMS, opset=12),
]

IDS = "int32[n, s] ids, int32[n, s] segments, float[20, 8] words, " \
      "float[16, 8] places, float[2, 8] parts, float[8] g, float[8] b"
TABLES = {"words": draw(1, 20, 8), "places": draw(2, 16, 8),
          "parts": draw(3, 2, 8), "g": draw(4, 8), "b": draw(5, 8)}


def ids(n, s, **more):
    random = np.random.RandomState(n * s)
    return {"ids": random.randint(0, 20, (n, s)),
            "segments": random.randint(0, 2, (n, s)), **TABLES, **more}


EMBEDDINGS = [
    op("ms_embed_layer_normalization", IDS,
       "float[n, s, 8] y, int32[n] counts, float[n, s, 8] sum",
       "y, counts, sum = {}EmbedLayerNormalization <epsilon = 0.01> "
       "(ids, segments, words, places, parts, g, b)", [ids(2, 5), ids(1, 1)]),
    op("ms_embed_layer_normalization_with_a_mask", IDS + ", int32[n, s] mask",
       "float[n, s, 8] y, int32[n] counts",
       "y, counts = {}EmbedLayerNormalization "
       "(ids, segments, words, places, parts, g, b, mask)",
       [ids(2, 3, mask=[[1, 1, 0], [1, 0, 0]])]),
    op("ms_embed_layer_normalization_at_places",
       IDS + ", int32[n, s] at", "float[n, s, 8] y, int32[n] counts",
       "y, counts = {}EmbedLayerNormalization "
       "(ids, segments, words, places, parts, g, b, , at)",
       [ids(2, 3, at=[[1, 5, 0], [1, 0, 7]])]),
]

SHAPES = [
    op("ms_expand_dims", X + ", int32 axis", "float[a, 1, b] y",
       "y = {}ExpandDims(x, axis)", RUNS, values={"axis": 1}),
    op("ms_trilu", X, Y, "y = {}Trilu <upper = 0> (x)", RUNS[:2]),
    op("ms_gather_nd", X + ", int64[k, 1] at", "float[k, b] y",
       "y = {}GatherND(x, at)", [{"x": (3, 5), "at": [[1], [0]]}]),
    op("ms_range", "float from, float to, float by", "float[n] y",
       "y = {}Range(from, to, by)", [{"from": 1, "to": 7.5, "by": 2}],
       sizes_known=False),
    op("ms_range_by_one", "int64 from, int64 to", "int64[n] y",
       "y = {}Range(from, to)", [{"from": 1, "to": 7}], sizes_known=False),
    op("ms_grid_sample", "float[n, c, h, w] x, float[n, p, q, 2] at",
       "float[n, c, p, q] y",
       'y = {}GridSample <mode = "bicubic", padding_mode = "border"> (x, at)',
       [{"x": (1, 2, 5, 7), "at": (1, 3, 2, 2)}]),
    op("ms_pad", X + ", int64[1, 4] pads, float[1] v", "float[p, q] y",
       "y = {}Pad(x, pads, v)", RUNS[:2],
       values={"pads": [[1, 0, 2, 3]], "v": [2.5]}),
    op("ms_unique", "float[n] x", "float[k] y, int64[n] at, int64[k] counts",
       "y, at, counts = {}Unique(x)", [{"x": [2, 1, 1, 3, 4, 3]}],
       sizes_known=False),
]

IMAGE = draw(1, 2, 3, 4, 6)  # channels last
GAMMA, BETA = draw(2, 6), draw(3, 6)


def normalize_groups(x, groups):
    parts = x.reshape(*x.shape[:3], groups, -1).astype(np.float64)
    mean = parts.mean((1, 2, 4), keepdims=True)
    variance = parts.var((1, 2, 4), keepdims=True)
    y = (parts - mean) / np.sqrt(variance + 0.01)
    return y.reshape(x.shape) * GAMMA + BETA


def silu(x):
    return x / (1 + np.exp(-x))


def convolve(x, weight):
    """1x1, channels last."""
    return x @ weight[:, :, 0, 0].T


GROUPS = "float[n, h, w, 6] x, float[6] g, float[6] b"
WEIGHT = draw(4, 5, 6, 1, 1)
BIG = np.random.RandomState(5).randint(-3000, 3000, (2, 3, 4))

BY_THE_TEXT = [
    op("ms_group_norm", GROUPS, "float[n, h, w, 6] y",
       "y = {}GroupNorm <groups = 3, activation = 1, epsilon = 0.01> (x, g, b)",
       [{"x": IMAGE, "g": GAMMA, "b": BETA}],
       expected=[silu(normalize_groups(IMAGE, 3))]),
    op("ms_group_norm_channels_first", "float[n, 6, h, w] x, float[6] g, "
       "float[6] b", "float[n, 6, h, w] y",
       "y = {}GroupNorm <groups = 2, activation = 0, epsilon = 0.01, "
       "channels_last = 0> (x, g, b)",
       [{"x": IMAGE.transpose(0, 3, 1, 2), "g": GAMMA, "b": BETA}],
       expected=[normalize_groups(IMAGE, 2).transpose(0, 3, 1, 2)]),
    op("ms_skip_group_norm", GROUPS + ", float[n, 6] z, float[6] v",
       "float[n, h, w, 6] y, float[n, h, w, 6] s",
       "y, s = {}SkipGroupNorm <groups = 1, activation = 0, epsilon = 0.01> "
       "(x, g, b, z, v)",
       [{"x": IMAGE, "g": GAMMA, "b": BETA, "z": IMAGE[:, 0, 0], "v": BETA}],
       expected=[normalize_groups(IMAGE + IMAGE[:, :1, :1] + BETA, 1),
                 IMAGE + IMAGE[:, :1, :1] + BETA]),
    op("ms_bias_add", "float[n, s, c] x, float[c] v, float[n, s, c] z",
       "float[n, s, c] y", "y = {}BiasAdd(x, v, z)",
       [{"x": IMAGE[0], "v": BETA, "z": IMAGE[1]}],
       expected=[IMAGE[0] + BETA + IMAGE[1]]),
    op("ms_nhwc_conv", "float[n, h, w, 6] x, float[5, 6, 1, 1] k",
       "float[n, h, w, 5] y", "y = {}NhwcConv(x, k)",
       [{"x": IMAGE, "k": WEIGHT}], expected=[convolve(IMAGE, WEIGHT)]),
    op("ms_nhwc_fused_conv", "float[n, h, w, 6] x, float[5, 6, 1, 1] k, "
       "float[n, h, w, 5] z", "float[n, h, w, 5] y",
       'y = {}NhwcFusedConv <activation = "Relu"> (x, k, , z)',
       [{"x": IMAGE, "k": WEIGHT, "z": IMAGE[..., :5]}],
       expected=[np.maximum(convolve(IMAGE, WEIGHT) + IMAGE[..., :5], 0)]),
    op("ms_matmul_of_16_bits", "int16[n, 3, 4] x, int16[n, 4, 3] z",
       "int32[n, 3, 3] y", "y = {}MatMulInteger16(x, z)",
       [{"x": BIG, "z": BIG.transpose(0, 2, 1)}],
       expected=[BIG @ BIG.transpose(0, 2, 1)]),
    op("ms_gemm_fast_gelu", "float[n, 6] x, float[6, 3] w, float[3] v",
       "float[n, 3] y", "y = {}GemmFastGelu(x, w, v)",
       [{"x": np.zeros((2, 6)), "w": draw(6, 6, 3), "v": [0, 1, -1]}],
       expected=[np.array([[0, 0.841192, -0.158808]] * 2)]),
    op("ms_bias_split_gelu", "float[n, s, 4] x, float[4] v", "float[n, s, 2] y",
       "y = {}BiasSplitGelu(x, v)",
       [{"x": [[[2, 3, 0.5, -1.5]]], "v": [1, 1, 0.5, 0.5]}],
       expected=[np.array([[[3 * 0.8413447, 4 * -0.15865526]]])]),
]


def quantized_embeddings():
    """Beside the tables as they are."""
    random = np.random.RandomState(9)
    names = ("words", "places", "parts", "gamma", "beta")
    shapes = ((20, 8), (16, 8), (2, 8), (8,), (8,))
    tables = {name: random.randint(0, 255, shape)
              for name, shape in zip(names, shapes)}
    real = {name: (table - 120) * 0.02 for name, table in tables.items()}
    run = ids(2, 5)
    x = (real["words"][run["ids"]] + real["places"][:5]
         + real["parts"][run["segments"]])
    y = ((x - x.mean(-1, keepdims=True))
         / np.sqrt(x.var(-1, keepdims=True) + 0.01))
    scales = "".join(f", float s_{name}" for name in names)
    zeros = "".join(f", uint8 z_{name}" for name in names)
    inputs = "int32[n, s] ids, int32[n, s] segments" + "".join(
        f", uint8[{', '.join(map(str, shape))}] {name}"
        for name, shape in zip(names, shapes)) + scales + zeros
    operands = ["ids", "segments", *names, "", *(f"s_{name}" for name in names),
                *(f"z_{name}" for name in names)]
    return op("ms_quantized_embeddings", inputs,
              "float[n, s, 8] y, int32[n] counts",
              "y, counts = {}QEmbedLayerNormalization <epsilon = 0.01> "
              f"({', '.join(operands)})",
              [{"ids": run["ids"], "segments": run["segments"], **tables,
                **{f"s_{name}": 0.02 for name in names},
                **{f"z_{name}": 120 for name in names}}],
              expected=[y * real["gamma"] + real["beta"], np.zeros(2)])


REFUSED = [
    op("ms_attention_of_other_weights", "float[n, s, 6] x, float[6, w] k",
       "float[n, s, v] y", "y = {}Attention <num_heads = 2, scale = 0.5> (x, k)",
       [{"x": (1, 2, 6), "k": (6, 25)}],
       refused="an input's shape does not fit the model"),
    op("ms_attention_of_other_masks",
       "float[n, s, 6] x, float[6, 24] k, int32[m] m",
       "float[n, s, 8] y", "y = {}Attention <num_heads = 2> (x, k, , m)",
       [{"x": (2, 2, 6), "k": (6, 24), "m": [1, 1, 1]}],
       refused="an input's shape does not fit the model"),
    op("ms_group_norm_of_other_groups", "float[n, h, w, c] x, float[c] g",
       "float[n, h, w, c] y",
       "y = {}GroupNorm <groups = 4, activation = 0> (x, g, g)",
       [{"x": (1, 2, 2, 6), "g": (6,)}],
       refused="an input's shape does not fit the model"),
]

CASES = (BY_THE_TEXT + [quantized_embeddings()] + ACTIVATIONS + PRODUCTS + NORMALIZATIONS + EMBEDDINGS + SHAPES)

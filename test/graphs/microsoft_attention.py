"""onnxruntime's attention operators in their forms: masks, biases, states,
packed and separate heads.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnx.parser
import onnxruntime

from microsoft import IMPORTS, draw, op

HEADS, SIZE = 3, 4
HIDDEN = HEADS * SIZE
LENGTHS = ((2, 5, 0), (1, 1, 7), (2, 3, 4))  # batch, queries, past


def shapes_with_past(past):
    return [run for run in LENGTHS if bool(run[2]) == past]


def self_attention(name, attributes="", mask=None, bias=False, past=False,
                   values=HIDDEN):
    """One Attention; `mask` gives the mask's dims and elements of a run."""
    inputs = (f"float[n, s, 6] x, float[6, {2 * HIDDEN + values}] w, "
              f"float[{2 * HIDDEN + values}] b")
    operands = ["x", "w", "b"]
    if mask or bias or past:
        operands.append("m" if mask else "")
    if bias or past:
        operands.append("p" if past else "")
    if bias:
        operands.append("a")
    outputs = f"float[n, s, {values}] y"
    if mask:
        inputs += f", int32[{mask[0]}] m"
    if past:
        inputs += f", float[2, n, {HEADS}, c, {SIZE}] p"
        outputs += f", float[2, n, {HEADS}, t, {SIZE}] q"
    if bias:
        inputs += f", float[1, {HEADS}, s, t0] a"
    runs = []
    for batch, length, before in shapes_with_past(past):
        run = {"x": (batch, length, 6), "w": draw(1, 6, 2 * HIDDEN + values) / 2,
               "b": (2 * HIDDEN + values,)}
        if mask:
            run["m"] = mask[1](batch, length, length + before)
        if past:
            run["p"] = (2, batch, HEADS, before, SIZE)
        if bias:
            run["a"] = (1, HEADS, length, length + before)
        runs.append(run)
    return op(f"ms_attention_{name}", inputs, outputs,
              f"y{', q' if past else ''} = {{}}Attention <num_heads = {HEADS}"
              f"{attributes}> ({', '.join(operands)})", runs)


def ends(batch, queries, keys):
    return np.maximum(keys - np.arange(batch), 1)


def ends_and_starts(batch, queries, keys):
    return np.concatenate([ends(batch, queries, keys),
                           np.arange(batch) % ends(batch, queries, keys)])


def padding(batch, queries, keys):
    return (np.arange(keys) < ends(batch, queries, keys)[:, None]).astype(int)


def pairs(batch, queries, keys):
    mask = np.random.RandomState(keys).randint(0, 2, (batch, queries, keys))
    mask[..., 0] = 1
    return mask


ATTENTION = [
    self_attention("plain"),
    self_attention("scaled", ", scale = 0.3"),
    self_attention("causal", ", unidirectional = 1"),
    self_attention("of_other_values",
                   f", qkv_hidden_sizes = [{HIDDEN}, {HIDDEN}, 6]", values=6),
    self_attention("ends", mask=("n", ends)),
    self_attention("ends_and_starts", mask=("n2", ends_and_starts)),
    self_attention("padding", mask=("n, t0", padding)),
    self_attention("pairs", mask=("n, s, t0", pairs)),
    self_attention("causal_padding", ", unidirectional = 1",
                   mask=("n, t0", padding)),
    self_attention("bias", bias=True),
    self_attention("padding_and_bias", ", mask_filter_value = -100.0",
                   mask=("n, t0", padding), bias=True),
    self_attention("past", past=True),
    self_attention("past_causal", ", unidirectional = 1", past=True),
    self_attention("past_padding", mask=("n, t0", padding), past=True),
]


def multi_head(name, text, operands, outputs="float[n, s, 12] y", results="y",
               attributes=""):
    """`operands` maps a name to its dims, as they are written."""
    names = {"n": 2, "s": 3, "l": 5, "c": 4, "t": 5, "u": 9}

    def size(dim):
        dim = dim.strip()
        return int(dim) if dim.isdigit() else names[dim]

    runs = []
    for batch in (2, 1):
        names["n"] = batch
        run = {}
        for key, dims in operands.items():
            shape = tuple(size(dim) for dim in dims.split(","))
            run[key] = shape
            if key == "m":
                run[key] = padding(batch, 0, shape[-1]) if len(
                    shape) > 1 else ends(batch, 0, names["t"])
        runs.append(run)
    inputs = ", ".join(f"{'int32' if key == 'm' else 'float'}[{dims}] {key}"
                       for key, dims in operands.items())
    return op(f"ms_multi_head_{name}", inputs, outputs,
              f"{results} = {{}}MultiHeadAttention <num_heads = {HEADS}"
              f"{attributes}> ({text})", runs)


QKV = {"q": "n, s, 12", "k": "n, l, 12", "v": "n, l, 12"}
STATE = {"c": f"n, {HEADS}, c, {SIZE}", "d": f"n, {HEADS}, c, {SIZE}"}

MULTI_HEAD = [
    multi_head("plain", "q, k, v", QKV),
    multi_head("bias", "q, k, v, b", {**QKV, "b": "36"}, attributes=", scale = 0.3"),
    multi_head("of_other_values", "q, k, v",
               {"q": "n, s, 12", "k": "n, l, 12", "v": "n, l, 6"},
               outputs="float[n, s, 6] y"),
    multi_head("keys_of_heads", "q, k, v",
               {"q": "n, s, 12", "k": f"n, {HEADS}, l, {SIZE}",
                "v": f"n, {HEADS}, l, {SIZE}"}),
    multi_head("padding", "q, k, v, , m", {**QKV, "m": "n, l"}),
    multi_head("ends", "q, k, v, , m", {**QKV, "m": "n"}),
    multi_head("added", "q, k, v, , , a",
               {**QKV, "a": f"1, {HEADS}, s, l"}),
    multi_head("causal", "q, k, v",
               {"q": "n, s, 12", "k": "n, s, 12", "v": "n, s, 12"},
               attributes=", unidirectional = 1"),
    multi_head("state", "q, k, v, , , , c, d",
               {"q": "n, s, 12", "k": "n, s, 12", "v": "n, s, 12", **STATE},
               outputs=f"float[n, s, 12] y, float[n, {HEADS}, e, {SIZE}] f, "
                       f"float[n, {HEADS}, e, {SIZE}] g", results="y, f, g"),
]


def packed(name, queries):
    """onnxruntime's CPU kernel takes no packed ones: beside separate ones."""
    q, k, v = (draw(seed, 2, 5, HEADS, SIZE) for seed in range(3))
    b = draw(4, 3 * HIDDEN)
    model = onnx.parser.parse_model(
        f'<ir_version: 8, opset_import: [{IMPORTS}]> agraph (float[2, 5, 12] q, '
        "float[2, 5, 12] k, float[2, 5, 12] v, float[36] b) => (float[a, c, d] "
        "y) { y = com.microsoft.MultiHeadAttention <num_heads = 3> (q, k, v, b)"
        " }")
    expected = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]).run(
            None, {"q": q.reshape(2, 5, 12), "k": k.reshape(2, 5, 12),
                   "v": v.reshape(2, 5, 12), "b": b})
    if queries:
        text, inputs = "x, , , b", f"float[n, s, {HEADS}, 3, {SIZE}] x"
        run = {"x": np.stack([q, k, v], 3)}
    else:
        text = "q, k, , b"
        inputs = f"float[n, s, 12] q, float[n, l, {HEADS}, 2, {SIZE}] k"
        run = {"q": q.reshape(2, 5, 12), "k": np.stack([k, v], 3)}
    return op(f"ms_multi_head_{name}", inputs + ", float[36] b",
              "float[n, s, 12] y",
              f"y = {{}}MultiHeadAttention <num_heads = 3> ({text})",
              [{**run, "b": b}], expected=expected)


def rotate(name, dims, attributes="", offset=False, pairs=SIZE // 2):
    runs = []
    for batch, length in ((2, 3), (1, 1)):
        shape = {"n": batch, "s": length, "h": HEADS}
        positions = (np.array([4]) if offset else
                     np.random.RandomState(length).randint(0, 9, (batch, length)))
        angles = np.arange(16)[:, None] / 3.0 ** np.arange(pairs)
        runs.append({"x": tuple(shape.get(dim.strip(), 0) or int(dim)
                                for dim in dims.split(",")),
                     "at": positions, "c": np.cos(angles), "d": np.sin(angles)})
    return op(f"ms_rotary_{name}",
              f"float[{dims}] x, int64[{'1' if offset else 'n, s'}] at, "
              f"float[16, {pairs}] c, float[16, {pairs}] d", f"float[{dims}] y",
              f"y = {{}}RotaryEmbedding{attributes} (x, at, c, d)", runs)


ROTARY = [
    rotate("of_rows", f"n, s, {HIDDEN}"),
    rotate("of_heads", f"n, {HEADS}, s, {SIZE}"),
    rotate("interleaved", f"n, s, {HIDDEN}", " <interleaved = 1>"),
    rotate("from_a_place", f"n, s, {HIDDEN}", offset=True),
    rotate("of_a_part", "n, s, 24", " <num_heads = 3, rotary_embedding_dim = 4>"),
]


def quantized_attention():
    inputs = ("uint8[n, s, 6] x, int8[6, 36] w, float[36] b, float u, float v, "
              "int32[n] m, uint8 z, int8 o")
    random = np.random.RandomState(0)
    # Of more bits onnxruntime's sums of two products do not fit in 16 where a CPU
    # has AVX2 and nothing for bytes.
    run = {"x": random.randint(0, 255, (2, 5, 6)),
           "w": random.randint(-64, 64, (6, 36)), "b": (36,), "u": 0.02,
           "v": 0.01, "m": [5, 3], "z": 120, "o": 0}
    return op("ms_quantized_attention", inputs, "float[n, s, 12] y",
              "y = {}QAttention <num_heads = 3> (x, w, b, u, v, m, z, o)", [run])


def quantized_lstm(name, scales):
    """Beside an LSTM of the weights as they are: onnxruntime's quantises the
    inputs and states of each step as well."""
    random = np.random.RandomState(7)
    quantized = {"W": random.randint(-127, 127, (1, 5, 16)),
                 "R": random.randint(-127, 127, (1, 4, 16))}
    shape = (1, 16) if scales else (1,)
    more = {"sw": np.full(shape, 0.01), "zw": np.zeros(shape),
            "sr": np.full(shape, 0.02), "zr": np.zeros(shape)}
    x, b = draw(1, 3, 2, 5), draw(2, 1, 32)
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]> agraph (float[3, 2, 5] X, '
        "float[1, 16, 5] W, float[1, 16, 4] R, float[1, 32] B) => (float[t, d, "
        "n, h] Y, float[d, n, h] Yh) { Y, Yh = LSTM <hidden_size = 4> (X, W, R, "
        "B) }")
    expected = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]).run(
            None, {"X": x, "B": b,
                   "W": (quantized["W"] * 0.01).transpose(0, 2, 1).astype(
                       np.float32),
                   "R": (quantized["R"] * 0.02).transpose(0, 2, 1).astype(
                       np.float32)})
    dims = "1, 16" if scales else "1"
    return op(name, f"float[t, n, 5] X, int8[1, 5, 16] W, int8[1, 4, 16] R, "
              f"float[1, 32] B, float[{dims}] sw, int8[{dims}] zw, "
              f"float[{dims}] sr, int8[{dims}] zr",
              "float[t, 1, n, 4] Y, float[1, n, 4] Yh",
              "Y, Yh = {}DynamicQuantizeLSTM <hidden_size = 4> "
              "(X, W, R, B, , , , , sw, zw, sr, zr)",
              [{"X": x, "B": b, **quantized, **more}], expected=expected)


CASES = ATTENTION + MULTI_HEAD + ROTARY + [
    packed("packed", queries=True),
    packed("packed_keys", queries=False),
    quantized_attention(),
    quantized_lstm("ms_quantized_lstm", scales=False),
    quantized_lstm("ms_quantized_lstm_by_gates", scales=True),
]

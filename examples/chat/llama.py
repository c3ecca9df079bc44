"""A decoder of the architecture `llama` as an ONNX model.

It has the form of onnxruntime's generator: MatMulNBits, 4 bits in blocks of 32
with integer zero points; the last matrix and the rows of the embedding 8 bits;
and GroupQueryAttention, which rotates keys and appends them to its cache.

    input_ids               int64 [batch, sequence]
    seqlens_k               int32 [batch]: the length behind this run, less 1
    total_sequence_length   int32: the same length
    past_key_I, past_value_I            float32 [batch, heads, past, size]
    present_key_I, present_value_I      [batch, heads, total, size]
    logits                              [batch, sequence, vocabulary]

The metadata `context` is the length that it knows positions for.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import numpy as np
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
BLOCK = 32


@dataclasses.dataclass
class Network:
    """What a file says: `weight` gives a matrix [out, in] or a vector."""
    layers: int
    heads: int
    kv_heads: int
    width: int
    context: int
    rotary_base: float
    epsilon: float
    weight: object  # name -> float32 array, or None


def pack(values):
    """Two of 4 bits in a byte, the first in the low ones."""
    return values[..., 0::2] | values[..., 1::2] << 4


def quantize_exactly(blocks):
    """Packed values, scales, zero points as floats: a block that has 16 levels
    anywhere (GGUF's Q4_1) stays as it is."""
    low, high = (f(-1, keepdims=True) for f in (blocks.min, blocks.max))
    scale = np.maximum((high - low) / np.float32(15), 1e-8)
    levels = np.rint((blocks - low) / scale).astype(np.uint8)
    return pack(levels), scale.reshape(-1), (-low / scale).reshape(-1)


def quantize_4_bits(blocks):
    """Packed values, scales, packed zero points. Of scales around a block's
    range the one is taken whose squares of errors are least."""
    low = np.minimum(blocks.min(-1, keepdims=True), 0)
    high = np.maximum(blocks.max(-1, keepdims=True), 0)
    least = np.full(low.shape, np.inf, np.float32)
    scale, zero = np.ones_like(low), np.zeros_like(low)
    for part in (1, 0.95, 0.9):
        trial = np.maximum((high - low) * np.float32(part / 15), 1e-8)
        for offset in (np.floor, np.ceil):
            point = np.clip(offset(-low * part / trial), 0, 15)
            levels = np.clip(np.rint(blocks / trial) + point, 0, 15)
            error = np.square((levels - point) * trial - blocks).sum(
                -1, keepdims=True)
            better = error < least
            least = np.where(better, error, least)
            scale = np.where(better, trial, scale)
            zero = np.where(better, point, zero)
    levels = np.clip(np.rint(blocks / scale) + zero, 0, 15).astype(np.uint8)
    zero = zero[..., 0].astype(np.uint8)
    if zero.shape[1] % 2:
        zero = np.pad(zero, ((0, 0), (0, 1)))
    return pack(levels), scale.reshape(-1), pack(zero).reshape(-1)


def quantize_8_bits(matrix):
    """Values of int8 and a scale for each block of a row."""
    blocks = matrix.reshape(len(matrix), -1, BLOCK)
    scale = np.maximum(np.abs(blocks).max(-1) / np.float32(127), 1e-8)
    levels = np.rint(blocks / scale[..., None]).astype(np.int8)
    return levels.reshape(matrix.shape), scale


class Writer:
    """The ONNX graph of a network; `is_exact` makes zero points floats."""

    def __init__(self, network, is_exact=False):
        self.network, self.is_exact = network, is_exact
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []

    def constant(self, name, array):
        self.weights.append(
            numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def op(self, kind, inputs, name, outputs=None, domain="", **attributes):
        outputs = outputs or [name]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name,
                                           domain=domain, **attributes))
        return outputs[0]

    def parameter(self, name):
        return self.constant(name, self.network.weight(name))

    def add_input(self, name, element, shape):
        self.inputs.append(helper.make_tensor_value_info(name, element, shape))

    def add_output(self, name, shape):
        self.outputs.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def linear(self, x, name):
        matrix = self.network.weight(name + ".weight")
        rows, columns = matrix.shape
        quantize = quantize_exactly if self.is_exact else quantize_4_bits
        values, scale, zero = quantize(matrix.reshape(rows, -1, BLOCK))
        return self.op(
            "MatMulNBits",
            [x, self.constant(name + ".values", values),
             self.constant(name + ".scale", scale),
             self.constant(name + ".zero", zero)],
            name, domain=MICROSOFT, K=columns, N=rows, bits=4, block_size=BLOCK)

    def embedding(self, levels, scale):
        """Rows of the table, in 8 bits."""
        rows = self.op("Gather", [self.constant("embedding.values", levels),
                                  "input_ids"], "embedding.rows")
        scales = self.op("Gather", [self.constant("embedding.scale", scale),
                                    "input_ids"], "embedding.scales")
        return self.op("DequantizeLinear", [rows, scales], "embedding",
                       axis=2, block_size=BLOCK)

    def scores(self, x, levels, scale):
        """A logit for each token."""
        rows, columns = levels.shape
        values = (levels.astype(np.int16) + 128).astype(np.uint8)
        return self.op(
            "MatMulNBits",
            [x, self.constant("scores.values", values.reshape(rows, -1, BLOCK)),
             self.constant("scores.scale", scale.reshape(-1))],
            "logits", domain=MICROSOFT, K=columns, N=rows, bits=8,
            block_size=BLOCK)

    def add_normalized(self, x, skip, name):
        """The normalised sum, and the sum itself."""
        y, total = name + ".out", name + ".sum"
        self.op("SkipSimplifiedLayerNormalization",
                [x, skip, self.parameter(name + ".weight")], name,
                [y, "", "", total], domain=MICROSOFT,
                epsilon=self.network.epsilon)
        return y, total

    def attention(self, x, layer, angles):
        network, prefix = self.network, f"blk.{layer}.attn_"
        caches = [f"{kind}_{layer}" for kind in ("key", "value")]
        shape = ["batch", network.kv_heads]
        size = network.width // network.heads
        for cache in caches:
            self.add_input("past_" + cache, TensorProto.FLOAT,
                           [*shape, "past", size])
            self.add_output("present_" + cache, [*shape, "total", size])
        y = self.op(
            "GroupQueryAttention",
            [*(self.linear(x, prefix + part) for part in "qkv"),
             *("past_" + cache for cache in caches), "seqlens_k",
             "total_sequence_length", *angles],
            f"attention.{layer}",
            [f"attention.{layer}", *("present_" + cache for cache in caches)],
            domain=MICROSOFT, num_heads=network.heads, do_rotary=1,
            kv_num_heads=network.kv_heads, rotary_interleaved=1)
        return self.linear(y, prefix + "output")

    def feed_forward(self, x, layer):
        prefix = f"blk.{layer}.ffn_"
        gate = self.linear(x, prefix + "gate")
        sigmoid = self.op("Sigmoid", [gate], prefix + "sigmoid")
        silu = self.op("Mul", [gate, sigmoid], prefix + "silu")
        product = self.op("Mul", [silu, self.linear(x, prefix + "up")],
                          prefix + "product")
        return self.linear(product, prefix + "down")

    def rotary_angles(self):
        size = self.network.width // self.network.heads
        angles = (np.arange(self.network.context)[:, None]
                  * self.network.rotary_base ** (-np.arange(0, size, 2) / size))
        return [self.constant("cos", np.cos(angles).astype(np.float32)),
                self.constant("sin", np.sin(angles).astype(np.float32))]

    def model(self):
        network = self.network
        self.add_input("input_ids", TensorProto.INT64, ["batch", "sequence"])
        self.add_input("seqlens_k", TensorProto.INT32, ["batch"])
        self.add_input("total_sequence_length", TensorProto.INT32, [])
        table = network.weight("token_embd.weight")
        self.add_output("logits", ["batch", "sequence", len(table)])
        levels, scale = quantize_8_bits(table)
        x = self.embedding(levels, scale)
        angles = self.rotary_angles()
        y = self.op("SimplifiedLayerNormalization",
                    [x, self.parameter("blk.0.attn_norm.weight")],
                    "blk.0.attn_norm", epsilon=network.epsilon, axis=-1,
                    stash_type=1)
        for layer in range(network.layers):
            skip = self.attention(y, layer, angles)
            y, x = self.add_normalized(x, skip, f"blk.{layer}.ffn_norm")
            skip = self.feed_forward(y, layer)
            following = (f"blk.{layer + 1}.attn_norm"
                         if layer + 1 < network.layers else "output_norm")
            y, x = self.add_normalized(x, skip, following)
        output = network.weight("output.weight")
        if output is not None:  # not tied to the embedding
            levels, scale = quantize_8_bits(output)
        self.scores(y, levels, scale)
        graph = helper.make_graph(self.nodes, "chat", self.inputs, self.outputs,
                                  self.weights)
        model = helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)])
        helper.set_model_props(model, {"context": str(network.context)})
        return model

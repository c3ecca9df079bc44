"""A model of two layers with drawn weights that chat can talk with, and a
vocabulary of some hundred tokens.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import sys

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
CHAT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples", "chat")
CASES = os.path.join(HERE, "tokenizer_cases.json")
sys.path.insert(0, CHAT)
import llama  # noqa: E402
import vocabulary  # noqa: E402

SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CONTEXT, WIDTH, HEADS, KV_HEADS, FEED_FORWARD = 160, 96, 6, 2, 160


def make_vocabulary(merges):
    tokens = [*SPECIALS, *vocabulary.byte_names().values()]
    for merge in map("".join, merges):
        if merge not in tokens:
            tokens.append(merge)
    return vocabulary.Vocabulary(tokens, list(range(len(SPECIALS))), merges)


def read_cases():
    """The vocabulary, and pairs of a text and its tokens."""
    with open(CASES, encoding="utf-8") as file:
        content = json.load(file)
    return (make_vocabulary([merge.split(" ") for merge in content["merges"]]),
            content["cases"])


def draw_weights(tokens):
    random = np.random.RandomState(7)
    kv = WIDTH // HEADS * KV_HEADS
    shapes = {"attn_q": (WIDTH, WIDTH), "attn_k": (kv, WIDTH),
              "attn_v": (kv, WIDTH), "attn_output": (WIDTH, WIDTH),
              "ffn_gate": (FEED_FORWARD, WIDTH), "ffn_up": (FEED_FORWARD, WIDTH),
              "ffn_down": (WIDTH, FEED_FORWARD), "token_embd": (tokens, WIDTH)}

    def weight(name):
        part = name.split(".")[-2]
        if name == "output.weight":
            return None
        if part.endswith("norm"):
            return random.uniform(0.5, 1.5, WIDTH).astype(np.float32)
        # Large enough for tokens to be far from equally likely.
        scale = 1 if part == "token_embd" else 2 / shapes[part][1] ** 0.5
        return (scale * random.standard_normal(shapes[part])).astype(np.float32)
    return weight


def write(out):
    """OUT.onnx and OUT.bpe; returns the cases of the tokenizer."""
    words, cases = read_cases()
    network = llama.Network(
        layers=2, heads=HEADS, kv_heads=KV_HEADS, width=WIDTH, context=CONTEXT,
        rotary_base=10000.0, epsilon=1e-5, weight=draw_weights(len(words.tokens)))
    onnx.save(llama.Writer(network).model(), out + ".onnx")
    with open(out + ".bpe", "wb") as file:
        file.write(vocabulary.tokenizer_file(words))
    return cases

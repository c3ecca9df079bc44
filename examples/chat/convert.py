#!/usr/bin/env python3
"""Writes what chat takes of a language model in a GGUF file.

    convert.py MODEL.gguf OUT [--context N] [--exact]

Writes OUT.onnx (llama.py says what is in it) and OUT.bpe, the tokenizer
(vocabulary.py). The file may have its weights in any types. It takes the
packages gguf, numpy and onnx.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import sys

import gguf
import numpy as np
import onnx

from llama import Network, Writer
from vocabulary import Vocabulary, tokenizer_file

NORMAL = 1  # the type of a token that stands for text


class File:
    def __init__(self, path):
        self.path = path
        self.reader = gguf.GGUFReader(path)
        self.tensors = {tensor.name: tensor for tensor in self.reader.tensors}
        for name, known in (("general.architecture", "llama"),
                            ("tokenizer.ggml.model", "gpt2"),
                            ("tokenizer.ggml.pre", "smollm")):
            if self.field(name) != known:
                sys.exit(f"{path}: {name} is {self.field(name)}, not {known}")

    def field(self, name):
        if name not in self.reader.fields:
            sys.exit(f"{self.path}: it does not say {name}")
        return self.reader.fields[name].contents()

    def weight(self, name):
        tensor = self.tensors.get(name)
        return None if tensor is None else np.asarray(
            gguf.quants.dequantize(tensor.data, tensor.tensor_type), np.float32)

    def network(self, context):
        return Network(
            layers=self.field("llama.block_count"),
            heads=self.field("llama.attention.head_count"),
            kv_heads=self.field("llama.attention.head_count_kv"),
            width=self.field("llama.embedding_length"),
            context=min(context, self.field("llama.context_length")),
            rotary_base=self.field("llama.rope.freq_base"),
            epsilon=self.field("llama.attention.layer_norm_rms_epsilon"),
            weight=self.weight)

    def vocabulary(self):
        kinds = self.field("tokenizer.ggml.token_type")
        return Vocabulary(
            tokens=self.field("tokenizer.ggml.tokens"),
            specials=[i for i, kind in enumerate(kinds) if kind != NORMAL],
            merges=[merge.split(" ")
                    for merge in self.field("tokenizer.ggml.merges")])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", metavar="MODEL.gguf")
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("--context", type=int, default=2048,
                        help="tokens, 2048 unless told")
    parser.add_argument("--exact", action="store_true", help=(
        "zero points as floats: the same weights as a file of the types Q4_1\n"
        "and Q8_0 has, where zero points of 4 bits round them once more"))
    options = parser.parse_args()
    file = File(options.model)
    writer = Writer(file.network(options.context), options.exact)
    onnx.save(writer.model(), options.out + ".onnx")
    with open(options.out + ".bpe", "wb") as out:
        out.write(tokenizer_file(file.vocabulary()))


if __name__ == "__main__":
    main()

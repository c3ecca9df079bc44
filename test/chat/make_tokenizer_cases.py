#!/usr/bin/env python3
"""Writes tokenizer_cases.json: the first merges of SmolLM2's vocabulary, texts,
and what the package tokenizers makes of them.

    make_tokenizer_cases.py MODEL.gguf

On demand. It takes gguf, onnx and tokenizers (0.23.3) from PyPI.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import sys

import gguf
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from tiny_chat import CASES, SPECIALS, make_vocabulary

MERGES = 512
TEXTS = [
    "", "Hello, world!", "the  the\tthe\n\nthe", " a", "a ", "  a  ",
    "it's we're they'll I'd you've I'm 'sx don't 'S 'RE", "' s ''s 're've",
    "in 2024, 1 2  3\t4\n5 and 007", "5", " 5", "  5", "a5b", "5 a", "5  a",
    "\u0661\u0662 \u2167 \u00b2 x\u00b2 \u00bd", "\u00a0x \u3000\u2028y\u0085",
    "\r\n\r\n x\r\n", "\x00\x01\x1c\x1d y", "tabs\t\tand  spaces   end   ",
    "na\u00efve \u00dcn\u00efc\u00f6de \u00df \ufb01",
    "e\u0301 a\u0308bc \u0928\u092e\u0938\u094d\u0924\u0947",
    "\u65e5\u672c\u8a9e\u306e\u6587 \u043f\u0440\u0438\u0432\u0435\u0442 "
    "\u03b1\u03b2\u03b3",
    "\U0001f389\U0001f469\u200d\U0001f467 ok \U0001d400\U0001d7d8",
    "\U00020000\U0001f1e9\U0001f1ea \u0378 \U000e0041 \U0010ffff",
    "a" * 70, " " * 40 + "x", "x" + " " * 40, "!" * 33, "____ __init__ --x",
    "<|im_start|>user\nhi<|im_end|>\n", "a <|im_end|> b<|im_end|>",
    "<|im_end|", "<|im_start|><|endoftext|>", "<|im_start |>",
    "for (int i = 0; i < n; ++i)\n    total += x[i] * 2;\n",
    "The rain in Spain stays mainly in the plain. It was 12 degrees, and the "
    "thing there then seemed another one.",
]


def reference(vocabulary):
    tokenizer = Tokenizer(models.BPE(
        {token: i for i, token in enumerate(vocabulary.tokens)},
        [tuple(merge) for merge in vocabulary.merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.add_special_tokens([
        AddedToken(name, special=True, normalized=False) for name in SPECIALS])
    return tokenizer


def main():
    field = gguf.GGUFReader(sys.argv[1]).fields["tokenizer.ggml.merges"]
    merges = [merge.split(" ") for merge in field.contents()[:MERGES]]
    tokenizer = reference(make_vocabulary(merges))
    cases = [[text, tokenizer.encode(text).ids] for text in TEXTS]
    with open(CASES, "w", encoding="utf-8") as file:
        file.write('{"merges": ')
        file.write(json.dumps([" ".join(merge) for merge in merges]))
        file.write(',\n"cases": [\n')
        file.write(",\n".join(map(json.dumps, cases)))
        file.write("\n]}\n")
    print(f"{len(cases)} cases in {os.path.relpath(CASES)}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""What chat does, in Python: answers a prompt.

    chat.py CHAT.onnx CHAT.bpe PROMPT [TOKENS]

It compiles the model at its first run. It takes the module onnxc and NumPy.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import codecs
import sys

import numpy as np
import onnxc

from bpe import Tokenizer

SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


def encode(tokenizer, prompt):
    begin, end = map(tokenizer.specials.get, ("<|im_start|>", "<|im_end|>"))
    newline, ids = tokenizer.encode("\n"), []
    for role, text in (("system", SYSTEM), ("user", prompt)):
        ids += [begin, *tokenizer.encode(f"{role}\n{text}"), end, *newline]
    return [*ids, begin, *tokenizer.encode("assistant\n")]


def answer(model, ids, end, tokens):
    """The likeliest tokens, until `end`. The caches grow with each run."""
    caches = {value.name: np.zeros([1, value.shape[1], 0, value.shape[3]], "f")
              for value in model.inputs if value.name.startswith("past_")}
    length = 0
    for _ in range(tokens):
        length += len(ids)
        if length > int(model.metadata["context"]):
            sys.exit("chat.py: the context is full")
        outputs = model.run({"input_ids": np.array([ids]),
                             "seqlens_k": np.array([length - 1], np.int32),
                             "total_sequence_length": np.array(length, "i4"),
                             **caches})
        caches = {name: outputs["present" + name[4:]] for name in caches}
        ids = [int(outputs["logits"][0, -1].argmax())]
        if ids[0] == end:
            return
        yield ids[0]


def main(path, vocabulary, prompt, tokens=512):
    tokenizer = Tokenizer(vocabulary)
    model = onnxc.compile(path, dims={"batch": 1}, cache=path + ".compiled")
    text = codecs.getincrementaldecoder("utf-8")("replace")  # whole characters
    for token in answer(model, encode(tokenizer, prompt),
                        tokenizer.specials["<|im_end|>"], int(tokens)):
        print(text.decode(tokenizer.texts[token]), end="", flush=True)
    print(text.decode(b"", final=True))


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
"""What main.c does, in Python: what sentences mean.

    sentences.py MODEL.onnx VOCAB                     compares, answers a question
    sentences.py MODEL.onnx VOCAB QUERY ANSWER ...    ranks the answers

It takes the module onnxc and NumPy.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import sys
import unicodedata

import numpy as np
import onnxc

TEXTS = ["A man is playing a guitar on stage.",
         "Someone performs music for an audience.",
         "The stock market fell sharply today.",
         "Share prices dropped at the exchange.",
         "My cat sleeps all day long."]
QUERY = ["How do I get my money back?",
         "Refunds are paid within five days of your request.",
         "The library opens at nine in the morning.",
         "To reset your password, follow the link in the mail.",
         "Parcels are sent from our warehouse every evening.",
         "The museum shows paintings of the last century."]


class WordPiece:
    """Words become the longest pieces of a vocabulary, from the left."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.numbers = {line.rstrip("\r\n"): i for i, line in enumerate(file)}

    def encode(self, text):
        text = unicodedata.normalize("NFD", text.lower())
        text = "".join(c for c in text if unicodedata.category(c) != "Mn")
        pieces = ["[CLS]"]
        for word in re.findall(r"\w+|[^\w\s]", text):
            pieces += self.split(word)
        return [self.numbers[piece] for piece in [*pieces, "[SEP]"]]

    def split(self, word):
        pieces, begin = [], 0
        while begin < len(word):
            for end in range(len(word), begin, -1):
                piece = ("##" if begin else "") + word[begin:end]
                if piece in self.numbers:
                    break
            else:
                return ["[UNK]"]
            pieces.append(piece)
            begin = end
        return pieces


def embed(model, tokenizer, texts):
    """Vectors of length 1. Shorter texts are filled up and masked."""
    rows = [tokenizer.encode(text) for text in texts]
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for row, numbers in zip(ids, rows):
        row[:len(numbers)] = numbers
    mask = (np.arange(ids.shape[1]) < [[len(row)] for row in rows])
    return model(input_ids=ids, attention_mask=mask.astype(np.int64))


def rank(model, tokenizer, texts):
    vectors = embed(model, tokenizer, texts)
    print(f'"{texts[0]}"')
    scores = vectors[1:] @ vectors[0]
    for i in np.argsort(-scores):
        print(f"  {scores[i]:5.2f}  {texts[i + 1]}")


def main():
    model, tokenizer = onnxc.compile(sys.argv[1]), WordPiece(sys.argv[2])
    if len(sys.argv) > 3:
        rank(model, tokenizer, sys.argv[3:])
        return
    vectors = embed(model, tokenizer, TEXTS)
    print("How alike, from 0 to 1:")
    for row, text in zip(vectors @ vectors.T, TEXTS):
        print("".join(f" {score:5.2f}" for score in row) + f"   {text}")
    print()
    rank(model, tokenizer, QUERY)


if __name__ == "__main__":
    main()

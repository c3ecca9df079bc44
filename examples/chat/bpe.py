"""What tokenizer.c does, in Python: byte-level BPE as GPT-2 has it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import struct
import unicodedata

CONTRACTION = re.compile(r"'(?:s|t|re|ve|m|ll|d)")
# In a text of classes: letters L, numbers N, others O, white space S and " ".
# White space leaves its last character to letters and others behind it.
WORD = re.compile(r"N| ?L+| ?O+|[ S]+(?![LO])|[ S]")


def class_of(character):
    if character.isspace() and not "\x1c" <= character <= "\x1f":
        return " " if character == " " else "S"
    kind = unicodedata.category(character)[0]
    return kind if kind in "LN" else "O"


class Tokenizer:
    """Of a file that vocabulary.py has written."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        tokens, specials, merges, ranges = struct.unpack_from("<4I", data, 4)
        count = tokens + specials + 3 * (merges + ranges)
        words = struct.unpack_from(f"<{count}I", data, 20)
        begin, self.texts = 20 + 4 * count, []
        for length in words[:tokens]:
            self.texts.append(data[begin:begin + length])
            begin += length
        self.specials = {self.texts[i].decode(): i
                         for i in words[tokens:tokens + specials]}
        self.bytes = {text[0]: i for i, text in enumerate(self.texts)
                      if len(text) == 1}
        at = tokens + specials
        self.merges = {words[i:i + 2]: (i, words[i + 2])
                       for i in range(at, at + 3 * merges, 3)}

    def encode(self, text, specials=False):
        """With `specials`, the names of special tokens stand for these."""
        parts = [text]
        if specials:
            names = sorted(self.specials, key=len, reverse=True)
            parts = re.split("(" + "|".join(map(re.escape, names)) + ")", text)
        ids = []
        for i, part in enumerate(parts):
            ids += [self.specials[part]] if i % 2 else self.encode_text(part)
        return ids

    def encode_text(self, text):
        classes, at, ids = "".join(map(class_of, text)), 0, []
        while at < len(text):
            word = CONTRACTION.match(text, at) or WORD.match(classes, at)
            ids += self.encode_word(text[at:word.end()].encode())
            at = word.end()
        return ids

    def encode_word(self, word):
        ids = [self.bytes[byte] for byte in word if byte in self.bytes]
        none = (float("inf"), None)
        while len(ids) > 1:
            pairs = [self.merges.get(pair, none) for pair in zip(ids, ids[1:])]
            best = min(pairs)
            if best == none:
                break
            i = pairs.index(best)
            ids[i:i + 2] = [best[1]]
        return ids

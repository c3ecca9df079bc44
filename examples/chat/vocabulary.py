"""The tokenizer's file, as tokenizer.c reads it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import struct
import sys
import unicodedata


@dataclasses.dataclass
class Vocabulary:
    """Byte-level BPE. `specials` are numbers of tokens; `merges` are pairs of
    strings, those first that are merged first."""
    tokens: list
    specials: list
    merges: list


def byte_names():
    """The character that stands for each byte in GPT-2's vocabularies."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {**{byte: chr(byte) for byte in shown},
            **{byte: chr(256 + i) for i, byte in enumerate(hidden)}}


def character_ranges():
    """(first, last, class): letters 1, numbers 2, white space 3."""
    ranges = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        kind = {"L": 1, "N": 2}.get(unicodedata.category(character)[0], 0)
        if character.isspace() and not 0x1c <= code <= 0x1f:
            kind = 3
        if kind and ranges and ranges[-1][1:] == [code - 1, kind]:
            ranges[-1][1] = code
        elif kind:
            ranges.append([code, code, kind])
    return ranges


def tokenizer_file(vocabulary):
    """The bytes of OUT.bpe, which tokenizer.c reads: numbers of 32 bits, the
    lowest byte first, and behind them all tokens' text."""
    values = {name: byte for byte, name in byte_names().items()}
    specials = set(vocabulary.specials)
    numbers = {token: i for i, token in enumerate(vocabulary.tokens)}
    texts = [token.encode() if i in specials else
             bytes(values[character] for character in token)
             for i, token in enumerate(vocabulary.tokens)]
    merges = [(numbers[left], numbers[right], numbers[left + right])
              for left, right in vocabulary.merges]
    ranges = character_ranges()
    words = [len(texts), len(specials), len(merges), len(ranges),
             *(len(text) for text in texts), *sorted(specials),
             *(number for merge in merges for number in merge),
             *(number for span in ranges for number in span)]
    return b"BPE1" + struct.pack(f"<{len(words)}I", *words) + b"".join(texts)

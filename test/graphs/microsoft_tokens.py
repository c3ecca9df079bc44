"""onnxruntime's operators over tokens: hashes and n-grams beside its own
kernels, packed sentences beside a NumPy form of the schemas' texts.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op


def hash_numbers(name, kind, values, positive=1, seed=0):
    result = "uint32" if positive else "int32"
    return op("ms_hash_of_" + name, f"{kind}[n] x", f"{result}[n] y",
              f"y = {{}}MurmurHash3 <positive = {positive}, seed = {seed}> (x)",
              [{"x": values}, {"x": values[:0]}])


WHOLE = np.array([0, 1, -1, 2**31 - 1, -2**31, 12345])
REAL = np.array([0, -0.0, 1.5, -3e10, 1e-30, np.inf])

HASHES = [
    hash_numbers("int32", "int32", WHOLE),
    hash_numbers("int32_signed", "int32", WHOLE, positive=0, seed=42),
    hash_numbers("uint32", "uint32", WHOLE.astype(np.uint32)),
    hash_numbers("int64", "int64", WHOLE * 2**30 + 7, seed=2**31 + 5),
    hash_numbers("uint64", "uint64", (WHOLE * 2**30).astype(np.uint64)),
    hash_numbers("float", "float", REAL, positive=0),
    hash_numbers("double", "double", REAL),
]


def block(name, size, ids, words=11):
    ids = np.array(ids)
    return op("ms_ngram_" + name, "int64[n, s] ids, float[n, w] x",
              "float[n, w] y",
              f"y = {{}}NGramRepeatBlock <ngram_size = {size}> (ids, x)",
              [{"ids": ids, "x": draw(1, len(ids), words)}])


NGRAMS = [
    block("of_2", 2, [[1, 2, 3, 1, 4, 1], [5, 5, 5, 5, 5, 5]]),
    block("of_3", 3, [[1, 2, 3, 1, 2, 7, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7]]),
    block("of_1", 1, [[1, 2], [10, 10]]),
    block("longer_than_the_words", 4, [[1, 1]]),
    block("of_all_words", 3, [[1, 2, 1], [0, 0, 0]]),
]

# Sentences of 1, 2 and 4 words, as the schema's text has them.
COUNTS = np.array([1, 2, 4], np.int32)
OFFSETS = np.array([[0, 4, 5, 8], [9, 10, 11, 1], [2, 3, 6, 7]], np.int32)
SUMS = np.array([0, 1, 3, 7], np.int32)
PADDED = draw(1, 3, 4, 6)
WORDS = PADDED.reshape(12, 6)[OFFSETS.ravel()[:7]]
RESTORED = np.zeros((12, 6), np.float32)
RESTORED[OFFSETS.ravel()[:7]] = WORDS
RESTORED = RESTORED.reshape(3, 4, 6)

PADDING = [
    op("ms_remove_padding", "float[n, s, 6] x, int32[n] counts",
       "float[t, 6] y, int32[n, s] at, int32[m] sums, int32[1] longest",
       "y, at, sums, longest = {}RemovePadding(x, counts)",
       [{"x": PADDED, "counts": COUNTS}], sizes_known=False,
       expected=[WORDS, OFFSETS, SUMS, [4]]),
    op("ms_restore_padding", "float[t, 6] x, int32[n, s] at",
       "float[n, s, 6] y", "y = {}RestorePadding(x, at)",
       [{"x": WORDS, "at": OFFSETS}], expected=[RESTORED]),
    op("ms_torch_embedding", "float[a, b] x, int64[n, k] at",
       "float[n, k, b] y", "y = {}TorchEmbedding(x, at)",
       [{"x": draw(2, 5, 3), "at": [[0, 4], [1, 1]]}],
       expected=[draw(2, 5, 3)[[[0, 4], [1, 1]]]]),
]


def attend(query, key, value, heads, bias=None, scale=None):
    """Of words one behind the other; each sentence to itself."""
    result = np.zeros_like(value)
    size = query.shape[1] // heads
    for begin, end in zip(SUMS, SUMS[1:]):
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            width = value.shape[1] // heads
            values = slice(head * width, (head + 1) * width)
            scores = (query[begin:end, part] @ key[begin:end, part].T *
                      (scale or size**-0.5))
            if bias is not None:
                sentence = np.searchsorted(SUMS, begin)
                count = end - begin
                scores = scores + bias[sentence % len(bias),
                                       head % bias.shape[1], :count, :count]
            weights = np.exp(scores - scores.max(1, keepdims=True))
            weights /= weights.sum(1, keepdims=True)
            result[begin:end, values] = weights @ value[begin:end, values]
    return result


PLACES = "int32[n, s] at, int32[m] sums"
AT = {"at": OFFSETS, "sums": SUMS}
WEIGHTS, BIAS = draw(3, 6, 24), draw(4, 24)
ALL = WORDS @ WEIGHTS + BIAS
PARTS = ALL[:, :8], ALL[:, 8:16], ALL[:, 16:]
SCORES = draw(5, 1, 2, 4, 4)
PACKED = np.stack([part.reshape(7, 2, 4) for part in PARTS], 2)
SHIFTED = [part - BIAS[8 * i:8 * i + 8] for i, part in enumerate(PARTS)]
WIDE = np.concatenate([ALL[:, :4], ALL[:, 4:8], ALL[:, 8:14]], 1)

ATTENTION = [
    op("ms_packed_attention",
       f"float[t, 6] x, float[6, 24] w, float[24] b, {PLACES}",
       "float[t, 8] y", "y = {}PackedAttention <num_heads = 2> "
       "(x, w, b, at, sums)",
       [{"x": WORDS, "w": WEIGHTS, "b": BIAS, **AT}],
       expected=[attend(*PARTS, 2)]),
    op("ms_packed_attention_of_sizes",
       f"float[t, 6] x, float[6, 14] w, float[14] b, {PLACES}, "
       "float[1, 2, s, s] bias",
       "float[t, 6] y", "y = {}PackedAttention <num_heads = 2, "
       "qkv_hidden_sizes = [4, 4, 6], scale = 0.25> (x, w, b, at, sums, bias)",
       [{"x": WORDS, "w": WEIGHTS[:, :14], "b": BIAS[:14], "bias": SCORES,
         **AT}],
       expected=[attend(WIDE[:, :4], WIDE[:, 4:8], WIDE[:, 8:], 2, SCORES,
                        0.25)]),
    op("ms_packed_heads",
       f"float[t, 8] q, float[t, 8] k, float[t, 8] v, float[24] b, {PLACES}, "
       "float[1, 2, s, s] bias", "float[t, 8] y",
       "y = {}PackedMultiHeadAttention <num_heads = 2> "
       "(q, k, v, b, at, sums, bias)",
       [{"q": SHIFTED[0], "k": SHIFTED[1], "v": SHIFTED[2], "b": BIAS,
         "bias": SCORES, **AT}], expected=[attend(*PARTS, 2, SCORES)]),
    op("ms_packed_heads_in_one", f"float[t, 2, 3, 4] x, {PLACES}",
       "float[t, 8] y",
       "y = {}PackedMultiHeadAttention <num_heads = 2, scale = 0.75> "
       "(x, , , , at, sums)", [{"x": PACKED, **AT}],
       expected=[attend(*PARTS, 2, scale=0.75)]),
]

CASES = HASHES + NGRAMS + PADDING + ATTENTION

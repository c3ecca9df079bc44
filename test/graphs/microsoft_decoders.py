"""onnxruntime's attention of one word, beside its own kernel.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

from microsoft import draw, op

BUFFERS = "float[n, 2, p, 4] pk, float[n, 2, p, 4] pv, int32[1] at"
OUTPUTS = "float[n, 1, 8] y, float[n, 2, p, 4] k, float[n, 2, p, 4] v"
WORDS = "float[n, 1, 8] xq, float[n, 1, 8] xk, float[n, 1, 8] xv"


def word(n, length, at, bias=False):
    inputs = {"xq": (n, 1, 8), "xk": (n, 1, 8), "xv": (n, 1, 8),
              "pk": draw(1, n, 2, length, 4), "pv": draw(2, n, 2, length, 4),
              "at": [at]}
    if bias:
        inputs["b"] = (24,)
    return inputs


CASES = [
    op("ms_decoder_of_a_buffer", f"{WORDS}, {BUFFERS}", OUTPUTS,
       "y, k, v = {}DecoderMaskedMultiHeadAttention <num_heads = 2, "
       "past_present_share_buffer = 1> (xq, xk, xv, , , pk, pv, at)",
       [word(2, 5, 3), word(1, 7, 0), word(3, 4, 3)]),
    op("ms_decoder_with_a_bias", f"{WORDS}, {BUFFERS}, float[24] b", OUTPUTS,
       "y, k, v = {}DecoderMaskedMultiHeadAttention <num_heads = 2, "
       "scale = 0.25, past_present_share_buffer = 1> "
       "(xq, xk, xv, , , pk, pv, at, , , b)", [word(2, 5, 3, bias=True)]),
    op("ms_decoder_of_other_words",
       "float[n, 1, 8] xq, float[n, 2, s, 4] k, float[n, 2, s, 4] v",
       "float[n, 1, 8] y",
       "y = {}DecoderMaskedMultiHeadAttention <num_heads = 2> (xq, k, v)",
       [{"xq": (2, 1, 8), "k": (2, 2, 5, 4), "v": (2, 2, 5, 4)}]),
    op("ms_decoder_of_masked_words",
       "float[n, 1, 8] xq, float[n, 2, s, 4] k, float[n, 2, s, 4] v, "
       "int32[n, s] m", "float[n, 1, 8] y",
       "y = {}DecoderMaskedMultiHeadAttention <num_heads = 2> (xq, k, v, m)",
       [{"xq": (2, 1, 8), "k": (2, 2, 3, 4), "v": (2, 2, 3, 4),
         "m": np.array([[1, 1, 0], [1, 0, 0]])}]),
]

"""Sizes that are taken though no oracle takes them, or that it takes for
others: each with the reason.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re

# (operator, its input or "", why)
ACCEPTED = [
    ("AttnLSTM", "X", "a length is limited to the steps"),
    ("AttnLSTM", "M", "a length is limited to the places of the memory"),
    ("DynamicQuantizeLinear", "", "of nothing, the scale is 0 by its text"),
    ("FeatureVectorizer", "", "rows of a free length are as long as "
     "inputdimensions says"),
    ("GatherElements", "x0", "an index is limited; the reference counts it "
     "from the begin again"),
    ("MaxRoiPool", "x0", "an index of the batch is limited"),
    ("Scan", "", "a scan output of no iteration has the shape that its "
     "elements would have"),
    ("Upsample", "x0", "2.3 times 10 is rounded down to 22, as onnx infers it; "
     "onnxruntime gives 23"),
]

# Where the oracle names an index. Those that are data are limited to the
# dimension by the kernel.
INDEX = re.compile(r"out of (data )?bounds|out of range|indices element")


# How it is said that neither oracle takes the sizes.
NOBODY = "nobody gives a result"


def find(op, place, wrong):
    """Why a run is right; `place` is an input, its dimension, and the size."""
    name, _, size = place
    if INDEX.search(wrong):
        return "an index of the data is limited"
    if size == 0 and wrong.startswith(NOBODY):
        return "a tensor of nothing is allowed"
    for accepted, operand, why in ACCEPTED:
        if op == accepted and (not operand or name.endswith(operand)):
            return why
    return None

"""What is left out, and what is refused: each with the reason.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

# Operators that have no recipe, or one version of them.
WITHOUT_RECIPE = {
    "RegexFullMatch": "strings are not supported",
    "StringConcat": "strings are not supported",
    "StringNormalizer": "strings are not supported",
    "StringSplit": "strings are not supported",
    "Upsample-10": "deprecated without a schema; opset_cases.py has it",
}

# (operator, first and last version, a form or "", condition, why)
REFUSED = [
    ("SplitToSequence", 11, 99, "free", lambda case: len(case.operands) == 1
     or case.operands[1].ndim == 0,
     "how many parts there are, only the run knows"),
    ("DFT", 17, 99, "free", lambda case: case.operands[0].shape[-1] == 2,
     "whether a signal is complex, its last dimension says: it is to be bound"),
]


def find(case, form):
    for op, first, last, refused, condition, why in REFUSED:
        if (op == case.op and first <= case.version <= last
                and refused in ("", form)
                and (condition is None or condition(case))):
            return why
    return None

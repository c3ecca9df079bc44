"""What is left out, and what is refused: each with the reason.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""

# Operators that have no recipe, or one version of them.
WITHOUT_RECIPE = {
    "ImageDecoder": "decodes files; it is not supported",
    "RegexFullMatch": "strings are not supported",
    "StringConcat": "strings are not supported",
    "StringNormalizer": "strings are not supported",
    "StringSplit": "strings are not supported",
    "Upsample-10": "deprecated without a schema; opset_cases.py has it",
}

# (operator, first and last version, "fixed", "free" or "", condition, why)
REFUSED = [
]


def find(case, is_free):
    for op, first, last, sizes, condition, why in REFUSED:
        if (op == case.op and first <= case.version <= last
                and sizes in ("", "free" if is_free else "fixed")
                and (condition is None or condition(case))):
            return why
    return None

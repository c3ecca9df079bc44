"""Pads of both signs: what a negative one takes away is not repeated.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from graph_case import Case

PADS = {
    "constant": ((-2, 4), (3, -1), (2, -3), (7, -1), (-2, -3), (0, -5)),
    "edge": ((-2, 4), (3, -1), (2, -3), (-2, 9), (7, -1), (-4, 6)),
    "reflect": ((-1, 2), (3, -1), (2, -1), (-2, -1)),
    "wrap": ((-2, 4), (3, -1), (2, -3), (-2, 9), (7, -1), (-4, 6), (6, 6)),
}


def pad(mode, begin, end, size):
    return f"""
agraph (float[2, {size}] x) => (float[a, b] y) {{
  pads = Constant <value = int64[4] {{0, {begin}, 0, {end}}}> ()
  y = Pad <mode = "{mode}"> (x, pads)
}}"""


def make_cases():
    for mode, pads in PADS.items():
        for begin, end in pads:
            for kind, size in ("fixed", 5), ("free", "n"):
                yield Case(f"pad_{mode}_{begin}_{end}_{kind}",
                           pad(mode, begin, end, size), [{"x": (2, 5)}])


CASES = list(make_cases())

REFUSED = [
    Case("pad_by_nothing_that_is_left", pad("wrap", -2, 4, "n"),
         [{"x": (2, 2)}], refused="an input's shape does not fit the model"),
    Case("edge_of_nothing_that_is_left", pad("edge", 3, -2, "n"),
         [{"x": (2, 2)}], refused="an input's shape does not fit the model"),
]

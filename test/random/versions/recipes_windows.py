"""Convolutions, poolings and their like: operators that move a window.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

import texts
from recipe import K, Recipe, T, V, X

FLOATS = ["float", "double", "float16", "bfloat16"]
PADS = [[1, 0, 2, 1], [0, 1, 0, 0]]
AUTO = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]


def apart(_, a):
    """Pads beside auto_pad are an error; a kernel is over its padding."""
    if "pads" in a and a.get("auto_pad", "NOTSET") != "NOTSET":
        return False
    if "dilations" in a and a.get("auto_pad", "").startswith("SAME"):
        return False
    return True


def over_padding(operands, a):
    """A window has an element that is no padding."""
    kernel = a["kernel_shape"] * 2
    return apart(operands, a) and all(
        pad < size for pad, size in zip(a.get("pads", []), kernel))


WINDOW = {"auto_pad": AUTO, "strides": [[2, 1], [1, 2], [3, 3]], "pads": PADS}


def bound(*shape):
    return X(*shape, low=-1, high=1, is_bound=True)


def group(a):
    return a.get("group", 1)


CONV = [X(2, 4, 7, 6), lambda a: X(6, 4 // group(a), 3, 2)]
TRANSPOSED = [X(2, 4, 3, 4), lambda a: X(4, 6 // group(a), 3, 2)]


def pool(op, kernels=None, **more):
    attributes = {"kernel_shape": [[2, 2], [1, 3]], **WINDOW,
                  "ceil_mode": [0, 1], "dilations": [[2, 1]],
                  **more.pop("attributes", {})}
    return Recipe(op, [[X(2, 3, 7, 8)], [X(1, 1, 5, 9)]], attributes,
                  {"kernel_shape": [3, 2]}, draws=10,
                  valid=more.pop("valid", over_padding), **more)


RECIPES = [
    Recipe("Conv", [CONV, CONV + [X(6)]],
           {**WINDOW, "dilations": [[2, 1], [1, 2]], "group": [2],
            "kernel_shape": [[3, 2]]}, draws=10, types=FLOATS, valid=apart),
    Recipe("Conv", [[X(1, 2, 9), X(3, 2, 4)], [X(1, 2, 4, 5, 3), X(3, 2, 2, 2, 3)],
                    [X(0, 2, 9), X(3, 2, 4)]], {"auto_pad": AUTO}, types=FLOATS),
    Recipe("ConvTranspose", [TRANSPOSED, TRANSPOSED + [lambda a: X(6)]],
           {**WINDOW, "dilations": [[2, 1]], "group": [2],
            "kernel_shape": [[3, 2]], "output_padding": [[1, 0]],
            "output_shape": [[6, 7], [5, 7]]}, {"strides": [2, 2]},
           draws=12, types=FLOATS,
           valid=lambda o, a: apart(o, a) and (
               "output_padding" not in a or a["strides"][0] > 1) and not (
               "output_shape" in a and (
                   "pads" in a or a["strides"] != [2, 2]
                   or "output_padding" in a or "dilations" in a
                   or a.get("auto_pad") == "VALID"))),
    Recipe("ConvTranspose", [[X(1, 2, 5), X(2, 3, 4)]],
           {"strides": [[2], [3]], "auto_pad": AUTO, "pads": [[1, 2]]},
           types=FLOATS, valid=apart),
    Recipe("DeformConv", [[bound(1, 2, 5, 5), bound(3, 2, 2, 2),
                           bound(1, 8, 4, 4), bound(3)],
                          [bound(1, 2, 5, 5), bound(3, 2, 2, 2),
                           bound(1, 8, 4, 4), None, bound(1, 4, 4, 4)],
                          [bound(1, 2, 5, 5), bound(3, 2, 2, 2),
                           bound(1, 16, 4, 4)]],
           {"offset_group": [1, 2]}, types=FLOATS,
           valid=lambda o, a: o[2].shape[1] == 8 * a.get("offset_group", 1)),
    Recipe("ConvInteger", [[X(2, 4, 7, 6), X(6, 4, 3, 2)],
                           [X(2, 4, 7, 6), X(6, 4, 3, 2), T(1)]],
           {**WINDOW, "dilations": [[2, 1]]}, draws=6, types=["uint8", "int8"],
           valid=apart),
    pool("MaxPool", attributes={"storage_order": [0, 1]}, outputs=2,
         types=FLOATS + ["uint8", "int8"]),
    pool("AveragePool", attributes={"count_include_pad": [0, 1]},
         like=(7, {}), versions=(1, 6), types=FLOATS),
    pool("AveragePool", attributes={"count_include_pad": [0, 1]},
         versions=(7, 99), types=FLOATS),
    pool("LpPool", attributes={"p": [1, 3]}, versions=(2, 99), types=FLOATS),
    Recipe("LpPool", [[X(2, 3, 7, 8)]],
           {**WINDOW, "p": [1.0, 2.0, 3.0]}, {"kernel_shape": [3, 2]},
           versions=(1, 1), valid=apart, draws=6),
    Recipe("MaxPool", [[X(2, 3, 7)], [X(1, 2, 4, 5, 3)]],
           {"auto_pad": AUTO}, {"kernel_shape": [2]}, types=FLOATS,
           valid=lambda o, a: len(a["kernel_shape"]) == o[0].ndim - 2),
    Recipe("AveragePool", [[X(1, 2, 4, 5, 3)]], {"auto_pad": AUTO},
           {"kernel_shape": [2, 3, 2]}, versions=(7, 99), types=FLOATS),
    # A last window that begins in the padding: not there, since version 22.
    *(Recipe(op, [[X(1, 2, 5, 5)], [X(1, 1, 4, 7)]], {"pads": [[1, 1, 1, 1]]},
             {"kernel_shape": [2, 2], "strides": [3, 3], "ceil_mode": 1,
              "pads": [1, 1, 1, 1]}, versions=(10, 99), types=["float"])
      for op in ("MaxPool", "AveragePool")),
    *(Recipe(op, [[X(2, 3, 7, 5)], [X(1, 2, 9)], [X(1, 2, 3, 4, 5)]],
             types=FLOATS)
      for op in ("GlobalAveragePool", "GlobalMaxPool")),
    Recipe("GlobalLpPool", [[X(2, 3, 7, 5)], [X(1, 2, 9)]], {"p": [1.0, 3.0]},
           versions=(1, 1), types=FLOATS, text=texts.global_lp_pool),
    Recipe("GlobalLpPool", [[X(2, 3, 7, 5)], [X(1, 2, 9)]], {"p": [1, 3]},
           versions=(2, 99), types=FLOATS, text=texts.global_lp_pool),
    Recipe("MaxUnpool", [[X(1, 1, 2, 2), V([[[[5, 7], [13, 15]]]], np.int64)],
                         [X(1, 1, 2, 2), V([[[[5, 7], [13, 15]]]], np.int64),
                          K(1, 1, 4, 4)],
                         [X(1, 1, 2, 2), V([[[[5, 7], [13, 15]]]], np.int64),
                          K(1, 1, 5, 5)]],
           {}, {"kernel_shape": [2, 2], "strides": [2, 2]}, types=FLOATS),
    Recipe("MaxUnpool", [[X(1, 1, 2, 2), V([[[[0, 2], [6, 8]]]], np.int64)]],
           {"pads": [[0, 0, 0, 0]]}, {"kernel_shape": [2, 2]}, types=FLOATS),
    Recipe("MaxRoiPool", [[X(2, 3, 8, 9), V([[0, 0, 0, 7, 7], [1, 2, 1, 6, 5]])]],
           {"spatial_scale": [0.5]}, {"pooled_shape": [2, 3]},
           like=(1, {}), types=["float", "double", "float16"]),
    Recipe("RoiAlign", [[X(2, 3, 8, 9), V([[0, 0, 7, 7], [2, 1, 6.5, 5.2]]),
                         V([0, 1], np.int64)]],
           {"mode": ["avg", "max"], "output_height": [2], "output_width": [3],
            "sampling_ratio": [1, 2], "spatial_scale": [0.5],
            "coordinate_transformation_mode": ["half_pixel",
                                               "output_half_pixel"]},
           draws=8, types=["float", "double", "float16"]),
    Recipe("LRN", [[X(2, 7, 3, 4)], [X(1, 5, 6)]],
           {"alpha": [0.1], "beta": [0.5], "bias": [2.0], "size": [3, 5, 1]},
           {"size": 3}, draws=4, types=FLOATS, text=texts.lrn),
    Recipe("LRN", [[X(2, 7, 3, 4)]], {"alpha": [0.9]}, {"size": 4},
           types=["float"], text=texts.lrn),
]

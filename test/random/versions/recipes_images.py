"""Images: what is read at places between their pixels, and decoded.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import io

import numpy as np
import PIL.Image

import texts
from recipe import K, Operand, Recipe, V, X

FLOATS = ["float", "double", "float16", "bfloat16"]
SOME = ["float", "double", "float16", "uint8", "int8", "int32"]
IMAGE = X(1, 2, 4, 5)
NONE = Operand((0,), np.float32, is_constant=True)


def scales(*values):
    return K(*values, dtype=np.float32)


def regions(*values):
    return K(*values, dtype=np.float32)


def encoded(kind):
    """A file of that format."""
    pixels = np.random.RandomState(0).randint(0, 256, (9, 14, 3))
    with io.BytesIO() as file:
        PIL.Image.fromarray(pixels.astype(np.uint8)).save(file, kind)
        return [V(list(file.getvalue()), np.uint8)]


UP, DOWN, UNEVEN = (scales(1, 1, 2, 3), scales(1, 1, 0.6, 0.5),
                    scales(1, 1, 1.6, 2.3))
MODES = ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel",
         "tf_half_pixel_for_nn", "half_pixel_symmetric"]


def known(operands, a):
    """half_pixel_symmetric came with 19, which its recipe says; cubic and
    linear are of floats here."""
    mode = a.get("coordinate_transformation_mode", "half_pixel")
    if mode == "half_pixel_symmetric" and not a.get("symmetric"):
        return False
    if a.get("mode") in ("linear", "cubic") and operands[0].dtype.kind in "iu":
        return False
    return not (a.get("exclude_outside") and a.get("mode") != "cubic")


def resize(first, last, alternatives, modes, draws=14):
    return Recipe("Resize", alternatives, {
        "mode": ["nearest", "linear", "cubic"],
        "coordinate_transformation_mode": modes,
        "nearest_mode": ["round_prefer_floor", "round_prefer_ceil", "floor",
                         "ceil"],
        "cubic_coeff_a": [-0.5], "exclude_outside": [0, 1],
        "extrapolation_value": [1.0]}, versions=(first, last), draws=draws,
        types=SOME, valid=known)


RECIPES = [
    Recipe("ImageDecoder", [encoded(kind) for kind in
                            ("BMP", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF",
                             "WEBP")],
           {"pixel_format": ["RGB", "BGR", "Grayscale"]}),
    Recipe("Upsample", [[X(1, 2, 4, 5)]],
           {"mode": ["nearest", "bilinear"], "height_scale": [2.0, 1.6],
            "width_scale": [3.0, 2.3]},
           {"height_scale": 2.0, "width_scale": 1.5}, versions=(1, 6), draws=4,
           types=["float", "double"], text=texts.upsample),
    Recipe("Upsample", [[X(1, 2, 4, 5)]],
           {"mode": ["nearest", "linear"], "scales": [
               [1.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.6, 2.3]]},
           {"scales": [1.0, 1.0, 2.0, 1.5]}, versions=(7, 8), draws=4,
           types=["float", "double"], text=texts.upsample),
    Recipe("Upsample", [[X(1, 2, 4, 5), UP], [X(1, 2, 4, 5), UNEVEN]],
           {"mode": ["nearest", "linear"]}, versions=(9, 9), draws=4,
           types=["float", "double", "int32", "uint8", "int8"],
           text=texts.upsample,
           valid=lambda o, a: a.get("mode") != "linear"
           or o[0].dtype.kind == "f"),
    Recipe("Resize", [[X(1, 2, 4, 5), UP], [X(1, 2, 4, 5), DOWN],
                      [X(1, 2, 4, 5), UNEVEN]],
           {"mode": ["nearest", "linear"]}, versions=(10, 10), draws=4,
           types=["float", "double", "int32", "uint8", "int8"],
           text=texts.upsample,
           valid=lambda o, a: a.get("mode") != "linear"
           or o[0].dtype.kind == "f"),
    resize(11, 12, [[IMAGE, NONE, UP], [IMAGE, NONE, DOWN],
                    [IMAGE, NONE, UNEVEN],
                    [IMAGE, NONE, NONE, K(1, 2, 7, 3)]], MODES[:5]),
    resize(13, 99, [[IMAGE, None, UP], [IMAGE, None, DOWN],
                    [IMAGE, None, UNEVEN], [IMAGE, None, None, K(1, 2, 7, 3)]],
           MODES[:4]),
    Recipe("Resize", [[IMAGE, regions(0, 0, .2, .1, 1, 1, .9, 1.3), UNEVEN],
                      [IMAGE, regions(0, 0, .45, .2, 1, 1, .6, .8), NONE,
                       K(1, 2, 3, 4)]],
           {"mode": ["nearest", "linear", "cubic"],
            "extrapolation_value": [1.0]},
           {"coordinate_transformation_mode": "tf_crop_and_resize"},
           versions=(11, 12), draws=4, types=["float"]),
    Recipe("Resize", [[IMAGE, regions(0, 0, .2, .1, 1, 1, .9, 1.3), UNEVEN],
                      [IMAGE, regions(0, 0, .45, .2, 1, 1, .6, .8), None,
                       K(1, 2, 3, 4)]],
           {"mode": ["nearest", "linear", "cubic"],
            "extrapolation_value": [1.0]},
           {"coordinate_transformation_mode": "tf_crop_and_resize"},
           versions=(13, 99), draws=4, types=["float"]),
    Recipe("Resize", [[IMAGE, None, scales(0.6, 0.5)],
                      [IMAGE, None, None, K(7, 3)],
                      [IMAGE, None, scales(1.6, 2.3)]],
           {"mode": ["nearest", "linear", "cubic"], "antialias": [0, 1],
            "axes": [[3, 2]],
            "coordinate_transformation_mode": MODES[:4],
            "exclude_outside": [0, 1],
            "keep_aspect_ratio_policy": ["not_larger", "not_smaller"]},
           {"axes": [2, 3]}, versions=(18, 99), draws=20, types=["float"],
           valid=lambda o, a: known(o, a) and (
               not a.get("antialias") or a.get("mode", "nearest") != "nearest"
           ) and (
               len(o) == 4 or "keep_aspect_ratio_policy" not in a)),
    Recipe("Resize", [[IMAGE, None, UNEVEN], [IMAGE, None, None, K(1, 2, 7, 3)]],
           {"mode": ["nearest", "linear", "cubic"]},
           {"coordinate_transformation_mode": "half_pixel_symmetric"},
           versions=(19, 99), types=["float"]),
    Recipe("GridSample", [[X(2, 3, 4, 5), X(2, 3, 2, 2, low=-1.3, high=1.3)]],
           {"mode": ["bilinear", "nearest", "bicubic"],
            "padding_mode": ["zeros", "border", "reflection"],
            "align_corners": [0, 1]}, versions=(16, 19), draws=10,
           types=["float"]),
    Recipe("GridSample", [[X(2, 3, 4, 5), X(2, 3, 2, 2, low=-1.3, high=1.3)]],
           {"mode": ["linear", "nearest", "cubic"],
            "padding_mode": ["zeros", "border", "reflection"],
            "align_corners": [0, 1]}, versions=(20, 99), draws=10,
           types=["float"]),
    Recipe("GridSample", [[X(1, 2, 3, 4, 5),
                           X(1, 2, 3, 2, 3, low=-1.2, high=1.2)]],
           {"mode": ["linear", "nearest"],
            "padding_mode": ["zeros", "border", "reflection"],
            "align_corners": [0, 1]}, versions=(20, 99), draws=4,
           types=["float"]),
]

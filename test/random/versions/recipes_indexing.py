"""Operators that read or write by indices, and those whose sizes are data.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

import texts
from recipe import I, K, Operand, Optional, Recipe, Scalar, Sizes, T, V, X

FEW = ["float", "double", "float16", "bfloat16", "int32", "int64", "uint8",
       "int8", "bool"]
NUMBERS = FEW[:-1]
SIGNED = V([[1, -1], [-2, 0]], np.int64)


def place(rows):
    """Indices whose number for a place is known: what is a rank."""
    return Sizes(*rows)


def written(op, *alternatives, versions=(1, 99), **more):
    return Recipe(op, list(alternatives), more.pop("attributes", {}),
                  versions=versions, types=NUMBERS, **more)


SCATTERED = [X(3, 4), V([[2, 0, 1], [1, 2, 0]], np.int64), X(2, 3)]
PLACES = [X(4, 3), place([[2], [0]]), X(2, 3)]

RECIPES = [
    Recipe("Gather", [[X(3, 4, 5), V([2, 0], np.int64)],
                      [X(3, 4, 5), V([[2, 0, 1]], np.int32)],
                      [X(3, 4), V(1, np.int64)], [X(3, 4), K(0, 2)],
                      [X(3, 4), Operand((0,), np.int64)]], {"axis": [0, 1]},
           types=FEW),
    Recipe("Gather", [[X(3, 4, 5), V([-1, 0, -3], np.int64)]],
           {"axis": [-1, -2]}, versions=(11, 99), types=FEW),
    Recipe("GatherElements", [[X(3, 3), V([[2, 0, 1], [1, 1, 0]], np.int64)],
                              [X(3, 4), V([[2, 0, 1]], np.int32)],
                              [X(2, 2), SIGNED]], {"axis": [0, 1, -1]},
           types=FEW),
    Recipe("GatherND", [[X(3, 4, 5), place([[2, 1], [0, 3]])],
                        [X(3, 4, 5), place([[2], [0]])],
                        [X(2, 3), place([[1, -1], [-2, 0]])]],
           {"batch_dims": [0, 1]}, types=FEW,
           valid=lambda o, a: not a.get("batch_dims")),
    Recipe("GatherND", [[X(2, 4, 5), place([[3, 1], [0, 2]])],
                        [X(2, 4, 5), place([[3], [0]])]],
           {"batch_dims": [1]}, {"batch_dims": 1}, versions=(12, 99), types=FEW),
    # Version 11 is deprecated, and no oracle has it.
    written("Scatter", SCATTERED, attributes={"axis": [0, 1]}, text=texts.scatter),
    written("Scatter", [X(3, 4), V([[-1, 0, 2], [1, 2, 0]], np.int64), X(2, 3)],
            attributes={"axis": [-1]}, always={"axis": -1}, text=texts.scatter),
    written("ScatterElements", SCATTERED,
            [X(3, 4), V([[-1, 0, 1], [1, -3, 0]], np.int32), X(2, 3)],
            attributes={"axis": [0, 1, -1]}),
    written("ScatterElements", SCATTERED,
            [X(3, 4), V([[1, 0], [1, 2]], np.int64), X(2, 2)],
            attributes={"reduction": ["none", "add", "mul", "max", "min"],
                        "axis": [0, 1]}, versions=(16, 99), draws=4,
            valid=lambda o, a: not (a.get("reduction") in ("max", "min"))),
    written("ScatterElements", [X(3, 4), V([[1, 0], [1, 2]], np.int64), X(2, 2)],
            attributes={"reduction": ["max", "min"]}, versions=(18, 99)),
    written("ScatterND", PLACES,
            [X(4, 3), place([[2, 1], [0, -1]]), X(2)]),
    written("ScatterND", PLACES, [X(4, 3), place([[2], [2]]), X(2, 3)],
            attributes={"reduction": ["none", "add", "mul"]}, versions=(16, 99),
            valid=lambda o, a: len(set(o[1].ravel())) > 1
            or a.get("reduction", "none") != "none"),
    written("ScatterND", PLACES, attributes={"reduction": ["max", "min"]},
            versions=(18, 99)),
    Recipe("OneHot", [[V([1, 0, 3], np.int64), Scalar(4), T([-1, 2])],
                      [V([[1, 7]], np.int64), Scalar(4), T([0, 3])],
                      [V([1.0, 2.0], np.float32), Scalar(3.0, np.float32),
                       T([1, 5])],
                      [V([1, 0], np.int32), K(3, dtype=np.int32), T([0, 1])]],
           {"axis": [-1, 0, 1]}, types=["float", "int32", "int64"]),
    Recipe("OneHot", [[V([-1, 0, -4, -5], np.int64), Scalar(4), T([-1, 2])]],
           {"axis": [-2]}, versions=(11, 99), types=["float"]),
    Recipe("Compress", [[X(3, 4), V([True, False, True], np.bool_)],
                        [X(3, 4), V([False, True, True, True], np.bool_)],
                        [X(3, 4), V([False, False], np.bool_)]], {"axis": [0]},
           types=FEW),
    Recipe("Compress", [[X(3, 4), V([True, False, True, True], np.bool_)]],
           {"axis": [1]}, {"axis": 1}, types=FEW),
    Recipe("NonZero", [[X(3, 4, low=0, high=1)], [X(7, low=0, high=2)]],
           types=["float", "int32", "int64", "uint8", "bool"]),
    Recipe("Unique", [[X(8, low=0, high=4)],
                      [X(2, 5, low=0, high=3, is_bound=True)]],
           {"sorted": [0, 1]}, outputs=4, like=(11, {}),
           types=["int64", "int32", "uint8", "int8"]),
    Recipe("Unique", [[I(4, 2, high=1, dtype=None)]],
           {"axis": [0, 1], "sorted": [0, 1]}, {"axis": 0}, outputs=4,
           like=(11, {}), types=["int64", "int32"]),
    Recipe("ReverseSequence", [[X(4, 3, 2), V([2, 4, 1], np.int64)]],
           {"time_axis": [0], "batch_axis": [1]}, types=FEW),
    Recipe("ReverseSequence", [[X(3, 4, 2), V([2, 4, 1], np.int64)]],
           {"time_axis": [1], "batch_axis": [0]},
           {"time_axis": 1, "batch_axis": 0}, types=FEW),
    Recipe("NonMaxSuppression", [
        [V([[[0, 0, 1, 1], [0, .1, 1, 1.1], [0, -.1, 1, .9], [0, 10, 1, 11],
             [0, 10.1, 1, 11.1], [0, 100, 1, 101]]], np.float32),
         V([[[.9, .75, .6, .95, .5, .3]]], np.float32),
         Optional(K(3)), Optional(K(0.5, dtype=np.float32)),
         Optional(K(0.4, dtype=np.float32))],
        [V([[[.5, .5, 1, 1], [.5, .6, 1, 1], [.5, 10.5, 1, 1]]], np.float32),
         V([[[.9, .75, .6], [.1, .8, .3]]], np.float32), K(2),
         K(0.3, dtype=np.float32)]], {"center_point_box": [0, 1]}),
    Recipe("TfIdfVectorizer", [[V([1, 1, 3, 3, 3, 7, 8, 6], np.int32)],
                               [V([[1, 1, 3], [5, 6, 8]], np.int64)]],
           {"mode": ["TF", "IDF", "TFIDF"], "max_skip_count": [0, 5],
            "min_gram_length": [1, 2], "max_gram_length": [1, 2],
            "weights": [[0.5, 1, 2, 1, 3, 1, 0.25]]},
           {"mode": "TF", "max_skip_count": 1, "min_gram_length": 1,
            "max_gram_length": 2, "ngram_counts": [0, 4],
            "ngram_indexes": [0, 1, 2, 3, 4, 5, 6],
            "pool_int64s": [2, 3, 5, 4, 5, 6, 7, 8, 6, 7]}, draws=6,
           valid=lambda o, a: a["min_gram_length"] <= a["max_gram_length"]),
    Recipe("TensorScatter", [[X(2, 5, 3), X(2, 2, 3), V([1, 3], np.int64)],
                             [X(2, 5, 3), X(2, 2, 3)]],
           {"axis": [-2, 1], "mode": ["linear", "circular"]}, types=FEW),
]

"""Normalisations, dropout, losses.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

import texts
from recipe import I, Optional, Positive, Recipe, Scalar, T, V, X

FLOATS = ["float", "double", "float16", "bfloat16"]
CHANNEL = [X(3), X(3), X(3), Positive(3)]
EACH = [X(3, 4, 5), X(3, 4, 5), X(3, 4, 5), Positive(3, 4, 5)]
LABELS = V([[1, 0, 2], [2, 2, 1]], np.int64)
IGNORED = [None, -1, 1]


def of_channels(a):
    return a.get("spatial", 1)


def batch(alternative):
    """Statistics of a channel, or of each element without `spatial`."""
    return [X(2, 3, 4, 5)] + [
        lambda a, i=i: CHANNEL[i] if of_channels(a) else EACH[i]
        for i in range(4)]


def loss(op, **more):
    return Recipe(op, [[X(2, 4, 3), V([[1, 0, 2], [3, 2, 1]], np.int64)],
                       [X(2, 4), V([1, 3], np.int32)],
                       [X(2, 4, 3), V([[1, 0, 2], [3, 2, 1]], np.int64),
                        Positive(4)],
                       [X(2, 4, 2, 2), I(2, 2, 2, high=3)]],
                  {"reduction": ["none", "sum", "mean"],
                   "ignore_index": [-1, 1, 7]}, draws=8, types=FLOATS, **more)


RECIPES = [
    Recipe("BatchNormalization", [batch(0)],
           {"epsilon": [0.1], "momentum": [0.5], "spatial": [0, 1]},
           {"is_test": 1}, versions=(1, 6), types=["float", "double"],
           text=texts.batch_normalization, draws=4),
    Recipe("BatchNormalization", [batch(0)],
           {"epsilon": [0.1], "momentum": [0.5], "spatial": [0, 1]},
           versions=(7, 13), types=["float", "double", "float16"],
           text=texts.batch_normalization, draws=4),
    Recipe("BatchNormalization", [[X(2, 3, 4, 5), *CHANNEL],
                                  [X(2, 3), *CHANNEL], [X(1, 3, 7), *CHANNEL]],
           {"epsilon": [0.1], "momentum": [0.5]}, {"is_test": 1},
           versions=(1, 13), text=texts.batch_normalization,
           types=["float", "double", "float16"]),
    Recipe("BatchNormalization", [[X(2, 3, 4, 5), *CHANNEL],
                                  [X(2, 3), *CHANNEL], [X(1, 3, 7), *CHANNEL]],
           {"epsilon": [0.1], "momentum": [0.5]}, versions=(14, 99),
           types=FLOATS),
    Recipe("BatchNormalization", [[X(2, 3, 4, 5), *CHANNEL]],
           {"epsilon": [0.1], "momentum": [0.5]}, {"training_mode": 1},
           outputs=3, versions=(14, 99), types=["float", "double"]),
    Recipe("InstanceNormalization", [[X(2, 3, 4, 5), X(3), X(3)],
                                     [X(1, 3, 7), X(3), X(3)]],
           {"epsilon": [0.1]}, types=FLOATS),
    Recipe("GroupNormalization", [
        [X(2, 6, 4, 5), lambda a: X(a["num_groups"]),
         lambda a: X(a["num_groups"])]],
           {"epsilon": [0.1], "num_groups": [1, 3, 6]}, {"num_groups": 2},
           versions=(18, 20), types=FLOATS, text=texts.group_normalization),
    Recipe("GroupNormalization", [[X(2, 6, 4, 5), X(6), X(6)],
                                  [X(1, 6, 7), X(6), X(6)]],
           {"epsilon": [0.1], "num_groups": [1, 2, 3, 6]}, {"num_groups": 2},
           versions=(21, 99), types=FLOATS),
    Recipe("LayerNormalization", [
        [X(2, 3, 5), lambda a: X(*(2, 3, 5)[a.get("axis", -1):]),
         Optional(X(5))], [X(2, 3, 5), lambda a: X(
             *(2, 3, 5)[a.get("axis", -1):])]],
           {"axis": [-1, -2, 1, 0], "epsilon": [0.1]}, outputs=3,
           types=FLOATS, draws=4),
    Recipe("RMSNormalization", [
        [X(2, 3, 5), lambda a: X(*(2, 3, 5)[a.get("axis", -1):])]],
           {"axis": [-1, -2, 1, 0], "epsilon": [0.1], "stash_type": [1]},
           types=FLOATS, draws=4),
    Recipe("LpNormalization", [[X(2, 3, 5)], [X(4, 3)]],
           {"axis": [-1, 0, 1], "p": [1, 2]}, draws=4, types=FLOATS),
    Recipe("MeanVarianceNormalization", [[X(2, 3, 4, 5)]],
           {"axes": [[0, 2, 3], [0, 1, 2, 3], [2, 3], [1]]}, types=FLOATS),
    Recipe("Dropout", [[X(2, 3)], [X(7)]], {"ratio": [0.3]}, {"is_test": 1},
           versions=(1, 11), text=texts.dropout,
           types=["float", "double", "float16"]),
    Recipe("Dropout", [[X(2, 3)]], {"ratio": [0.3]}, versions=(7, 11),
           outputs=2, text=texts.dropout, types=["float", "double"]),
    Recipe("Dropout", [[X(2, 3)], [X(2, 3), T(0.3)],
                       [X(2, 3), T(0.3), Scalar(False, np.bool_)],
                       [X(2, 3), None, V(False, np.bool_)],
                       [X(2, 3), T(0.0), Scalar(True, np.bool_)]],
           {"seed": [3]}, versions=(12, 99), outputs=2, types=FLOATS),
    loss("NegativeLogLikelihoodLoss"),
    loss("SoftmaxCrossEntropyLoss", outputs=2),
]

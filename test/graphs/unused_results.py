"""Operators of several results of which a model uses some, with free sizes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import itertools

import numpy as np

from graph_case import Case


def recurrent(name, gates, results, direction):
    """A layer over sequences of free number and lengths."""
    directions = 2 if direction == "bidirectional" else 1
    random = np.random.RandomState(gates)
    weights = {"w": (directions, 4 * gates, 3), "r": (directions, 4 * gates, 4)}
    return some_results(
        f"{name}_{direction}", results,
        f"float[s, b, 3] x, float[{directions}, {4 * gates}, 3] w, "
        f"float[{directions}, {4 * gates}, 4] r, int32[b] l",
        f'{name} <hidden_size = 4, direction = "{direction}"> (x, w, r, , l)',
        [{"x": (s, b, 3), "l": random.randint(1, s + 1, b), **weights}
         for s, b in ((5, 3), (1, 1), (7, 2))])


def some_results(name, results, inputs, op, runs, **options):
    """Each result alone and all but one; a result is a name and a type."""
    cases = []
    for count in sorted({1, len(results) - 1}):
        for used in itertools.combinations(results, count):
            outputs = ", ".join(f"{kind} {result}" for result, kind in used)
            assigned = ", ".join(
                result if (result, kind) in used else f"unused_{result}"
                for result, kind in results)
            cases.append(Case(
                f"{name}_gives_{'_'.join(result for result, _ in used)}",
                f"agraph ({inputs}) => ({outputs}) {{ {assigned} = {op} }}",
                runs, **options))
    return cases


STATES = [("Y", "float[s, d, b, 4]"), ("Y_h", "float[d, b, 4]"),
          ("Y_c", "float[d, b, 4]")]

CASES = [
    *(case for direction in ("forward", "bidirectional")
      for name, gates, count in (("LSTM", 4, 3), ("GRU", 3, 2), ("RNN", 1, 2))
      for case in recurrent(name, gates, STATES[:count], direction)),
    *some_results(
        "TopK", [("values", "float[n, k]"), ("at", "int64[n, k]")],
        "float[n, m] x, int64[1] k", "TopK (x, k)",
        [{"x": (3, 5), "k": [2]}, {"x": (1, 7), "k": [7]},
         {"x": (2, 1), "k": [0]}], sizes_known=False),
    *some_results(
        "MaxPool", [("y", "float[n, 2, h, w]"), ("at", "int64[n, 2, h, w]")],
        "float[n, 2, H, W] x", "MaxPool <kernel_shape = [2, 3]> (x)",
        [{"x": (1, 2, 4, 5)}, {"x": (3, 2, 2, 3)}, {"x": (0, 2, 7, 7)}]),
    *some_results(
        "LayerNormalization",
        [("y", "float[n, m, 8]"), ("mean", "float[n, m, 1]"),
         ("deviation", "float[n, m, 1]")],
        "float[n, m, 8] x, float[8] s, float[8] b",
        "LayerNormalization (x, s, b)",
        [{"x": (2, 3, 8), "s": (8,), "b": (8,)},
         {"x": (1, 1, 8), "s": (8,), "b": (8,)}]),
    *some_results(
        "DynamicQuantizeLinear",
        [("y", "uint8[n, m]"), ("scale", "float"), ("zero", "uint8")],
        "float[n, m] x", "DynamicQuantizeLinear (x)",
        [{"x": (3, 5)}, {"x": (1, 1)}, {"x": (7, 113)}]),
    *some_results(
        "BatchNormalization",
        [("y", "float[n, 3, m]"), ("mean", "float[3]"), ("var", "float[3]")],
        "float[n, 3, m] x, float[3] s, float[3] b, float[3] i, float[3] v",
        "BatchNormalization <training_mode = 1> (x, s, b, i, v)",
        [{"x": (2, 3, 5), "s": (3,), "b": (3,), "i": (3,), "v": [1, 2, 3]},
         {"x": (1, 3, 2), "s": (3,), "b": (3,), "i": (3,), "v": [3, 2, 1]}]),
    *some_results(
        "Split", [("a", "float[n, 2]"), ("b", "float[n, 3]")],
        "float[n, 5] x, int64[2] at", "Split <axis = 1> (x, at)",
        [{"x": (3, 5), "at": [2, 3]}, {"x": (1, 5), "at": [2, 3]}],
        sizes_known=False),
    *some_results(
        "Unique",
        [("y", "float[k]"), ("first", "int64[k]"), ("back", "int64[n]"),
         ("count", "int64[k]")],
        "float[n] x", "Unique (x)",
        [{"x": [2, 1, 1, 3, 4, 3]}, {"x": [5]}], sizes_known=False),
    *some_results(
        "Attention",
        [("y", "float[n, 2, q, 8]"), ("key", "float[n, 2, t, 8]"),
         ("value", "float[n, 2, t, 8]")],
        "float[n, 2, q, 8] Q, float[n, 2, k, 8] K, float[n, 2, k, 8] V, "
        "float[n, 2, p, 8] past_k, float[n, 2, p, 8] past_v",
        "Attention (Q, K, V, , past_k, past_v)",
        [{"Q": (n, 2, q, 8), "K": (n, 2, k, 8), "V": (n, 2, k, 8),
          "past_k": (n, 2, p, 8), "past_v": (n, 2, p, 8)}
         for n, q, k, p in ((1, 1, 1, 1), (2, 3, 5, 7), (1, 5, 2, 0))],
        opset=23),
]

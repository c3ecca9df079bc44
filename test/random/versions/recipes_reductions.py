"""Reductions, softmax and its like, products of matrices.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

import texts
from recipe import (I, K, Operand, Optional, Positive, Recipe, Scalar, Sizes,
                    V, X)

REDUCTIONS = """ReduceSum ReduceProd ReduceMean ReduceMax ReduceMin ReduceL1
ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare""".split()


def reduction(op):
    make = Positive if op == "ReduceLogSum" else X
    first = 13 if op == "ReduceSum" else 18
    return [
        Recipe(op, [[make(2, 3, 5)], [make(7, 3, 2, 2)]],
               {"axes": [[0], [1, 2], [0, 1, 2], [0, 2]], "keepdims": [0, 1]},
               versions=(1, first - 1), draws=4),
        Recipe(op, [[make(2, 3, 5)], [make(7)]],
               {"axes": [[-1], [-2, 0]], "keepdims": [0]},
               versions=(11, first - 1),
               valid=lambda o, a: o[0].ndim > 1 or a.get("axes") == [-1]),
        Recipe(op, [[make(2, 3, 5), Optional(K(1))],
                    [make(2, 3, 5), K(-1, 0)], [make(7), K(0)],
                    [make(2, 3, 5), Sizes(2, 0)],
                    [make(2, 3, 5), Operand((0,), np.int64, is_constant=True)]],
               {"keepdims": [0, 1], "noop_with_empty_axes": [0, 1]},
               versions=(first, 99), draws=4),
    ]


def ties(*shape):
    """Numbers of which some are equal."""
    return X(*shape, low=0, high=3)


def extreme(op):
    return Recipe(op, [[I(2, 3, 5, high=3, dtype=None)], [ties(7, 3)],
                       [ties(4, 1, 3)], [I(5, dtype=None, high=2)]],
                  {"axis": [0, 1], "keepdims": [0, 1],
                   "select_last_index": [0, 1]}, draws=4,
                  types=["float", "double", "int32", "int8", "int64", "uint8",
                         "float16", "bfloat16"],
                  valid=lambda o, a: a.get("axis", 0) < o[0].ndim)


def over_axis(op, rows):
    function = texts.flattened(rows)
    axes = [0, 1, 2]
    return [
        Recipe(op, [[X(2, 3, 5)], [X(4, 3)], [X(2, 3, 5, 2)], [X(0, 3)]],
               {"axis": axes}, versions=(1, 12), text=function,
               valid=lambda o, a: a.get("axis", 1) < o[0].ndim, draws=4),
        Recipe(op, [[X(2, 3, 5)], [X(4, 3, 2)]], {"axis": [-1, -2, -3]},
               versions=(11, 12), text=function),
        Recipe(op, [[X(2, 3, 5)], [X(4, 3)], [X(7)], [X(0, 3)]],
               {"axis": axes + [-1, -2]}, versions=(13, 99), draws=4,
               valid=lambda o, a: -o[0].ndim <= a.get("axis", -1) < o[0].ndim),
    ]


def left(a):
    return X(5, 4) if a.get("transA") else X(4, 5)


def right(a):
    return X(3, 5) if a.get("transB") else X(5, 3)


GEMM = {"alpha": [0.5, 2.0], "beta": [0.25, 0.0, 3.0], "transA": [0, 1],
        "transB": [0, 1]}


def biased(*shape):
    return lambda a: X(*(shape if a.get("broadcast") else (4, 3)))


def cumulative(op):
    return Recipe(op, [[X(2, 3, 5), Scalar(1)], [X(7), Scalar(0)],
                       [X(2, 3, 5), V(-1, np.int64)],
                       [X(2, 3, 5), Scalar(-1, np.int32)],
                       [X(0, 3), Scalar(1)]],
                  {"exclusive": [0, 1], "reverse": [0, 1]}, draws=4)


def equations():
    for equation, *shapes in (
            ("ij,jk->ik", (3, 4), (4, 5)), ("bij,bjk", (2, 3, 4), (2, 4, 5)),
            ("ii->i", (3, 3)), ("ij->ji", (3, 5)), ("ij->", (3, 5)),
            ("...i,...i->...", (2, 3, 4), (2, 3, 4)), ("i,j->ij", (3,), (5,)),
            ("bi, ij, bj -> b", (2, 3), (3, 4), (2, 4)), ("ji", (2, 3))):
        yield Recipe("Einsum", [[X(*shape) for shape in shapes]],
                     always={"equation": equation},
                     types=["float", "double", "int32", "int64", "float16"])


RECIPES = [
    *(recipe for op in REDUCTIONS for recipe in reduction(op)),
    extreme("ArgMax"), extreme("ArgMin"),
    *over_axis("Softmax", texts.softmax_rows),
    *over_axis("LogSoftmax", texts.log_softmax_rows),
    *over_axis("Hardmax", texts.hardmax_rows),
    Recipe("Gemm", [[left, right, biased(3)], [left, right, biased(1, 3)],
                    [left, right, biased(4, 1)], [left, right, biased(1)]],
           {**GEMM, "broadcast": [0, 1]}, versions=(1, 6), text=texts.gemm,
           draws=8),
    Recipe("Gemm", [[left, right, Optional(X(3))], [left, right, X(4, 1)],
                    [left, right, X(4, 3)], [left, right, X()]],
           GEMM, versions=(7, 99), draws=6,
           types=["float", "double", "float16", "bfloat16"]),
    Recipe("Gemm", [[left, right, X(3)]], {"alpha": [2.0], "beta": [3.0]},
           versions=(9, 99), types=["int32", "int64"]),
    Recipe("Gemm", [[left, right]], GEMM, versions=(11, 99), draws=4,
           types=["float"]),
    Recipe("MatMul", [[X(4, 5), X(5, 3)], [X(2, 4, 5), X(5, 3)], [X(5), X(5, 3)],
                      [X(2, 4, 5), X(5)], [X(5), X(5)], [X(0, 5), X(5, 3)],
                      [X(2, 1, 4, 5), X(3, 5, 1)]],
           types=["float", "double", "float16", "bfloat16", "int32", "int64",
                  "uint32", "uint64"]),
    cumulative("CumSum"), cumulative("CumProd"),
    *equations(),
    Recipe("Det", [[X(3, 3)], [X(2, 4, 4)], [X(1, 1)]]),
    Recipe("TopK", [[X(2, 3, 7)], [X(7, 5)]], {"axis": [-1, 0, 1], "k": [1, 2]},
           {"k": 2}, versions=(1, 9), outputs=2),
    Recipe("TopK", [[X(2, 3, 7), K(2)], [X(7, 5), K(3)], [X(7, 5), Sizes(1)],
                    [X(7), K(0)]],
           {"axis": [-1, 0], "largest": [0, 1], "sorted": [1]}, versions=(10, 99),
           outputs=2, types=["float", "double", "float16", "bfloat16", "int64",
                             "int32", "uint8", "int8"]),
]

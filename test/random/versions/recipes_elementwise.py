"""Operators that compute each element by itself.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np

import texts
from recipe import B, Optional, Positive, Recipe, T, Unit, V, X

SHAPES = ((2, 3, 5), (7,), (), (0, 3), (1, 1, 13))


def unary(op, make=X, attributes=None, **more):
    return Recipe(op, [[make(*shape)] for shape in SHAPES], attributes or {},
                  **more)


def above_one(*shape):
    return X(*shape, low=1.1, high=4)


def special(*shape):
    size = int(np.prod(shape))
    numbers = np.resize([1.5, np.inf, -np.inf, np.nan, 0, -2], size)
    return V(numbers.reshape(shape))


def binary(op, left=X, right=X, **more):
    """Numpy's broadcasting."""
    return Recipe(op, [[left(*a), right(*b)] for a, b in (
        ((2, 3, 5), (2, 3, 5)), ((2, 3, 5), (5,)), ((2, 3, 5), (3, 1)),
        ((5,), (2, 3, 1)), ((2, 3), ()), ((0, 3), (3,)))], **more)


def aligned(op, left=X, right=X, **more):
    """Before version 7: the second operand lies along the first's axis."""
    return Recipe(
        op, [[left(2, 3, 5), lambda a: right(*{
            None: (2, 3, 5), -1: (5,), 0: (2,), 1: (3, 5), 2: (5,)}[
                a.get("axis", -1) if a.get("broadcast") else None])],
             [left(2, 3, 5), lambda a: right(*(
                 (1, 1) if a.get("broadcast") else (2, 3, 5)))],
             [left(2, 3, 5), lambda a: right(*(
                 (3,) if a.get("broadcast") and a.get("axis") == 1 else
                 () if a.get("broadcast") else (2, 3, 5)))]],
        {"broadcast": [0, 1], "axis": [0, 1, 2]}, versions=(1, 6),
        valid=lambda operands, a: "axis" not in a or a.get("broadcast"),
        text=texts.aligned(op), draws=10, **more)


ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Pow")
COMPARISONS = ("Equal", "Less", "Greater")
LOGIC = ("And", "Or", "Xor")


def second(op):
    return Positive if op in ("Div", "Pow") else X


def first(op):
    return Positive if op == "Pow" else X


def one_sided(op):
    return Recipe(op, [[X(2, 3, 5), X(3, 1)], [X(2, 3, 5), X(2, 3, 5)],
                       [X(2, 3, 5), X(1)], [X(2, 3, 5), X()]], versions=(7, 99))


def variadic(op):
    return [
        Recipe(op, [[X(2, 3, 5), X(2, 3, 5)], [X(2, 3)], [X(7)] * 3,
                    [X(0, 2)] * 2], versions=(1, 7)),
        Recipe(op, [[X(2, 3, 5), X(3, 1), X(5)], [X(2, 3)], [X(7), X()],
                    [X(4, 1), X(1, 5), X(4, 5), X(1)]], versions=(8, 99)),
    ]


NUMBERS = [0.25, 1.5]

RECIPES = [
    *(unary(op) for op in """Abs Neg Sign Relu Identity Floor Ceil Round Exp Erf
      Sin Cos Atan Sinh Cosh Tanh Asinh Sigmoid Softplus Softsign HardSwish
      Mish BitwiseNot""".split()),
    *(unary(op, Positive) for op in ("Sqrt", "Log", "Reciprocal")),
    *(unary(op, Unit) for op in ("Tan", "Asin", "Acos", "Atanh")),
    unary("Acosh", above_one),
    unary("Not", B, types=["bool"]),
    unary("IsNaN", special, types=["float", "double", "float16", "bfloat16"]),
    unary("IsInf", special, {"detect_negative": [0, 1],
                             "detect_positive": [0, 1]},
          types=["float", "double", "float16", "bfloat16"]),
    unary("Elu", attributes={"alpha": NUMBERS}),
    unary("Celu", attributes={"alpha": NUMBERS}),
    unary("Swish", attributes={"alpha": NUMBERS}),
    unary("LeakyRelu", attributes={"alpha": NUMBERS}),
    unary("ThresholdedRelu", attributes={"alpha": NUMBERS}),
    # The defaults of version 1 have fewer digits.
    unary("Selu", attributes={"alpha": NUMBERS, "gamma": NUMBERS}, rtol=1e-6,
          types=["float", "double"], versions=(1, 1),
          like=(6, {"alpha": 1.6732, "gamma": 1.0507})),
    unary("Selu", attributes={"alpha": NUMBERS, "gamma": NUMBERS}, rtol=1e-6,
          types=["float", "double"], versions=(6, 99)),
    unary("Selu", attributes={"alpha": NUMBERS, "gamma": NUMBERS},
          types=["float16"], versions=(1, 1),
          like=(6, {"alpha": 1.6732, "gamma": 1.0507})),
    unary("Selu", attributes={"alpha": NUMBERS, "gamma": NUMBERS},
          types=["float16", "bfloat16"], versions=(6, 99)),
    unary("HardSigmoid", attributes={"alpha": NUMBERS, "beta": NUMBERS}),
    unary("Shrink", attributes={"bias": NUMBERS, "lambd": NUMBERS}),
    unary("Gelu", attributes={"approximate": ["none", "tanh"]}),
    # Of integers as well: attributes that are floats.
    Recipe("Clip", [[X(2, 3, 5)], [X(0, 2)], [X()]],
           {"min": [-1.0, 0.5], "max": [1.0, 2.5]}, versions=(1, 6),
           valid=lambda o, a: a.get("min", -1) <= a.get("max", 1),
           like=(6, {})),
    Recipe("Clip", [[X(2, 3, 5), Optional(T(0)), Optional(T(2))],
                    [X(7), Optional(V(1)), Optional(V(2))],
                    [X(2, 3), T(2), T(1)], [X(7), None, T(1)]],
           versions=(11, 99)),
    *(binary(op, first(op), second(op), versions=(7, 99))
      for op in ARITHMETIC),
    *(binary(op, B if op in LOGIC else X, B if op in LOGIC else X,
             versions=(7, 99), types=["bool"] if op in LOGIC else None)
      for op in COMPARISONS + LOGIC),
    *(aligned(op, first(op), second(op)) for op in ARITHMETIC),
    *(aligned(op, B if op in LOGIC else X, B if op in LOGIC else X,
              types=["bool"] if op in LOGIC else None)
      for op in COMPARISONS + LOGIC),
    *(binary(op) for op in ("LessOrEqual", "GreaterOrEqual", "BitwiseAnd",
                            "BitwiseOr", "BitwiseXor")),
    binary("Mod", right=Positive, attributes={"fmod": [0, 1]},
           types=["int32", "int8", "int64", "uint8", "int16", "uint32"]),
    binary("Mod", right=Positive, attributes={"fmod": [1]}, always={"fmod": 1},
           types=["float", "double", "float16", "bfloat16"]),
    binary("Mod", right=Positive, versions=(28, 99),
           types=["float", "double", "float16", "bfloat16"]),
    binary("BitShift", lambda *s: X(*s, low=0, high=9),
           lambda *s: X(*s, low=0, high=3),
           attributes={"direction": ["LEFT", "RIGHT"]},
           always={"direction": "LEFT"}),
    # A channel's slope.
    Recipe("PRelu", [[X(2, 3, 5), X(3)], [X(2, 3, 5, 2), X(1)], [X(7, 3), X(3)]],
           versions=(1, 6), text=texts.prelu),
    one_sided("PRelu"),
    *(recipe for op in ("Max", "Min", "Sum", "Mean") for recipe in variadic(op)),
    Recipe("Where", [[B(2, 3, 5), X(2, 3, 5), X(2, 3, 5)],
                     [B(3, 1), X(5), X(2, 3, 5)], [B(), X(7), X()]]),
]

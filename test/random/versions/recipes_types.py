"""Casts, quantised numbers, random numbers.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ml_dtypes
import numpy as np
from onnx import TensorProto

import texts
from recipe import F, I, K, Operand, Recipe, Scalar, T, V, X

NAMES = ["FLOAT", "DOUBLE", "FLOAT16", "INT32", "INT64", "INT8", "BOOL",
         "INT16"]
NUMBERS = [getattr(TensorProto, name) for name in NAMES]
BYTES = [TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32]
SMALL = [TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E5M2,
         TensorProto.FLOAT8E4M3FNUZ, TensorProto.FLOAT8E5M2FNUZ]


def scale(*values):
    return K(*values, dtype=np.float32) if len(values) > 1 else Scalar(
        values[0], np.float32)


def dequantize(dtype, versions=(10, 99), attributes=None):
    rows = [[Operand((3, 4), dtype, low=0, high=9), scale(0.5), Scalar(3, dtype)],
            [Operand((3, 4), dtype, low=0, high=9), scale(0.25)]]
    return Recipe("DequantizeLinear", rows, attributes or {},
                  versions=versions, types=["float"])


def quantize(dtype, versions=(10, 99)):
    return Recipe("QuantizeLinear", [
        [X(3, 4, low=-9, high=99), scale(0.5), Scalar(3, dtype)],
        [X(3, 4, low=-200, high=200), scale(0.75), Scalar(100, dtype)]],
                  {"saturate": [1]}, versions=versions, types=["float", "int32"])


def small(dtype, first):
    """Constants of types that are narrower than a byte, or floats of 8 bits."""
    row = K(1, 0, 1, 1, 0, dtype=dtype)
    yield Recipe("DequantizeLinear", [[row, F(low=0.5, high=2)],
                                      [row, F(low=0.5, high=2), None]],
                 versions=(first, 99), types=["float"])
    yield Recipe("Cast", [[row]], {"to": [1, 10, 11]}, {"to": 1},
                 versions=(first, 99), types=["float"])


SMALL_TYPES = [
    (ml_dtypes.float8_e4m3fn, 19), (ml_dtypes.float8_e5m2, 19),
    (ml_dtypes.float8_e4m3fnuz, 19), (ml_dtypes.float8_e5m2fnuz, 19),
    (ml_dtypes.int4, 21), (ml_dtypes.uint4, 21),
    (ml_dtypes.float4_e2m1fn, 23), (ml_dtypes.int2, 25),
    (ml_dtypes.uint2, 25)]

# Beside scales of an axis.
NUMBERS_BOUND = X(3, 4, low=0, high=99, is_bound=True)


def integers(dtype):
    return I(3, 4, high=9, dtype=dtype, is_bound=True)


def sampled(op):
    return Recipe(op, [[]], {"mean": [1.0], "scale": [2.0], "low": [-1.0],
                             "high": [3.0], "seed": [5.0],
                             "dtype": [1, 11, 10]},
                  {"shape": [3, 4]}, is_random=True)


def sampled_like(op):
    return Recipe(op, [[X(3, 4)]], {"mean": [1.0], "scale": [2.0],
                                    "low": [-1.0], "high": [3.0],
                                    "seed": [5.0], "dtype": [1, 11, 10]},
                  is_random=True, types=["float", "double"])


RECIPES = [
    Recipe("Cast", [[X(2, 5, low=0, high=9)]],
           {"to": ["DOUBLE", "INT32", "BOOL", "UINT8", "FLOAT16"]},
           {"to": "FLOAT"}, versions=(1, 5), text=texts.cast),
    Recipe("Cast", [[X(2, 5, low=-9, high=9)], [X(0, 3)]],
           {"to": NUMBERS}, {"to": 1}, versions=(6, 99)),
    Recipe("Cast", [[X(2, 5, low=0, high=9)]], {"to": BYTES}, {"to": 1},
           versions=(6, 99)),
    Recipe("Cast", [[V([[0, 1.5, -2.3, 999999, np.inf, -np.inf, np.nan, 3e-5]])]],
           {"to": SMALL, "saturate": [0, 1]}, {"to": SMALL[0]},
           versions=(19, 99), types=["float", "float16"], draws=6),
    Recipe("CastLike", [[X(2, 5, low=-9, high=9), V([1], dtype)]
                        for dtype in (np.float32, np.int32, np.float64, np.int8,
                                      np.bool_, np.float16, np.int64)]),
    Recipe("CastLike", [[V([[0, 1.5, -2.3, 999999, 3e-5]]),
                         V([1], ml_dtypes.float8_e4m3fn)]],
           {"saturate": [0, 1]}, versions=(19, 99), types=["float"]),
    Recipe("BitCast", [[X(2, 4)]], {"to": [TensorProto.INT32]},
           {"to": TensorProto.UINT32}, types=["float", "int32"]),
    dequantize(np.uint8), dequantize(np.int8),
    Recipe("DequantizeLinear", [[I(3, 4, high=99, dtype=np.int32), scale(0.5)]],
           types=["float"]),
    dequantize(np.uint16, (21, 99)), dequantize(np.int16, (21, 99)),
    Recipe("DequantizeLinear", [
        [integers(np.uint8), scale(0.5, 1, 2, 4),
         K(1, 2, 3, 4, dtype=np.uint8)],
        [integers(np.int8), scale(0.5, 1, 2, 4)]],
           {"axis": [1, -1]}, versions=(13, 99), types=["float"]),
    Recipe("DequantizeLinear", [
        [integers(np.uint8), scale(0.5, 1, 2)]],
           {"axis": [0, -2]}, {"axis": 0}, versions=(13, 99), types=["float"]),
    Recipe("DequantizeLinear", [
        [integers(np.uint8), F(3, 2, low=0.5, high=2)]],
           {"axis": [1], "block_size": [2]}, {"block_size": 2},
           versions=(21, 99), types=["float"]),
    quantize(np.uint8), quantize(np.int8), quantize(np.uint16, (21, 99)),
    quantize(np.int16, (21, 99)),
    Recipe("QuantizeLinear", [[X(3, 4, low=0, high=99), scale(0.5)]],
           types=["float", "int32"]),
    Recipe("QuantizeLinear", [
        [NUMBERS_BOUND, scale(0.5, 1, 2, 4),
         K(1, 2, 3, 4, dtype=np.uint8)],
        [NUMBERS_BOUND, scale(0.5, 1, 2, 4)]], {"axis": [1, -1]},
           versions=(13, 99), types=["float"]),
    Recipe("QuantizeLinear", [[NUMBERS_BOUND, scale(0.5, 1, 2)]],
           {"axis": [0, -2]}, {"axis": 0}, versions=(13, 99), types=["float"]),
    Recipe("QuantizeLinear", [[X(3, 4, low=0, high=99), scale(0.5)]],
           {"output_dtype": [TensorProto.INT8, TensorProto.UINT16,
                             TensorProto.INT16]}, versions=(21, 99),
           types=["float"]),
    Recipe("QuantizeLinear", [[X(3, 4, low=0, high=99),
                               F(3, 2, low=0.5, high=2)]],
           {"axis": [1], "block_size": [2]}, {"block_size": 2},
           versions=(21, 99), types=["float"]),
    Recipe("DynamicQuantizeLinear", [[X(3, 4)], [F(3, 4, low=1, high=5)],
                                     [F(7, low=-5, high=-1)]], outputs=3),
    Recipe("MatMulInteger", [[X(4, 5), X(5, 3)], [X(4, 5), X(5, 3), T(2), T(1)],
                             [X(4, 5), X(5, 3), None, T(1)],
                             [X(2, 4, 5), X(5, 3), T(2), T([1, 0, 2])]],
           types=["uint8", "int8"]),
    Recipe("QLinearMatMul", [
        [X(4, 5, high=99), scale(0.05), T(2), X(5, 3, high=99), scale(0.02), T(1),
         scale(0.9), T(3)],
        [X(2, 4, 5, high=99), scale(0.05), T(2), X(2, 5, 3, high=99),
         scale(0.02), T(1), scale(0.9), T(3)]], types=["uint8", "int8"]),
    Recipe("QLinearConv", [
        [X(2, 4, 7, 6, high=99), scale(0.05), T(2),
         lambda a: X(6, 4 // a.get("group", 1), 3, 2, high=99), scale(0.02),
         T(1), scale(0.9), T(3)],
        [X(2, 4, 7, 6, high=99), scale(0.05), T(2),
         lambda a: X(6, 4 // a.get("group", 1), 3, 2, high=99), scale(0.02),
         T(1), scale(0.9), T(3), I(6, dtype=np.int32, high=99)]],
           {"auto_pad": ["SAME_UPPER", "SAME_LOWER", "VALID"],
            "strides": [[2, 1]], "pads": [[1, 0, 2, 1]],
            "dilations": [[2, 1]], "group": [2]},
           types=["uint8", "int8"], draws=6,
           valid=lambda o, a: "auto_pad" not in a or (
               "pads" not in a and "dilations" not in a)),
    *(recipe for dtype, first in SMALL_TYPES for recipe in small(dtype, first)),
    sampled("RandomNormal"), sampled("RandomUniform"),
    sampled_like("RandomNormalLike"), sampled_like("RandomUniformLike"),
    Recipe("Bernoulli", [[Operand((3, 4), low=0, high=1)]],
           {"dtype": [1, 7, 9], "seed": [5.0]}, is_random=True,
           types=["float", "double"]),
    Recipe("Multinomial", [[X(3, 4)]],
           {"dtype": [6, 7], "sample_size": [5], "seed": [5.0]},
           is_random=True, types=["float", "double", "float16"],
           like=(7, {})),
]

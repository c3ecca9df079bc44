"""Rows that threads compute together: softmax, normalisation, reductions.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from onnx import TensorProto, helper
from products import Product


def softmax(shape, kind="f32", logarithm=False, axis=-1, **dims):
    op = "LogSoftmax" if logarithm else "Softmax"

    def compute(x):
        powers = np.exp(x - x.max(axis, keepdims=True))
        result = powers / powers.sum(axis, keepdims=True)
        return np.log(result) if logarithm else result
    return Product([helper.make_node(op, ["x"], ["y"], axis=axis)],
                   {"x": shape}, {}, shape, compute, kind, **dims)


def normalize(shape, kind="f32", **dims):
    def compute(x, s, b):
        centred = x - x.mean(-1, keepdims=True)
        return s * centred / np.sqrt(
            np.square(centred).mean(-1, keepdims=True) + 1e-5) + b
    nodes = [helper.make_node("LayerNormalization", ["x", "s", "b"], ["y"])]
    return Product(nodes, {"x": shape}, {"s": shape[-1:], "b": shape[-1:]},
                   shape, compute, kind, **dims)


def normalize_planes(shape):
    def compute(x, s, b):
        centred = x - x.mean((2, 3), keepdims=True)
        return s[:, None, None] * centred / np.sqrt(np.square(centred).mean(
            (2, 3), keepdims=True) + 1e-5) + b[:, None, None]
    nodes = [helper.make_node("InstanceNormalization", ["x", "s", "b"], ["y"])]
    return Product(nodes, {"x": shape}, {"s": shape[1:2], "b": shape[1:2]},
                   shape, compute)


def reduce(op, compute, shape, result, kind="f32", element=None):
    """Over the last axis, or over all where the result has none. Elements are
    multiplied by 100 and of another type where one is named."""
    nodes = []
    if element is not None:
        nodes = [helper.make_node("Mul", ["x", "hundred"], ["scaled"]),
                 helper.make_node("Cast", ["scaled"], ["cast"], to=element)]
    axes = {} if not result else {"axes": [len(shape) - 1]}
    version = 13 if axes else 20
    nodes += [helper.make_node(op, ["cast" if nodes else "x"],
                               ["r" if element is not None else "y"],
                               keepdims=0, **axes)]
    if element is not None:
        nodes += [helper.make_node("Cast", ["r"], ["y"], to=TensorProto.FLOAT)]

    def compute_cast(x, hundred=None):
        if element is not None:
            x = x.astype(np.float32) * np.float32(hundred)
            if element != TensorProto.DOUBLE:
                x = np.trunc(x)
        return compute(x.astype(np.float64), -1 if axes else None)
    product = Product(nodes, {"x": shape},
                      {"hundred": [1]} if element is not None else {}, result,
                      compute_cast, kind)
    product.model.opset_import[0].version = version
    return product


def pool(shape):
    return Product([helper.make_node("GlobalAveragePool", ["x"], ["y"])],
                   {"x": shape}, {}, shape[:2] + [1, 1],
                   lambda x: x.mean((2, 3), keepdims=True))


def get_cases():
    """Name -> (whether threads share rows, function that makes the case)."""
    return {
        "softmax": (True, lambda: softmax([12, 200])),
        "softmax of halves": (True, lambda: softmax([9, 130], "f16")),
        "softmax, free": (True, lambda: softmax(["n", "m"], n=5, m=77)),
        "softmax, fewer than threads": (True, lambda: softmax(
            ["n", "m"], n=3, m=5)),
        "softmax, no rows": (True, lambda: softmax(["n", "m"], n=0, m=77)),
        "softmax, log": (True, lambda: softmax([3, 2, 70], logarithm=True)),
        "softmax of columns": (False, lambda: softmax([2, 70, 6], axis=1)),
        "softmax, short": (False, lambda: softmax([12, 31])),
        "norm": (True, lambda: normalize([13, 100])),
        "norm of halves": (True, lambda: normalize(["n", 64], "f16", n=6)),
        "norm of planes": (True, lambda: normalize_planes([2, 3, 9, 11])),
        "pool": (True, lambda: pool([2, 3, 9, 11])),
        "sum": (True, lambda: reduce("ReduceMean", np.mean, [5, 300], [5])),
        "sum of all": (True, lambda: reduce("ReduceMean", np.mean, [7, 11, 31],
                                            [])),
        "long rows": (True, lambda: reduce("ReduceMax", np.max, [3, 1100],
                                           [3])),
        "halves": (True, lambda: reduce("ReduceMax", np.max, [3, 50], [3],
                                        "f16")),
        "bytes": (True, lambda: reduce("ReduceMin", np.min, [3, 50], [3],
                                       element=TensorProto.INT8)),
        "long integers": (True, lambda: reduce(
            "ReduceMax", np.max, [3, 50], [3], element=TensorProto.INT64)),
        "doubles": (True, lambda: reduce("ReduceMean", np.mean, [3, 50], [3],
                                         element=TensorProto.DOUBLE)),
    }

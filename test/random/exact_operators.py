"""Operators in float64, where onnx's reference evaluator keeps to float32 or
has constants with the digits of one.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math

import numpy as np
from onnx.reference.op_run import OpRun

import exact_evaluator

erf = np.vectorize(math.erf, otypes=[np.float64])


class Erf(OpRun):
    def _run(self, x):
        return (erf(x),)


class Gelu(OpRun):
    def _run(self, x, approximate="none"):
        if approximate == "tanh":
            inner = np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
            return (0.5 * x * (1 + np.tanh(inner)),)
        return (0.5 * x * (1 + erf(x / np.sqrt(2))),)


class HardSwish(OpRun):
    def _run(self, x):
        return (x * np.clip(x / 6 + 0.5, 0, 1),)


class AffineGrid(OpRun):
    """Of images."""
    def _run(self, theta, size, align_corners=0):
        def along(count):
            if align_corners:
                return np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
            return (2 * np.arange(count) + 1) / count - 1
        _, _, height, width = size
        y, x = np.meshgrid(along(height), along(width), indexing="ij")
        points = np.stack([x, y, np.ones_like(x)], -1)
        return (np.einsum("hwi,noi->nhwo", points, theta),)


OPERATORS = [AffineGrid, Erf, Gelu, HardSwish, exact_evaluator.Conv]

"""Models of one operator of com.microsoft with sizes, types, attributes and
optional inputs drawn at random.

A size is drawn once for each label ("n", "c"); a label is a free dimension or
bound for all inputs alike.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import random

import numpy as np
import onnx
from onnx import helper

DOMAIN = "com.microsoft"
OPSET = 17
FLOAT, HALF = np.dtype(np.float32), np.dtype(np.float16)
SMALL = (1, 1, 2, 3, 5, 7, 8)
SIZES = (0, 1, 1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 33)
LARGE = (64, 65, 100, 129)


@dataclasses.dataclass
class Input:
    array: np.ndarray
    labels: tuple  # of each dimension: a label, or a number
    is_constant: bool = False


@dataclasses.dataclass
class Model:
    """`inputs` are by name, in order; None is one left out. `oracle` computes
    the outputs of the inputs where onnxruntime does not."""
    op: str
    attributes: dict
    inputs: dict
    outputs: list  # (name, element type); no name for one left out
    element: np.dtype = FLOAT
    oracle: object = None
    tolerance: float = 2e-5
    is_quantised: bool = False  # off by one where a rounding decides
    free: tuple = ()
    opset: int = OPSET

    def build(self, element=None):
        """In another type of floats, if told."""
        def convert(array):
            return (array.astype(element) if element is not None and
                    array.dtype == self.element else array)
        values, weights = [], []
        for name, entry in self.inputs.items():
            if entry is None:
                continue
            array = convert(entry.array)
            if entry.is_constant:
                weights.append(onnx.numpy_helper.from_array(array, name))
                continue
            shape = [label if label in self.free else size
                     for label, size in zip(entry.labels, array.shape)]
            values.append(helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(array.dtype), shape))
        outputs = [helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(np.dtype(
                element if element is not None and dtype == self.element
                else dtype)), None) for name, dtype in self.outputs if name]
        names = [name if entry else "" for name, entry in self.inputs.items()]
        while names and not names[-1]:
            names.pop()
        node = helper.make_node(
            self.op, names, [name for name, _ in self.outputs], "node",
            domain=DOMAIN, **self.attributes)
        graph = helper.make_graph([node], "operator", values, outputs, weights)
        return helper.make_model(graph, ir_version=8, opset_imports=[
            helper.make_opsetid("", self.opset),
            helper.make_opsetid(DOMAIN, 1)])

    def given(self, element=None):
        return {name: entry.array.astype(element)
                if element is not None and entry.array.dtype == self.element
                else entry.array for name, entry in self.inputs.items()
                if entry and not entry.is_constant}


class Draw(random.Random):
    """Sizes by labels, and arrays of them."""

    def __init__(self, seed):
        super().__init__(seed)
        self.numbers = np.random.RandomState(seed)
        self.sizes = {}
        self.element = HALF if self.random() < 0.25 else FLOAT

    def maybe(self, probability=0.5):
        return self.random() < probability

    def size(self, label, choices=SIZES):
        if label not in self.sizes:
            # One size above a tile is enough.
            many = LARGE if self.maybe(0.1) and 0 in choices else choices
            self.sizes[label] = self.choice(many)
        return self.sizes[label]

    def shape(self, labels):
        return tuple(self.size(label) if isinstance(label, str) else label
                     for label in labels)

    def floats(self, *labels, constant=0.0, scale=1.0, positive=False):
        array = self.numbers.standard_normal(self.shape(labels)) * scale
        if positive:
            array = np.abs(array) + 0.1 * scale
        # Numbers that a half holds.
        array = array.astype(HALF).astype(self.element)
        return Input(array, labels, self.maybe(constant))

    def singles(self, *labels, **more):
        """Floats of 32 bits, whatever the others are."""
        entry = self.floats(*labels, **more)
        entry.array = entry.array.astype(FLOAT)
        return entry

    def integers(self, low, high, *labels, dtype=np.int32, constant=0.0):
        array = self.numbers.randint(low, high, self.shape(labels))
        return Input(array.astype(dtype), labels, self.maybe(constant))

    def number(self, value, dtype=FLOAT, shape=()):
        return Input(np.full(shape, value, dtype), (1,) * len(shape), True)

    def model(self, op, inputs, outputs, attributes=None, **more):
        """With some of its labels free; `outputs` are names of floats, or
        names and types."""
        if isinstance(outputs, str):
            outputs = [(name, self.element) for name in outputs.split()]
        outputs = [(name, np.dtype(dtype)) for name, dtype in outputs]
        labels = {label for entry in inputs.values()
                  if entry and not entry.is_constant
                  for label in entry.labels if isinstance(label, str)}
        fixed = set(more.pop("fixed", "").split())
        free = tuple(label for label in sorted(labels - fixed)
                     if self.maybe(0.4))
        return Model(op, attributes or {}, inputs, outputs, self.element,
                     free=free, **more)


def sigmoid(x):
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def wide(entries):
    return [None if entry is None else entry.array.astype(np.float64)
            for entry in entries]

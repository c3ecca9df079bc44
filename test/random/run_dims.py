#!/usr/bin/env python3
"""Compares operators that broadcast free dimensions with onnxruntime.

    run_dims.py [--seed N] [--models N] [--element TYPE] [--machine NAME]

and the arguments of test/runner_arguments.py. Floats are of one type
(element_types.py), and it runs here or elsewhere (machines.py). Every dimension
of every input has a name of its own, as exporters write them. When a model
runs, a dimension has the size of the place that it stands for, or 1; sizes are
0, 1, odd and prime. What onnxruntime takes has to run and to agree; where two sizes
contradict each other a run has to say so. The last line is `N passed, N
failed`; a model is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
sys.path.insert(0, os.path.dirname(HERE))
import element_types
import machines
from graph_builder import GraphBuilder
from suite_cases import Failure

import seeded_models

TOLERANCE = 1e-5
RANK = 4
SIZES = (0, 1, 2, 3, 5, 7, 13, 17, 33)
BINARY = ("Add", "Sub", "Mul", "Max", "Min", "Less", "Equal", "PRelu")
# In few digits a rounding decides.
DECIDING = ("Less", "Equal")


class Model:
    """A graph whose values have sizes of the same places, counted from the
    last; `inputs` maps a name to its places, None for a size of its own."""

    def __init__(self, seed, is_narrow=False):
        self.random = np.random.RandomState(seed)
        self.is_narrow = is_narrow
        self.g = GraphBuilder(f"dims_{seed}", opset=21)
        self.inputs = {}
        self.pool = []
        for _ in range(self.random.randint(2, 5)):
            self.add_input(range(RANK)[-self.random.randint(1, RANK + 1):])
        steps = [self.elementwise, self.elementwise, self.where, self.unary,
                 self.expand, self.matmul, self.gemm, self.normalize,
                 self.reduce]
        for _ in range(self.random.randint(2, 7)):
            steps[self.random.randint(len(steps))]()

    def add_input(self, places):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = list(places)
        value = self.g.input(name, [f"{name}_{i}" for i in range(len(places))])
        self.pool.append((value, list(places)))
        return value

    def pick(self):
        return self.pool[self.random.randint(len(self.pool))]

    def push(self, value, places):
        self.pool.append((value, places))

    @staticmethod
    def join(*places):
        return max(places, key=len)

    def elementwise(self):
        (left, p), (right, q) = self.pick(), self.pick()
        op = BINARY[self.random.randint(len(BINARY))]
        if self.is_narrow and op in DECIDING:
            op = "Sub"
        if op == "PRelu":
            # The slope broadcasts to X, which must not grow.
            left, p = self.g.op("Add", left, right), self.join(p, q)
        value = self.g.op(op, left, right)
        if op in ("Less", "Equal"):
            value = self.g.op("Cast", value, to=TensorProto.FLOAT)
        self.push(value, self.join(p, q))

    def where(self):
        (a, p), (b, q), (c, r) = self.pick(), self.pick(), self.pick()
        if self.is_narrow:
            # An input: its numbers are exact.
            a, p = self.pool[0]
        zero = self.g.const(np.float32(0))
        self.push(self.g.op("Where", self.g.op("Less", a, zero), b, c),
                  self.join(p, q, r))

    def unary(self):
        x, places = self.pick()
        self.push(self.g.op(("Neg", "Abs", "Relu")[self.random.randint(3)], x),
                  places)

    def expand(self):
        (x, p), (like, q) = self.pick(), self.pick()
        self.push(self.g.op("Expand", x, self.g.op("Shape", like)),
                  self.join(p, q))

    def matmul(self):
        """A batch of two dimensions; a bias of each row or column."""
        rows, inner, columns = "m", "k", "n"
        number = len(self.inputs)
        a = self.add_own([0, 1, (rows, number), (inner, number, "exact")])
        b = self.add_own([0, 1][self.random.randint(3):] +
                         [(inner, number, "exact"), (columns, number)])
        y = self.g.op("MatMul", a, b)
        if self.random.rand() < 0.5:
            y = self.g.op("Add", y, self.add_own([(rows, number),
                                                  (columns, number)]))
        self.g.output(y, f"product{number}",
                      [f"p{number}_{i}" for i in range(4)])

    def gemm(self):
        number = len(self.inputs)
        a = self.add_own([("m", number, "exact"), ("k", number, "exact")])
        b = self.add_own([("k", number, "exact"), ("n", number, "exact")])
        c = self.add_own([("m", number), ("n", number)])
        self.g.output(self.g.op("Gemm", a, b, c), f"sum{number}",
                      [f"g{number}_{i}" for i in range(2)])

    def add_own(self, places):
        name = f"x{len(self.inputs)}"
        self.inputs[name] = places
        return self.g.input(name, [f"{name}_{i}" for i in range(len(places))])

    def normalize(self):
        x, places = self.pick()
        self.push(self.g.op("Softmax", x, axis=-1), places)

    def reduce(self):
        x, places = self.pick()
        if len(places) == RANK:
            self.push(self.g.op("ReduceSum", x, self.g.ints(2), keepdims=1),
                      places)

    def finish(self):
        if not self.g.nodes:
            self.unary()
        for i, (value, places) in enumerate(self.pool[-3:]):
            if value not in self.inputs:
                self.g.output(value, f"y{i}",
                              [f"y{i}_{d}" for d in range(len(places))])
        return self.g.model()

    def draw_inputs(self, random, share_of_ones):
        """Sizes for all places, and inputs that have them or 1."""
        sizes = {}
        inputs = {}
        for name, places in self.inputs.items():
            shape = []
            for place in places:
                exact = isinstance(place, tuple) and "exact" in place
                key = place[:2] if isinstance(place, tuple) else place
                if key not in sizes:
                    sizes[key] = SIZES[random.randint(1, len(SIZES))]
                    if random.rand() < 0.05:
                        sizes[key] = 0
                one = not exact and random.rand() < share_of_ones
                shape.append(1 if one else sizes[key])
            inputs[name] = random.randint(-3, 4, shape).astype(np.float32)
        return inputs


def contradict(inputs, random):
    """One size is another one."""
    inputs = dict(inputs)
    name = sorted(inputs)[random.randint(len(inputs))]
    shape = list(inputs[name].shape)
    shape[random.randint(len(shape))] += 1
    inputs[name] = np.ones(shape, np.float32)
    return inputs


def compare_run(program, oracle, inputs):
    inputs = oracle.cast(inputs)
    shapes = {name: list(x.shape) for name, x in inputs.items()}
    try:
        oracle.run(inputs)
        is_taken = True
    except Exception:  # of onnxruntime's many
        is_taken = False
    try:
        ours = program.run(inputs)
        if is_taken:
            oracle.check(inputs, ours)
    except machines.Refused as refused:
        # What onnxruntime refuses, too, may be a size of 0, which is allowed.
        if is_taken:
            raise Failure(f"{shapes}: {refused}") from None
    except Failure as failure:
        raise Failure(f"{shapes}: {failure}") from None


def compare(seed, options, folder):
    element = element_types.draw(seed, options)
    model = Model(seed, element in element_types.NARROW)
    floats = model.finish()
    path = os.path.join(folder, "model.onnx")
    onnx.save(element_types.convert(floats, element), path)
    oracle = element_types.Oracle(floats, element, TOLERANCE, scale=1)
    try:
        program = machines.compile_model(path, [], options, folder)
        random = np.random.RandomState(seed)
        for share_of_ones in (0, 0, 0.3, 0.5, 0.9):
            inputs = model.draw_inputs(random, share_of_ones)
            compare_run(program, oracle, inputs)
        compare_run(program, oracle, contradict(inputs, random))
    except Failure as failure:
        raise Failure(f"{element}: {failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, compare, 24,
                                element_types.ARGUMENT, machines.ARGUMENT))

#!/usr/bin/env python3
"""Compares random arithmetic on sizes with onnxruntime.

    run_sizes.py [--seed N] [--models N]

and the arguments of test/runner_arguments.py. A model reads sizes of its free
dimensions and computes with them as exporters do: sums, products, quotients,
remainders, bounds, of positive and negative numbers. What comes out is an
output, as an integer; bounded to a few dozen it is the size of another, so that
the entry, the memory it asks for and the shapes that it states all have to
agree. A model is run at sizes of 0, 1 and more. Every third has many tensors of
random sizes that live at once, and is compiled for the levels of x86-64 in turn:
how large the arena is and where they are is a sum of all these sizes. The last
line is `N passed, N failed`; a model is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import model_cases
import run_models
from graph_builder import GraphBuilder
from suite_cases import Failure

import seeded_models

SIZES = [(0, 1, 2), (1, 1, 1), (2, 3, 5), (7, 8, 6), (13, 14, 28), (64, 1, 49),
         (33, 0, 17)]
NUMBERS = (-64, -7, -3, -2, -1, 0, 1, 2, 3, 4, 7, 8, 16, 31, 49)
DIVISORS = (1, 2, 3, 4, 7, 8, 16, 31)
# As exporters write "all": no difference from them fits in 64 bits.
CROWD_LEVELS = ("x86-64-v4", "x86-64-v3", "x86-64-v2")
LOW_ENDS = (-2**63, -2**63 + 1, -2**62)
HIGH_ENDS = (2**63 - 1, 2**63 - 2, 2**62)


def draw_expression(g, random, sizes, depth):
    """A scalar of int64 over the sizes."""
    def pick(values):
        return g.const(np.int64(values[random.randint(len(values))]))

    kind = random.randint(0, 16 if depth else 2)
    if kind == 0:
        return pick(NUMBERS)
    if kind == 1:
        return sizes[random.randint(len(sizes))]
    left = draw_expression(g, random, sizes, depth - 1)
    if kind in (2, 3, 4):
        return g.op("Mod" if kind == 2 else "Div", left, pick(DIVISORS))
    if kind == 5:
        return g.op("Neg", left)
    if kind == 11:
        return g.op("Abs", left)
    if kind == 12:
        return g.op("Min", g.op("Max", left, pick(LOW_ENDS)), pick(HIGH_ENDS))
    if kind == 13:
        return g.op("Clip", left, pick(LOW_ENDS + NUMBERS), pick(HIGH_ENDS))
    if kind == 14:
        # A comparison with an end, or of two.
        op = ("Less", "Greater", "LessOrEqual", "GreaterOrEqual",
              "Equal")[random.randint(5)]
        if random.rand() < 0.3:
            left = pick(LOW_ENDS + HIGH_ENDS)
        return g.op("Cast", g.op(op, left, pick(LOW_ENDS + HIGH_ENDS)),
                    to=TensorProto.INT64)
    right = draw_expression(g, random, sizes, depth - 1)
    if kind == 15:
        return g.op("Where", g.op("Less", left, right), right, pick(NUMBERS))
    op = ("Add", "Sub", "Mul", "Min", "Max")[kind - 6]
    return g.op(op, left, right)


def build(seed, path):
    random = np.random.RandomState(seed)
    g = GraphBuilder(f"sizes_{seed}", opset=21)
    image = g.input("x", ["a", "b", "c"])
    shape = g.op("Shape", image)
    sizes = [g.op("Gather", shape, g.const(np.int64(i)), axis=0)
             for i in range(3)]
    for i in range(5):
        value = draw_expression(g, random, sizes, 4)
        g.output(value, f"value{i}", [], TensorProto.INT64)
        bounded = g.op("Min", g.op("Max", value, g.const(np.int64(0))),
                       g.const(np.int64(40)))
        length = g.op("Reshape", bounded, g.ints(1))
        ones = g.op("Expand", g.op("ReduceSum", image, keepdims=0), length)
        # What is between two sums is in the arena.
        between = g.op("CumSum", ones, g.const(np.int64(0)))
        g.output(g.op("CumSum", between, g.const(np.int64(0)), reverse=1),
                 f"tensor{i}", [f"n{i}"])
    onnx.save(g.model(), path)


def build_crowd(seed, path):
    """Tensors whose sizes are products divided by powers of two; all live until
    one has been made of them. Gives the input's shapes."""
    random = np.random.RandomState(seed)
    g = GraphBuilder(f"crowd_{seed}", opset=21)
    image = g.input("x", ["a", "b", "c"])
    shape, zero = g.op("Shape", image), g.const(np.int64(0))
    sizes = [g.op("Gather", shape, g.ints(i)) for i in range(3)]
    all_sum = g.op("ReduceSum", image, keepdims=0)
    tensors, total = [], None
    for i in range(random.randint(6, 33)):
        left, right = (sizes[n] for n in random.permutation(3)[:2])
        product = g.op("Mul", left, g.op("Add", right, g.ints(
            random.randint(0, 9))))
        size = g.op("Div", product, g.ints(2 ** random.randint(0, 6)))
        ones = g.op("Expand", all_sum, g.op("Add", size, g.ints(
            random.randint(0, 20))))
        tensors.append(g.op("CumSum", ones, zero))
        part = g.op("ReduceSum", tensors[-1], keepdims=0)
        total = g.op("Max", total, part) if total else part
    for i, tensor in enumerate(tensors):
        y = g.op("CumSum", g.op("Min", tensor, total), zero, reverse=1)
        g.output(y, f"tensor{i}", [None])
    onnx.save(g.model(), path)
    return [{"x": shape} for shape in SIZES]


def draw_inputs(seed, shapes):
    """Integers, whose sums are exact."""
    random = np.random.RandomState(seed)
    return {name: random.randint(-3, 4, shape).astype(np.float32)
            for name, shape in shapes.items()}


def compare(seed, options, folder):
    path = os.path.join(folder, "model.onnx")
    if seed % 3 == 0:
        runs = build_crowd(seed, path)
        level = CROWD_LEVELS[seed // 3 % len(CROWD_LEVELS)]
        options = seeded_models.at_level(options, level)
    else:
        build(seed, path)
        runs = [{"x": shape} for shape in SIZES]
    case = model_cases.Case("model", "model", [{}])
    library, _, _ = run_models.compile_model(case, path, options, folder)
    # Its DivMulFusion makes x / 4 of x * (1 / 4), of integers as well.
    reference = run_models.Reference(path, 1, is_rewritten=False)
    for shapes in runs:
        inputs = draw_inputs(seed, shapes)
        try:
            run_models.run_library(library, inputs, options, folder)
            for name, theirs in reference.run(inputs).items():
                ours = np.load(os.path.join(folder, name + ".npy"))
                if run_models.compare(name, ours, theirs) > 1e-4:
                    raise Failure(f"{name} is {ours.ravel()[:3]}, not "
                                  f"{theirs.ravel()[:3]}")
        except Failure as failure:
            raise Failure(f"{shapes}: {failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, compare, models=12))

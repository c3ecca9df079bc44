#!/usr/bin/env python3
"""Compares random networks with onnxruntime.

    run_networks.py [--seed N] [--models N]

and the arguments of test/runner_arguments.py. A network is a chain of 2 to 12
blocks as they are written (image_blocks.py, sequence_blocks.py), some of which
branch, and gives the values between them too. It is compiled with its sizes
free, as every model for this machine, and once more in a way that the seed
chooses: without optimisation, for a level of x86-64, with its sizes bound.
The last line is `N passed, N failed`; a network is a test.

`onnxc reduce` makes a failing one small:

    onnxc reduce KEPT/model.onnx --check 'test/random/compare_model.py {}' \\
        --says differs

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import image_blocks
import model_cases
import run_models
import sequence_blocks
from graph_builder import GraphBuilder
from suite_cases import Failure

import seeded_models

LEVELS = ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")


def draw_image_network(g, random):
    x, channels = g.input("x", ["n", 3, "h", "w"]), 3
    for i in range(random.randint(2, 9)):
        block = image_blocks.pick(random, *image_blocks.BLOCKS)
        x, channels = block(g, random, x, channels)
        if random.rand() < 0.3:
            g.output(x, f"y{i}", [None] * 4)
    if random.rand() < 0.5:
        x = g.op("Flatten", g.op("GlobalAveragePool", x))
        x = g.op("Gemm", x, g.weight(10, channels), g.vector(10), transB=1)
        x = g.op("Softmax", x, axis=-1)
        g.output(x, "last", [None] * 2)
    else:
        g.output(x, "last", [None] * 4)


def draw_sequence_network(g, random):
    width = image_blocks.pick(random, 6, 8, 16, 24)
    if random.rand() < 0.5:
        ids = g.input("ids", ["b", "t"], onnx.TensorProto.INT64)
        x = g.op("Gather", g.weight(11, width, fan_in=1), ids)
    else:
        x = g.input("x", ["b", "t", width])
    for i in range(random.randint(2, 9)):
        block = image_blocks.pick(random, *sequence_blocks.BLOCKS)
        x, width = block(g, random, x, width)
        if width > 96:
            x, width = sequence_blocks.dense(g, random, x, width, 16)
        if random.rand() < 0.3:
            g.output(x, f"y{i}", [None] * 3)
    g.output(x, "last", [None] * 3)


def build(seed, path):
    """The sizes to run it at."""
    random = np.random.RandomState(seed)
    g = GraphBuilder(f"network_{seed}", opset=21)
    is_image = random.rand() < 0.5
    (draw_image_network if is_image else draw_sequence_network)(g, random)
    onnx.save(g.model(), path)
    if is_image:
        return [{"n": 1, "h": 32, "w": 47}, {"n": 2, "h": 21, "w": 33},
                {"n": 1, "h": 64, "w": 130}]
    return [{"b": 1, "t": 7}, {"b": 3, "t": 1}, {"b": 2, "t": 37}]


def draw_flags(seed, sizes, options):
    """How it is compiled the second time, and the sizes that then remain."""
    random = np.random.RandomState(seed)
    kind = random.randint(3)
    if kind == 0:
        is_checked = "--check-accesses" in options.onnxc_options
        return ["-O1" if is_checked else "-O0"], sizes
    if kind == 1:
        return [f"-mcpu={image_blocks.pick(random, *LEVELS)}"], sizes
    name = image_blocks.pick(random, *sizes[0])
    value = sizes[1][name]
    return [f"--dim={name}={value}"], [{**size, name: value} for size in sizes]


def make_inputs(path, sizes, seed):
    random = np.random.RandomState(seed)
    inputs = {}
    for value in onnx.load(path).graph.input:
        shape = [sizes[dim.dim_param] if dim.dim_param else dim.dim_value
                 for dim in value.type.tensor_type.shape.dim]
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            inputs[value.name] = random.standard_normal(shape).astype(
                np.float32)
        else:
            inputs[value.name] = random.randint(0, 11, shape)
    return inputs


def compare(path, flags, sizes, seed, options, folder):
    case = model_cases.Case("model", "model", [{}], flags)
    library, _, _ = run_models.compile_model(case, path, options, folder)
    # Its rewriting loses values that only a branch reads.
    reference = run_models.Reference(path, 1, is_rewritten=False)
    for size in sizes:
        inputs = make_inputs(path, size, seed)
        theirs = reference.run(inputs)
        run_models.run_library(library, inputs, options, folder)
        for name, expected in theirs.items():
            ours = np.load(os.path.join(folder, name + ".npy"))
            error = run_models.compare(name, ours, expected)
            if error > run_models.TOLERANCE:
                raise Failure(f"{name} differs by {error:.1e} at {size}")


def compare_seed(seed, options, folder):
    path = os.path.join(folder, "model.onnx")
    sizes = build(seed, path)
    compare(path, [], sizes, seed, options, folder)
    flags, sizes = draw_flags(seed, sizes, options)
    try:
        compare(path, flags, sizes, seed, options, folder)
    except Failure as failure:
        raise Failure(f"{' '.join(flags)}: {failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, compare_seed, models=24))

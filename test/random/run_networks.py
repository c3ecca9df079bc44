#!/usr/bin/env python3
"""Compares random networks with onnxruntime.

    run_networks.py [--seed N] [--models N] [--element TYPE] [--machine NAME]

and the arguments of test/runner_arguments.py. A network is a chain of 2 to 12
blocks as they are written (image_blocks.py, sequence_blocks.py), some of which
branch, and gives the values between them too. Its floats are of one type
(element_types.py). It is compiled with its sizes free, for this machine or
another (machines.py), and once more in a way that the seed chooses: without
optimisation, for a level of x86-64, with its sizes bound. The last line is `N
passed, N failed`; a network is a test.

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
import element_types
import image_blocks
import machines
import sequence_blocks
from graph_builder import GraphBuilder
from suite_cases import Failure

import seeded_models

# What they give is decided by a comparison, and in few digits by a rounding.
DECIDING = (image_blocks.branch_at_run_time, sequence_blocks.pooled)


def draw_image_network(g, random, blocks):
    x, channels = g.input("x", ["n", 3, "h", "w"]), 3
    for i in range(random.randint(2, 9)):
        block = image_blocks.pick(random, *blocks)
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


def draw_sequence_network(g, random, blocks):
    width = image_blocks.pick(random, 6, 8, 16, 24)
    if random.rand() < 0.5:
        ids = g.input("ids", ["b", "t"], onnx.TensorProto.INT64)
        x = g.op("Gather", g.weight(11, width, fan_in=1), ids)
    else:
        x = g.input("x", ["b", "t", width])
    for i in range(random.randint(2, 9)):
        block = image_blocks.pick(random, *blocks)
        x, width = block(g, random, x, width)
        if width > 96:
            x, width = sequence_blocks.dense(g, random, x, width, 16)
        if random.rand() < 0.3:
            g.output(x, f"y{i}", [None] * 3)
    g.output(x, "last", [None] * 3)


def build(seed, element, machine):
    """The network in float32, and the sizes to run it at."""
    random = np.random.RandomState(seed)
    g = GraphBuilder(f"network_{seed}", opset=21)
    is_image = random.rand() < 0.5
    draw, blocks = ((draw_image_network, image_blocks.BLOCKS) if is_image else
                    (draw_sequence_network, sequence_blocks.BLOCKS))
    if element in element_types.NARROW:
        blocks = [block for block in blocks if block not in DECIDING]
    draw(g, random, blocks)
    sizes = ([{"n": 1, "h": 32, "w": 47}, {"n": 2, "h": 21, "w": 33},
              {"n": 1, "h": 64, "w": 130}] if is_image else
             [{"b": 1, "t": 7}, {"b": 3, "t": 1}, {"b": 2, "t": 37}])
    if machine in machines.SLOW:
        sizes = sizes[:2]
    return g.model(), sizes


def draw_flags(seed, sizes, options):
    """How it is compiled the second time, and the sizes that then remain."""
    random = np.random.RandomState(seed)
    kind = random.randint(3)
    if kind == 0:
        is_checked = "--check-accesses" in options.onnxc_options
        return ["-O1" if is_checked else "-O0"], sizes
    if kind == 1 and options.machine == "host":
        level = image_blocks.pick(random, *machines.LEVELS)
        return seeded_models.get_level_flags(level), sizes
    name = image_blocks.pick(random, *sizes[0])
    value = sizes[1][name]
    return [f"--dim={name}={value}"], [{**size, name: value} for size in sizes]


def make_inputs(model, sizes, seed):
    random = np.random.RandomState(seed)
    inputs = {}
    for value in model.graph.input:
        shape = [sizes[dim.dim_param] if dim.dim_param else dim.dim_value
                 for dim in value.type.tensor_type.shape.dim]
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT:
            inputs[value.name] = random.standard_normal(shape).astype(
                np.float32)
        else:
            inputs[value.name] = random.randint(0, 11, shape)
    return inputs


def compare(path, flags, runs, oracle, options, folder):
    program = machines.compile_model(path, flags, options, folder)
    for size, inputs in runs:
        try:
            oracle.check(inputs, program.run(inputs))
        except Failure as failure:
            raise Failure(f"at {size}: {failure}") from None


def compare_seed(seed, options, folder):
    element = element_types.draw(seed, options)
    model, sizes = build(seed, element, options.machine)
    path = os.path.join(folder, "model.onnx")
    onnx.save(element_types.convert(model, element), path)
    oracle = element_types.Oracle(model, element)
    for flags, sizes in (([], sizes), draw_flags(seed, sizes, options)):
        runs = [(size, oracle.cast(make_inputs(model, size, seed)))
                for size in sizes]
        try:
            compare(path, flags, runs, oracle, options, folder)
        except Failure as failure:
            raise Failure(f"{' '.join([element, *flags])}: "
                          f"{failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, compare_seed, 24,
                                element_types.ARGUMENT, machines.ARGUMENT))

#!/usr/bin/env python3
"""Compares convolutions and products of many shapes with onnxruntime, for
several CPUs, with fixed and with free sizes.

    run_layouts.py

takes the arguments of test/runner_arguments.py. What is chosen for a
convolution (blocked channels, their number, tiles, padded copies) depends on
all its attributes and on the vector length. So one graph holds a branch for
each combination that takes another way through the emitters, and is compiled
once a CPU. CPUs that this machine lacks are left out by name. The last line is
`N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import numpy as np
import onnx

import run_models
import runner_arguments
from graph_builder import GraphBuilder
from model_cases import Case
from suite_cases import run_cases

CPUS = {"x86-64": (), "x86-64-v3": ("avx2", "fma"),
        "x86-64-v4": ("avx512f", "avx512vl")}

# Of two spatial dimensions: channels in and out, kernel, attributes.
CONVS = [
    (3, 32, (3, 3), {"pads": [1, 1, 1, 1], "strides": [2, 2]}),
    (32, 32, (1, 1), {}),
    (32, 48, (3, 3), {"pads": [1, 1, 1, 1]}),
    (32, 16, (3, 3), {}),
    (32, 80, (1, 1), {"strides": [2, 2]}),
    (16, 32, (5, 3), {"pads": [2, 0, 1, 1], "strides": [1, 2]}),
    (32, 24, (3, 3), {"dilations": [2, 2], "pads": [2, 2, 2, 2]}),
    (24, 32, (2, 2), {"auto_pad": "SAME_UPPER"}),
    (24, 32, (2, 2), {"auto_pad": "SAME_LOWER"}),
    (32, 32, (3, 3), {"group": 32, "pads": [1, 1, 1, 1]}),
    (32, 32, (5, 5), {"group": 32, "pads": [2, 2, 2, 2], "strides": [2, 2]}),
    (32, 32, (3, 3), {"group": 32}),
    (16, 16, (7, 7), {"group": 16, "pads": [3, 3, 3, 3]}),
    (32, 64, (3, 3), {"group": 2, "pads": [1, 1, 1, 1]}),
    (32, 64, (3, 3), {"group": 32, "pads": [1, 1, 1, 1]}),
    (160, 32, (3, 3), {"pads": [1, 1, 1, 1]}),
    (5, 7, (3, 3), {"pads": [1, 1, 1, 1]}),
    (16, 16, (1, 1), {"pads": [0, 0, 1, 2]}),
    (5, 30, (1, 1), {"pads": [0, 0, 1, 1]}),
]
COLUMNS = [(32, 32, (5, 1), {}), (16, 48, (3, 1), {"pads": [1, 0, 1, 0]}),
           (32, 32, (3, 1), {"group": 32, "strides": [2, 1]})]


def add_image_branches(g, image):
    """Each convolution between two that block its input."""
    outputs = []
    for channels, filters, kernel, attributes in CONVS:
        x = image
        if channels != 3:
            x = g.op("Conv", image, g.weight(channels, 3, 1, 1))
            x = g.op("Relu", x)
        group = attributes.get("group", 1)
        y = g.op("Conv", x, g.weight(filters, channels // group, *kernel),
                 g.vector(filters), **attributes)
        y = g.op("Clip", y, g.scalar(-2), g.scalar(2))
        outputs.append(g.op("GlobalAveragePool", y))
        outputs.append(y)
    return outputs


def add_network(g, image):
    """Everything that may work on blocks, and what may not."""
    x = g.op("Conv", image, g.weight(32, 3, 3, 3), pads=[1, 1, 1, 1])
    statistics = [g.vector(32), g.vector(32), g.vector(32), g.vector(32, 2.0)]
    x = g.op("BatchNormalization", x, *statistics)
    y = g.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2],
             pads=[1, 1, 1, 1])
    z = g.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2],
             ceil_mode=1)
    half = g.op("Conv", g.op("HardSwish", y), g.weight(32, 32, 1, 1))
    gate = g.op("Sigmoid", g.op("Conv", g.op("GlobalAveragePool", half),
                                g.weight(32, 32, 1, 1), g.vector(32)))
    half = g.op("Mul", half, gate)
    half = g.op("Add", half, g.op("Conv", y, g.weight(32, 32, 1, 1)))
    half = g.op("BatchNormalization", half, *statistics)
    plane = g.op("ReduceMean", half, g.ints(1))
    half = g.op("Mul", half, plane)
    half = g.op("Mul", half, g.const(g.normal((32, 1, 1), 1)))
    both = g.op("Concat", half, g.op("Relu", half), axis=1)
    both = g.op("Conv", both, g.weight(16, 64, 1, 1))
    mean = g.op("ReduceMean", both, g.ints(-1, -2), keepdims=1)
    twice = g.op("Resize", both, "", g.const(np.float32([1, 1, 2, 1.5])),
                 mode="linear")
    twice = g.op("Conv", twice, g.weight(32, 16, 3, 3), pads=[1, 1, 1, 1])
    edged = g.op("Pad", twice, g.ints(0, 0, 1, 0, 0, 0, 2, 1), mode="edge")
    padded = g.op("Pad", twice, g.ints(1, 2), "", g.ints(-1), mode="constant")
    z2 = g.op("Resize", edged, "", g.const(np.float32([1, 1, 0.5, 0.6])))
    z2 = g.op("Conv", z2, g.weight(16, 32, 1, 1))
    return [both, z, z2, g.op("Conv", padded, g.weight(16, 32, 3, 3)),
            g.op("Flatten", mean), g.op("GlobalMaxPool", both),
            g.op("InstanceNormalization", half, g.vector(32), g.vector(32))]


def add_transposed(g, image):
    """Kernels that strides divide and do not, padding, groups."""
    x = g.op("Relu", g.op("Conv", image, g.weight(32, 3, 3, 3),
                          pads=[1, 1, 1, 1]))
    outputs = []
    for filters, kernel, attributes in (
            (16, (2, 2), {"strides": [2, 2]}),
            (1, (2, 2), {"strides": [2, 2]}),
            (8, (3, 3), {"strides": [2, 2], "pads": [1, 1, 1, 1],
                         "output_padding": [1, 1]}),
            (12, (4, 4), {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
            (12, (3, 5), {"strides": [1, 3], "pads": [2, 0, 1, 3]}),
            (8, (2, 3), {"strides": [3, 1], "pads": [0, 3, 4, 1]}),
            (4, (3, 3), {"group": 4, "strides": [2, 1]}),
            (8, (3, 3), {"dilations": [2, 2], "strides": [2, 2]}),
            (8, (3, 3), {"auto_pad": "SAME_UPPER", "strides": [2, 2]})):
        group = attributes.get("group", 1)
        outputs.append(g.op("ConvTranspose", x,
                            g.weight(32, filters, *kernel),
                            g.vector(filters * group), **attributes))
    return outputs


def add_line(g, line):
    x = g.op("Relu", g.op("Conv", line, g.weight(32, 8, 5), g.vector(32),
                          pads=[2, 2]))
    y = g.op("Conv", x, g.weight(32, 1, 3), group=32, strides=[2])
    outputs = [y, g.op("Conv", y, g.weight(48, 32, 3), dilations=[2])]
    column = g.op("Unsqueeze", line, g.ints(3))
    for channels, filters, kernel, attributes in COLUMNS:
        x = g.op("Relu", g.op("Conv", column, g.weight(channels, 8, 1, 1)))
        group = attributes.get("group", 1)
        outputs.append(g.op("Conv", x,
                            g.weight(filters, channels // group, *kernel),
                            **attributes))
    return outputs


def add_volume(g, volume):
    x = g.op("Relu", g.op("Conv", volume, g.weight(32, 4, 3, 3, 3),
                          pads=[1, 1, 1, 1, 1, 1]))
    y = g.op("MaxPool", x, kernel_shape=[2, 2, 2], strides=[2, 2, 2])
    return [g.op("Conv", y, g.weight(48, 32, 2, 3, 1), g.vector(48),
                 pads=[0, 1, 0, 1, 0, 1], strides=[2, 1, 1]),
            g.op("Conv", x, g.weight(16, 32, 3, 1, 1), dilations=[2, 1, 1]),
            g.op("ConvTranspose", y, g.weight(32, 2, 2, 2, 2),
                 strides=[2, 2, 2])]


def add_products(g, rows):
    """Packed weights: columns that fill panels and that do not."""
    outputs = []
    for columns in (16, 33, 64, 100, 257):
        y = g.op("MatMul", rows, g.weight(65, columns, fan_in=65))
        outputs.append(g.op("Tanh", g.op("Add", y, g.vector(columns))))
    flat = g.op("Reshape", rows, g.ints(-1, 65))
    for columns in (40, 130):
        outputs.append(g.op("Gemm", flat, g.weight(columns, 65),
                            g.vector(columns), transB=1))
    outputs.append(g.op("Gemm", flat, g.weight(65, 70), alpha=0.5))
    deep = g.op("MatMul", rows, g.weight(65, 600, fan_in=65))
    outputs.append(g.op("MatMul", deep, g.weight(600, 48, fan_in=600)))
    return outputs


BUILDERS = {
    "convolutions": (add_image_branches, "image", ("n", 3, "h", "w"),
                     [(1, 3, 16, 16), (2, 3, 13, 9), (1, 3, 7, 30)]),
    "network": (add_network, "image", ("n", 3, "h", "w"),
                [(1, 3, 16, 16), (2, 3, 11, 21)]),
    "transposed": (add_transposed, "image", ("n", 3, "h", "w"),
                   [(1, 3, 8, 8), (2, 3, 5, 9)]),
    "volume": (add_volume, "volume", ("n", 4, "d", "h", "w"),
               [(1, 4, 6, 8, 8), (2, 4, 5, 7, 9)]),
    "line": (add_line, "line", ("n", 8, "l"), [(1, 8, 40), (3, 8, 19)]),
    "products": (add_products, "rows", ("n", "m", 65),
                 [(1, 1, 65), (1, 20, 65), (3, 50, 65), (2, 2, 65)]),
}


def build(name, folder):
    add, tensor, dims, _ = BUILDERS[name]
    g = GraphBuilder(f"layouts_{name}", opset=17 if name != "network" else 20)
    outputs = add(g, g.input(tensor, list(dims)))
    for i, value in enumerate(outputs):
        g.output(value, f"y{i}", None)
    path = os.path.join(folder, f"{name}.onnx")
    onnx.save(onnx.shape_inference.infer_shapes(g.model()), path)
    return path


def available(cpu):
    with open("/proc/cpuinfo") as file:
        flags = next((line.split() for line in file
                      if line.startswith("flags")), [])
    return all(flag in flags for flag in CPUS[cpu])


def run(case, name, cpu, is_free, options):
    _, tensor, _, sizes = BUILDERS[name]
    with runner_arguments.case_folder(options, case) as folder:
        path = build(name, folder)
        flags = [f"-mcpu={cpu}"]
        if not is_free:
            sizes = sizes[:1]
            flags += ["--shape",
                      f"{tensor}={'x'.join(map(str, sizes[0]))}"]
        library, _, _ = run_models.compile_model(
            Case(name, name, sizes, flags), path, options, folder)
        reference = run_models.Reference(path, options.threads)
        random = np.random.RandomState(0)
        worst = 0.0
        for shape in sizes:
            inputs = {tensor: random.standard_normal(shape).astype(np.float32)}
            run_models.run_library(library, inputs, options, folder)
            for output, theirs in reference.run(inputs).items():
                ours = np.load(os.path.join(folder, output + ".npy"))
                error = run_models.compare(output, ours, theirs)
                if error > run_models.TOLERANCE:
                    raise run_models.Failure(
                        f"{output} of {list(shape)} differs by {error:.2e}")
                worst = max(worst, error)
    print(f"{case}: {worst:.1e}", flush=True)


def list_cpus():
    """Those of CPUS that this machine can be; says which it cannot."""
    for cpu in CPUS:
        if available(cpu):
            yield cpu
        else:
            print(f"{cpu}: not this machine")


def parse_arguments(doc, *more):
    """`more` are further arguments: a name, and what argparse takes."""
    parser = runner_arguments.RunnerArguments(doc)
    for name, settings in more:
        parser.add_argument(name, **settings)
    parser.add_compiler_options()
    options = parser.parse()
    options.timeout, options.threads = 300, 1
    return options


def main():
    options = parse_arguments(__doc__)
    cases = {}
    for cpu in list_cpus():
        for name in BUILDERS:
            for is_free in (False, True):
                case = f"{name} {cpu} {'free' if is_free else 'fixed'}"
                cases[case] = functools.partial(run, case, name, cpu, is_free,
                                                options)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

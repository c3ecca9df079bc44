#!/usr/bin/env python3
"""Compares random transpositions with NumPy's, for several CPUs, with fixed and
with free sizes.

    run_transposes.py [--seed N] [--models N] [--machine NAME]

and the arguments of test/runner_arguments.py. A model holds some dozens, of 2 to
5 dimensions, around squares that are transposed in registers and lines of a
cache, of elements of 8 to 64 bits; some are followed by an addition, or follow
one. The last line is `N passed, N failed`; a model for a CPU, fixed or free, is a
test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np
import onnx
from onnx import helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import cpu_cases
import machines
import runner_arguments
from suite_cases import Failure

CASES = 30
SIZES = (0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 100, 255)
TYPES = ("float32", "float32", "float32", "int8", "uint8", "bool", "float16",
         "int16", "int32", "int64", "float64")
MOST_ELEMENTS = 120_000


class Case:
    def __init__(self, seed, index):
        random = np.random.RandomState([seed, index, 91])

        def pick(values):
            return values[random.randint(len(values))]

        self.name = f"c{index}"
        rank = pick((2, 2, 3, 3, 4, 4, 5))
        shape = [pick(SIZES[1:]) for _ in range(rank)]
        if random.rand() < 0.05:
            shape[random.randint(rank)] = 0
        while np.prod(shape) > MOST_ELEMENTS:
            largest = int(np.argmax(shape))
            shape[largest] = max(shape[largest] // 2, 1)
        self.perm = [int(i) for i in random.permutation(rank)]
        element = pick(TYPES)
        self.array = random.randint(0, 100, shape).astype(element)
        self.sum = pick(("", "", "before", "behind"))
        if element == "bool":
            self.sum = ""

    def __str__(self):
        return (f"{self.array.dtype}{list(self.array.shape)} by {self.perm} "
                f"{self.sum}")

    def add_nodes(self, nodes):
        name = self.name
        y = f"{name}_y"
        if self.sum == "before":
            nodes.append(helper.make_node("Add", [name, name], [f"{name}_s"]))
            name = f"{name}_s"
        to = f"{y}_t" if self.sum == "behind" else y
        nodes.append(helper.make_node("Transpose", [name], [to],
                                      perm=self.perm))
        if self.sum == "behind":
            nodes.append(helper.make_node("Add", [to, to], [y]))
        return y

    @property
    def expected(self):
        array = self.array + self.array if self.sum else self.array
        return array.transpose(self.perm)


def write(cases, is_free, path):
    nodes, inputs, outputs = [], [], []
    for case in cases:
        element = helper.np_dtype_to_tensor_dtype(case.array.dtype)
        dims = [f"{case.name}_{i}" for i in range(case.array.ndim)] \
            if is_free else case.array.shape
        inputs.append(helper.make_tensor_value_info(case.name, element, dims))
        outputs.append(helper.make_tensor_value_info(
            case.add_nodes(nodes), element, [None] * case.array.ndim))
    graph = helper.make_graph(nodes, "transposes", inputs, outputs)
    onnx.save(helper.make_model(
        graph, ir_version=8,
        opset_imports=[helper.make_opsetid("", 17)]), path)


def run(name, number, cpu, is_free, options):
    with runner_arguments.case_folder(options, name) as folder:
        path = os.path.join(folder, "model.onnx")
        cases = [Case(options.seed + number, i) for i in range(CASES)]
        write(cases, is_free, path)
        program = machines.compile_model(
            path, cpu_cases.get_flags(cpu, options), options, folder)
        results = program.run({case.name: case.array for case in cases})
        wrong = [str(case) for case in cases
                 if not np.array_equal(results[f"{case.name}_y"],
                                       case.expected)]
        if wrong:
            raise Failure("\n".join(wrong))


if __name__ == "__main__":
    sys.exit(cpu_cases.run_all(__doc__, 1, run, ["O0"]))

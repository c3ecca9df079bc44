#!/usr/bin/env python3
"""Compares random chains of 3 x 3 convolutions with onnxruntime, for several
CPUs, with fixed and with free sizes.

    run_winograd.py [--seed N] [--models N] [--machine NAME]

and the arguments of test/runner_arguments.py. A model holds some chains, each
behind a convolution of 1 x 1 that blocks its channels: of rows and columns around
tiles of 2 x 2 and 4 x 4, uneven padding, batches (of none, too), channels of one
block and of more than are transformed at a time, what follows a convolution, and
a Resize or a Pad in between. For one CPU it is compiled with -O3 and with
--exact-convolutions, too. A single convolution is compared with float64: its
error, in the mean, is at most MOST_ERROR times that of --exact-convolutions. The
last line is `N passed, N failed`; a model for a CPU, fixed or free, is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import cpu_cases
import machines
import run_models
import runner_arguments
from suite_cases import Failure

CHAINS = 4
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 28, 31, 33, 56, 61)
CHANNELS = (16, 16, 32, 48, 64, 80, 144, 208, 320)
MOST_WORK = 40_000_000
# Times the error, in the mean, of adding products one by one.
MOST_ERROR = 4


class Chain:
    """One input, some convolutions, and the last of them as the output."""

    def __init__(self, seed, index, is_free):
        self.random = np.random.RandomState([seed, index, 55])
        self.name = f"c{index}"
        self.nodes, self.weights = [], []
        self.batch = self.pick((1, 1, 1, 2, 3, 0))
        self.sizes = [self.pick(SIZES), self.pick(SIZES)]
        self.channels = 3
        self.values = {self.name: self.random.standard_normal(
            (self.batch, 3, *self.sizes)).astype(np.float32)}
        dims = [f"{self.name}_n", 3, f"{self.name}_h", f"{self.name}_w"] \
            if is_free else [self.batch, 3, *self.sizes]
        self.input = helper.make_tensor_value_info(self.name,
                                                   TensorProto.FLOAT, dims)
        self.last = self.convolve(self.name, self.pick(CHANNELS), 1, [0] * 4)
        self.last = self.op("Relu", self.last)
        for _ in range(self.pick((1, 1, 2, 3))):
            self.add_layer()
            if self.random.rand() < 0.3:
                self.move_pixels()
        self.output = helper.make_tensor_value_info(
            self.last, TensorProto.FLOAT, [None] * 4)

    def pick(self, values):
        return values[self.random.randint(len(values))]

    def op(self, kind, *operands, **attributes):
        name = f"{self.name}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, operands, [name],
                                           **attributes))
        return name

    def weight(self, *shape, size=1.0):
        name = f"{self.name}_w{len(self.weights)}"
        array = size * self.random.standard_normal(shape)
        self.weights.append(numpy_helper.from_array(
            array.astype(np.float32), name))
        return name

    def convolve(self, x, filters, kernel, pads, **more):
        shape = (filters, self.channels, kernel, kernel)
        operands = [x, self.weight(*shape,
                                   size=np.prod(shape[1:], dtype=float) ** -.5)]
        if self.random.rand() < 0.5:
            operands.append(self.weight(filters))
        if not more:
            more = {"pads": pads}
        self.channels = filters
        return self.op("Conv", *operands, **more)

    def move_pixels(self):
        """More of them, which is what it takes to remain in blocks."""
        if self.random.rand() < 0.5:
            pads = [self.pick((0, 1, 2)) for _ in range(4)]
            self.weights.append(numpy_helper.from_array(
                np.array([0, 0, *pads[:2], 0, 0, *pads[2:]]),
                f"{self.last}_pads"))
            self.sizes = [size + pads[i] + pads[i + 2]
                          for i, size in enumerate(self.sizes)]
            self.last = self.op("Pad", self.last, f"{self.last}_pads",
                                mode=self.pick(("constant", "edge")))
        elif max(self.sizes) < 32:
            self.weights.append(numpy_helper.from_array(
                np.array([1, 1, 2, 2], np.float32), f"{self.last}_scales"))
            self.sizes = [2 * size for size in self.sizes]
            self.last = self.op(
                "Resize", self.last, "", f"{self.last}_scales",
                mode="nearest", nearest_mode="floor",
                coordinate_transformation_mode="asymmetric")

    def add_layer(self):
        pads = [self.pick((0, 1, 1, 1, 2)) for _ in range(4)]
        more = {"auto_pad": "SAME_UPPER"} if self.random.rand() < 0.2 else {}
        if more or min(self.sizes) < 3:
            pads = [1] * 4
        sizes = [size + pads[i] + pads[i + 2] - 2
                 for i, size in enumerate(self.sizes)]
        filters = self.pick(CHANNELS)
        while (max(self.batch, 1) * filters * self.channels * 9 * np.prod(sizes)
               > MOST_WORK and filters > 16):
            filters = max(filters // 32 * 16, 16)
        is_same = filters == self.channels and sizes == self.sizes
        y = self.convolve(self.last, filters, 3, pads, **more)
        after = self.pick(("", "Relu", "Sigmoid", "Add"))
        if after == "Add" and is_same:
            y = self.op("Relu", self.op("Add", y, self.last))
        elif after in ("Relu", "Sigmoid"):
            y = self.op(after, y)
        self.last, self.sizes = y, sizes


def write(seed, is_free, path):
    chains = [Chain(seed, i, is_free) for i in range(CHAINS)]
    graph = helper.make_graph(
        [node for chain in chains for node in chain.nodes], "chains",
        [chain.input for chain in chains], [chain.output for chain in chains],
        [weight for chain in chains for weight in chain.weights])
    onnx.save(helper.make_model(
        graph, ir_version=8,
        opset_imports=[helper.make_opsetid("", 17)]), path)
    return {name: value for chain in chains
            for name, value in chain.values.items()}


def run(name, number, cpu, is_free, options):
    with runner_arguments.case_folder(options, name) as folder:
        path = os.path.join(folder, "model.onnx")
        inputs = write(options.seed + number, is_free, path)
        right = run_models.Reference(path, 1).run(inputs)
        forms = [[]]
        if cpu == "x86-64-v3" and not is_free:
            forms += [["-O3"], ["--exact-convolutions"]]
        if not is_free:
            check_error(number, cpu, options)
        for form in forms:
            flags = cpu_cases.get_flags(cpu, options) + form
            program = machines.compile_model(path, flags, options, folder)
            results = program.run(inputs)
            for output, theirs in right.items():
                error = run_models.compare(output, results[output], theirs)
                if error > run_models.TOLERANCE:
                    raise Failure(f"{' '.join(form)} {output} differs by "
                                  f"{error:.2e}")
            if options.machine == "host":
                check_symbols(program.path, form, cpu)


def check_error(number, cpu, options):
    """A convolution of 3 x 3 behind one of 1 x 1 that repeats a channel, which
    adds nothing to the error."""
    random = np.random.RandomState([options.seed, number, 3])
    channels, filters = (CHANNELS[random.randint(len(CHANNELS))]
                         for _ in range(2))
    x = random.standard_normal((1, channels, 19, 23)).astype(np.float32)
    weights = random.standard_normal(
        (filters, channels, 3, 3)).astype(np.float32)
    same = np.eye(channels, dtype=np.float32)[:, :, None, None]
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "same"], ["b"]),
         helper.make_node("Conv", ["b", "w"], ["y"], pads=[1] * 4)], "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(weights, "w"),
         numpy_helper.from_array(same, "same")])
    with runner_arguments.case_folder(options, f"error{number}{cpu}") as folder:
        path = os.path.join(folder, "model.onnx")
        onnx.save(helper.make_model(
            graph, ir_version=8,
            opset_imports=[helper.make_opsetid("", 17)]), path)
        results = []
        for form in ([], ["--exact-convolutions"]):
            flags = cpu_cases.get_flags(cpu, options) + form
            program = machines.compile_model(path, flags, options, folder)
            results.append(program.run({"x": x})["y"])
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)))
    right = np.einsum("nchwij,fcij->nfhw",
                      np.lib.stride_tricks.sliding_window_view(
                          padded, (3, 3), (2, 3)),
                      weights.astype(np.float64), optimize=True)
    error, exact = (np.sqrt(np.square(result - right).mean())
                    for result in results)
    if not error <= MOST_ERROR * exact:
        raise Failure(f"{channels} channels, {filters} filters: an error of "
                      f"{error:.1e}, exact {exact:.1e}")


def check_symbols(library, form, cpu):
    """Transformed convolutions are there, or none."""
    symbols = subprocess.run(["nm", library], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    if ("WinogradConv" in symbols) != (form != ["--exact-convolutions"]):
        raise Failure(f"{cpu} {form}: transformed where it must not be, or "
                      "the other way round")


if __name__ == "__main__":
    sys.exit(cpu_cases.run_all(__doc__, 1, run))

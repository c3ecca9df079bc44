#!/usr/bin/env python3
"""Compiles integer convolutions and products of many shapes, types and zero
points for several CPUs and compares their sums with exact ones.

    run_integers.py [--emulated]

and the arguments of test/runner_arguments.py. --emulated runs them on
processors that QEMU emulates instead.

A convolution is one of a plain image whose result, scaled by a power of two and
quantised, is the blocked image of a second one; so nothing has to be rounded
and every element must be equal. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

import exact_evaluator
import run_layouts

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "emulated"))
import emulator
import runner_arguments
from suite_cases import Failure, run, run_cases

TYPES = {"u8": np.uint8, "s8": np.int8}
# Of x, of w, and their zero points.
FACTORS = [("u8", "s8", 0, 0), ("u8", "s8", 131, 0), ("s8", "s8", -7, 0),
           ("u8", "u8", 120, 128), ("u8", "u8", 3, 117), ("s8", "s8", 5, -3),
           ("s8", "u8", 0, 200)]
# The first convolution: channels, filters, kernel, and attributes; then the
# second one's.
CONVS = {
    "3x3": ((3, 32, (3, 3), dict(pads=[1, 1, 1, 1])),
            (32, 32, (3, 3), dict(pads=[1, 1, 1, 1]))),
    "strided": ((3, 16, (7, 7), dict(pads=[3, 3, 3, 3], strides=[2, 2])),
                (16, 48, (3, 3), dict(pads=[0, 1, 1, 0], strides=[2, 1]))),
    "pointwise": ((4, 32, (1, 3), dict()), (32, 64, (1, 1), dict())),
    "depthwise": ((1, 32, (4, 2), dict(strides=[1, 2])),
                  (32, 32, (3, 3), dict(group=32, pads=[1, 1, 1, 1]))),
    "dilated": ((2, 16, (3, 3), dict(dilations=[2, 1], pads=[2, 1, 2, 1])),
                (16, 16, (3, 3), dict(dilations=[2, 3], pads=[2, 3, 2, 3]))),
    "odd": ((5, 6, (3, 3), dict(pads=[1, 1, 1, 1])), (6, 7, (2, 2), dict())),
    "grouped": ((4, 32, (3, 3), dict(group=2)),
                (32, 16, (3, 3), dict(group=4))),
    "line": ((2, 16, (5,), dict(pads=[2, 2])), (16, 32, (3,), dict())),
}
# Rows, K and columns.
PRODUCTS = [(1, 64, 48), (7, 128, 96), (50, 96, 33), (3, 30, 40), (5, 12, 8),
            (6, 67, 40), (1, 95, 33)]
SHIFT = 2.0 ** -9


def random_bytes(random, dtype, shape):
    info = np.iinfo(dtype)
    return random.randint(info.min, info.max + 1, shape).astype(dtype)


def filters(values, count):
    """A zero point for each filter, next to the one given."""
    info = np.iinfo(values.dtype)
    steps = np.arange(count) % 3 - 1 if values != 0 else np.zeros(count)
    return np.clip(values + steps, info.min, info.max).astype(values.dtype)


def convolve(x, w, x_zero, w_zero, attributes):
    w_zero = np.asarray(w_zero, np.float64)
    if w_zero.ndim:
        w_zero = w_zero.reshape([-1] + [1] * (w.ndim - 1))
    return exact_evaluator.convolve(x.astype(np.float64) - float(x_zero),
                                    w.astype(np.float64) - w_zero, **attributes)


class Build:
    """A model with many outputs, and what they must be."""

    def __init__(self):
        self.random = np.random.RandomState(1)
        self.nodes, self.inputs, self.weights = [], [], []
        self.outputs, self.feeds, self.expected = [], {}, {}

    def constant(self, name, array):
        array = np.asarray(array)
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def feed(self, name, array, free):
        shape = list(array.shape)
        if free:
            shape[0] = "n"
        self.inputs.append(helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), shape))
        self.feeds[name] = array
        return name

    def output(self, name, array):
        self.outputs.append(helper.make_tensor_value_info(
            name, onnx.TensorProto.INT32, [None] * array.ndim))
        self.expected[name] = array.astype(np.int32)

    def conv(self, name, kinds, free):
        (channels, count, kernel, first), (_, count2, kernel2, second) = \
            CONVS[name]
        x_type, w_type, x_zero, w_zero = kinds
        tag = f"{name}_{x_type}{w_type}_{x_zero + 128}_{w_zero + 128}"
        x_dtype, w_dtype = TYPES[x_type], TYPES[w_type]
        size = (2, channels) + ((13, 11) if len(kernel) == 2 else (19,))
        x = random_bytes(self.random, x_dtype, size)
        w = random_bytes(self.random, w_dtype,
                         (count, channels // first.get("group", 1)) + kernel)
        v = random_bytes(self.random, w_dtype,
                         (count2, count // second.get("group", 1)) + kernel2)
        x_zero, w_zero = x_dtype(x_zero), w_dtype(w_zero)
        v_zero = filters(w_zero, count2)
        middle = x_dtype(np.iinfo(x_dtype).max // 2)
        zero = self.constant(tag + "_xz", x_zero)
        y = self.feed(tag + "_x", x, free)
        one = self.constant(tag + "_one", np.float32(1))
        self.nodes.append(helper.make_node(
            "QLinearConv",
            [y, one, zero, self.constant(tag + "_w", w), one,
             self.constant(tag + "_wz", w_zero),
             self.constant(tag + "_scale", np.float32(1 / SHIFT)),
             self.constant(tag + "_yz", middle)], [tag + "_q"], **first))
        self.nodes.append(helper.make_node(
            "ConvInteger",
            [tag + "_q", self.constant(tag + "_v", v), tag + "_yz",
             self.constant(tag + "_vz", v_zero)], [tag], **second))
        sums = convolve(x, w, x_zero, w_zero, first)
        info = np.iinfo(x_dtype)
        q = np.clip(np.rint(sums * SHIFT) + int(middle), info.min, info.max)
        self.output(tag, convolve(q, v, middle, v_zero, second))

    def product(self, rows, k, columns, kinds, free):
        x_type, w_type, x_zero, w_zero = kinds
        tag = f"m{rows}_{k}_{columns}_{x_type}{w_type}_" \
              f"{x_zero + 128}_{w_zero + 128}"
        a = random_bytes(self.random, TYPES[x_type], (rows, k))
        b = random_bytes(self.random, TYPES[w_type], (k, columns))
        a_zero = TYPES[x_type](x_zero)
        b_zero = filters(TYPES[w_type](w_zero), columns)
        self.nodes.append(helper.make_node(
            "MatMulInteger",
            [self.feed(tag + "_a", a, free), self.constant(tag + "_b", b),
             self.constant(tag + "_az", a_zero),
             self.constant(tag + "_bz", b_zero)], [tag]))
        self.output(tag, (a.astype(np.int64) - int(a_zero))
                    @ (b.astype(np.int64) - b_zero.astype(np.int64)))

    def save(self, path):
        graph = helper.make_graph(self.nodes, "integers", self.inputs,
                                  self.outputs, self.weights)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 21)])
        onnx.save(model, path)


# Processors and their options: with a dot product of bytes, and without. (QEMU
# 7.2 fails an assertion of its own on RISC-V programs of this size.)
EMULATED = [("aarch64", ["-mcpu=neoverse-n1"]), ("aarch64", [])]


def run_native(options, cpu, path, build, folder):
    library = os.path.join(folder, "model.so")
    run(options.onnxc, path, f"-mcpu={cpu}", "--emit=shared", "-o", library)
    command = [options.onnxc_run, library, f"--output-dir={folder}"]
    for name, array in build.feeds.items():
        file = os.path.join(folder, name + ".npy")
        np.save(file, array)
        command.append(f"--input={name}={file}")
    run(*command)
    return {name: np.load(os.path.join(folder, name + ".npy"))
            for name in build.expected}


def run_emulated(machine, options, path, build, folder):
    program = machine.build(path, folder, options)
    inputs = [(helper.np_dtype_to_tensor_dtype(array.dtype), array)
              for array in build.feeds.values()]
    return dict(zip(build.expected, machine.run(program, inputs, folder)))


def list_machines(options, folder):
    """From a name to what runs a model there."""
    if not options.emulated:
        # The last is for dot products of four bytes, where there are such.
        for cpu in (*filter(run_layouts.available, run_layouts.CPUS), "native"):
            yield cpu, functools.partial(run_native, options, cpu)
        return
    for name, flags in EMULATED:
        machine = emulator.Emulator(name, options.onnxc, folder)
        yield " ".join([name] + flags), functools.partial(
            run_emulated, machine, flags)


def check(options, case, what, is_free, run_model):
    """A convolution of CONVS, or all products, with all kinds of factors."""
    build = Build()
    for kinds in FACTORS:
        if what in CONVS:
            build.conv(what, kinds, is_free)
        else:
            for sizes in PRODUCTS:
                build.product(*sizes, kinds, False)
    with runner_arguments.case_folder(options, case) as folder:
        path = os.path.join(folder, "model.onnx")
        build.save(path)
        results = run_model(path, build, folder)
    wrong = [name for name, expected in build.expected.items()
             if not np.array_equal(results[name], expected)]
    if wrong:
        raise Failure(f"{len(wrong)} of {len(results)} differ: "
                      f"{', '.join(wrong)}")


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--emulated", action="store_true",
                        help="run under QEMU")
    options = parser.parse()
    cases = {}
    work = runner_arguments.work_folder(options, "integers")
    for machine, run_model in list_machines(options, work):
        for what in (*CONVS, "products"):
            # The sizes of products are always known.
            for is_free in (False, True) if what in CONVS else (False,):
                case = f"{what} {machine} {'free' if is_free else 'fixed'}"
                cases[case] = functools.partial(check, options, case, what,
                                                is_free, run_model)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Runs compiled models on machines that QEMU emulates, and looks for the
instructions that each target's code should have.

    run_emulated.py

takes the arguments of test/runner_arguments.py. A sample of the operator tests;
all of them are run by test/operators/run_backend_tests.py --emulate MACHINE.
The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import json
import os
import re
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "operators"))
import backend_cases
import cpu_levels
import emulator
import runner_arguments
from suite_cases import Failure, run, run_cases

# One of each kind of loop: elementwise, broadcast, reduction, product,
# convolution, pooling, recurrence, gather, conversion, control flow.
SAMPLE = ("test_add_bcast", "test_argmax_keepdims_random", "test_Conv2d_padding",
          "test_conv_with_strides_padding", "test_Conv2d_depthwise",
          "test_convtranspose_pad", "test_erf", "test_gather_0",
          "test_gemm_default_matrix_bias", "test_layer_normalization_default_axis",
          "test_lstm_with_initial_bias", "test_matmul_3d", "test_maxpool_2d_pads",
          "test_reduce_log_sum_exp_default_axes_keepdims_random",
          "test_round", "test_softmax_large_number", "test_top_k")

# A pattern that the assembly of a convolution must have.
VECTORS = {
    "aarch64": (["--target=aarch64"], r"fmla\tv\d+\.4s"),
    "riscv64v": (["--target=riscv64", "-mattr=+v"], r"vfmacc\.vf"),
    "riscv64": (["--target=riscv64"], r"fmadd\.s"),
    "s390x": (["--target=s390x"], r"maebr?\t"),
    "s390xv": (["--target=s390x", "-mcpu=z14"], r"vfmasb\t"),
    "wasm32": (["--target=wasm32"], r"f32x4\.mul"),
    "cortex-m4": (["--target=thumbv7em-none-eabihf", "-mcpu=cortex-m4"],
                  r"vmul\.f32\ts\d+"),
    "cortex-m55": (["--target=cortex-m55"], r"vfma\.f32\tq\d+"),
    "x86-64-v3": (["--target=x86_64", "-mcpu=x86-64-v3"],
                  r"vfmadd\w+ps\t.*%ymm"),
    "x86-64-v4": (["--target=x86_64", "-mcpu=x86-64-v4"],
                  r"vfmadd\w+ps\t.*%zmm"),
}


def conv_model(work):
    random = np.random.RandomState(0)
    weights = random.normal(size=(32, 32, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
         helper.make_node("Relu", ["c"], ["y"])], "conv",
        [helper.make_tensor_value_info("x", 1, [1, 32, 12, 12])],
        [helper.make_tensor_value_info("y", 1, [1, 32, 12, 12])],
        [numpy_helper.from_array(weights, "w")])
    path = os.path.join(work, "conv.onnx")
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)]), path)
    image = random.normal(size=(1, 32, 12, 12)).astype(np.float32)
    padded = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
    result = np.einsum("nchwij,fcij->nfhw", windows, weights)
    return path, image, np.maximum(result, 0)


# The same of the least of many numbers.
EXTREMES = {"aarch64": r"fmin\tv\d+\.4s", "riscv64v": r"vfmin\.vv",
            "s390xv": r"vfminsb\t", "wasm32": r"f32x4\.min", "x86-64-v3": r"vminps\t.*%ymm",
            "x86-64-v4": r"vminps\t.*%zmm"}


def least_model(work):
    graph = helper.make_graph(
        [helper.make_node("ReduceMin", ["x"], ["y"])], "least",
        [helper.make_tensor_value_info("x", 1, [64, 100])],
        [helper.make_tensor_value_info("y", 1, [1, 1])])
    path = os.path.join(work, "least.onnx")
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)]), path)
    return path


def vectors_case(onnxc, path, options, pattern):
    code = run(onnxc, path, *options, "--emit=asm", "-o", "-")
    if not re.search(pattern, code):
        raise Failure(f"no {pattern} in the code")


def not_a_number_case(machine, path, work):
    """The least of numbers of which one is none is none, wherever it lies."""
    try:
        program = machine.build(path, work)
        for at in (None, 0, 5, 4321, 6399):
            x = np.random.RandomState(0).normal(size=(64, 100)).astype("f")
            if at is not None:
                x.ravel()[at] = np.nan
            got, = machine.run(program, [(1, x)], work)
            if not np.array_equal(got.ravel(), [x.min()], equal_nan=True):
                raise Failure(f"{got} with NaN at {at}")
    except emulator.EmulationError as error:
        raise Failure(str(error))


def operator_case(machine, cache, name):
    folder = os.path.join(cache, name)
    with open(os.path.join(folder, "case.json")) as file:
        case = json.load(file)
    try:
        machine.check_case(folder, case["rtol"], case["atol"])
    except emulator.EmulationError as error:
        raise Failure(str(error))


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    onnxc = options.onnxc
    work = runner_arguments.work_folder(options, "emulated")
    cache = os.path.join(options.build, "backend-tests")
    backend_cases.materialise(cache)
    conv = conv_model(work)
    cases = {f"vectors-{name}": functools.partial(
        vectors_case, onnxc, conv[0], flags, pattern)
        for name, (flags, pattern) in VECTORS.items()}
    least = least_model(work)
    cases.update({f"extremes-{name}": functools.partial(
        vectors_case, onnxc, least, VECTORS[name][0], pattern)
        for name, pattern in EXTREMES.items()})
    for name in ("aarch64", "riscv64", "riscv64v", "s390xv", "wasm32"):
        machine = emulator.Emulator(name, onnxc, work)
        cases.update({f"{name}-{test}": functools.partial(
            operator_case, machine, cache, test) for test in SAMPLE})
        folder = os.path.join(work, name)
        cases[f"nan-{name}"] = functools.partial(not_a_number_case, machine,
                                                 least, folder)
    cases["levels"] = functools.partial(cpu_levels.levels_case, onnxc, work,
                                        conv)
    cases["shared-weights"] = functools.partial(
        cpu_levels.shared_weights_case, onnxc, work, conv)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

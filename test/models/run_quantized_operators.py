#!/usr/bin/env python3
"""Compiles operators between dequantised and quantised tensors, all in one
model, and compares each result with float64.

    run_quantized_operators.py

takes the arguments of test/runner_arguments.py. A result may be off by one
quantum, where the exact one lies next to the middle of two, which is rare: 99
in 100 elements must be equal, and all of operators that only move elements. The
last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import numpy as np
import onnx
import onnx.parser

import exact_evaluator

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, run, run_cases

# Name: inputs' shapes, and what is computed of a, b, ... (dequantised).
OPERATORS = {
    "add": (((2, 5, 6), (2, 5, 6)), "y = Add(a, b)"),
    "add_broadcast": (((2, 5, 6), (6,)), "y = Add(a, b)"),
    "sub": (((2, 5, 6), (2, 5, 6)), "y = Sub(a, b)"),
    "mul": (((2, 5, 6), (2, 1, 6)), "y = Mul(a, b)"),
    "add_relu": (((2, 5, 6), (2, 5, 6)), "t = Add(a, b) y = Relu(t)"),
    "clip": (((40,),), "l = Constant <value_float = -0.3> () h = Constant "
             "<value_float = 0.6> () y = Clip(a, l, h)"),
    "leaky": (((40,),), "y = LeakyRelu <alpha = 0.1> (a)"),
    "sigmoid": (((40,),), "y = Sigmoid(a)"),
    "hardswish": (((40,),), "y = HardSwish(a)"),
    "softmax": (((3, 17),), "y = Softmax(a)"),
    "concat": (((2, 3, 4), (2, 5, 4)), "y = Concat <axis = 1> (a, b)"),
    "maxpool": (((1, 3, 9, 7),), "y = MaxPool <kernel_shape = [3, 2], strides "
                "= [2, 1], pads = [1, 0, 1, 1]> (a)"),
    "averagepool": (((1, 3, 9, 7),), "y = AveragePool <kernel_shape = [3, 3], "
                    "pads = [1, 1, 1, 1]> (a)"),
    "averagepool_counted": (((1, 3, 9, 7),), "y = AveragePool <kernel_shape = "
                            "[3, 2], pads = [1, 0, 2, 1], strides = [2, 2], "
                            "count_include_pad = 1> (a)"),
    "averagepool_ceil": (((1, 8, 8, 10),), "y = AveragePool <kernel_shape = "
                         "[3, 3], strides = [2, 2], ceil_mode = 1> (a)"),
    "averagepool_1d": (((2, 16, 21),), "y = AveragePool <kernel_shape = [4], "
                       "pads = [2, 1], strides = [3]> (a)"),
    "averagepool_3d": (((1, 2, 5, 6, 7),), "y = AveragePool <kernel_shape = "
                       "[2, 3, 2]> (a)"),
    "globalpool": (((2, 19, 7, 7),), "y = GlobalAveragePool(a)"),
    "reducemean": (((4, 33),), "i = Constant <value_ints = [1]> () "
                   "y = ReduceMean(a, i)"),
    "matmul": (((3, 17), (17, 9)), "y = MatMul(a, b)"),
    "matmul_batch": (((2, 3, 16), (2, 16, 8)), "y = MatMul(a, b)"),
    "gemm": (((3, 17), (9, 17)), "y = Gemm <transB = 1> (a, b)"),
    "conv": (((1, 3, 9, 9), (4, 3, 3, 3)), "y = Conv <pads = [1, 1, 1, 1]> "
             "(a, b)"),
}
# Means by the same scale: of bytes they are exact, ties included.
MEANS = {
    "averagepool_of_4": (((1, 16, 9, 7),), "y = AveragePool <kernel_shape = "
                         "[2, 2]> (a)"),
    "averagepool_of_6": (((1, 3, 9, 7),), "y = AveragePool <kernel_shape = "
                         "[3, 2], pads = [1, 1, 1, 0]> (a)"),
    "averagepool_of_30": (((1, 3, 7, 7),), "y = AveragePool <kernel_shape = "
                         "[6, 5]> (a)"),
    "globalpool_of_48": (((2, 5, 6, 8),), "y = GlobalAveragePool(a)"),
    "reducemean_of_12": (((5, 12),), "i = Constant <value_ints = [-1]> () "
                         "y = ReduceMean <keepdims = 0> (a, i)"),
}
# What computes nothing.
MOVING = {
    "pad": (((2, 3, 4),), "p = Constant <value_ints = [0, 1, 2, 0, 0, 1]> () "
            "y = Pad(a, p)"),
    "pad_edge": (((3, 4),), "p = Constant <value_ints = [1, 2, 0, 1]> () "
                 "y = Pad <mode = \"edge\"> (a, p)"),
    "resize_nearest": (((1, 3, 4, 5),), "r = Constant <value_floats = [1.0, "
                       "1.0, 2.0, 1.5]> () y = Resize <mode = \"nearest\"> "
                       "(a, , r)"),
    "reshape": (((2, 3, 4),), "s = Constant <value_ints = [4, 6]> () "
                "y = Reshape(a, s)"),
    "transpose": (((2, 3, 4),), "y = Transpose <perm = [2, 0, 1]> (a)"),
    "flatten": (((2, 3, 4),), "y = Flatten(a)"),
    "slice": (((6, 8),), "s = Constant <value_ints = [1, 2]> () e = Constant "
              "<value_ints = [5, 8]> () y = Slice(a, s, e)"),
    "gather": (((6, 8),), "i = Constant <value_ints = [3, 0, 5]> () "
               "y = Gather(a, i)"),
    "depth_to_space": (((1, 8, 3, 3),), "y = DepthToSpace <blocksize = 2> (a)"),
}
TYPES = {"u8": (np.uint8, "uint8"), "s8": (np.int8, "int8"),
         "u16": (np.uint16, "uint16"), "s16": (np.int16, "int16")}


def make_model(name, shapes, body, kind):
    """As text: inputs a, b, ... are reals, quantised at once; so is the
    result."""
    dtype, text = TYPES[kind]
    info = np.iinfo(dtype)
    zero = {"u8": 131, "s8": -7, "u16": 30000, "s16": 12}[kind]
    unit = 2.1 / (info.max - info.min)
    names = "abc"[:len(shapes)]
    inputs = ", ".join(f"float[{','.join(map(str, s))}] {n}_real"
                       for n, s in zip(names, shapes))
    moves = name in MOVING or name in MEANS
    lines = [f"zx = Constant <value = {text} {{{zero}}}> ()"]
    for i, n in enumerate(names):
        lines += [
            f"s{n} = Constant <value = float {{{unit * (1 + 0.3 * i):.9g}}}> ()",
            f"{n}_q = QuantizeLinear({n}_real, s{n}, zx)",
            f"{n} = DequantizeLinear({n}_q, s{n}, zx)"]
    scale = unit if moves else unit * 1.7
    lines += [body,
              f"sy = Constant <value = float {{{scale:.9g}}}> ()",
              "result = QuantizeLinear(y, sy, zx)"]
    model = onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 22]>\n'
        f"{name} ({inputs}) => ({text} result) {{\n" + "\n".join(lines) + "\n}")
    model.graph.output[0].type.tensor_type.ClearField("shape")
    return model


def check(options, name, kind):
    shapes, body = {**OPERATORS, **MEANS, **MOVING}[name]
    model = make_model(name, shapes, body, kind)
    random = np.random.RandomState(3)
    inputs = {f"{n}_real": random.uniform(-1.2, 1.2, s).astype(np.float32)
              for n, s in zip("abc", shapes)}
    with runner_arguments.case_folder(options, f"{name}-{kind}") as folder:
        path = os.path.join(folder, "model.onnx")
        library = os.path.join(folder, "model.so")
        onnx.save(model, path)
        run(options.onnxc, path, "--emit=shared", "-o", library)
        command = [options.onnxc_run, library, f"--output-dir={folder}"]
        for key, array in inputs.items():
            np.save(os.path.join(folder, key + ".npy"), array)
            command.append(f"--input={key}={folder}/{key}.npy")
        run(*command)
        ours = np.load(os.path.join(folder, "result.npy")).astype(np.int64)
        exact = exact_evaluator.evaluate(path, inputs)[0].astype(np.int64)
    difference = np.abs(ours - exact)
    # Of 16 bits a quantum is as small as the rounding of f32.
    most = 1 if kind.endswith("8") else 3
    equal = (difference == 0).mean()
    is_exact = name in MOVING or (name in MEANS and kind.endswith("8"))
    if difference.max() > most or (is_exact and equal < 1):
        raise Failure(f"{difference.max()} off")
    if kind.endswith("8") and equal < 0.99 and difference.sum() > 1:
        raise Failure(f"only {equal:.1%} are equal")


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    return run_cases({f"{name}-{kind}": functools.partial(check, options, name,
                                                          kind)
                      for kind in TYPES
                      for name in (*OPERATORS, *MEANS, *MOVING)}, options)


if __name__ == "__main__":
    sys.exit(main())

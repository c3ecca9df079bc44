#!/usr/bin/env python3
"""Compares idioms over random shapes with float64.

    run_idioms.py [--seed N] [--models N] [--machine NAME]

and the arguments of test/runner_arguments.py. A model is one of the forms of
test/graphs/idioms.py, or a near miss, for float32, float16, bfloat16 or float64.
Sizes are drawn around those of vectors, any dimension may be free, and constants
are spelled in the ways of exporters: scalars, one element in some dimensions,
initialisers, a Cast of another type. Each node evaluated in float64 tells what is
exact, each rounded to the element type how far from it one may be. A form must
become its operator. A near miss must not, where the type has digits enough to
tell it from the form. The last line is `N passed, N failed`; a model is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math
import os
import random
import sys

import ml_dtypes
import numpy as np
import onnx
import onnx.parser
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "graphs"))
import idioms
import machines
from suite_cases import Failure, run

import seeded_models

DTYPES = {"float": np.float32, "float16": np.float16,
          "bfloat16": ml_dtypes.bfloat16, "double": np.float64}
# A float64 constant may have digits that an operator's attribute has not.
HAS_OPERATORS = ("float", "float16", "bfloat16")
TELLS_MISSES = ("float", "double")
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100)
# What a free dimension is when the model is run the second time.
OTHER_SIZES = (1, 3, 16)


class Erf(OpRun):
    """onnx's own gives float32."""
    def _run(self, x):
        return (np.vectorize(math.erf, otypes=[np.float64])(x),)


class RandomGraph(idioms.Graph):
    """Constants are those of `element`, written as the type `written`."""

    def __init__(self, element, written, name, seed):
        super().__init__(name, seed)
        self.rounded, self.element = DTYPES[element], written
        self.initializers, self.free = [], []

    def shape(self, least, most, ranks):
        shape = [self.draw.randint(max(least, 1), 4)
                 for _ in range(self.draw.randint(*ranks))]
        shape[self.draw.randrange(len(shape))] = self.draw.choice(SIZES)
        return shape

    def name_dims(self, name, shape):
        if name != "x":
            return self.dims["x"][len(self.dims["x"]) - len(shape):]
        self.free = [self.draw.random() < 0.25 for _ in shape]
        return [f"d{i}" if free else str(size)
                for i, (free, size) in enumerate(zip(self.free, shape))]

    def write(self, value, shape):
        value = self.rounded(value)
        dtype = DTYPES[self.element]
        if np.dtype(dtype).itemsize == 2:
            text = int(np.asarray(value, dtype).view(np.uint16))
        else:
            text = repr(float(dtype(value)))
        dims = ", ".join(["1"] * shape)
        return f"{self.element}{f'[{dims}]' if shape else ''}", f"{{{text}}}"

    def scalar(self, value, rank=0):
        kind, text = self.write(value, rank)
        way = self.draw.random()
        if way < 0.3:
            name = f"c{len(self.initializers)}"
            self.initializers.append(f"{kind} {name} = {text}")
            return name
        if way < 0.4:
            wide = float(self.rounded(value))
            number = onnx.helper.np_dtype_to_tensor_dtype(
                np.dtype(DTYPES[self.element]))
            dims = f"[{', '.join(['1'] * rank)}]" if rank else ""
            return self.op("Cast", self.op(
                "Constant", value=f"double{dims} {{{wide!r}}}"), to=number)
        return self.op("Constant", value=f"{kind} {text}")

    def number(self, value):
        rank = len(self.dims["x"])
        return self.scalar(value, self.draw.choice((0, 0, 1, rank)))

    def case(self, *outputs, **expected):
        case = super().case(*outputs, **expected)
        case.graph = self
        if self.initializers:
            case.text = case.text.replace(
                " {", f" <{', '.join(self.initializers)}> {{", 1)
        return case


def draw_model(seed):
    """The case, its element type, and the same in float64."""
    pick = random.Random(seed)
    element = pick.choice(tuple(DTYPES))

    def cases(written):
        return idioms.draw_cases(
            lambda name, salt: RandomGraph(element, written, name,
                                           f"{salt} {seed}"), 1)

    drawn = cases(element)
    at = pick.randrange(len(drawn))
    return drawn[at], element, cases("double")[at]


def parse(case):
    return onnx.parser.parse_model(
        f'<ir_version: 10, opset_import: ["" : {case.opset}]> {case.text}')


def evaluate(model, inputs, rounded=None):
    """Node by node in float64; results are rounded to a type where one is
    given."""
    values = {tensor.name: onnx.numpy_helper.to_array(tensor)
              for tensor in model.graph.initializer}
    values |= {name: np.asarray(array, np.float64)
               for name, array in inputs.items()}
    with np.errstate(all="ignore"):
        for node in model.graph.node:
            result, = ReferenceEvaluator(node, new_ops=[Erf]).run(
                None, {name: values[name] for name in node.input})
            result = np.asarray(result)
            if rounded and result.dtype == np.float64:
                result = result.astype(rounded).astype(np.float64)
            values[node.output[0]] = result
    return [values[output.name] for output in model.graph.output]


def compare(name, ours, exact, rounded, dtype):
    if ours.shape != exact.shape:
        raise Failure(f"{name} is {list(ours.shape)}, not {list(exact.shape)}")
    # NumPy has no name for bfloat16.
    ours = ours.view(dtype).astype(np.float64)
    known = np.isfinite(rounded) & np.isfinite(exact)
    if not known.any():
        return
    exact, ours, rounded = exact[known], ours[known], rounded[known]
    unit = float(ml_dtypes.finfo(dtype).eps)
    allowed = (8 * unit * np.abs(exact).max()
               + 4 * np.abs(rounded - exact).max())
    worst = np.abs(ours - exact).max()
    if not worst <= allowed:
        raise Failure(f"{name} is {worst:.3g} from what is exact, where "
                      f"{allowed:.3g} would be right")


def draw_inputs(case, dtype, numbers, is_second):
    """Elements of the type; free dimensions have another size the second
    time."""
    free = {dim: OTHER_SIZES[i % len(OTHER_SIZES)]
            for i, dim in enumerate(case.graph.dims["x"])
            if case.graph.free[i] and is_second}
    return {name: numbers.standard_normal(
                [free.get(dim, size) for dim, size in
                 zip(case.graph.dims[name], shape)]).astype(dtype)
            for name, shape in case.inputs[0].items()}


def check_plan(case, element, path, options):
    plan = run(options.onnxc, path, "--emit=mlir", "--stop-after=graph", "-o",
               "-")
    if (case.becomes and element in HAS_OPERATORS
            and f"onnx.{case.becomes}(" not in plan):
        raise Failure(f"has not become {case.becomes}")
    if (case.not_becomes and element in TELLS_MISSES
            and case.not_becomes + "(" in plan):
        raise Failure(f"has become {case.not_becomes}")


def run_seed(seed, options, folder):
    case, element, exact_case = draw_model(seed)
    dtype = DTYPES[element]
    numbers = np.random.RandomState(seed)
    path = os.path.join(folder, "model.onnx")
    onnx.save(parse(case), path)
    exact_model = parse(exact_case)
    try:
        check_plan(case, element, path, options)
        program = machines.compile_model(path, [], options, folder)
        for is_second in (False, True)[:1 + any(case.graph.free)]:
            inputs = draw_inputs(case, dtype, numbers, is_second)
            results = program.run(inputs)
            exact = evaluate(exact_model, inputs)
            rounded = evaluate(exact_model, inputs, dtype)
            for output, *wanted in zip(exact_model.graph.output, exact,
                                       rounded):
                compare(output.name, results[output.name], *wanted, dtype)
    except Failure as failure:
        raise Failure(f"{case.name} of {element}: {failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, run_seed, 40, machines.ARGUMENT))

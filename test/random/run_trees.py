#!/usr/bin/env python3
"""Compares random forests (tree_models.py) with onnxruntime.

    run_trees.py [--seed N] [--models N]

and the arguments of test/runner_arguments.py. Each is compiled with a free
number of rows, run with 0, 1, 2, 7 and 100, and once more in a way that the
seed chooses. Classes have to be equal, scores to 1e-6. What TreeEnsemble of version 5
gives is computed here: onnxruntime 1.32 has SOFTMAX and LOGISTIC exchanged in
it, and loses members of sets. The last line is `N passed, N failed`; a forest is
a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np
import onnx
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import model_cases
import run_models
import tree_models
from suite_cases import Failure

import machines
import seeded_models

ROWS = (0, 1, 2, 7, 100)


def compare_arrays(name, ours, theirs, transform):
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        raise Failure(f"{name} is {ours.dtype}{list(ours.shape)}, expected "
                      f"{theirs.dtype}{list(theirs.shape)}")
    if theirs.dtype == np.int64:
        if not np.array_equal(ours, theirs):
            raise Failure(f"{name} is {ours.tolist()}, expected "
                          f"{theirs.tolist()}")
        return
    # PROBIT's differences of nearly equal numbers cancel.
    rtol, atol = (1e-3, 1e-4) if transform == "PROBIT" else (1e-6, 1e-7)
    is_close = np.isclose(ours, theirs, rtol=rtol, atol=atol, equal_nan=True)
    if not is_close.all():
        worst = tuple(int(i) for i in np.argwhere(~is_close)[0])
        raise Failure(f"{name} has {ours[worst]} at {worst}, expected "
                      f"{theirs[worst]}")


def compare(path, flags, inputs, expected, transform, options, folder):
    case = model_cases.Case("model", "model", [{}], flags)
    library, _, _ = run_models.compile_model(case, path, options, folder)
    for rows, theirs in zip(inputs, expected):
        run_models.run_library(library, {"x": rows}, options, folder)
        for name, array in theirs.items():
            try:
                compare_arrays(name, np.load(os.path.join(
                    folder, name + ".npy")), array, transform)
            except Failure as failure:
                raise Failure(f"{len(rows)} rows: {failure}") from None


def draw_flags(random, options):
    """How it is compiled the second time, and the only number of rows that it
    then takes."""
    is_checked = "--check-accesses" in options.onnxc_options
    kind = random.randint(6)
    if kind < 4:
        return seeded_models.get_level_flags(machines.LEVELS[kind]), None
    if kind == 4:
        return ["-O1" if is_checked else "-O0"], None
    return ["--dim=n=7"], 7


def run_reference(model, inputs):
    """onnxruntime's outputs for each of the inputs, with one thread. Its
    regressor takes no integers."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 4
    kind = model.graph.input[0].type.tensor_type
    if (model.graph.node[0].op_type == "TreeEnsembleRegressor"
            and kind.elem_type != onnx.TensorProto.DOUBLE):
        inputs = [rows.astype(np.float32) for rows in inputs]
        model = onnx.ModelProto.FromString(model.SerializeToString())
        model.graph.input[0].type.tensor_type.elem_type = \
            onnx.TensorProto.FLOAT
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings,
        providers=["CPUExecutionProvider"])
    names = [output.name for output in model.graph.output]
    return [dict(zip(names, session.run(None, {"x": rows})))
            for rows in inputs]


def compare_seed(seed, options, folder):
    random = np.random.RandomState(seed)
    forest, model = tree_models.draw(random)
    shape, transform = forest.shape, forest.transform
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    inputs = [shape.draw_rows(count) for count in ROWS]
    if forest.trees:
        expected = [{"y": forest.evaluate(rows)} for rows in inputs]
    else:
        expected = run_reference(model, inputs)
    compare(path, [], inputs, expected, transform, options, folder)
    flags, rows = draw_flags(random, options)
    pairs = [(x, y) for x, y in zip(inputs, expected)
             if rows is None or len(x) == rows]
    try:
        compare(path, flags, *zip(*pairs), transform, options, folder)
    except Failure as failure:
        raise Failure(f"{' '.join(flags)}: {failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, compare_seed, models=40))

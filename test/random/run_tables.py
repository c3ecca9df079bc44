#!/usr/bin/env python3
"""Compares operators of ai.onnx.ml with onnxruntime, over random attributes,
types and sizes.

    run_tables.py [--seed N] [--models N] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. table_models.py draws them. Each
is run on 7 rows, on 1 and on none. Where onnxruntime does not take the elements
of the input, it is given the same numbers in another type; keys of such a type
are looked up by NumPy. The last line is `N passed, N failed`; a model is a test.

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
from suite_cases import Failure

import seeded_models
import table_models

ROWS = (7, 1, 0)
# Of the largest element: sums are in another order. PROBIT is steep.
TOLERANCE, STEEP = 3e-6, 1e-3


def open_session(model):
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    return onnxruntime.InferenceSession(
        model.SerializeToString(), settings,
        providers=["CPUExecutionProvider"])


class Reference:
    """onnxruntime on the input's type, or on one that it takes."""

    def __init__(self, model):
        self.model = model
        others = [table_models.FLOAT, table_models.INT64]
        if not np.issubdtype(model.inputs[0][1], np.floating):
            others.reverse()
        for dtype in (None, *others):
            try:
                self.session = open_session(model.build(dtype))
                self.dtype = dtype
                return
            except onnxruntime.capi.onnxruntime_pybind11_state.Fail:
                continue
            except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
                continue
        self.session = None

    def run(self, inputs):
        if not self.session:
            return [look_up(self.model, inputs["X"])]
        given = {name: array.astype(self.dtype or array.dtype)
                 for name, array in inputs.items()}
        return self.session.run(None, given)


def look_up(model, x):
    """What a LabelEncoder's text says."""
    def get(what):
        for name, value in model.attributes.items():
            if name.startswith(what):
                return (onnx.numpy_helper.to_array(value)
                        if name.endswith("tensor") else np.array(value))
        return None
    keys, values, default = get("keys"), get("values"), get("default")
    dtype = model.outputs[0][1]
    if default is None:
        default = -0.0 if np.issubdtype(dtype, np.floating) else -1
    y = np.full(x.shape, default, dtype)
    for key, value in zip(keys, values):
        y[np.isnan(x) if key != key else x == x.dtype.type(key)] = value
    return y


def compare(name, ours, theirs, tolerance=TOLERANCE):
    if ours.shape != theirs.shape:
        raise Failure(f"{name} is {list(ours.shape)}, expected "
                      f"{list(theirs.shape)}")
    if not theirs.size:
        return
    if not np.issubdtype(theirs.dtype, np.floating):
        if not np.array_equal(ours, theirs):
            raise Failure(f"{name} is {ours.tolist()}, expected "
                          f"{theirs.tolist()}")
        return
    known = np.isfinite(theirs)
    worst = np.abs(ours - theirs)[known].max(initial=0)
    allowed = tolerance * max(1, np.abs(theirs[known]).max(initial=0))
    if not worst <= allowed or not np.isfinite(ours[known]).all():
        raise Failure(f"{name} differs by {worst:.2e}: {ours.tolist()}, "
                      f"expected {theirs.tolist()}")


def run_seed(seed, options, folder):
    model = table_models.draw_model(seed)
    numbers = np.random.RandomState(seed)
    path = os.path.join(folder, "model.onnx")
    onnx.save(model.build(), path)
    reference = Reference(model)
    is_steep = model.attributes.get("post_transform") == "PROBIT"
    try:
        library, _, _ = run_models.compile_model(
            model_cases.Case("model", "model", [{}]), path, options, folder)
        for rows in ROWS[:1 if model.is_vector else None]:
            inputs = model.draw_inputs(rows, numbers)
            run_models.run_library(library, inputs, options, folder)
            if not rows:
                continue
            for (name, dtype), theirs in zip(model.outputs,
                                             reference.run(inputs)):
                ours = np.load(os.path.join(folder, name + ".npy"))
                dtype = dtype or model.inputs[0][1]
                if ours.dtype != dtype:
                    raise Failure(f"{name} is of {ours.dtype}, not {dtype}")
                compare(f"{name} of {rows} rows", ours, theirs.astype(dtype),
                        STEEP if is_steep else TOLERANCE)
    except Failure as failure:
        raise Failure(f"{model.op} {model.inputs} {model.attributes}: "
                      f"{failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, run_seed, models=65))

#!/usr/bin/env python3
"""Compares operators of com.microsoft with onnxruntime's kernels, or with NumPy
where it has none, over random sizes, types, attributes and optional inputs.

    run_microsoft.py [--seed N] [--models N] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. The microsoft_*.py draw them: a
quarter of the floats is of 16 bits, and compared with what onnxruntime computes
of the same numbers in 32; a third of the models is compiled for an older level
of x86-64. The last line is `N passed, N failed`; a model is a test.

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

import microsoft_elementwise
import microsoft_lstms
import microsoft_models
import microsoft_others
import microsoft_quantised
import microsoft_sequences
import microsoft_state_models
import seeded_models

DRAWERS = (microsoft_elementwise.DRAWERS + microsoft_sequences.DRAWERS +
           microsoft_quantised.DRAWERS + microsoft_others.DRAWERS +
           microsoft_state_models.DRAWERS + microsoft_lstms.DRAWERS)
# A few roundings of 11 bits.
HALF_TOLERANCE = 6e-3
STATE = onnxruntime.capi.onnxruntime_pybind11_state
NOT_THERE = (STATE.Fail, STATE.NotImplemented, STATE.InvalidArgument,
             STATE.RuntimeException)


def draw_model(seed):
    """As many of each operator as of the others."""
    draw = microsoft_models.Draw(seed)
    return DRAWERS[seed % len(DRAWERS)](draw), draw


def compute(model):
    if model.oracle:
        return model.oracle()
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    is_half = model.element == microsoft_models.HALF
    element = microsoft_models.FLOAT if is_half else None
    session = onnxruntime.InferenceSession(
        model.build(element).SerializeToString(), settings,
        providers=["CPUExecutionProvider"])
    return session.run(None, model.given(element))


def compare(model, name, ours, theirs):
    theirs = np.asarray(theirs)
    if ours.shape != theirs.shape:
        raise Failure(f"{name} is {list(ours.shape)}, expected "
                      f"{list(theirs.shape)}")
    if not theirs.size:
        return
    if not np.issubdtype(ours.dtype, np.floating):
        off = np.abs(ours.astype(np.int64) - theirs.astype(np.int64))
        allowed = 1 + off.size // 50 if model.is_quantised else 0
        if off.max() > bool(allowed) or np.count_nonzero(off) > allowed:
            raise Failure(f"{name} is {ours.tolist()}, expected "
                          f"{theirs.tolist()}")
        return
    is_half = ours.dtype == np.float16
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    known = np.isfinite(theirs)
    if not np.array_equal(ours[~known], theirs[~known], equal_nan=True):
        raise Failure(f"{name} is not finite elsewhere")
    worst = np.abs(ours[known] - theirs[known]).max(initial=0)
    tolerance = max(model.tolerance, HALF_TOLERANCE if is_half else 0)
    if not worst <= tolerance * max(1, np.abs(theirs[known]).max(initial=0)):
        raise Failure(f"{name} differs by {worst:.2e}")


def run_model(model, options, folder):
    path = os.path.join(folder, "model.onnx")
    onnx.save(model.build(), path)
    theirs = compute(model)
    library, _, _ = run_models.compile_model(
        model_cases.Case("model", "model", [{}]), path, options, folder)
    run_models.run_library(library, model.given(), options, folder)
    named = [(name, dtype) for name, dtype in model.outputs if name]
    for (name, dtype), expected in zip(named, theirs):
        ours = np.load(os.path.join(folder, name + ".npy"))
        if ours.dtype != dtype:
            raise Failure(f"{name} is of {ours.dtype}")
        compare(model, name, ours, expected)


def run_seed(seed, options, folder):
    model, draw = draw_model(seed)
    level = draw.choice(seeded_models.LEVELS)
    try:
        run_model(model, seeded_models.at_level(options, level), folder)
    except (Failure, *NOT_THERE) as failure:
        shapes = {name: entry and (str(entry.array.dtype), entry.array.shape,
                                   entry.labels, entry.is_constant)
                  for name, entry in model.inputs.items()}
        raise Failure(f"{model.op} {model.attributes} {shapes} free "
                      f"{model.free} {level}: {failure}") from None


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, run_seed, models=82))

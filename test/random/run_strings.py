#!/usr/bin/env python3
"""Compares operators of strings with onnxruntime, over random attributes, sizes
and strings.

    run_strings.py [--seed N] [--models N] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. string_models.py draws them, each
for one of several levels of x86-64. The last line is `N passed, N failed`; a model is a test.

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
from string_tensors import (make_strings, name_output, read_output,
                            write_input)
from suite_cases import Failure, run

import seeded_models
import string_models


STATE = onnxruntime.capi.onnxruntime_pybind11_state


def open_session(model):
    """None where onnxruntime does not take the model."""
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), settings,
            providers=["CPUExecutionProvider"])
    except (STATE.Fail, STATE.NotImplemented):
        return None


def drop_what_is_refused(model):
    """Nodes, such as one with a pattern that RE2 refuses, which onnxc has to
    refuse, too. Returns the model without them, and those."""
    kept, refused = onnx.ModelProto(), []
    kept.CopyFrom(model)
    del kept.graph.node[:], kept.graph.output[:]
    for node in model.graph.node:
        alone = onnx.ModelProto()
        alone.CopyFrom(kept)
        outputs = [value for value in model.graph.output
                   if value.name in node.output]
        alone.graph.node.append(node)
        alone.graph.output.extend(outputs)
        if open_session(alone):
            kept.CopyFrom(alone)
        else:
            refused.append(node)
    return kept, refused


def is_same(ours, theirs):
    theirs = np.asarray(theirs)
    # Only floats may be NaN.
    return ours.shape == theirs.shape and np.array_equal(
        ours, theirs, equal_nan=theirs.dtype.kind == "f")


def compare(name, ours, theirs, strings):
    if not is_same(ours, theirs):
        theirs = np.asarray(theirs)
        raise Failure(f"{name} of {strings} is {ours.tolist()}, expected "
                      f"{theirs.tolist()}")


def run_seed(seed, options, folder):
    whole, runs = string_models.draw_model(seed)
    model, _ = drop_what_is_refused(whole)
    if not model.graph.node:
        return
    session = open_session(model)
    level = seeded_models.LEVELS[seed % len(seeded_models.LEVELS)]
    options = seeded_models.at_level(options, level)
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    library, _, _ = run_models.compile_model(
        model_cases.Case("model", "model", [{}]), path, options, folder)
    for shape, strings in runs:
        array = make_strings(strings, *shape)
        files = {value.name: name_output(folder, value)
                 for value in model.graph.output}
        run(options.onnxc_run, library,
            "--input=x=" + write_input(folder, "x", array),
            *(f"--output={name}={file}" for name, file in files.items()))
        for value, theirs in zip(model.graph.output,
                                 session.run(None, {"x": array})):
            compare(value.name, read_output(files[value.name]), theirs, strings)


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, run_seed, models=60))

#!/usr/bin/env python3
"""Compares models of sequences with onnxruntime, over random programs, types,
sizes and places.

    run_sequences.py [--seed N] [--models N] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. sequence_programs.py draws them.
A run that onnxruntime ends with an error has to end with a status here. The last
line is `N passed, N failed`; a model is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import subprocess
import sys

import onnx
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import model_cases
import run_models
from string_tensors import name_output, read_output, write_input
from suite_cases import Failure

import run_strings
import seeded_models
import sequence_programs


def reads_unknown_rank(message):
    """A form that is refused: what has no rank when compiling cannot be an
    element, or be joined."""
    return "state it in the type of the model's input" in message


def is_laxer(message):
    """Tensors joined, where there are none, are no elements of known sizes where
    the sequence is the slices of a tensor."""
    return "Must have 1 or more inputs" in message


def is_stricter(inputs):
    """onnxruntime joins tensors of other sizes where one has no elements."""
    return any(array.size == 0 for value in inputs.values()
               for array in (value if isinstance(value, list) else [value]))


def is_same(ours, theirs):
    if isinstance(theirs, list):
        return (isinstance(ours, list) and len(ours) == len(theirs)
                and all(map(is_same, ours, theirs)))
    return run_strings.is_same(ours, theirs)


def fails(session, inputs):
    try:
        session.run(None, inputs)
    except Exception:  # onnxruntime's have no common class
        return True
    return False


def compare_run(session, library, model, inputs, options, folder):
    files = {value.name: name_output(folder, value)
             for value in model.graph.output}
    command = [options.onnxc_run, library]
    command += [f"--input={name}={write_input(folder, name, value)}"
                for name, value in inputs.items()]
    command += [f"--output={name}={file}" for name, file in files.items()]
    done = subprocess.run(command, text=True, errors="replace", timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        theirs = session.run(None, inputs)
    except Exception as error:  # onnxruntime's have no common class
        if not is_laxer(str(error)) and (
                done.returncode != 2 or "error:" not in done.stdout):
            raise Failure(f"{inputs}: exit status {done.returncode} where "
                          f"onnxruntime says {str(error)[:300]}") from error
        return
    if done.returncode:
        if "reads it: ConcatFromSequence" in done.stdout and (
                is_stricter(inputs)):
            return
        raise Failure(f"{inputs}: exit status {done.returncode}: "
                      f"{done.stdout[-600:]}")
    for value, expected in zip(model.graph.output, theirs):
        ours = read_output(files[value.name])
        if not is_same(ours, expected):
            raise Failure(f"{value.name} of {inputs} is {ours}, expected "
                          f"{expected}")


def run_seed(seed, options, folder):
    model, runs = sequence_programs.draw_model(seed)
    session = run_strings.open_session(model)
    if not session:
        return
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    try:
        library, _, _ = run_models.compile_model(
            model_cases.Case("model", "model", [{}]), path, options, folder)
    except Failure as failure:
        if reads_unknown_rank(str(failure)) or (
                "outside of a sequence" in str(failure)
                and all(fails(session, inputs) for inputs in runs)):
            return
        raise
    for inputs in runs:
        compare_run(session, library, model, inputs, options, folder)


if __name__ == "__main__":
    sys.exit(seeded_models.main(__doc__, run_seed, models=40))

#!/usr/bin/env python3
"""Compiles models that scikit-learn, XGBoost, LightGBM and CatBoost trained
(make_pipelines.py), and compares what they compute for seven rows, for one and
for none with what the library gives, and with onnxruntime.

    run_pipelines.py

and the arguments of test/runner_arguments.py. A model that
expected-failures.txt lists (a name and a reason a line) must fail: when it
passes, its line has to go.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import glob
import os
import sys

import numpy as np
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, run, run_cases

FOLDER = os.path.join(HERE, "models")
ROWS = (7, 1, 0)
# Of one library to another; scikit-learn's own are in double.
TOLERANCE = 1e-5


def compare(what, ours, theirs, tolerance):
    if ours.shape != theirs.shape:
        raise Failure(f"{what}: {ours.shape}, expected {theirs.shape}")
    if np.issubdtype(theirs.dtype, np.floating):
        if not np.allclose(ours, theirs, rtol=tolerance, atol=tolerance):
            raise Failure(f"{what} differs by {np.abs(ours - theirs).max()}")
    elif not np.array_equal(ours, theirs):
        raise Failure(f"{what} is {ours.tolist()}, expected {theirs.tolist()}")


def as_array(result):
    """A list of maps as the table of their values, strings as NumPy's."""
    if isinstance(result, list):
        return np.array([list(row.values()) for row in result], np.float32)
    return result.astype(str) if result.dtype == object else result


def as_given(tables):
    """onnxruntime takes strings as objects."""
    return {name: table.astype(object) if table.dtype.kind == "U" else table
            for name, table in tables.items()}


def run_case(path, options):
    case = os.path.splitext(os.path.basename(path))[0]
    stored = dict(np.load(path[:-len(".onnx")] + ".npz"))
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        path, settings, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    with runner_arguments.case_folder(options, case) as folder:
        library = os.path.join(folder, "model.so")
        run(options.onnxc, path, *options.onnxc_options, "--emit=shared", "-o",
            library, timeout=120)
        for rows in ROWS:
            tables = {name: stored["in_" + name][:rows] for name in names}
            files = []
            for name, table in tables.items():
                files.append(os.path.join(folder, f"in_{name}.npy"))
                np.save(files[-1], table)
            run(options.onnxc_run, library,
                *(f"--input={name}={file}"
                  for name, file in zip(names, files)),
                "--output-dir", folder, timeout=120)
            for output in session.get_outputs():
                ours = np.load(os.path.join(folder, output.name + ".npy"))
                what = f"{output.name} of {rows} rows"
                if "out_" + output.name in stored:
                    theirs = stored["out_" + output.name][:rows]
                    compare(what + " beside the library",
                            ours.reshape(theirs.shape), theirs,
                            float(stored["tolerance"]))
                # Several of onnxruntime's operators refuse empty tables.
                if rows:
                    compare(what + " beside onnxruntime", ours,
                            as_array(session.run([output.name],
                                                 as_given(tables))[0]),
                            TOLERANCE)


def fail_case(path, options):
    try:
        run_case(path, options)
    except Failure:
        return
    raise Failure("passes, although it is an expected failure")


def read_expected_failures():
    with open(os.path.join(HERE, "expected-failures.txt")) as file:
        return {line.split()[0] for line in file
                if line.strip() and not line.startswith("#")}


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_compiler_options()
    options = parser.parse()
    expected = read_expected_failures()
    cases = {}
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.onnx"))):
        name = os.path.splitext(os.path.basename(path))[0]
        cases[name] = functools.partial(
            fail_case if name in expected else run_case, path, options)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

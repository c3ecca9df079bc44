#!/usr/bin/env python3
"""Compiles small models, runs each compiled one on inputs of several sizes and
compares with onnxruntime. (onnx's reference evaluator joins the scan outputs of
a Loop where they are to be stacked.)

    run_graphs.py [--expected-failures FILE] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. The other files of the folder
list the cases. One that says that its sizes are known before a run (the
default) fails if a size is read from data. One that says what is refused must
end so on each of its inputs. One that --expected-failures lists (a name and a
reason a line) must fail: when it passes, its line has to go.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import glob
import importlib
import os
import subprocess
import sys

import numpy as np
import onnx
import onnx.parser
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from string_tensors import name_output, read_output, write_arguments
from suite_cases import Failure, run_cases


def run(command):
    done = subprocess.run(command, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120)
    if done.returncode:
        raise Failure(f"{os.path.basename(command[0])}: exit status "
                      f"{done.returncode}: {done.stdout.strip()[-600:]}")
    return done.stdout


def compare(name, ours, theirs):
    if theirs is None or isinstance(theirs, list):
        if type(ours) is not type(theirs) or theirs and (
                len(ours) != len(theirs)):
            raise Failure(f"{name} is {ours}, expected {theirs}")
        for i, (one, other) in enumerate(zip(ours or [], theirs or [])):
            compare(f"{name}[{i}]", one, np.asarray(other))
        return
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        raise Failure(f"{name} is {ours.dtype}{list(ours.shape)}, expected "
                      f"{theirs.dtype}{list(theirs.shape)}")
    if np.issubdtype(theirs.dtype, np.floating):
        if not np.allclose(ours, theirs, rtol=1e-5, atol=1e-6, equal_nan=True):
            raise Failure(f"{name} differs by {np.abs(ours - theirs).max()}")
    elif not np.array_equal(ours, theirs):
        raise Failure(f"{name} is {ours.tolist()}, expected {theirs.tolist()}")


def parse_model(case):
    imports = case.imports or f'"" : {case.opset}'
    return onnx.parser.parse_model(
        f"<ir_version: 10, opset_import: [{imports}]> {case.text}")


def make_inputs(model, given, random):
    """Arrays as they are given; a shape stands for random elements."""
    inputs = {}
    for value in model.graph.input:
        if not value.type.HasField("tensor_type"):
            inputs[value.name] = given[value.name]
            continue
        dtype = onnx.helper.tensor_dtype_to_np_dtype(
            value.type.tensor_type.elem_type)
        what = given[value.name]
        inputs[value.name] = np.asarray(
            random.standard_normal(what) if isinstance(what, tuple) else what,
            dtype)
    return inputs


def print_value(value):
    """As --value takes it."""
    return ",".join(str(int(x) if isinstance(x, bool) else x)
                    for x in np.ravel(np.asarray(value)).tolist())


def run_refused(command, case):
    done = subprocess.run(command, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=120)
    if done.returncode != 2 or case.refused not in done.stdout:
        raise Failure(f"exit status {done.returncode}: {done.stdout[-600:]}")


def run_case(case, options):
    with runner_arguments.case_folder(options, case.name) as folder:
        compare_case(case, options, folder)


def compare_case(case, options, folder):
    path = os.path.join(folder, "model.onnx")
    model = parse_model(case)
    onnx.save(model, path)
    library = os.path.join(folder, "model.so")
    flags = case.flags + [f"--value={name}={print_value(value)}"
                          for name, value in case.values.items()]
    said = run([options.onnxc, path, *flags, *options.onnxc_options,
                "--emit=shared", "--save-temps", "-o", library])
    if case.warns not in said:
        raise Failure(f"does not warn: {said.strip()[-600:]}")
    with open(os.path.join(folder, "model.graph.mlir")) as file:
        plan = file.read()
    if case.sizes_known and not case.refused and "plan.symbol" in plan:
        raise Failure("a size is read from data: "
                      + next(line for line in plan.splitlines()
                             if "plan.symbol" in line).strip())
    if case.becomes and f"onnx.{case.becomes}(" not in plan:
        raise Failure(f"has not become {case.becomes}")
    if case.not_becomes and case.not_becomes + "(" in plan:
        raise Failure(f"has become {case.not_becomes}")
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    reference = None
    if not case.refused and not case.expected:
        reference = onnxruntime.InferenceSession(
            path, settings, providers=["CPUExecutionProvider"])
    random = np.random.RandomState(0)
    for given in case.inputs:
        inputs = make_inputs(model, {**case.values, **given}, random)
        files = {output.name: name_output(folder, output)
                 for output in model.graph.output}
        command = [options.onnxc_run, library,
                   *(f"--output={name}={file}" for name, file in files.items())]
        for value in model.graph.input:
            if value.name not in case.values:
                command += write_arguments(folder, value, inputs[value.name])
        if case.refused:
            run_refused(command, case)
            continue
        run(command)
        theirs = reference.run(None, inputs) if reference else case.expected
        for output, expected in zip(model.graph.output, theirs):
            ours = read_output(files[output.name])
            if isinstance(ours, np.ndarray):
                expected = np.asarray(expected,
                                      None if reference else ours.dtype)
            compare(output.name, ours, expected)
            os.remove(files[output.name])


def find_cases():
    """Those of the CASES, REFUSED and LIMITED of this folder's modules."""
    for path in sorted(glob.glob(os.path.join(HERE, "*.py"))):
        name = os.path.splitext(os.path.basename(path))[0]
        if name == os.path.splitext(os.path.basename(__file__))[0]:
            continue
        module = importlib.import_module(name)
        for group in ("CASES", "REFUSED", "LIMITED"):
            yield from getattr(module, group, [])


def fail_case(case, options):
    """One that is known not to pass."""
    try:
        run_case(case, options)
    except Failure:
        return
    raise Failure("passes, although it is an expected failure")


def read_names(path):
    with open(path) as file:
        return {line.split()[0] for line in file
                if line.strip() and not line.startswith("#")}


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_compiler_options()
    parser.add_argument("--expected-failures", metavar="FILE",
                        help="a file of names that must not pass, each with a "
                             "reason")
    options = parser.parse()
    expected = (read_names(options.expected_failures)
                if options.expected_failures else set())
    return run_cases({
        case.name: functools.partial(
            fail_case if case.name in expected else run_case, case, options)
        for case in find_cases()}, options)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compiles networks as exporters wrote them, runs each at several sizes and
compares with onnxruntime.

    run_exported.py [--names FILE] [--expected-failures FILE] [--json FILE]
        [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. A case is a file of networks/,
compiled with its dimensions as they are in the file (mostly free), and run at
the sizes that the file states. It passes when max |ours - theirs| <= 1e-4 * max
|theirs| for each output (2e-3 for float16; integers must be equal), or when
ours is within that of the model evaluated in float64. What is listed as an
expected failure must fail.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import onnx
import onnxruntime

import network_file

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path += [TESTS, os.path.join(TESTS, "models")]
import exact_evaluator
import runner_arguments
from suite_cases import Failure, outcome, print_counts

TOLERANCES = {np.dtype(np.float16): 2e-3}
TOLERANCE = 1e-4


def run(command, options):
    try:
        done = subprocess.run(command, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              timeout=options.timeout)
    except subprocess.TimeoutExpired:
        raise Failure(f"{os.path.basename(command[0])}: takes over "
                      f"{options.timeout} s") from None
    if done.returncode:
        lines = [line for line in done.stdout.splitlines()
                 if "warning:" not in line]
        raise Failure(f"{os.path.basename(command[0])}: status "
                      f"{done.returncode}: " + "\n".join(lines)[:1500])


def difference(ours, theirs):
    """The largest one, relative to the largest magnitude."""
    if not np.issubdtype(theirs.dtype, np.floating):
        return 0.0 if np.array_equal(ours, theirs) else float("inf")
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    odd = ~np.isfinite(theirs)
    if not np.array_equal(ours[odd], theirs[odd], equal_nan=True):
        return float("inf")
    apart = np.abs(ours - theirs)[~odd]
    largest = np.abs(theirs[~odd]).max(initial=0)
    worst = apart.max(initial=0) / max(largest, 1e-30)
    return float(worst) if np.isfinite(worst) else float("inf")


def compare(name, ours, theirs, exact):
    """`exact` gives the output in float64; it is asked where there is doubt."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        raise Failure(f"output {name} is {ours.dtype}{list(ours.shape)}, "
                      f"onnxruntime's {theirs.dtype}{list(theirs.shape)}")
    tolerance = TOLERANCES.get(theirs.dtype, TOLERANCE)
    worst = difference(ours, theirs)
    if worst <= tolerance:
        return worst
    try:
        right = np.asarray(exact(name))
    except Exception as error:
        raise Failure(f"output {name} differs by {worst:.2e}; not evaluated in "
                      f"float64: {type(error).__name__}: {str(error)[:200]}")
    if right.shape == ours.shape:
        ours_off = difference(ours, right)
        theirs_off = difference(theirs, right)
        if ours_off <= tolerance:
            return ours_off
        raise Failure(f"output {name} differs by {worst:.2e}: from float64's "
                      f"by {ours_off:.2e}, onnxruntime's by {theirs_off:.2e}")
    raise Failure(f"output {name} differs by {worst:.2e}")


class Exact:
    """The outputs in float64, evaluated when one is asked for."""

    def __init__(self, path, inputs):
        self.path, self.inputs, self.outputs = path, inputs, None

    def __call__(self, name):
        if self.outputs is None:
            model = onnx.load(self.path, load_external_data=False)
            self.outputs = dict(zip(
                (output.name for output in model.graph.output),
                exact_evaluator.evaluate(self.path, self.inputs)))
        return self.outputs[name]


def open_reference(path):
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, settings,
                                        providers=["CPUExecutionProvider"])


def run_case(name, options, result):
    with runner_arguments.case_folder(options, name) as folder:
        model, sizes = network_file.read(name)
        path = os.path.join(folder, "model.onnx")
        onnx.save(model, path)
        library = os.path.join(folder, "model.so")
        begin = time.monotonic()
        run([options.onnxc, path, "--emit=shared", "-o", library,
             *options.onnxc_options], options)
        result["seconds"] = time.monotonic() - begin
        reference = open_reference(path)
        names = [output.name for output in reference.get_outputs()]
        for described in sizes:
            inputs = network_file.make_inputs(name, model, described)
            command = [options.onnxc_run, library, "--output-dir", folder]
            for i, (given, array) in enumerate(inputs.items()):
                file = os.path.join(folder, f"in{i}.npy")
                np.save(file, array)
                command.append(f"--input={given}={file}")
            theirs = reference.run(None, inputs)
            try:
                run(command, options)
                exact = Exact(path, inputs)
                for output, expected in zip(names, theirs):
                    file = os.path.join(
                        folder, re.sub(r"[/]", "_", output) + ".npy")
                    result["error"] = max(
                        result.get("error", 0.0),
                        compare(output, np.load(file), expected, exact))
                    os.remove(file)
            except Failure as failure:
                shapes = ", ".join(f"{given} {list(array.shape)}"
                                   for given, array in inputs.items())
                raise Failure(f"at {shapes}: {failure}") from None


def read_list(path):
    """Names, and what is said of them."""
    lines = {}
    with open(path) as file:
        for line in file:
            name, _, words = line.split("#")[0].strip().partition(" ")
            if name:
                lines[name] = words.strip()
    return lines


def parse_arguments():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--names", help="a file of names: only these are run")
    parser.add_argument("--expected-failures", metavar="FILE",
                        help="names that must fail, each with the reason")
    parser.add_argument("--timeout", type=float, default=300,
                        help="seconds for each program (300)")
    parser.add_argument("--json", help="write all results there")
    parser.add_compiler_options()
    return parser.parse()


def judge(name, wrong, expected):
    """Whether the case is as it should be, and what is said of it."""
    if name in expected:
        if wrong is None:
            return False, "passes, although it is an expected failure"
        return True, None
    return wrong is None, wrong


def main():
    options = parse_arguments()
    expected = (read_list(options.expected_failures)
                if options.expected_failures else {})
    present = network_file.names()
    chosen = read_list(options.names) if options.names else present
    unknown = {*expected, *chosen} - set(present)
    if unknown:
        sys.exit(f"there are no such networks: {sorted(unknown)}")
    names = runner_arguments.select(
        [name for name in present if name in chosen], options)
    results = {name: {} for name in names}
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        outcomes = pool.map(
            lambda name: outcome(
                lambda: run_case(name, options, results[name])), names)
        for name, wrong in zip(names, outcomes):
            is_good, words = judge(name, wrong, expected)
            results[name]["failure"] = wrong
            passed += is_good
            if not is_good:
                words = "\n    ".join(words.strip().splitlines()[:12])
                print(f"{name}: FAILED: {words}", flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    return print_counts(passed, len(names) - passed)


if __name__ == "__main__":
    sys.exit(main())

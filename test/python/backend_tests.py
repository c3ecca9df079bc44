#!/usr/bin/env python3
"""ONNX's own runner of backend tests over onnxc.backend.

    backend_tests.py [--package FOLDER] [--sample N]

and the arguments of test/runner_arguments.py. What fails must be what
test/operators/expected-failures.txt lists, and nothing else; --sample takes each
Nth. Tests that would have to load a model from the network are left out. The last
line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys
import unittest
import warnings

import numpy as np
import onnx.backend.test

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, run_cases

EXPECTED = os.path.join(os.path.dirname(HERE), "operators",
                        "expected-failures.txt")


class Runner(onnx.backend.test.BackendTest):
    @classmethod
    def assert_similar_outputs(cls, ref_outputs, outputs, *more, **named):
        """onnx's own asks for the length of a sequence's element, which one that
        is a scalar has not."""
        if isinstance(outputs, np.ndarray) and outputs.ndim == 0:
            np.testing.assert_equal(np.shape(ref_outputs), ())
            ref_outputs, outputs = [ref_outputs], [outputs]
        super().assert_similar_outputs(ref_outputs, outputs, *more, **named)


def read_expected():
    with open(EXPECTED) as file:
        return {line.split()[0] for line in file
                if line.strip() and not line.startswith("#")}


def find_tests():
    """onnx's test methods for our backend, by name."""
    import onnxc.backend
    runner = Runner(onnxc.backend, __name__)
    tests = {}
    for name, case in runner.test_cases.items():
        if "RealModel" in name:
            continue
        for method in unittest.TestLoader().getTestCaseNames(case):
            if method.endswith("_cpu"):
                tests[method.removesuffix("_cpu")] = case(method)
    return tests


def run_test(test, must_fail):
    result = unittest.TestResult()
    test.run(result)
    wrong = [text for _, text in result.failures + result.errors]
    wrong += [f"skipped: {text}" for _, text in result.skipped]
    if must_fail and not wrong:
        raise Failure("passes, although it is an expected failure")
    if wrong and not must_fail:
        raise Failure(wrong[0])


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--package", help="the folder in which the module onnxc "
                                          "lies (BUILD/python)")
    parser.add_argument("--sample", type=int, default=1,
                        help="each so manyth test (1)")
    options = parser.parse()
    sys.path.insert(0, options.package or os.path.join(options.build, "python"))
    warnings.simplefilter("ignore")
    tests, expected = find_tests(), read_expected()
    names = sorted(tests)
    if unknown := expected - set(names):
        sys.exit(f"there are no tests {sorted(unknown)}")
    return run_cases({
        name: functools.partial(run_test, tests[name], name in expected)
        for name in names[::options.sample]}, options)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Tests of the Python module onnxc, as the build tree has it.

    run_python.py [--package FOLDER] [--all]

and the arguments of test/runner_arguments.py. The files *_cases.py have the
cases; with --all those that take models of other suites take all of them. The
last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import run_cases


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--package", help="the folder in which the module onnxc "
                                          "lies (BUILD/python)")
    parser.add_argument("--all", action="store_true",
                        help="all models of other suites")
    options = parser.parse()
    sys.path.insert(0, options.package or os.path.join(options.build, "python"))
    import call_cases
    import compare_cases
    import compile_cases
    import python_case
    import session_cases
    import thread_cases
    import value_cases
    cases = python_case.cases_of(call_cases, compile_cases, session_cases,
                                 thread_cases, value_cases)
    cases.update(compare_cases.list_cases(*((1, 60) if options.all
                                            else (12, 6))))
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compiles models with custom operators, links them with functions in C, and
compares what they compute with NumPy.

    run_custom.py [--all] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. *_cases.py list the models;
building.py has how they are built and linked, copies.py puts custom operators
into models of test/graphs: into an eighth of them, with --all into all. The last
line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import glob
import importlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import building
import copies
import custom_case
import runner_arguments
from suite_cases import run_cases


def run_case(case, options):
    with runner_arguments.case_folder(options, case.name) as folder:
        custom_case.check(case, options, folder)


def run_building(name, options):
    with runner_arguments.case_folder(options, name) as folder:
        building.CASES[name](options, folder)


def run_copies(name, options):
    with runner_arguments.case_folder(options, f"copies {name}") as folder:
        copies.check(name, options, folder)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_compiler_options()
    parser.add_argument("--all", action="store_true",
                        help="all models of test/graphs")
    options = parser.parse()
    cases = {}
    for path in sorted(glob.glob(os.path.join(HERE, "*_cases.py"))):
        module = importlib.import_module(
            os.path.splitext(os.path.basename(path))[0])
        for case in module.CASES:
            cases[case.name] = functools.partial(run_case, case, options)
    for name in copies.NAMES if options.all else copies.SAMPLE:
        cases[f"copies {name}"] = functools.partial(run_copies, name, options)
    for name in building.CASES:
        cases[name] = functools.partial(run_building, name, options)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

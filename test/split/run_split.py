#!/usr/bin/env python3
"""Cuts models into stages (onnxc --split) and compares what the chain of stages
computes with what the whole model does.

    run_split.py [--all]

and the arguments of test/runner_arguments.py. Networks of test/exported are cut
in two; with --all all of them, in four as well, and the small models of
test/graphs that can be cut in two, which have every kind of size and value.
The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path[:0] = [TESTS, os.path.join(TESTS, "exported"),
                os.path.join(TESTS, "graphs"),
                os.path.join(os.path.dirname(TESTS), "examples", "ray")]
import runner_arguments
from suite_cases import run_cases

NETWORKS = ("hf_gpt2_dynamo", "hand_unet_dynamo")


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--all", action="store_true",
                        help="all networks, and the models of test/graphs")
    options = parser.parse()
    sys.path.insert(0, os.path.join(options.build, "python"))
    import network_file
    import split_cases
    cases = {name.removeprefix("case_").replace("_", " "):
             functools.partial(function, options)
             for name, function in vars(split_cases).items()
             if name.startswith("case_")}
    numbers = (2, 4) if options.all else [2]
    for name in network_file.names() if options.all else NETWORKS:
        cases[f"network {name}"] = functools.partial(split_cases.check_network,
                                                     options, name, numbers)
    if options.all:
        cases.update(split_cases.list_graphs(options))
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

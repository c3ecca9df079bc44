#!/usr/bin/env python3
"""Tests of examples/server: batches, the protocol over REST and gRPC, errors.

    run_server.py

and the arguments of test/runner_arguments.py. The files *_cases.py have the
cases. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import run_cases


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    sys.path.insert(0, os.path.join(options.build, "python"))
    sys.path.insert(0, os.path.join(runner_arguments.ROOT, "examples", "server"))
    import batcher_cases
    import rest_cases
    import rpc_cases
    import server_case
    with server_case.Served(options.build) as served:
        return run_cases(server_case.cases_of(served, batcher_cases, rest_cases,
                                              rpc_cases), options)


if __name__ == "__main__":
    sys.exit(main())

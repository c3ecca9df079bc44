#!/usr/bin/env python3
"""Compares random poolings (MaxPool, AveragePool, LpPool) with float64, for
several CPUs, with fixed sizes and with free ones, and once without layouts
(-O0).

    run_pools.py [--seed N] [--models N] [--machine NAME]

and the arguments of test/runner_arguments.py. Another machine (machines.py)
takes the place of the CPUs. pool_models.py says how cases are drawn, a dozen to
a model, other ones for each CPU. The last line is `N passed, N failed`; a model
for a CPU, fixed or free, is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import cpu_cases
import run_nbits
import pool_models

CASES = 12


def run(name, number, cpu, is_free, options):
    cases, operands, results = cpu_cases.compile_and_run(
        pool_models, CASES, name, cpu, is_free, options)
    for case in cases:
        o, result = operands[case.name], results[case.name].copy()
        # Of windows that lie beside the input there is nothing.
        exact = (result == o.result) | (result != result) & (
            o.result != o.result)
        result[exact] = o.result[exact] = 0
        run_nbits.check(case, o, result)


if __name__ == "__main__":
    sys.exit(cpu_cases.run_all(__doc__, 1, run, ["O0"]))

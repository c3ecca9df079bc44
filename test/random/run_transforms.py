#!/usr/bin/env python3
"""Compares random Fourier transforms (DFT, STFT, Rfft, Irfft) with NumPy's in
float64, for several CPUs, with fixed sizes and with free ones beside the
transformed one, and once without layouts (-O0).

    run_transforms.py [--seed N] [--models N] [--machine NAME]

and the arguments of test/runner_arguments.py. Another machine (machines.py)
takes the place of the CPUs. transform_models.py says how cases are drawn, six to
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
import transform_models

CASES = 6


def run(name, number, cpu, is_free, options):
    cases, operands, results = cpu_cases.compile_and_run(
        transform_models, CASES, name, cpu, is_free, options)
    for case in cases:
        run_nbits.check(case, operands[case.name], results[case.name])


if __name__ == "__main__":
    sys.exit(cpu_cases.run_all(__doc__, 1, run, ["O0"]))

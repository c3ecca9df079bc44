#!/usr/bin/env python3
"""Compares random products with weights of 2, 4 and 8 bits (MatMulNBits, and
constants behind DequantizeLinear) with float64, for several CPUs, with fixed and
with free rows, and once without layouts (-O0).

    run_nbits.py [--seed N] [--models N] [--machine NAME]

and the arguments of test/runner_arguments.py. Another machine (machines.py)
takes the place of the CPUs. nbits_models.py says how cases are drawn, a dozen
to a model. The last line is `N passed, N failed`; a model for a CPU, fixed or
free, is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import cpu_cases
import machines
import nbits_models
import runner_arguments
from suite_cases import Failure

CASES = 12


def check(case, operands, result):
    if result.shape != operands.result.shape:
        raise Failure(f"{case}: its shape is {result.shape}, not "
                      f"{operands.result.shape}")
    with np.errstate(all="ignore"):
        error = np.abs(result.astype(np.float64) - operands.result)
    wrong = ~(error <= operands.allowed)
    if wrong.any():
        at = tuple(np.argwhere(wrong)[0])
        raise Failure(f"{case}: {wrong.sum()} of {wrong.size} are wrong, at "
                      f"{at} {result[at]} instead of {operands.result[at]}")


def run(name, number, cpu, is_free, options):
    seed = options.seed + number
    cases = [nbits_models.draw(seed, i) for i in range(CASES)]
    with runner_arguments.case_folder(options, name) as folder:
        path = os.path.join(folder, "model.onnx")
        operands = nbits_models.write(cases, seed, is_free, path)
        flags = cpu_cases.get_flags(cpu, options)
        program = machines.compile_model(path, flags, options, folder)
        results = program.run({f"{case.name}_a": operands[case.name].a
                               for case in cases})
        for case in cases:
            check(case, operands[case.name], results[case.name])


if __name__ == "__main__":
    sys.exit(cpu_cases.run_all(__doc__, 2, run, ["O0"]))

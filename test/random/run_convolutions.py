#!/usr/bin/env python3
"""Compares random convolutions and matrix products with onnxruntime, for
several CPUs, with fixed and with free sizes.

    run_convolutions.py [--seed N] [--models N] [--machine NAME]

and the arguments of test/runner_arguments.py. Another machine (machines.py)
takes the place of the CPUs. A model holds a dozen cases
(convolution_models.py says how they are drawn). Of one that fails each case is
tried alone, and said with its attributes and shapes. CPUs that this machine
lacks are left out by name. The last line is `N passed, N failed`; a model for a
CPU, fixed or free, is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import convolution_models
import cpu_cases
import machines
import run_models
import runner_arguments
from suite_cases import Failure

CASES = 12


def compare_model(cases, seed, cpu, is_free, options, folder):
    path = os.path.join(folder, "model.onnx")
    inputs = convolution_models.write(cases, seed, is_free, path)
    flags = cpu_cases.get_flags(cpu, options)
    results = machines.compile_model(path, flags, options, folder).run(inputs)
    for name, theirs in run_models.Reference(path, 1).run(inputs).items():
        error = run_models.compare(name, results[name], theirs)
        if error > run_models.TOLERANCE:
            raise Failure(f"{name} differs by {error:.2e}")


def run(name, number, cpu, is_free, options):
    seed = options.seed + number
    cases = [convolution_models.draw(seed, i) for i in range(CASES)]
    with runner_arguments.case_folder(options, name) as folder:
        try:
            compare_model(cases, seed, cpu, is_free, options, folder)
            return
        except Failure as failure:
            wrong = [f"together: {failure}"]
        for case in cases:
            try:
                compare_model([case], seed, cpu, is_free, options, folder)
            except Failure as failure:
                wrong.append(f"{case}: {failure}")
    raise Failure("\n".join(wrong))


if __name__ == "__main__":
    sys.exit(cpu_cases.run_all(__doc__, 4, run))

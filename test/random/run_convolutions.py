#!/usr/bin/env python3
"""Compares random convolutions and matrix products with onnxruntime, for
several CPUs, with fixed and with free sizes.

    run_convolutions.py --bin BUILD/bin [--seed N] [--models N] [--filter REGEX]
        [--keep FOLDER]

A model holds a dozen cases (convolution_models.py says how they are drawn). Of
one that fails each case is tried alone, and said with its attributes and shapes.
CPUs that this machine lacks are left out by name. The last line is `N passed,
N failed`; a model for a CPU, fixed or free, is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import re
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import convolution_models
import model_cases
import run_layouts
import run_models

CASES = 12


def compare_model(cases, seed, cpu, is_free, options, folder):
    path = os.path.join(folder, "model.onnx")
    inputs = convolution_models.write(cases, seed, is_free, path)
    case = model_cases.Case("model", "model", [{}], [f"-mcpu={cpu}"])
    library, _, _ = run_models.compile_model(case, path, options, folder)
    run_models.run_library(library, inputs, options, folder)
    for name, theirs in run_models.Reference(path, 1).run(inputs).items():
        ours = np.load(os.path.join(folder, name + ".npy"))
        error = run_models.compare(name, ours, theirs)
        if error > run_models.TOLERANCE:
            raise run_models.Failure(f"{name} differs by {error:.2e}")


def run(number, cpu, is_free, options):
    seed = options.seed + number
    cases = [convolution_models.draw(seed, i) for i in range(CASES)]
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        if options.keep:
            folder = os.path.join(options.keep, f"{number}-{cpu}-{is_free}")
            os.makedirs(folder, exist_ok=True)
        try:
            compare_model(cases, seed, cpu, is_free, options, folder)
            return []
        except run_models.Failure as failure:
            wrong = [f"together: {failure}"]
        for case in cases:
            try:
                compare_model([case], seed, cpu, is_free, options, folder)
            except run_models.Failure as failure:
                wrong.append(f"{case}: {failure}")
    return wrong


def main():
    parser = argparse.ArgumentParser(
        description="Compares random convolutions and products with "
                    "onnxruntime.")
    parser.add_argument("--bin", required=True, help="onnxc's folder")
    parser.add_argument("--filter", default="", help="a pattern of case names")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", type=int, default=4,
                        help="how many models of a dozen cases (4)")
    parser.add_argument("--keep", default="", help="a folder for the models")
    options = parser.parse_args()
    options.onnxc = os.path.abspath(os.path.join(options.bin, "onnxc"))
    options.onnxc_run = os.path.abspath(
        os.path.join(options.bin, "onnxc-run"))
    options.onnxc_options, options.timeout, options.threads = [], 300, 1
    passed = failed = 0
    for cpu in run_layouts.CPUS:
        if not run_layouts.available(cpu):
            print(f"{cpu}: not this machine")
            continue
        for number in range(options.models):
            for is_free in (False, True):
                name = f"{number} {cpu} {'free' if is_free else 'fixed'}"
                if not re.search(options.filter, name):
                    continue
                wrong = run(number, cpu, is_free, options)
                passed += not wrong
                failed += bool(wrong)
                for line in wrong:
                    print(f"{name}: {line}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

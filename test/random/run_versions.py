#!/usr/bin/env python3
"""Compares every operator in every version of its schema with onnxruntime and
onnx's reference evaluator.

    run_versions.py [--seed N] [--forms NAMES] [--report FILE]

and the arguments of test/runner_arguments.py. versions/recipes_*.py say what
operands and attributes an operator takes; versions/recipe.py draws the cases.
Cases of one opset are compiled side by side, with fixed sizes, with free ones,
and in branches of an If (`--forms fixed free nested`); of a model that is
refused, those that the message names are left out and the others compiled again.
A version that no recipe is for must be listed, with the reason, in
versions/exceptions.py, and so must a case that is refused. The last line is `N
passed, N failed`; a case in a form is a test.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import os
import re
import subprocess
import sys

import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "versions"))
sys.path.insert(0, os.path.dirname(HERE))
import coverage
import exceptions
import models
import oracles
import runner_arguments
from suite_cases import Failure, print_counts

BATCH = 40
FORMS = ("fixed", "free", "nested")
TIMEOUT = 120


def call(command, what):
    try:
        done = subprocess.run(command, text=True, errors="replace",
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise Failure(f"{what} took over {TIMEOUT} s") from None
    if done.returncode:
        crash = "CRASH: " if done.returncode < 0 or done.returncode > 2 else ""
        raise Failure(f"{crash}{what}, status {done.returncode}: {done.stdout}")
    return done.stdout


def run_model(cases, form, options, folder):
    """The results of each case."""
    model = models.build(cases, form)
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    library = os.path.join(folder, "model.so")
    call([options.onnxc, path, "--emit=shared", "-o", library,
          *options.onnxc_options], "onnxc")
    call([options.onnxc_run, library, "--output-dir", folder,
          *models.write_inputs(cases, form, folder)], "onnxc-run")
    return {case.name: models.read_results(case, model, folder)
            for case in cases}


def shorten(message):
    lines = [line for line in message.splitlines() if line.strip()]
    best = next((line for line in lines if "error:" in line or
                 "Assertion" in line), lines[0] if lines else "")
    start = "CRASH: " if message.startswith("CRASH") else ""
    return start + re.sub(r"^.*?error: ", "", best)[:400]


def run_batch(cases, form, options, name):
    """What is wrong with each case, or none."""
    with runner_arguments.case_folder(options, name) as folder:
        return run_parts(cases, form, options, folder)


def run_parts(cases, form, options, folder):
    if not cases:
        return {}
    try:
        return run_model(cases, form, options, folder)
    except Failure as failure:
        message = str(failure)
    if len(cases) == 1:
        return {cases[0].name: shorten(message)}
    # Those that are named, each by itself; else halves.
    named = [case for case in cases
             if re.search(rf"\b{case.name}(_[xy]\d+)?\b", message)]
    results = {}
    if named and len(named) < len(cases):
        for case in named:
            results |= run_parts([case], form, options, folder)
        rest = [case for case in cases if case not in named]
        return results | run_parts(rest, form, options, folder)
    half = len(cases) // 2
    return (run_parts(cases[:half], form, options, folder)
            | run_parts(cases[half:], form, options, folder))


def judge(case, outcome, expected):
    if isinstance(outcome, str):
        return outcome
    return expected.check(case, outcome)


def parse_arguments():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS[:2],
                        help="of models (fixed free)")
    parser.add_argument("--report", metavar="FILE",
                        help="write each failed case there, a line each")
    parser.add_compiler_options()
    return parser.parse()


def main():
    options = parse_arguments()
    cases = {case.name: case for case in coverage.draw_all(options.seed)}
    names = runner_arguments.select(cases, options)
    batches = []
    for version in sorted({cases[name].version for name in names}):
        of = [cases[name] for name in names if cases[name].version == version]
        batches += [of[i:i + BATCH] for i in range(0, len(of), BATCH)]
    failed = coverage.find_missed() if not options.filter else []
    counts = [0, 0]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def run(batch):
            return {form: run_batch(batch, form, options,
                                    f"{batch[0].name}_{form}")
                    for form in options.forms}
        for batch, outcomes in zip(batches, pool.map(run, batches)):
            for case in batch:
                expected = oracles.Expected(case)
                for form in options.forms:
                    wrong = judge(case, outcomes[form][case.name], expected)
                    reason = exceptions.find(case, form)
                    if wrong and reason:
                        wrong = None
                    elif reason and not options.filter:
                        wrong = f"works, though listed: {reason}"
                    counts[wrong is not None] += 1
                    if wrong:
                        failed.append(f"{case.name} {form}: {case}: {wrong}")
                        print(failed[-1], flush=True)
    if options.report:
        with open(options.report, "w") as file:
            file.writelines(line + "\n" for line in failed)
    print(f"{len(names)} cases, each {' and '.join(options.forms)}")
    return print_counts(counts[0], len(failed))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Gives onnxc broken models and flags, and checks how it takes them.

    run_diagnostics.py

takes the arguments of test/runner_arguments.py. Each of bad_custom.py,
bad_models.py, bad_sizes.py, bad_tables.py and refused_forms.py must be refused: exit status 1,
a line with `error:` that says what the case expects, nothing written, no crash.
The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import re
import resource
import subprocess
import sys

import bad_custom
import bad_models
import bad_sizes
import bad_tables
import refused_forms

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir))
import runner_arguments
from suite_cases import Failure, run_cases

SECONDS = 60
BYTES = 8 << 30
CRASH = re.compile(r"Assertion .* failed|LLVM ERROR|Stack dump:|UNREACHABLE"
                   r"|Sanitizer|terminate called|this is a bug|PLEASE submit"
                   r"|This is a bug of onnxc|failed to legalize"
                   r"|explicitly marked illegal")


def run(onnxc, folder, arguments):
    """The exit status and what was printed; a Failure for a crash."""
    try:
        done = subprocess.run([onnxc, *arguments], cwd=folder,
                              stdin=subprocess.DEVNULL, timeout=SECONDS,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              errors="replace", preexec_fn=limit_memory)
    except subprocess.TimeoutExpired:
        raise Failure(f"took over {SECONDS} s")
    if done.returncode < 0:
        raise Failure(f"signal {-done.returncode}\n{done.stdout}")
    if crash := CRASH.search(done.stdout):
        raise Failure(f"crashed: {crash[0]}\n{done.stdout}")
    return done.returncode, done.stdout


def limit_memory():
    # A sanitizer's shadow takes terabytes of addresses.
    if "ASAN_OPTIONS" not in os.environ:
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def files_below(folder):
    return {os.path.relpath(os.path.join(root, name), folder)
            for root, _, names in os.walk(folder) for name in names}


def check(options, case):
    with runner_arguments.case_folder(options, case.name) as scratch:
        folder = os.path.join(scratch, "model")
        os.makedirs(os.path.join(folder, "out"), exist_ok=True)
        case.write(folder)
        before = files_below(scratch)
        status, said = run(options.onnxc, folder,
                           [case.input, "-o", case.output, "-MD", *case.flags])
        left = sorted(files_below(scratch) - before)
    if status != 1:
        raise Failure(f"exit status {status}\n{said}")
    if "error:" not in said:
        raise Failure(f"no line with `error:`\n{said}")
    if left:
        raise Failure(f"left {', '.join(left)}\n{said}")
    for pattern in case.says:
        if not re.search(pattern, said):
            raise Failure(f"the message has no /{pattern}/\n{said}")


def main():
    options = runner_arguments.RunnerArguments(__doc__).parse()
    return run_cases({case.name: functools.partial(check, options, case)
                      for case in (*bad_models.all_cases(),
                                   *bad_sizes.all_cases(),
                                   *bad_tables.all_cases(),
                                   *bad_custom.all_cases(),
                                   *refused_forms.all_cases())}, options)


if __name__ == "__main__":
    sys.exit(main())

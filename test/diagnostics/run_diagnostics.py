#!/usr/bin/env python3
"""Gives onnxc broken models and flags, and checks how it takes them.

    run_diagnostics.py ONNXC [PATTERN]

Each of bad_models.py must be refused: exit status 1, a line with `error:` that
says what the case expects, nothing written, no crash. Then the bytes of a good
model are changed at random: those may compile or be refused, no more. The last
line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

import bad_models

SECONDS = 60
CRASH = re.compile(r"Assertion .* failed|LLVM ERROR|Stack dump:|UNREACHABLE"
                   r"|Sanitizer|terminate called|this is a bug|PLEASE submit"
                   r"|This is a bug of onnxc")


def run(onnxc, folder, arguments):
    """The exit status and what was printed; what is wrong with either."""
    try:
        done = subprocess.run([onnxc, *arguments], cwd=folder,
                              stdin=subprocess.DEVNULL, timeout=SECONDS,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors="replace")
    except subprocess.TimeoutExpired:
        return None, "", f"took over {SECONDS} s"
    if done.returncode < 0:
        return done.returncode, done.stdout, f"signal {-done.returncode}"
    if crash := CRASH.search(done.stdout):
        return done.returncode, done.stdout, f"crashed: {crash[0]}"
    return done.returncode, done.stdout, None


def files_below(folder):
    return {os.path.relpath(os.path.join(root, name), folder)
            for root, _, names in os.walk(folder) for name in names}


def check(onnxc, case):
    """None, or what is wrong and what onnxc said."""
    with tempfile.TemporaryDirectory(prefix="onnxc-") as scratch:
        folder = os.path.join(scratch, "model")
        os.makedirs(os.path.join(folder, "out"))
        case.write(folder)
        before = files_below(scratch)
        status, said, wrong = run(onnxc, folder, [
            case.input, "-o", case.output, "-MD", *case.flags])
        left = sorted(files_below(scratch) - before)
    if wrong:
        return wrong, said
    if status != 1:
        return f"exit status {status}", said
    if "error:" not in said:
        return "no line with `error:`", said
    if left:
        return f"left {', '.join(left)}", said
    for pattern in case.says:
        if not re.search(pattern, said):
            return f"the message has no /{pattern}/", said
    return None


def check_noise(onnxc, seed):
    """A good model with some bytes changed."""
    random = np.random.RandomState(seed)
    data = bytearray(bad_models.good_bytes())
    for place in random.randint(0, len(data), 1 + seed % 4):
        data[place] = random.randint(256)
    with tempfile.TemporaryDirectory(prefix="onnxc-") as scratch:
        bad_models.write_bytes(scratch, data)
        before = files_below(scratch)
        status, said, wrong = run(onnxc, scratch,
                                  ["model.onnx", "-o", "model.o", "-O0"])
        left = sorted(files_below(scratch) - before)
    if wrong:
        return wrong, said
    if status and left:
        return f"exit status {status}, but left {', '.join(left)}", said
    if status not in (0, 1) or (status and "error:" not in said):
        return f"exit status {status}", said
    return None


def main(onnxc, pattern=""):
    onnxc = os.path.abspath(onnxc)
    jobs = {case.name: (check, case) for case in bad_models.all_cases()}
    jobs.update({f"noise-{seed}": (check_noise, seed) for seed in range(60)})
    jobs = {name: job for name, job in jobs.items()
            if re.search(pattern, name)}
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = {name: pool.submit(function, onnxc, argument)
                   for name, (function, argument) in jobs.items()}
        for name, future in futures.items():
            if outcome := future.result():
                failed += 1
                wrong, said = outcome
                words = "\n    ".join(said.strip().splitlines()[:12])
                print(f"{name}: FAILED: {wrong}\n    {words}", flush=True)
    print(f"{len(jobs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))

#!/usr/bin/env python3
"""Decodes images of all formats, and compares each pixel with Pillow's.

    run_images.py PROGRAM [--fuzzed PROGRAM] [--changes N] [--seed N]

and the arguments of test/runner_arguments.py. PROGRAM is DecodeFiles.c, which
calls the library alone; image_files.py lists the images. The other one decodes N
changes of each file, of which any may be refused; best, sanitizers watch it. The
last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import image_files
import runner_arguments
from suite_cases import run, run_cases


def write_files(folder, files):
    paths = []
    for name, data in files:
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "wb") as out:
            out.write(data)
    return paths


def decode(program, paths):
    run(program, "decode", *paths, timeout=600)


def read(path):
    """The pixels, or None for a file that was refused."""
    with open(path, "rb") as file:
        head = file.readline().split()
        if head == [b"refused"]:
            return None
        return np.frombuffer(file.read(), np.uint8).reshape(
            [int(size) for size in head])


def compare(path, name, expected):
    gray = image_files.to_gray(expected)
    for form, wanted in {"RGB": expected, "BGR": expected[:, :, ::-1],
                         "Grayscale": gray}.items():
        got = read(f"{path}.{form}")
        if got is None:
            return [f"{name} {form}: refused"]
        if got.shape != wanted.shape:
            return [f"{name} {form}: {got.shape} instead of {wanted.shape}"]
        if not np.array_equal(got, wanted):
            off = np.abs(got.astype(int) - wanted)
            return [f"{name} {form}: {np.count_nonzero(off)} of {off.size} "
                    f"differ, by up to {off.max()}"]
    return []


def check(failures):
    if failures:
        raise AssertionError("\n  ".join([f"{len(failures)} differ:"] +
                                         failures[:40]))


def run_family(family, size, options):
    with runner_arguments.case_folder(options, f"{family} {size}") as folder:
        files = image_files.list_files(family, size)
        paths = write_files(folder, [(f.name, f.data) for f in files])
        decode(options.program, paths)
        failures = []
        for path, file in zip(paths, files):
            failures += compare(path, file.name, file.get_expected())
        check(failures)


def run_refused(family, options):
    with runner_arguments.case_folder(options, f"{family} cut") as folder:
        cuts = [cut for file in image_files.list_files(family, (17, 31))
                for cut in image_files.list_refused(file)]
        paths = write_files(folder, cuts)
        decode(options.program, paths)
        check([name for path, (name, _) in zip(paths, cuts)
               if read(path + ".RGB") is not None])


def run_changes(family, options):
    with runner_arguments.case_folder(options, f"{family} changed") as folder:
        files = image_files.list_files(family, (17, 31))
        paths = write_files(folder, [(f.name, f.data) for f in files])
        # What asks for too much memory gets none.
        limits = "allocator_may_return_null=1:max_allocation_size_mb=4000"
        run(options.fuzzed, "fuzz", str(options.seed), str(options.changes),
            *paths, env={**os.environ, "ASAN_OPTIONS": limits}, timeout=1200)


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("program", help="onnxc-test-images")
    parser.add_argument("--fuzzed", metavar="PROGRAM",
                        help="the same, for files that are changed")
    parser.add_argument("--changes", type=int, default=20, metavar="N",
                        help="of each file (20)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse()
    cases = {}
    for family in image_files.FAMILIES:
        for size in image_files.SIZES:
            cases[f"{family} {size[0]}x{size[1]}"] = functools.partial(
                run_family, family, size, options)
        cases[f"{family} cut"] = functools.partial(run_refused, family, options)
        if options.fuzzed:
            cases[f"{family} changed"] = functools.partial(run_changes, family,
                                                           options)
    return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Builds the site of docs/, looks whether its checks find faults, and whether
the pages that are generated are current.

    run_site.py [--cmake PROGRAM]

and the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import Failure, run, run_cases

ROOT = runner_arguments.ROOT
SITE = os.path.join("docs", "site")
# What must not pass, by what is then said.
FAULTS = {
    "[gone](gone.md)": "gone.md",
    "[aside](limits.md#no-such-heading)": "no-such-heading",
    "A file: `test/no_such_file.py`.": "test/no_such_file.py",
}


def site(options):
    run(options.cmake, "--build", options.build, "--target", "docs")
    run(sys.executable, os.path.join(ROOT, SITE, "build_site.py"), "--build",
        options.build)
    html = os.path.join(options.build, "site", "html")
    for page, words in (("index.html", "onnxc compiles ONNX models"),
                        ("docs/limits.html", "Cortex-M"),
                        ("docs/speed.html", "mobilenet_v2"),
                        ("reference/runtime.html", "onnxc_context"),
                        ("reference/module.html", "InferenceSession"),
                        ("reference/internal/onnx-ConvOps.html", "onnx.Conv")):
        with open(os.path.join(html, page)) as file:
            if words not in file.read():
                raise Failure(f"{page} says nothing of {words}")


def faults(options):
    """A copy of the pages with a fault in each of some."""
    with runner_arguments.case_folder(options, "faults") as folder:
        for name in ("README.md", "LICENSE", "docs", "bench", "examples",
                     "runtime-lite"):
            source = os.path.join(ROOT, name)
            (shutil.copytree if os.path.isdir(source) else shutil.copy)(
                source, os.path.join(folder, name))
        page = os.path.join(folder, "docs", "strings.md")
        with open(page, "a") as file:
            file.write("\n\n" + "\n\n".join(FAULTS) + "\n")
        try:
            run(sys.executable, os.path.join(folder, SITE, "build_site.py"),
                "--build", folder)
        except Failure as failure:
            for words in FAULTS.values():
                if words not in str(failure):
                    raise Failure(f"not said: {words}\n{failure}")
        else:
            raise Failure("faults were not found")


def is_current(script, *arguments):
    run(sys.executable, os.path.join(ROOT, SITE, script), *arguments)


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=2)
    parser.add_argument("--cmake", default="cmake")
    options = parser.parse()
    return run_cases({
        "site": functools.partial(site, options),
        "faults are found": functools.partial(faults, options),
        "docs/speed.md": functools.partial(is_current, "write_speed.py"),
        "docs/options.md": functools.partial(is_current, "write_options.py",
                                             "--bin", options.bin),
    }, options)


if __name__ == "__main__":
    sys.exit(main())

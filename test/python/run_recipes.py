#!/usr/bin/env python3
"""Runs the recipes of docs/python-recipes.md, each in a process of its own.

    run_recipes.py [--package FOLDER] [--environment FOLDER]

and the arguments of test/runner_arguments.py. The Python that runs it has the
frameworks, or --environment names a virtual environment that does; it is made,
of recipes.txt, where there is none yet, and takes some gigabytes. The last line
is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import filecmp
import functools
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import run, run_cases

PAGE = os.path.join(runner_arguments.ROOT, "docs", "python-recipes.md")


def run_recipe(python, code, package):
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        run(python, "-c", code, cwd=folder,
            env={**os.environ, "PYTHONPATH": package})


def make_environment(folder):
    """The Python of a virtual environment with the frameworks."""
    python = os.path.join(folder, "bin", "python3")
    stamp = os.path.join(folder, "installed.txt")
    wanted = os.path.join(HERE, "recipes.txt")
    if not os.path.exists(stamp) or not filecmp.cmp(stamp, wanted,
                                                    shallow=False):
        run(sys.executable, "-m", "venv", folder)
        run(python, "-m", "pip", "--disable-pip-version-check", "install", "-q",
            "-r", wanted)
        shutil.copyfile(wanted, stamp)
    return python


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--package", help="the folder in which the module onnxc "
                                          "lies (BUILD/python)")
    parser.add_argument("--environment", metavar="FOLDER",
                        help="a virtual environment with the frameworks")
    options = parser.parse()
    package = options.package or os.path.join(options.build, "python")
    with open(PAGE) as file:
        recipes = re.findall(r"^```python (\w+)\n(.*?)^```", file.read(),
                             re.M | re.S)
    python = sys.executable
    if options.environment and not options.list:
        python = make_environment(os.path.abspath(options.environment))
    return run_cases({name: functools.partial(run_recipe, python, code, package)
                      for name, code in recipes}, options)


if __name__ == "__main__":
    sys.exit(main())

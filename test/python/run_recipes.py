#!/usr/bin/env python3
"""Runs the recipes of docs/python-recipes.md, each in a process of its own.

    PYTHON run_recipes.py [--package FOLDER]

and the arguments of test/runner_arguments.py. PYTHON is one that has the
frameworks:

    python3 -m venv /tmp/recipes
    /tmp/recipes/bin/pip install -r test/python/recipes.txt

The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import run, run_cases

PAGE = os.path.join(runner_arguments.ROOT, "docs", "python-recipes.md")


def run_recipe(code, package):
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        run(sys.executable, "-c", code, cwd=folder,
            env={**os.environ, "PYTHONPATH": package})


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--package", help="the folder in which the module onnxc "
                                          "lies (BUILD/python)")
    options = parser.parse()
    package = options.package or os.path.join(options.build, "python")
    with open(PAGE) as file:
        recipes = re.findall(r"^```python (\w+)\n(.*?)^```", file.read(),
                             re.M | re.S)
    return run_cases({name: functools.partial(run_recipe, code, package)
                      for name, code in recipes}, options)


if __name__ == "__main__":
    sys.exit(main())

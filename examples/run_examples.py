#!/usr/bin/env python3
"""Runs the examples as a reader would, and checks what they print.

    run_examples.py CMAKE BUILD_DIR

The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "test"))
import suite_cases
from suite_cases import Failure, expect, run_cases


def run(*command, **environment):
    return suite_cases.run(*command, env=dict(os.environ, **environment))


def hello(_, build):
    expect("it printed", run(os.path.join(HERE, "hello", "run.sh"),
                             ONNXC_BUILD=build).split(), ["3.5", "5", "0"])


def cmake_project(cmake, build):
    work = os.path.join(build, "examples", "cmake-project")
    shutil.rmtree(work, ignore_errors=True)
    prefix = os.path.join(work, "prefix")
    run(cmake, "--install", build, "--prefix", prefix)
    run(cmake, "-S", os.path.join(HERE, "cmake-project"), "-B", work,
        f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DPython3_EXECUTABLE={sys.executable}")
    run(cmake, "--build", work)
    expect("it printed", run(os.path.join(work, "app")).split(),
           ["3.5", "5", "0"])


def sentences(build, *arguments):
    return run(os.path.join(HERE, "minilm", "run.sh"), *arguments,
               ONNXC_BUILD=build, ONNXC_READY="1")


def minilm_tokens(_, build):
    # What the package's own tokenizer makes of it.
    expect("tokens",
           sentences(build, "--tokens", "Hello, unaffable Café!").strip(),
           "101 7592 1010 14477 20961 3468 7668 999 102")


def minilm(_, build):
    """The trained model's own numbers (onnxruntime's, to two places)."""
    text = sentences(build)
    rows = re.findall(r"^ ((?: *-?\d\.\d\d){5})   ", text, re.M)
    matrix = [[float(x) for x in row.split()] for row in rows]
    if len(matrix) != 5:
        raise Failure(f"no table of similarities:\n{text}")
    for i in range(5):
        if abs(matrix[i][i] - 1) > 0.005:
            raise Failure(f"sentence {i} is not like itself:\n{text}")
    for a, b in ((0, 1), (2, 3)):
        likest = max((j for j in range(5) if j != a),
                     key=lambda j: matrix[a][j])
        if likest != b:
            raise Failure(f"sentence {a} is likest {likest}, not {b}:\n{text}")
    answers = re.findall(r"^  +-?\d\.\d\d  (.*)$",
                         text.partition("money back?")[2], re.M)
    if not answers or not answers[0].startswith("Refunds are paid"):
        raise Failure(f"the wrong answer comes first:\n{text}")


def main(cmake, build):
    examples = (hello, cmake_project, minilm_tokens, minilm)
    return run_cases({example.__name__: functools.partial(example, cmake, build)
                      for example in examples})


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

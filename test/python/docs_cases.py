"""The code of docs/python.md, as it stands there, and of the README.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import re
import subprocess
import sys
import tempfile

import onnx
from onnxc.programs import PACKAGE

from python_case import check, parse
from runner_arguments import ROOT

MODEL = "g (float[batch, 3] x) => (float[batch, 3] y) { y = Relu(x) }"


def read_blocks(path):
    with open(os.path.join(ROOT, path)) as file:
        return re.findall(r"^```python\n(.*?)^```", file.read(), re.M | re.S)


def run_blocks(path):
    """All blocks of a page, one behind the other."""
    blocks = read_blocks(path)
    check(f"{path} has no code", blocks)
    with tempfile.TemporaryDirectory() as folder:
        onnx.save(parse(MODEL), os.path.join(folder, "model.onnx"))
        done = subprocess.run(
            [sys.executable, "-c", "import numpy as np\n"
             "x = np.ones((1, 3), np.float32)\n" + "\n".join(blocks)],
            cwd=folder, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": os.path.dirname(PACKAGE)})
    check(done.stdout, done.returncode == 0)
    return done.stdout


def case_python_page():
    said = run_blocks("docs/python.md")
    for words in ("x: float32 [1, 3]", "['batch', 3]",
                  "pass x.astype('float32')", "np.ascontiguousarray", "Relu"):
        check(f"not said: {words}\n{said}", words in said)


def case_readme():
    run_blocks("README.md")

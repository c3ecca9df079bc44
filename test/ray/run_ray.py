#!/usr/bin/env python3
"""Tests of examples/ray: scoring by two and four workers, stages on actors,
workers that die.

    run_ray.py

and the arguments of test/runner_arguments.py. Ray is installed from PyPI into a
virtual environment in the build tree, whose Python runs ray_cases.py, a case a
process. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import runner_arguments
from suite_cases import run, run_cases

EXAMPLE = os.path.join(runner_arguments.ROOT, "examples", "ray")
# Of ray_cases.py.
CASES = ("two and four workers", "one copy of the weights", "a worker that dies",
         "a batch that ends workers", "what the model refuses",
         "a chain of two and of four", "a stage that dies", "the command")
WIDTH, LAYERS = 512, 8


def environment(options):
    folder = os.path.join(options.build, "ray", "venv")
    python = os.path.join(folder, "bin", "python3")
    stamp = os.path.join(folder, "installed")
    needs = os.path.join(EXAMPLE, "requirements.txt")
    if not os.path.exists(stamp) or open(stamp).read() != open(needs).read():
        run(sys.executable, "-m", "venv", folder)
        run(python, "-m", "pip", "--disable-pip-version-check", "install", "-q",
            "-r", needs)
        shutil.copyfile(needs, stamp)
    return python


def write_models(options, folder):
    """A network of equal layers, whole and in stages, and rows with what the
    whole one gives for them."""
    import numpy as np
    import onnx.parser
    import onnxc
    from onnx import numpy_helper
    steps = " ".join(f"p{i} = MatMul({f'h{i - 1}' if i else 'x'}, w{i}) "
                     f"h{i} = Tanh(p{i})" for i in range(LAYERS))
    model = onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["" : 21]> '
        f"g (float[batch, {WIDTH}] x) => (float[batch, 8] y) "
        f"{{ {steps} y = MatMul(h{LAYERS - 1}, v) }}")
    random = np.random.RandomState(0)
    for i in range(LAYERS):
        model.graph.initializer.append(numpy_helper.from_array(
            (random.normal(size=(WIDTH, WIDTH)) / WIDTH ** 0.5).astype("f"),
            f"w{i}"))
    model.graph.initializer.append(numpy_helper.from_array(
        random.normal(size=(WIDTH, 8)).astype("f"), "v"))
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path)
    shared = ["--emit=shared", "--weights=file"]
    run(options.onnxc, path, *shared, "-o", os.path.join(folder, "model.so"))
    for stages in (2, 4):
        run(options.onnxc, path, *shared, f"--split={stages}", "-o",
            os.path.join(folder, f"split{stages}.so"))
    x = random.normal(size=(4096, WIDTH)).astype("f")
    whole = onnxc.load(os.path.join(folder, "model.so"), threads=1)
    np.savez(os.path.join(folder, "rows.npz"), x=x)
    np.savez(os.path.join(folder, "wanted.npz"), y=whole(x))


def check(options, folder, python, name):
    paths = [os.path.join(options.build, "python"), EXAMPLE]
    said = run(python, os.path.join(HERE, "ray_cases.py"), folder, name,
               env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)))
    # Ray says of its own that a worker has died.
    for line in said.splitlines():
        if line and "(raylet)" not in line:
            print(f"{name}: {line}", flush=True)


def main():
    options = runner_arguments.RunnerArguments(__doc__, jobs=1).parse()
    sys.path.insert(0, os.path.join(options.build, "python"))
    runner_arguments.select(CASES, options)
    python = environment(options)
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        write_models(options, folder)
        return run_cases({name: functools.partial(check, options, folder, python,
                                                  name) for name in CASES},
                         options)


if __name__ == "__main__":
    sys.exit(main())

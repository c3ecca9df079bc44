#!/usr/bin/env python3
"""Times models on Vulkan's first device: ours, and IREE's beside them.

    bench_gpu.py --bin BUILD/bin --models BUILD/models [--filter REGEX]
        [--seconds N]

Dimensions are bound. Outputs are compared with onnxruntime's first: what is off
by more than 1e-3 of the largest value is not timed. Both are timed by their
own program (`onnxc-run --benchmark`, `iree-benchmark-module`), which moves inputs
and outputs in each run. IREE comes from PyPI: iree-base-compiler and
iree-base-runtime; without it there is one column less.

On lavapipe the figures say that nothing is badly wrong and no more: what costs
little there costs much on a GPU, and the other way round.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "test", "models"))
import package_models  # noqa: E402

# Sizes that are free are bound to these.
MODELS = {"tiny_autoencoder": {}, "tiny_ds_cnn": {}, "tiny_mobilenet": {},
          "tiny_resnet8": {}, "mobilenet_v2": {},
          "ppocr_cls": {0: 1, 2: 48, 3: 192}, "minilm": {0: 1, 1: 32}}


def run(*command):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()[-500:]}")
    return done.stdout


def bind(model, sizes):
    """Every input gets a size for each dimension."""
    for value in model.graph.input:
        for i, dim in enumerate(value.type.tensor_type.shape.dim):
            if dim.dim_value <= 0:
                dim.dim_value = sizes[i]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    return onnx.shape_inference.infer_shapes(model)


def make_inputs(model):
    rng = np.random.default_rng(1)
    for value in model.graph.input:
        shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
        kind = onnx.helper.tensor_dtype_to_np_dtype(
            value.type.tensor_type.elem_type)
        yield value.name, (rng.uniform(-1, 1, shape).astype(kind)
                           if kind.kind == "f" else np.ones(shape, kind))


def check(expected, files):
    for value, file in zip(expected, files):
        got = np.load(file).reshape(value.shape)
        if np.abs(got - value).max() > 1e-3 * np.abs(value).max():
            raise RuntimeError(f"differs by {np.abs(got - value).max():.2e}")


def time_ours(options, model, inputs, expected, folder):
    library = os.path.join(folder, "m.so")
    tool = os.path.join(options.bin, "onnxc-run")
    run(os.path.join(options.bin, "onnxc"), model, "--target=vulkan",
        "--emit=shared", "-o", library)
    given = [f"--input={file}" for file in inputs]
    files = [os.path.join(folder, f"ours{i}.npy") for i in range(len(expected))]
    run(tool, library, *given,
        *(f"--output={name}={file}" for (name, _), file
          in zip(expected.items(), files)))
    check(expected.values(), files)
    times = json.loads(run(tool, library, *given, "--benchmark", "--json"))
    return times["min_ms"]


def time_iree(options, model, inputs, expected, folder):
    ir, module = (os.path.join(folder, name) for name in ("m.mlir", "m.vmfb"))
    run("iree-import-onnx", model, "-o", ir, "--opset-version", "17")
    run("iree-compile", ir, "--iree-hal-target-device=vulkan", "-o", module)
    with open(ir) as file:
        name = re.search(r"func\.func @([\w.]+|\"[^\"]+\")", file.read())
    common = [f"--module={module}", "--device=vulkan",
              f"--function={name.group(1).strip(chr(34))}",
              *(f"--input=@{file}" for file in inputs)]
    files = [os.path.join(folder, f"iree{i}.npy") for i in range(len(expected))]
    run("iree-run-module", *common, *(f"--output=@{file}" for file in files))
    check(expected.values(), files)
    times = json.loads(run(
        "iree-benchmark-module", *common, "--benchmark_format=json",
        f"--benchmark_min_time={options.seconds}s"))
    return min(row["real_time"] for row in times["benchmarks"]) * {
        "ns": 1e-6, "us": 1e-3, "ms": 1}[times["benchmarks"][0]["time_unit"]]


def bench(name, options):
    path = (package_models.find(name) if name in package_models.MODELS
            else os.path.join(options.models, name + ".onnx"))
    with tempfile.TemporaryDirectory() as folder:
        bound = os.path.join(folder, "bound.onnx")
        model = bind(onnx.load(path), MODELS[name])
        onnx.save(model, bound)
        values = dict(make_inputs(model))
        inputs = [os.path.join(folder, f"input{i}.npy")
                  for i in range(len(values))]
        for value, file in zip(values.values(), inputs):
            np.save(file, value)
        session = onnxruntime.InferenceSession(
            bound, providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        expected = dict(zip(names, session.run(names, values)))
        row = []
        for time in (time_ours, time_iree)[:1 + options.has_iree]:
            try:
                row.append(f"{time(options, bound, inputs, expected, folder):.2f}")
            except RuntimeError as error:
                row.append("failed")
                print(f"{name}: {error}", file=sys.stderr)
        print(f"| {name} | " + " | ".join(row) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--filter", default="")
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    options.has_iree = bool(shutil.which("iree-compile"))
    print("| model | ours, ms |" + (" IREE, ms |" if options.has_iree else ""))
    print("| --- | --- |" + (" --- |" if options.has_iree else ""))
    for name in MODELS:
        if re.search(options.filter, name):
            bench(name, options)


if __name__ == "__main__":
    main()

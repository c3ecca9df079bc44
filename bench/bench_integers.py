#!/usr/bin/env python3
"""Times quantised models, by turns with the same models in f32 and with
onnxruntime on the quantised ones.

    bench_integers.py --bin BUILD/bin --models BUILD/models [--filter REGEX]
        [--form qdq-u8s8c] [--seconds N] [-- ONNXC'S OPTIONS]

One thread, pinned to one CPU, dimensions bound to those of the first size in
test/models/model_cases.py; the best of each counts. Forms are those of
test/models/quantize_models.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "test", "models"))

import model_cases  # noqa: E402
import quantize_models  # noqa: E402
import run_models  # noqa: E402
from bench_models import time_turn  # noqa: E402
from compiled_model import CompiledModel  # noqa: E402

MODELS = {"tiny_autoencoder": [], "tiny_ds_cnn": [], "tiny_mobilenet": [],
          "tiny_resnet8": [], "mobilenet_v2": [],
          "resnet50": ["--dim", "batch=1"],
          "minilm": ["--dim", "batch=1", "--dim", "sequence=128"]}


def compile_model(options, path, flags, library):
    subprocess.run([os.path.join(options.bin, "onnxc"), path, "--emit=shared",
                    "-o", library, *flags, *options.options], check=True)
    return library


def bench(name, options, folder):
    """Milliseconds of our f32, our integers and their integers."""
    case = next(case for case in model_cases.all_cases() if case.model == name)
    plain = model_cases.model_path(name, options.models)
    quantized = quantize_models.write(options.models, f"{name}-{options.form}")
    flags = MODELS[name]
    os.sched_setaffinity(0, options.cpus)
    libraries = [compile_model(options, path, flags,
                               os.path.join(folder, f"{name}{i}.so"))
                 for i, path in enumerate((plain, quantized))]
    os.sched_setaffinity(0, {max(options.cpus)})
    inputs = model_cases.make_inputs(case, plain, case.sizes[0])
    ours = [CompiledModel(library, inputs) for library in libraries]
    theirs = run_models.Reference(quantized, threads=1)
    runs = [ours[0].run, ours[1].run, lambda: theirs.run(inputs)]
    best = [float("inf")] * 3
    for _ in range(5):
        for i, run in enumerate(runs):
            best[i] = min(best[i], time_turn(run, options.seconds / 5)[0])
    return [1e3 * seconds for seconds in best]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--filter", default="")
    parser.add_argument("--form", default="qdq-u8s8c")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("options", nargs="*")
    options = parser.parse_args()
    options.cpus = os.sched_getaffinity(0)
    print(f"{'model':<20}{'f32':>9}{'int8':>9}{'onnxrt':>9}"
          f"{'int8/f32':>10}{'int8/theirs':>13}")
    print(f"{'':<20}{'ms':>9}{'ms':>9}{'ms':>9}")
    for name in MODELS:
        if not re.search(options.filter, name):
            continue
        with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
            f32, int8, other = bench(name, options, folder)
        print(f"{name:<20}{f32:9.3f}{int8:9.3f}{other:9.3f}{int8 / f32:10.2f}"
              f"{int8 / other:13.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

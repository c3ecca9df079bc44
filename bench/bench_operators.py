#!/usr/bin/env python3
"""Times operators, one a model, by turns with onnxruntime.

    bench_operators.py --bin BUILD/bin [--filter REGEX] [--seconds N]
        [--markdown FILE] [-- ONNXC'S OPTIONS]

One thread, pinned to one CPU; the best of each counts, in microseconds of CPU a
call. operator_cases.py lists the operators; their weights are constants. The
last lines are the geometric mean of ours over theirs, and the operators that
take over twice as long.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import math
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnx.parser
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import operator_cases  # noqa: E402
from compiled_model import CompiledModel  # noqa: E402
from time_turns import time_turns  # noqa: E402

IMPORTS = '"" : 21, "ai.onnx.ml" : 4, "com.microsoft" : 1'
SLOW = 2.0


def write_model(name, path):
    body, results, inputs, constants = operator_cases.CASES[name]
    declared = ", ".join(
        f"{operator_cases.TYPES[array.dtype]}[{', '.join(map(str, array.shape))}] "
        f"{label}" for label, array in inputs.items())
    outputs = ", ".join(f"{kind}[?] {label}" for label, kind in results)
    model = onnx.parser.parse_model(
        f"<ir_version: 10, opset_import: [{IMPORTS}]> agraph ({declared}) => "
        f"({outputs}) {{ {body} }}")
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    for label, array in constants.items():
        model.graph.initializer.append(
            onnx.numpy_helper.from_array(np.asarray(array), label))
    onnx.save(model, path)
    return inputs


def bind_onnxruntime(path, inputs):
    """Bound outputs: what numpy and Python cost does not count."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        path, settings, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    for label, array in inputs.items():
        binding.bind_cpu_input(label, array)
    for output in session.get_outputs():
        binding.bind_output(output.name)
    return (lambda: session.run_with_iobinding(binding),
            binding.copy_outputs_to_cpu)


def bench(name, options, folder):
    """Microseconds of both, or why there are none."""
    path = os.path.join(folder, "operator.onnx")
    library = os.path.join(folder, re.sub(r"\W+", "_", name) + ".so")
    inputs = write_model(name, path)
    done = subprocess.run(
        [os.path.join(options.bin, "onnxc"), path, "--emit=shared", "-o",
         library, *options.options], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    if done.returncode:
        return done.stdout.strip()[:200]
    try:
        theirs, get = bind_onnxruntime(path, inputs)
        theirs()
    except Exception as error:  # of its own kinds
        return f"onnxruntime: {error}"[:200]
    ours = CompiledModel(library, inputs)
    try:
        ours.run()
    except RuntimeError:
        return "its results' sizes are data's: it takes an allocator"
    first = np.ravel(list(ours.outputs.values())[0]).astype(np.float64)
    other = np.ravel(get()[0]).astype(np.float64)
    if first.size == other.size and np.isfinite(other).all() and \
            np.abs(first - other).max(initial=0) > 1e-3 * max(
                1, np.abs(other).max(initial=0)):
        print(f"  {name} gives other numbers")
    return time_turns([ours.run, theirs], options.seconds)


def summarize(times):
    ratios = {name: ours / theirs for name, (ours, theirs) in times.items()}
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    print(f"{len(ratios)} operators, geometric mean {mean:.2f}")
    for name, ratio in sorted(ratios.items(), key=lambda item: -item[1]):
        if ratio > SLOW:
            print(f"slow: {name} {ratio:.2f}")
    return mean


def write_table(times, file):
    print("| operator | onnxc | onnxruntime | ratio |", file=file)
    print("| --- | --- | --- | --- |", file=file)
    for name, (ours, theirs) in times.items():
        print(f"| {name} | {ours:.1f} | {theirs:.1f} | {ours / theirs:.2f} |",
              file=file)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, metavar="FOLDER")
    parser.add_argument("--filter", default="", metavar="REGEX")
    parser.add_argument("--seconds", type=float, default=0.6)
    parser.add_argument("--markdown", metavar="FILE")
    parser.add_argument("options", nargs="*", help="of onnxc")
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in operator_cases.CASES:
            if not re.search(options.filter, name):
                continue
            result = bench(name, options, folder)
            if isinstance(result, str):
                print(f"{name:36} {result}", flush=True)
                continue
            times[name] = result
            ours, theirs = result
            print(f"{name:36} {ours:10.1f} {theirs:10.1f} "
                  f"{ours / theirs:6.2f}", flush=True)
    summarize(times)
    if options.markdown:
        with open(options.markdown, "w") as file:
            write_table(times, file)


if __name__ == "__main__":
    sys.exit(main())

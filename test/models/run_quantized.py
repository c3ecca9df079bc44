#!/usr/bin/env python3
"""Compiles quantised models, runs them and compares them with onnxruntime and
with what they mean in float64.

    run_quantized.py [--all] [-- ONNXC'S OPTIONS]

and the arguments of test/runner_arguments.py. Errors are those against float64,
in units of the output's own quantum where it is quantised last, else of 1/256
of its range: the mean over all elements and inputs, and the largest. A case
passes when our mean is not larger than onnxruntime's by more than a tenth, or
than a twentieth of a quantum: two evaluations in f32 differ by what lies next
to the middle of two quanta. The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import functools
import os
import sys

import numpy as np
import onnx
import onnxruntime

import exact_evaluator
import model_cases
import quantize_models

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, run, run_cases

# In CI; `--all` takes the others as well.
FEW = ["tiny_ds_cnn-qdq-u8s8c", "tiny_ds_cnn-qop-s8s8",
       "tiny_resnet8-qdq-u8u8", "tiny_resnet8-qop-u8s8c",
       "tiny_mobilenet-qdq-s8s8c", "tiny_autoencoder-qdq-u8s8c",
       "tiny_autoencoder-qop-u8u8"]
MORE = [f"{model}-{form}" for model in
        ("tiny_ds_cnn", "tiny_resnet8", "tiny_mobilenet", "tiny_autoencoder",
         "mobilenet_v2", "resnet50", "minilm")
        for form in ("qdq-u8s8c", "qdq-s8s8c", "qdq-u8s8", "qdq-u8u8",
                     "qop-u8s8c", "qop-s8s8", "qop-u8u8")]
INPUTS = 3
ENOUGH = 0.05


def get_quantum(path, reference):
    """The step of the (only) output's last quantisation."""
    model = onnx.load(path, load_external_data=False)
    output = model.graph.output[0].name
    for node in model.graph.node:
        if output in node.output and node.op_type == "DequantizeLinear":
            for tensor in model.graph.initializer:
                if tensor.name == node.input[1]:
                    return float(onnx.numpy_helper.to_array(tensor).ravel()[0])
    return float(np.ptp(reference)) / 256


def run_ours(options, path, samples, folder):
    library = os.path.join(folder, "model.so")
    run(options.onnxc, path, "--emit=shared", "-o", library,
        *options.onnxc_options)
    results = []
    for inputs in samples:
        command = [options.onnxc_run, library, f"--output-dir={folder}"]
        for name, array in inputs.items():
            file = os.path.join(folder, "input_" + name + ".npy")
            np.save(file, array)
            command.append(f"--input={name}={file}")
        run(*command)
        name = onnx.load(path, load_external_data=False).graph.output[0].name
        results.append(np.load(os.path.join(folder, name + ".npy")))
    return results


def measure(results, exact, quantum):
    errors = np.concatenate([np.abs(r.astype(np.float64) - e).ravel() / quantum
                             for r, e in zip(results, exact)])
    return errors.mean(), errors.max()


def run_case(options, name):
    path = quantize_models.write(options.models, name)
    model = quantize_models.FORM.match(name)["model"]
    case = next(c for c in model_cases.all_cases() if c.model == model)
    samples = [model_cases.make_inputs(case, path, case.sizes[0], seed)
               for seed in range(INPUTS)]
    with runner_arguments.case_folder(options, name) as folder:
        ours = run_ours(options, path, samples, folder)
    session = onnxruntime.InferenceSession(path)
    theirs = [session.run(None, inputs)[0] for inputs in samples]
    meaning = quantize_models.write(options.models,
                                    name.replace("-qop-", "-qdq-"))
    exact = [exact_evaluator.evaluate(meaning, inputs)[0]
             for inputs in samples]
    quantum = get_quantum(path, exact[0])
    mean, most = measure(ours, exact, quantum)
    their_mean, their_most = measure(theirs, exact, quantum)
    print(f"{name:<30}{mean:9.3f}{most:8.1f}{their_mean:9.3f}{their_most:8.1f}",
          flush=True)
    if not mean <= max(1.1 * their_mean, ENOUGH):
        raise Failure(f"is off by {mean:.3f}, onnxruntime by {their_mean:.3f}")


def main():
    parser = runner_arguments.RunnerArguments(__doc__, jobs=1)
    parser.add_argument("--models", help="where models are, or will be written "
                                         "(BUILD/models)")
    parser.add_argument("--all", action="store_true",
                        help="also what takes minutes")
    parser.add_compiler_options()
    options = parser.parse()
    options.models = options.models or os.path.join(options.build, "models")
    onnxruntime.set_default_logger_severity(3)
    names = sorted(set(FEW + MORE)) if options.all else FEW
    if not options.list:
        print(f"{'model':<30}{'mean':>9}{'most':>8}{'theirs':>9}{'most':>8}")
    return run_cases({name: functools.partial(run_case, options, name)
                      for name in names}, options)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Says whether a model gives other numbers than onnxruntime: "differs" and an
exit status of 1. It is what `onnxc reduce` asks.

    compare_model.py MODEL.onnx [--size N] [--build FOLDER] [-- ONNXC'S OPTIONS]

Inputs are random, free dimensions of one name equal, the first of `--size`
(5) and the others one more each. A model that onnxruntime does not take is no
difference: the exit status is 3.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys
import tempfile

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import model_cases
import run_models
from runner_arguments import RunnerArguments


def make_inputs(model, size):
    random = np.random.RandomState(0)
    weights = {tensor.name for tensor in model.graph.initializer}
    sizes, inputs = {}, {}
    for value in model.graph.input:
        if value.name in weights:
            continue
        tensor = value.type.tensor_type
        shape = []
        for i, dim in enumerate(tensor.shape.dim):
            name = dim.dim_param or f"{value.name}_{i}"
            shape.append(dim.dim_value if dim.HasField("dim_value") else
                         sizes.setdefault(name, size + len(sizes)))
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        inputs[value.name] = (random.standard_normal(shape).astype(dtype)
                              if np.issubdtype(dtype, np.floating)
                              else random.randint(0, 2, shape).astype(dtype))
    return inputs


def main():
    parser = RunnerArguments(__doc__)
    parser.add_argument("model")
    parser.add_argument("--size", type=int, default=5,
                        help="of the first free dimension (5)")
    parser.add_compiler_options()
    options = parser.parse()
    options.timeout, options.threads = 60, 1
    try:
        inputs = make_inputs(onnx.load(options.model), options.size)
        theirs = run_models.Reference(options.model, 1).run(inputs)
    except Exception as error:  # whatever it dislikes
        print(f"not for onnxruntime: {error}")
        return 3
    with tempfile.TemporaryDirectory() as folder:
        try:
            case = model_cases.Case("model", "model", [{}])
            library, _, _ = run_models.compile_model(case, options.model,
                                                     options, folder)
            run_models.run_library(library, inputs, options, folder)
        except run_models.Failure as failure:
            print(f"refused: {failure}")
            return 2
        for name, expected in theirs.items():
            ours = np.load(os.path.join(folder, name + ".npy"))
            try:
                error = run_models.compare(name, ours, expected)
            except run_models.Failure as failure:
                print(f"differs: {failure}")
                return 1
            if error > run_models.TOLERANCE:
                print(f"{name} differs by {error:.1e}")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

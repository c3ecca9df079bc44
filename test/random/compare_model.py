#!/usr/bin/env python3
"""Says whether a model gives other numbers than onnxruntime: "differs" and an
exit status of 1. It is what `onnxc reduce` asks.

    compare_model.py MODEL.onnx [--size N] [--machine NAME] [--build FOLDER]
        [-- ONNXC'S OPTIONS]

element_types.py says what is right, machines.py where it may run. Inputs are
random, free dimensions of one name equal, the first of `--size`
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
import element_types
import machines
from runner_arguments import RunnerArguments
from suite_cases import Failure


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


def find_element(model):
    """The type of its floats."""
    types = [tensor.data_type for graph in element_types.graphs_of(model.graph)
             for tensor in element_types.find_tensors(graph)]
    types += [value.type.tensor_type.elem_type for value in model.graph.input]
    return next((name for name, number in element_types.TYPES.items()
                 if number in types and name != "float"), "float")


def main():
    parser = RunnerArguments(__doc__)
    parser.add_argument("model")
    parser.add_argument("--size", type=int, default=5,
                        help="of the first free dimension (5)")
    name, settings = machines.ARGUMENT
    parser.add_argument(name, **settings)
    parser.add_compiler_options()
    options = parser.parse()
    try:
        model = onnx.load(options.model)
        oracle = element_types.Oracle(element_types.convert(model, "float"),
                                      find_element(model))
        inputs = make_inputs(model, options.size)
        oracle.run(inputs)
    except Exception as error:  # whatever it dislikes
        print(f"not for onnxruntime: {error}")
        return 3
    with tempfile.TemporaryDirectory() as folder:
        try:
            results = machines.compile_model(options.model, [], options,
                                             folder).run(inputs)
        except Failure as failure:
            print(f"refused: {failure}")
            return 2
        try:
            oracle.check(inputs, results)
        except Failure as failure:
            print(f"differs: {failure}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes operator tests as ONNX's backend tests are kept: a folder a test with
model.onnx, test_data_set_0/{input,output}_N.pb and case.json.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import shutil

import onnx
from onnx import helper, numpy_helper


def make_model(nodes, inputs, outputs, opset, initializers=()):
    """`inputs` and `outputs` are lists of (name, array)."""
    def info(name, array):
        return helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)

    graph = helper.make_graph(
        nodes, "graph", [info(*i) for i in inputs], [info(*o) for o in outputs],
        [numpy_helper.from_array(array, name) for name, array in initializers])
    return helper.make_model(graph, ir_version=10,
                             opset_imports=[helper.make_opsetid("", opset)])


def write_case(folder, name, operator, model, inputs, outputs, rtol, atol):
    target = os.path.join(folder, name)
    data = os.path.join(target, "test_data_set_0")
    os.makedirs(data)
    with open(os.path.join(target, "model.onnx"), "wb") as file:
        file.write(model.SerializeToString())
    for stem, values in (("input", inputs), ("output", outputs)):
        for n, (label, array) in enumerate(values):
            tensor = numpy_helper.from_array(array, label)
            with open(os.path.join(data, f"{stem}_{n}.pb"), "wb") as file:
                file.write(tensor.SerializeToString())
    with open(os.path.join(target, "case.json"), "w") as file:
        json.dump({"operator": operator, "kind": "node", "rtol": rtol,
                   "atol": atol, "special_io": []}, file)


def write_cases(folder, cases):
    """Anew each time, as they are small; `cases` gives the arguments of
    write_case after the folder. Returns the names."""
    shutil.rmtree(folder, ignore_errors=True)
    names = []
    for case in cases:
        write_case(folder, *case)
        names.append(case[0])
    return sorted(names)

#!/usr/bin/env python3
"""Writes ONNX's backend tests to a folder, once: a folder a test with
model.onnx, test_data_set_*/{input,output}_N.pb and case.json.

    backend_cases.py DIR

Most tests exist only as Python code that makes model and data; the random
numbers among the data are seeded here, so that every folder is the same.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import fcntl
import json
import os
import re
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper

# Raise it when what is written changes.
FORMAT = 1
KINDS = ("node", "simple", "pytorch-converted", "pytorch-operator", "real")


def load_cases():
    from onnx.backend.test.loader import load_model_tests

    np.random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [case for kind in KINDS for case in load_model_tests(kind=kind)]


def to_bytes(value, value_type, name):
    kind = value_type.WhichOneof("value")
    if kind == "map_type":
        message = numpy_helper.from_dict(value, name)
    elif kind == "sequence_type":
        message = numpy_helper.from_list(value, name)
    elif kind == "optional_type":
        message = numpy_helper.from_optional(value, name)
    elif isinstance(value, onnx.TensorProto):
        message = value
    else:
        message = numpy_helper.from_array(np.asarray(value), name)
    return message.SerializeToString()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def write_data_sets(case, folder):
    graph = case.model.graph
    write(os.path.join(folder, "model.onnx"), case.model.SerializeToString())
    for k, (inputs, outputs) in enumerate(case.data_sets):
        data_set = os.path.join(folder, f"test_data_set_{k}")
        os.makedirs(data_set)
        for stem, values, infos in (("input", inputs, graph.input),
                                    ("output", outputs, graph.output)):
            for n, (value, info) in enumerate(zip(values, infos)):
                write(os.path.join(data_set, f"{stem}_{n}.pb"),
                      to_bytes(value, info.type, info.name))


def write_light_model(case, folder):
    """The classification networks: their weights are constants made at run
    time, their input counts upwards, their outputs lie beside them."""
    from onnx.backend.test.runner import Runner

    data = os.path.join(os.path.dirname(onnx.backend.__file__), "test", "data")
    source = os.path.join(data, "light", os.path.basename(case.url))
    shutil.copy(source, os.path.join(folder, "model.onnx"))
    graph = onnx.load(source).graph
    data_set = os.path.join(folder, "test_data_set_0")
    os.makedirs(data_set)
    initialized = {tensor.name for tensor in graph.initializer}
    inputs = [i for i in graph.input if i.name not in initialized]
    for n, info in enumerate(inputs):
        value = Runner.generate_dummy_data(info, seed=0, name=case.model_name)
        write(os.path.join(data_set, f"input_{n}.pb"),
              numpy_helper.from_array(value, info.name).SerializeToString())
    for n in range(len(graph.output)):
        shutil.copy(source.replace(".onnx", f"_output_{n}.pb"),
                    os.path.join(data_set, f"output_{n}.pb"))


def describe_io(model):
    """What other than tensors of numbers goes in or out."""
    special = set()
    for info in [*model.graph.input, *model.graph.output]:
        kind = info.type.WhichOneof("value")
        if kind != "tensor_type":
            special.add(kind.replace("_type", "s"))
        elif info.type.tensor_type.elem_type == onnx.TensorProto.STRING:
            special.add("strings")
    return sorted(special)


def operator_of(case, model, by_name):
    """What the test is listed under. A test of an operator written out by its
    definition is one of that operator."""
    if case.kind != "node":
        return "(" + case.kind + ")"
    base = re.sub(r"(_expanded.*)$", "", case.name)
    model = by_name.get(base, model)
    operators = [node.op_type for node in model.graph.node]
    others = [op for op in operators if op != "Constant"]
    return (others or operators)[0]


def materialise(folder):
    """Writes the tests where they are missing; returns their names. Others that
    want the same folder wait."""
    os.makedirs(os.path.dirname(os.path.abspath(folder)), exist_ok=True)
    with open(folder.rstrip("/") + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return materialise_alone(folder)


def materialise_alone(folder):
    index_path = os.path.join(folder, "index.json")
    stamp = {"onnx": onnx.__version__, "format": FORMAT}
    if os.path.exists(index_path):
        with open(index_path) as file:
            index = json.load(file)
        if index["stamp"] == stamp:
            return index["tests"]
    shutil.rmtree(folder, ignore_errors=True)
    cases = load_cases()
    by_name = {case.name: case.model for case in cases if case.kind == "node"}
    for case in cases:
        target = os.path.join(folder, case.name)
        if case.model_dir:
            shutil.copytree(case.model_dir, target)
        else:
            os.makedirs(target)
            (write_data_sets if case.model else write_light_model)(case, target)
        model = onnx.load(os.path.join(target, "model.onnx"),
                          load_external_data=False)
        with open(os.path.join(target, "case.json"), "w") as file:
            json.dump({"operator": operator_of(case, model, by_name),
                       "kind": case.kind, "rtol": case.rtol,
                       "atol": case.atol, "special_io": describe_io(model)},
                      file)
    names = sorted(case.name for case in cases)
    with open(index_path, "w") as file:  # last: the rest is complete
        json.dump({"stamp": stamp, "tests": names}, file)
    return names


if __name__ == "__main__":
    print(len(materialise(sys.argv[1])), "tests")

"""Models of test/graphs with a custom operator behind each node that gives
floats, which copies them: all results stay as they are.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import importlib
import os
import re
import sys

import numpy as np
import onnx
import onnx.parser
import onnxruntime

import custom_case
from suite_cases import Failure, run

GRAPHS = os.path.join(os.path.dirname(custom_case.HERE), "graphs")
sys.path.insert(0, GRAPHS)
import run_graphs  # noqa: E402

FLOATS = ("FLOAT", "DOUBLE", "FLOAT16")
PROTOTYPE = re.compile(r"int32_t (\w+)\(([^;]*?)\)\s*ONNXC_LINKED_AS")


def insert(graph, types):
    """Whether a copy was put anywhere."""
    known = dict(types)
    for value in (*graph.value_info, *graph.output):
        known[value.name] = value.type.tensor_type.elem_type
    nodes = list(graph.node)
    del graph.node[:]
    any_inserted = False
    for node in nodes:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                any_inserted |= insert(attribute.g, known)
        copies = []
        for i, name in enumerate(node.output):
            kind = known.get(name, 0)
            if name and kind in [getattr(onnx.TensorProto, each)
                                 for each in FLOATS]:
                node.output[i] = name + "__before"
                copies.append(onnx.helper.make_node(
                    "Copy", [node.output[i]], [name], domain="my"))
        graph.node.extend([node, *copies])
        any_inserted |= bool(copies)
    return any_inserted


def define(name, parameters):
    """A function of the header that copies."""
    rank = re.search(r"\(\*x0_shape\)\[(\d+)\]", parameters)
    count = " * ".join(["(size_t)1"] + [
        f"(size_t)(*x0_shape)[{i}]" for i in range(int(rank[1]) if rank else 0)])
    return (f"int32_t {name}({parameters}) {{\n"
            f"  memcpy(y0, x0, {count} * sizeof *y0);\n  return 0;\n}}\n")


def check(name, options, folder):
    case = next(case for case in find_cases() if case.name == name)
    imports = case.imports or f'"" : {case.opset}'
    model = onnx.parser.parse_model(
        f"<ir_version: 10, opset_import: [{imports}]> {case.text}")
    changed = onnx.shape_inference.infer_shapes(model)
    if not insert(changed.graph, {}):
        return
    # What it stated of sizes was for its own nodes.
    changed.opset_import.append(onnx.helper.make_opsetid("my", 1))
    del changed.graph.value_info[:]
    path = os.path.join(folder, "model.onnx")
    onnx.save(changed, path)
    code = os.path.join(folder, "model.o")
    flags = case.flags + [
        f"--value={key}={run_graphs.print_value(value)}"
        for key, value in case.values.items()]
    run(options.onnxc, path, *flags, *options.onnxc_options, "--custom-op",
        "my::Copy=copy_floats:same-as-input-0", "-o", code)
    with open(os.path.join(folder, "model.h")) as file:
        functions = PROTOTYPE.findall(file.read())
    source = os.path.join(folder, "functions.c")
    with open(source, "w") as file:
        file.write('#include "model.h"\n#include <string.h>\n')
        for function in functions:
            file.write(define(*function))
    library = os.path.join(folder, "model.so")
    run("cc", "-shared", code, custom_case.compile_source(source, folder),
        os.path.join(options.build, "runtime-lite", "libonnxc-rt.a"), "-lm",
        "-lpthread", "-o", library)
    compare(case, model, options, folder, library)


def compare(case, model, options, folder, library):
    path = os.path.join(folder, "original.onnx")
    onnx.save(model, path)
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    reference = None if case.expected else onnxruntime.InferenceSession(
        path, settings, providers=["CPUExecutionProvider"])
    random = np.random.RandomState(0)
    for given in case.inputs:
        inputs = run_graphs.make_inputs(model, {**case.values, **given}, random)
        status, said = custom_case.call(
            options, library, folder,
            {key: array for key, array in inputs.items()
             if key not in case.values})
        if status:
            raise Failure(f"status {status}: {said[-600:]}")
        wanted = reference.run(None, inputs) if reference else case.expected
        for output, expected in zip(model.graph.output, wanted):
            file = os.path.join(folder, output.name + ".npy")
            ours = np.load(file)
            run_graphs.compare(output.name, ours, np.asarray(
                expected, None if reference else ours.dtype))
            os.remove(file)


# Their floats decide sizes, which only constants do.
DECIDING = ("resize_by_quotients", "resize_linearly_by_quotients")


def find_cases():
    for module in ("control_flow", "free_sizes", "sizes_at_run_time",
                   "broadcast_sizes", "idioms", "regions", "unused_results",
                   "padding", "sequences"):
        for case in getattr(importlib.import_module(module), "CASES", []):
            if not case.refused and case.name not in DECIDING:
                yield case


NAMES = [case.name for case in find_cases()]
SAMPLE = NAMES[::8]

"""Models of many cases side by side, and what goes into them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnx.shape_inference
from onnx import TensorProto, helper, numpy_helper


def build(cases, is_free):
    """A model of the opset of these cases' version. With `is_free` all sizes of
    inputs are free, but those of 1, which may be there to be broadcast."""
    nodes, inputs, outputs, constants = [], [], [], []
    for case in cases:
        nodes += case.nodes()
        for i, value in enumerate(case.operands):
            if value is None:
                continue
            label = case.label(i)
            if i in case.constants:
                constants.append(numpy_helper.from_array(value, label))
                continue
            is_named = is_free and i not in case.bound
            shape = [f"{label}_{n}" if is_named and size != 1 else size
                     for n, size in enumerate(value.shape)]
            inputs.append(helper.make_tensor_value_info(
                label, helper.np_dtype_to_tensor_dtype(value.dtype), shape))
        for name in case.results():
            outputs.append(helper.make_tensor_value_info(
                name, TensorProto.UNDEFINED, None))
    graph = helper.make_graph(nodes, "versions", inputs, outputs, constants)
    model = helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", cases[0].version)])
    set_result_types(model)
    return model


def set_result_types(model):
    """Outputs have an element type, by onnx's inference."""
    del model.graph.output[:]
    names = [name for node in model.graph.node for name in node.output if name]
    used = {name for node in model.graph.node for name in node.input}
    names = [name for name in names if name not in used]
    inferred = onnx.shape_inference.infer_shapes(model)
    types = {v.name: v.type for v in inferred.graph.value_info}
    for name in names:
        output = model.graph.output.add()
        output.name = name
        if name in types and types[name].HasField("tensor_type"):
            output.type.tensor_type.elem_type = (
                types[name].tensor_type.elem_type)


def result_types(model):
    return [output.type.tensor_type.elem_type for output in model.graph.output]


def feeds(cases):
    return {case.label(i): value for case in cases
            for i, value in enumerate(case.operands)
            if value is not None and i not in case.constants}


def write_inputs(cases, folder):
    """Files, as arguments of onnxc-run."""
    arguments = []
    for number, (name, value) in enumerate(feeds(cases).items()):
        path = f"{folder}/in{number}.pb"
        with open(path, "wb") as file:
            file.write(numpy_helper.from_array(value, name)
                       .SerializeToString())
        arguments.append(f"--input={name}={path}")
    return arguments


def read_results(case, model, folder):
    """Types that NumPy does not know are written as integers."""
    types = dict(zip((o.name for o in model.graph.output),
                     result_types(model)))
    results = []
    for name in case.results():
        array = np.load(f"{folder}/{name}.npy")
        dtype = (helper.tensor_dtype_to_np_dtype(types[name]) if types[name]
                 else case.dtype())
        if dtype != array.dtype and dtype.itemsize == array.dtype.itemsize:
            if dtype.kind == "V" or dtype.name.startswith(("bfloat", "float8")):
                array = array.view(dtype)
        results.append(array)
    return results

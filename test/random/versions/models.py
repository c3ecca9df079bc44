"""Models of many cases side by side, and what goes into them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnx.shape_inference
from onnx import TensorProto, helper, numpy_helper


# Whether an If takes the branch that has the nodes.
CHOICE = "choice"


def nest(case, nodes):
    """The nodes in both branches of an If."""
    def branch(suffix):
        inner = {name: f"{name}_{suffix}" for node in nodes
                 for name in node.output if name}
        copies = []
        for node in nodes:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = [inner.get(name, name) for name in node.input]
            copy.output[:] = [inner.get(name, name) for name in node.output]
            copies.append(copy)
        results = [helper.make_tensor_value_info(
            inner[name], TensorProto.UNDEFINED, None)
            for name in case.results()]
        graph = helper.make_graph(copies, f"{case.name}_{suffix}", [], results)
        for output, kind in zip(graph.output, result_types_of(case)):
            output.type.tensor_type.elem_type = kind
        return graph
    return helper.make_node("If", [CHOICE], case.results(),
                            name=f"{case.name}_if", then_branch=branch("then"),
                            else_branch=branch("else"))


def build(cases, form):
    """A model of the opset of these cases' version. Of the form `free` all sizes
    of inputs are free, but those of 1, which may be there to be broadcast. Of
    the form `nested` each case is in branches."""
    nodes, inputs, outputs, constants = [], [], [], []
    if form == "nested":
        inputs.append(helper.make_tensor_value_info(CHOICE, TensorProto.BOOL,
                                                    []))
    for case in cases:
        nodes += ([nest(case, case.nodes())] if form == "nested"
                  else case.nodes())
        for i, value in enumerate(case.operands):
            if value is None:
                continue
            label = case.label(i)
            if i in case.constants:
                constants.append(numpy_helper.from_array(value, label))
                continue
            shape = [f"{label}_{n}" if form == "free" and size != 1
                     and (i, n) not in case.bound else size
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


def result_types_of(case):
    return result_types(build([case], "fixed"))


def feeds(cases):
    return {case.label(i): value for case in cases
            for i, value in enumerate(case.operands)
            if value is not None and i not in case.constants}


def write_inputs(cases, form, folder):
    """Files, as arguments of onnxc-run."""
    arguments, values = [], feeds(cases)
    if form == "nested":
        values[CHOICE] = np.array(len(cases) % 2 == 0)
    for number, (name, value) in enumerate(values.items()):
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

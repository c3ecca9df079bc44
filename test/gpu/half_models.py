"""Models in halves, and how far from single precision they may be.

The same model with weights and inputs rounded to halves is evaluated in single
precision. What a device gives may be no further from that, in the mean, than
what ONNX's reference gives for the model in halves: sums of halves are kept in
single precision, so only what is stored between operators is rounded.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator


def convert(model, round_only):
    """Float tensors become halves, or floats that are as few as halves."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    to = TensorProto.FLOAT if round_only else TensorProto.FLOAT16

    def convert_tensor(tensor):
        if tensor.data_type != TensorProto.FLOAT:
            return
        value = numpy_helper.to_array(tensor).astype(np.float16)
        if round_only:
            value = value.astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))

    for tensor in model.graph.initializer:
        convert_tensor(tensor)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                convert_tensor(attribute.t)
            if node.op_type == "Cast" and attribute.i == TensorProto.FLOAT:
                attribute.i = to
    for value in [*model.graph.input, *model.graph.output]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = to
    del model.graph.value_info[:]
    return model


def transformer(hidden=64, heads=2, inner=96):
    """A layer of one: attention over a free number of rows, then two products
    with a Gelu between them."""
    rng = np.random.default_rng(3)
    weights, nodes = {}, []

    def weight(name, *shape):
        weights[name] = (rng.standard_normal(shape) / np.sqrt(shape[0])).astype(
            np.float32)
        return name

    def add(op, *inputs, **attributes):
        output = f"v{len(nodes)}"
        nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def normalize(x, name):
        weights[name] = np.ones(hidden, np.float32)
        return add("LayerNormalization", x, name, axis=-1)

    weights["split"] = np.array([0, 0, heads, hidden // heads])
    weights["whole"] = np.array([0, 0, hidden])
    weights["scale"] = np.array((hidden // heads) ** -0.5, np.float32)
    weights["half"] = np.array(0.5, np.float32)
    weights["root"] = np.array(0.5 ** 0.5, np.float32)
    weights["one"] = np.array(1, np.float32)
    rows = normalize("x", "norm1")
    query, key, value = (
        add("Transpose",
            add("Reshape", add("MatMul", rows, weight(name, hidden, hidden)),
                "split"), perm=perm)
        for name, perm in (("wq", [0, 2, 1, 3]), ("wk", [0, 2, 3, 1]),
                           ("wv", [0, 2, 1, 3])))
    scores = add("Softmax", add("Mul", add("MatMul", query, key), "scale"))
    mixed = add("Reshape", add("Transpose", add("MatMul", scores, value),
                               perm=[0, 2, 1, 3]), "whole")
    x = add("Add", "x", add("MatMul", mixed, weight("wo", hidden, hidden)))
    up = add("MatMul", normalize(x, "norm2"), weight("up", hidden, inner))
    bent = add("Mul", add("Mul", up, "half"),
               add("Add", add("Erf", add("Mul", up, "root")), "one"))
    nodes.append(helper.make_node(
        "Add", [x, add("MatMul", bent, weight("down", inner, hidden))], ["y"]))
    shape = [2, "rows", hidden]
    graph = helper.make_graph(
        nodes, "transformer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name)
         for name, value in weights.items()])
    return helper.make_model(graph, ir_version=9,
                             opset_imports=[helper.make_opsetid("", 17)])


def evaluate(model, x):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0].astype(
        np.float64)


def get_input(model, **dims):
    """Random, in halves."""
    shape = [dim.dim_value or dims[dim.dim_param] for dim
             in model.graph.input[0].type.tensor_type.shape.dim]
    return np.random.default_rng(5).uniform(-1, 1, shape).astype(np.float16)


def get_errors(model, x, result):
    """Of `result` and of the reference, against single precision."""
    exact = evaluate(convert(model, round_only=True), x.astype(np.float32))
    half = convert(model, round_only=False)
    other, = ReferenceEvaluator(half).run(None, {half.graph.input[0].name: x})

    def get_error(values):
        return np.sqrt(np.square(values.astype(np.float64) - exact).mean())
    return get_error(result), get_error(other)

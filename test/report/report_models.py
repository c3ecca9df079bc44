"""Models of which reports are made.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import sys

import numpy as np
import onnx
import onnx.parser
from onnx import helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import make_models

HEAD = '<ir_version: 10, opset_import: ["" : 21]>\n'

TEXTS = {
    # Two free dimensions, a constant that is packed, and one that is folded.
    "free": """agraph (float[n, l, 64] x) => (float[n, l, 40] y) {
  h = MatMul (x, w)
  a = Relu (h)
  s = Softmax <axis = -1> (a)
  k = Add (b, b)
  c = Add (s, k)
  y = Mul (c, a)
}""",
    # One recurrence is two kernels: the product of all inputs, and the steps.
    "recurrent": """agraph (float[12, 3, 32] x) => (float[12, 1, 3, 48] y) {
  y = LSTM <hidden_size = 48> (x, wx, wh)
}""",
    # Sizes that data decides, a branch, and a loop.
    "control": """agraph (bool c, float[30] x, int64 m) =>
    (int64[1, k] found, float[30] y) {
  found = NonZero (x)
  t = If (c) <
    then_branch = yes () => (float[30] d) { d1 = Exp (x) d = Neg (d1) },
    else_branch = no () => (float[30] e) { e = Sqrt (x) }>
  y = Loop (m, , t) <body = step (int64 i, bool on, float[30] v) =>
      (bool still, float[30] next) {
    still = Identity (on)
    f = Cast <to = 1> (i)
    g = Add (v, f)
    next = Sin (g)
  }>
}""",
    # A form that is slow for each reason that there is.
    "slow": """agraph (float[1, 4, 20, 20] x, float[65, 70] a, float[70, 77] b,
           int64[30] i) => (float[1, 10, 20, 20] y, float[65, 30] d) {
  y = Conv <pads = [1, 1, 1, 1]> (x, w)
  c = MatMul (a, b)
  d = Gather <axis = 1> (c, i)
}""",
    # Names that a page could take for its own tags.
    "names": """agraph (float[8, 8] x) => (float[8, 8] y) {
  t = Exp (x)
  y = Softmax (t)
}""",
}
WEIGHTS = {
    "free": {"w": (64, 40), "b": (40,)},
    "recurrent": {"wx": (1, 192, 32), "wh": (1, 192, 48)},
    "slow": {"w": (10, 4, 3, 3)},
}


def save_long_chain(folder, length):
    """Convolutions no two of which are equal: each is compiled."""
    nodes, weights, value = [], [], "x"
    random = np.random.RandomState(0)
    for number in range(length):
        size = 16 * (number % 7 + 1), 16 * ((number + 6) % 7 + 1)
        weights.append(numpy_helper.from_array(random.standard_normal(
            (*size, 3, 3)).astype(np.float32), f"w{number}"))
        stride = 2 if number % 5 == 4 else 1
        nodes.append(helper.make_node(
            "Conv", [value, f"w{number}"], [f"y{number}"], pads=[1, 1, 1, 1],
            strides=[stride, stride]))
        value = f"y{number}"
    graph = helper.make_graph(
        nodes, "long",
        [helper.make_tensor_value_info("x", 1, [1, 16 * 7, 1 << 9, 1 << 9])],
        [helper.make_tensor_value_info(value, 1, None)], weights)
    path = os.path.join(folder, "long.onnx")
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)]), path)
    return path


def save(name, folder):
    """The path of a model: one of the above, or of test/models."""
    if name not in TEXTS:
        return make_models.MODELS[name](folder)
    model = onnx.parser.parse_model(HEAD + TEXTS[name])
    random = np.random.RandomState(0)
    for weight, shape in WEIGHTS.get(name, {}).items():
        model.graph.initializer.append(numpy_helper.from_array(
            random.standard_normal(shape).astype(np.float32), weight))
    for number, node in enumerate(model.graph.node):
        node.name = f"{node.op_type.lower()}_{number}"
        if name == "names":
            node.name += "</script><b title='\"'>\u00b5"
    path = os.path.join(folder, name + ".onnx")
    onnx.save(model, path)
    return path


def list_nodes(graph):
    """The names of all nodes, as the importer gives them."""
    for node in graph.node:
        yield node.name or node.op_type + "_" + node.output[0]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from list_nodes(attribute.g)

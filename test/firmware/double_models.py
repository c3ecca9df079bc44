"""A model of float64's functions side by side.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Each of x, which is positive.
FUNCTIONS = {"Exp": math.exp, "Log": math.log, "Sin": math.sin,
             "Cos": math.cos, "Tan": math.tan, "Atan": math.atan,
             "Sinh": math.sinh, "Tanh": math.tanh, "Asinh": math.asinh,
             "Erf": math.erf, "Sqrt": math.sqrt, "Floor": math.floor}


def write(path):
    """Writes the model; its input and what the C library gives."""
    x = np.concatenate([np.exp2(np.linspace(-30, 8, 40)),
                        np.linspace(0.1, 6.1, 20), [5e-324, 3e-310, 1.0, 2.0]])
    power = numpy_helper.from_array(np.array([-1.75]), "power")
    divisor = numpy_helper.from_array(np.array([3.0e-9]), "divisor")
    nodes = [helper.make_node(name, ["x"], [name]) for name in FUNCTIONS]
    # What is denormal has no such power.
    one = numpy_helper.from_array(np.array([1e-9]), "least")
    nodes += [helper.make_node("Max", ["x", "least"], ["base"]),
              helper.make_node("Pow", ["base", "power"], ["Pow"]),
              helper.make_node("Mod", ["x", "divisor"], ["Mod"], fmod=1),
              helper.make_node("Concat", [*FUNCTIONS, "Pow", "Mod"], ["y"],
                               axis=0)]
    count = x.size * (len(FUNCTIONS) + 2)
    graph = helper.make_graph(
        nodes, "doubles",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, [x.size])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, [count])],
        [power, divisor, one])
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 22)]), path)
    results = [[float(function(one)) for one in x]
               for function in FUNCTIONS.values()]
    results.append([max(one, 1e-9) ** -1.75 for one in x])
    results.append([math.fmod(one, 3.0e-9) for one in x])
    return x, np.array(results).ravel()

"""Builds one ONNX graph: an op call adds a node and returns its output's name.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import math
import os
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class GraphBuilder:
    """Weights are drawn from a seed that the name gives, scaled so that
    activations stay near 1."""

    def __init__(self, name, opset):
        self.name, self.opset = name, opset
        self.nodes, self.initializers = [], []
        self.inputs, self.outputs = [], []
        self.random = np.random.RandomState(zlib.crc32(name.encode()))

    def input(self, name, shape, dtype=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, value, name, shape, dtype=TensorProto.FLOAT):
        self.nodes.append(helper.make_node("Identity", [value], [name],
                                           name=f"out_{name}"))
        self.outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def const(self, array, name=None):
        name = name or f"c{len(self.initializers)}"
        self.initializers.append(
            numpy_helper.from_array(np.asarray(array), name))
        return name

    def scalar(self, value):
        return self.const(np.float32(value))

    def ints(self, *values):
        return self.const(np.array(values, np.int64))

    def normal(self, shape, scale):
        """Random numbers; `scale` multiplies in float32."""
        return self.random.standard_normal(shape).astype(np.float32) * scale

    def weight(self, *shape, fan_in=None, name=None):
        fan_in = fan_in or int(np.prod(shape[1:])) or 1
        return self.const(self.normal(shape, 1) / math.sqrt(fan_in), name)

    def vector(self, size, around=0.0):
        values = around + 0.1 * self.random.standard_normal(size)
        return self.const(values.astype(np.float32))

    def op(self, op_type, *inputs, outputs=1, **attributes):
        base = f"{op_type.lower()}_{len(self.nodes)}"
        names = [f"{base}_{i}" if i else base for i in range(outputs)]
        self.nodes.append(helper.make_node(op_type, list(inputs), names,
                                           name=base, **attributes))
        return names[0] if outputs == 1 else names

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs,
                                  self.outputs, self.initializers)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", self.opset)],
            producer_name="make_models", ir_version=10)

    def save(self, folder, external=False):
        """Writes NAME.onnx, the weights in NAME.data if `external`."""
        model = self.model()
        path = os.path.join(folder, self.name + ".onnx")
        if not external:
            onnx.checker.check_model(model, full_check=True)
            onnx.save(model, path)
            return path
        data = self.name + ".data"
        if os.path.exists(os.path.join(folder, data)):
            os.remove(os.path.join(folder, data))
        onnx.save(model, path, save_as_external_data=True, location=data)
        return path

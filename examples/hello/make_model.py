#!/usr/bin/env python3
"""Writes a model of one layer, y = relu(x w + b): make_model.py hello.onnx

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

weights = np.array([[1, 0, -1], [1, 1, 0], [0, 1, 1], [0, 0, -1]], np.float32)
bias = np.array([0.5, 0, 0], np.float32)
graph = helper.make_graph(
    [helper.make_node("Gemm", ["x", "w", "b"], ["sum"], name="layer"),
     helper.make_node("Relu", ["sum"], ["y"], name="activation")],
    "hello",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])],
    [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")])
onnx.save(helper.make_model(
    graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10),
    sys.argv[1])

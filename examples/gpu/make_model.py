#!/usr/bin/env python3
"""Writes a model that finds spots in a picture: make_model.py spots.onnx

A pixel is one where the blurred picture is bright and nothing around it is
brighter. How many there are, only the picture tells.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node
graph = helper.make_graph(
    [node("Conv", ["picture", "blur"], ["soft"], pads=[1, 1, 1, 1]),
     node("MaxPool", ["soft"], ["around"], kernel_shape=[5, 5],
          pads=[2, 2, 2, 2]),
     node("GreaterOrEqual", ["soft", "around"], ["is_top"]),
     node("Greater", ["soft", "threshold"], ["is_bright"]),
     node("And", ["is_top", "is_bright"], ["is_spot"]),
     node("NonZero", ["is_spot"], ["where"]),
     node("Transpose", ["where"], ["rows"], perm=[1, 0]),
     node("Gather", ["rows", "place"], ["spots"], axis=1)],
    "spots",
    [helper.make_tensor_value_info("picture", TensorProto.FLOAT,
                                   [1, 1, "height", "width"])],
    [helper.make_tensor_value_info("spots", TensorProto.INT64, ["count", 2])],
    [numpy_helper.from_array(
        np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float32)
        .reshape(1, 1, 3, 3) / 16, "blur"),
     numpy_helper.from_array(np.float32(0.2), "threshold"),
     numpy_helper.from_array(np.array([2, 3], np.int64), "place")])
onnx.save(helper.make_model(
    graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10),
    sys.argv[1])

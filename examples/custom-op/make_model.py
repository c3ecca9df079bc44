#!/usr/bin/env python3
"""Writes a model that finds heartbeats in a signal: make_model.py beats.onnx

Two of its nodes are not ONNX's. A filter of second order, each of whose results
depends on the one before it, and the places of peaks, of which there are as many
as the signal has. `functions.c` computes both.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node
graph = helper.make_graph(
    [node("Sub", ["signal", "rest"], ["centred"]),
     node("Biquad", ["centred"], ["smooth"], name="lowpass",
          domain="example.dsp", b=[0.2, 0.4, 0.2], a=[-0.4, 0.2]),
     node("Mul", ["smooth", "smooth"], ["power"]),
     node("Peaks", ["power"], ["places"], name="peaks", domain="example.dsp",
          least=0.25),
     node("Gather", ["smooth", "places"], ["heights"])],
    "beats",
    [helper.make_tensor_value_info("signal", TensorProto.FLOAT, ["samples"])],
    [helper.make_tensor_value_info("places", TensorProto.INT64, ["beats"]),
     helper.make_tensor_value_info("heights", TensorProto.FLOAT, ["beats"])],
    [numpy_helper.from_array(np.float32(0.5), "rest")])
onnx.save(helper.make_model(
    graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21), helper.make_opsetid("example.dsp", 1)]),
    sys.argv[1])

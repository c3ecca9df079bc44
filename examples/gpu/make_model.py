#!/usr/bin/env python3
"""Writes a model that reads a line of text in a picture: make_model.py words.onnx

The trained network is that of the PyPI package rapidocr-onnxruntime, PP-OCRv4's
recognition. Before it are nodes that make floats of the picture's bytes, behind
it those that make letters of its classes: of each column the likeliest, without
repetitions and without class 0, which is none. How many letters there are, only the
picture tells.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import importlib.util
import os
import sys

import numpy as np
import onnx
import onnx.version_converter
from onnx import TensorProto, helper, numpy_helper

HEIGHT, WIDTH = 48, 320
NAME = "ch_PP-OCRv4_rec_infer.onnx"


def find_network():
    package = importlib.util.find_spec("rapidocr_onnxruntime")
    if package is None:
        sys.exit("the package rapidocr-onnxruntime is not installed: "
                 "cmake/setup.sh does it")
    return onnx.load(os.path.join(os.path.dirname(package.origin), "models",
                                  NAME))


def write_around(network, letters):
    """The nodes around it, whose opset is the network's."""
    given, = network.graph.input
    made, = network.graph.output
    node = helper.make_node
    constants = {"half": np.float32(127.5), "one": np.float32(1),
                 "batch": np.array([0], np.int64), "none": np.int64(0),
                 "first": np.array([-1], np.int64),
                 "begin": np.array([0], np.int64),
                 "end": np.array([-1], np.int64),
                 "letters": np.array(letters, object)}
    before = [
        node("Cast", ["picture"], ["numbers"], to=TensorProto.FLOAT),
        node("Div", ["numbers", "half"], ["scaled"]),
        node("Sub", ["scaled", "one"], ["centred"]),
        node("Transpose", ["centred"], ["planes"], perm=[2, 0, 1]),
        node("Unsqueeze", ["planes", "batch"], [given.name])]
    behind = [
        node("ArgMax", [made.name], ["likeliest"], axis=2, keepdims=0),
        node("Squeeze", ["likeliest", "batch"], ["classes"]),
        node("Slice", ["classes", "begin", "end"], ["all_but_last"]),
        node("Concat", ["first", "all_but_last"], ["before"], axis=0),
        node("Equal", ["classes", "before"], ["repeats"]),
        node("Equal", ["classes", "none"], ["is_none"]),
        node("Or", ["repeats", "is_none"], ["dropped"]),
        node("Not", ["dropped"], ["kept"]),
        node("Compress", ["classes", "kept"], ["read"], axis=0),
        node("Gather", ["letters", "read"], ["text"])]
    nodes = before + list(network.graph.node) + behind
    graph = helper.make_graph(
        nodes, "words",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8,
                                       [HEIGHT, WIDTH, 3])],
        [helper.make_tensor_value_info("text", TensorProto.STRING,
                                       ["length"])],
        list(network.graph.initializer) +
        [numpy_helper.from_array(np.asarray(value), name)
         for name, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)],
                             ir_version=8)


def main():
    network = find_network()
    table = {entry.key: entry.value for entry in network.metadata_props}
    # Class 0 is none, the last one a space.
    letters = ["", *table["character"].splitlines(), " "]
    network = onnx.version_converter.convert_version(network, 13)
    onnx.save(write_around(network, letters), sys.argv[1])


if __name__ == "__main__":
    main()

"""Convolutional networks with random weights: some written here, some whose
graphs the package onnx carries without weights.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LIGHT = tuple(f"light_{name}" for name in (
    "squeezenet", "inception_v1", "inception_v2", "densenet121", "zfnet512",
    "bvlc_alexnet", "resnet50", "shufflenet", "vgg19"))


class Network:
    def __init__(self, channels, size):
        self.random = np.random.RandomState(0)
        self.nodes, self.weights = [], []
        self.channels, self.size = channels, size
        self.input = helper.make_tensor_value_info(
            "x", TensorProto.FLOAT, [1, channels, size, size])
        self.last = "x"

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def op(self, kind, *operands, **attributes):
        self.last = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, operands, [self.last],
                                           **attributes))
        return self.last

    def convolve(self, filters, kernel=3):
        shape = (filters, self.channels, kernel, kernel)
        weights = self.random.standard_normal(shape)
        weights *= np.sqrt(2 / np.prod(shape[1:]))
        bias = self.random.standard_normal(filters) / 10
        self.op("Conv", self.last, self.constant(weights.astype(np.float32)),
                self.constant(bias.astype(np.float32)),
                pads=[kernel // 2] * 4)
        self.channels = filters
        return self.op("Relu", self.last)

    def pool(self):
        self.op("MaxPool", self.last, kernel_shape=[2, 2], strides=[2, 2])

    def save(self, path):
        output = helper.make_tensor_value_info(self.last, TensorProto.FLOAT,
                                               [None] * 4)
        graph = helper.make_graph(self.nodes, "network", [self.input],
                                  [output], self.weights)
        onnx.save(helper.make_model(
            graph, ir_version=8,
            opset_imports=[helper.make_opsetid("", 17)]), path)


def make_vgg16():
    network = Network(3, 224)
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            network.convolve(filters)
        network.pool()
    return network


def make_unet():
    network = Network(3, 256)
    twice = network.constant(np.float32([1, 1, 2, 2]))
    skipped = []
    for filters in (32, 64, 128):
        network.convolve(filters)
        skipped.append((network.convolve(filters), filters))
        network.pool()
    network.convolve(256)
    network.convolve(256)
    for skip, filters in reversed(skipped):
        network.op("Resize", network.last, "", twice, mode="linear")
        network.op("Concat", network.last, skip, axis=1)
        network.channels += filters
        network.convolve(filters)
        network.convolve(filters)
    network.convolve(2, kernel=1)
    return network


def make_layer(name):
    """Behind another one, so that its channels may lie in blocks."""
    channels, size = map(int, name.split("@"))
    network = Network(16, size)
    network.convolve(channels, kernel=1)
    network.convolve(channels)
    return network


def make_light(name):
    """Its constants are made at run time: random initializers take their
    place."""
    model = onnx.load(os.path.join(os.path.dirname(onnx.__file__), "backend",
                                   "test", "data", "light", f"{name}.onnx"))
    graph = model.graph
    shapes = {tensor.name: numpy_helper.to_array(tensor)
              for tensor in graph.initializer}
    random = np.random.RandomState(0)
    nodes, unused = [], set()
    for node in graph.node:
        if node.op_type != "ConstantOfShape":
            nodes.append(node)
            continue
        shape = shapes[node.input[0]]
        # Variances, too, are some of them.
        weights = random.random_sample(shape) if len(shape) == 1 else (
            random.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:])))
        graph.initializer.append(numpy_helper.from_array(
            weights.astype(np.float32), node.output[0]))
        unused.add(node.input[0])
    del graph.node[:]
    graph.node.extend(nodes)
    for values in (graph.input, graph.initializer):
        kept = [value for value in values if value.name not in unused]
        del values[:]
        values.extend(kept)
    return model


def write(name, folder):
    """The path of a model: `name`, or one that is written into the folder."""
    if os.path.exists(name):
        return name
    path = os.path.join(folder, name.replace("@", "-") + ".onnx")
    if name in LIGHT:
        onnx.save(make_light(name), path)
        return path
    makers = {"vgg16": make_vgg16, "unet": make_unet}
    makers.get(name, lambda: make_layer(name))().save(path)
    return path

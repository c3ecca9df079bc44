#!/usr/bin/env python3
"""Times convolutional networks by turns: onnxc, onnxc --exact-convolutions,
onnxruntime, and OpenVINO where its package is installed.

    bench_convolutions.py [NAME or MODEL.onnx ...] [--seconds N]

Networks written here with random weights: `vgg16` (without its last layers),
`unet` (256 x 256, three levels, bilinear upsampling), and single layers as
`64@56` (channels, and pixels along a side). One thread; milliseconds of CPU a
run, the best of each. `error` is how far the first is from onnxruntime's, of the
largest; sizes are of the objects. It needs the module onnxc (docs/python.md).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import onnxc  # noqa: E402
from time_turns import time_turns  # noqa: E402

DEFAULT = ["64@56", "128@28", "256@14", "512@7", "vgg16", "unet"]


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


def write(name, folder):
    if os.path.exists(name):
        return name
    path = os.path.join(folder, name.replace("@", "-") + ".onnx")
    makers = {"vgg16": make_vgg16, "unet": make_unet}
    makers.get(name, lambda: make_layer(name))().save(path)
    return path


def open_openvino(path, x):
    try:
        import openvino
    except ImportError:
        return None
    model = openvino.Core().compile_model(path, "CPU", {
        "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32"})
    request = model.create_infer_request()
    return lambda: request.infer([x])


def measure(name, seconds, folder):
    path = write(name, folder)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        path, settings, providers=["CPUExecutionProvider"])
    value = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else 1 for size in value.shape]
    x = np.random.RandomState(1).random_sample(shape).astype(np.float32)
    objects = [onnxc.compile(path, output=os.path.join(folder, f"{i}.so"),
                             options=options)
               for i, options in enumerate(([], ["--exact-convolutions"]))]
    theirs = session.run(None, {value.name: x})[0]
    mine = next(iter(objects[0].run({value.name: x}).values()))
    error = np.abs(mine - theirs).max() / np.abs(theirs).max()
    calls = [*(lambda model=model: model.run({value.name: x})
               for model in objects),
             lambda: session.run(None, {value.name: x})]
    if (other := open_openvino(path, x)) is not None:
        calls.append(other)
    times = [time / 1000 for time in time_turns(calls, seconds)]
    sizes = " ".join(
        f"{os.path.getsize(os.path.join(folder, f'{i}.so')) / 1e6:.1f}"
        for i in range(2))
    print(f"{os.path.basename(name):12} "
          + " ".join(f"{time:9.3f}" for time in times)
          + f"   of the best {times[0] / min(times[2:]):.2f}, of exact "
          f"{times[0] / times[1]:.2f}, error {error:.1e}, MB {sizes}",
          flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("networks", nargs="*", default=DEFAULT)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    print("milliseconds: onnxc, exact, onnxruntime, OpenVINO if there")
    for name in options.networks:
        with tempfile.TemporaryDirectory() as folder:
            measure(name, options.seconds, folder)


if __name__ == "__main__":
    main()

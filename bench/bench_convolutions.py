#!/usr/bin/env python3
"""Times convolutional networks by turns: onnxc, onnxc --exact-convolutions,
onnxruntime, and OpenVINO and MNN where their packages are installed.

    bench_convolutions.py [NAME or MODEL.onnx ...] [--seconds N]

Networks with random weights (convolutional_networks.py): `vgg16` (without its
last layers), `unet` (256 x 256, three levels, bilinear upsampling), those of the
package onnx (`light_squeezenet` and others; `light` is all), and single layers
as `64@56` (channels, and pixels along a side). One thread; milliseconds of CPU a
run, the best of each. `error` is how far the first is from onnxruntime's, of the
largest; sizes are of the objects. It needs the module onnxc (docs/python.md).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import onnxc  # noqa: E402
import convolutional_networks  # noqa: E402
from time_turns import time_turns  # noqa: E402

DEFAULT = ["64@56", "128@28", "256@14", "512@7", "vgg16", "unet"]


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


def open_mnn(path, x):
    """Its own thread runs nothing while a caller waits with one."""
    try:
        import MNN.nn
    except ImportError:
        return None
    model = path + ".mnn"
    converter = os.path.join(os.path.dirname(sys.executable), "mnnconvert")
    # It installs a package that reports to its makers, with the first pip that
    # it finds: there is none.
    subprocess.run([sys.executable, converter, "-f", "ONNX", "--modelFile", path,
                    "--MNNModel", model, "--bizCode", "x"], check=True,
                   env={"PATH": os.devnull}, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    manager = MNN.nn.create_runtime_manager((
        {"backend": "CPU", "numThread": 1, "precision": "high"},))
    graph = onnx.load(path, load_external_data=False).graph
    given = {tensor.name for tensor in graph.initializer}
    module = MNN.nn.load_module_from_file(
        model, [value.name for value in graph.input if value.name not in given],
        [value.name for value in graph.output], runtime_manager=manager)
    operand = MNN.expr.const(x, list(x.shape), MNN.expr.NCHW)
    operand = MNN.expr.convert(operand, MNN.expr.NC4HW4)

    def run():
        results = module.forward([operand])
        return [result.read() for result in results]
    return run


def measure(name, seconds, folder):
    path = convolutional_networks.write(name, folder)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        path, settings, providers=["CPUExecutionProvider"])
    value = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else 1 for size in value.shape]
    x = np.random.RandomState(1).random_sample(shape).astype(np.float32)
    objects = [onnxc.compile(path, output=os.path.join(folder, f"{i}.so"),
                             threads=1, options=options)
               for i, options in enumerate(([], ["--exact-convolutions"]))]
    theirs = session.run(None, {value.name: x})[0]
    mine = next(iter(objects[0].run({value.name: x}).values()))
    error = np.abs(mine - theirs).max() / np.abs(theirs).max()
    calls = [*(lambda model=model: model.run({value.name: x})
               for model in objects),
             lambda: session.run(None, {value.name: x})]
    for open_other in (open_openvino, open_mnn):
        if (other := open_other(path, x)) is not None:
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
    print("milliseconds: onnxc, exact, onnxruntime, OpenVINO and MNN if there")
    networks = [other for name in options.networks for other in
                (convolutional_networks.LIGHT if name == "light" else [name])]
    for name in networks:
        with tempfile.TemporaryDirectory() as folder:
            measure(name, options.seconds, folder)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Compiles models that onnxruntime has optimised for this machine and saved,
with their channels in blocks (com.microsoft.nchwc), and compares with what it
computes itself.

    run_saved.py

takes the arguments of test/runner_arguments.py. The last line is `N passed, N
failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import functools
import os
import sys

import numpy as np
import onnx
import onnx.parser
import onnxruntime

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import runner_arguments
from suite_cases import Failure, run, run_cases

DOMAIN = "com.microsoft.nchwc"
# Of the largest element: sums are in another order.
TOLERANCE = 1e-5
PADDED = "kernel_shape = [3, 3], pads = [1, 1, 1, 1]"


@dataclasses.dataclass
class Net:
    """A graph of x, and the shapes of its weights."""
    text: str
    weights: dict
    shape: tuple = (2, 3, 16, 16)
    sizes: str = "n, 3, 16, 16"
    result: str = "n, c, h, w"


NETS = {
    "of_few_channels": Net(
        f"y = Conv <{PADDED}> (x, a, b)", {"a": (20, 3, 3, 3), "b": (20,)}),
    "with_pools": Net(
        f"t = Conv <{PADDED}, strides = [2, 2]> (x, a, b)\n"
        "r = LeakyRelu <alpha = 0.3> (t)\n"
        "m = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (r)\n"
        f"q = Conv <{PADDED}> (m, c)\ns = Sigmoid(q)\n"
        "v = AveragePool <kernel_shape = [2, 2], pads = [0, 0, 1, 1]> (s)\n"
        "k = GlobalAveragePool(v)\ny = GlobalMaxPool(k)",
        {"a": (32, 3, 3, 3), "b": (32,), "c": (48, 32, 3, 3)}),
    "with_a_sum": Net(
        f"t = Conv <{PADDED}> (x, a)\nr = Relu(t)\n"
        f"q = Conv <{PADDED}> (r, b, c)\ns = Add(q, r)\ny = Relu(s)",
        {"a": (16, 3, 3, 3), "b": (16, 16, 3, 3), "c": (16,)}),
    "of_groups": Net(
        f"t = Conv <{PADDED}> (x, a)\n"
        f"d = Conv <{PADDED}, group = 24> (t, b)\n"
        "e = Conv <kernel_shape = [1, 1]> (d, c)\n"
        "y = Conv <kernel_shape = [1, 1], group = 2> (e, f)",
        {"a": (24, 3, 3, 3), "b": (24, 1, 3, 3), "c": (32, 24, 1, 1),
         "f": (32, 16, 1, 1)}),
    "joined_and_resized": Net(
        "f = Constant <value_floats = [1.0, 1.0, 2.0, 2.0]> ()\n"
        f"t = Conv <{PADDED}> (x, a)\nu = Conv <{PADDED}> (t, b)\n"
        "j = Concat <axis = 1> (t, u)\nk = Conv <kernel_shape = [1, 1]> (j, c)"
        '\ny = Resize <mode = "nearest", nearest_mode = "floor", '
        'coordinate_transformation_mode = "asymmetric"> (k, , f)',
        {"a": (32, 3, 3, 3), "b": (32, 32, 3, 3), "c": (16, 64, 1, 1)}),
    "with_an_input_in_blocks": Net(
        f"t = Relu(x)\ny = Conv <{PADDED}, dilations = [2, 1]> (t, a)",
        {"a": (24, 20, 3, 3)}, (1, 20, 7, 9), "1, 20, h, w"),
}


def save(net, path):
    """onnxruntime's session; the file is what it has made of the model."""
    model = onnx.parser.parse_model(
        f'<ir_version: 8, opset_import: ["" : 17]> agraph (float[{net.sizes}] '
        f"x) => (float[{net.result}] y) {{ {net.text} }}")
    random = np.random.RandomState(0)
    for name, shape in net.weights.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(
            (random.standard_normal(shape) / 5).astype(np.float32), name))
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.optimized_model_filepath = path
    return onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"])


def find_block(path):
    """Of 20 filters there are 24 or 32."""
    save(NETS["of_few_channels"], path)
    model = onnx.load(path)
    node = next((node for node in model.graph.node if node.domain == DOMAIN),
                None)
    if node is None:
        return None
    return 8 if any(tensor.name == node.input[1] and tensor.dims[0] == 24
                    for tensor in model.graph.initializer) else 16


def run_net(name, options):
    with runner_arguments.case_folder(options, name) as folder:
        path = os.path.join(folder, "saved.onnx")
        block = find_block(path)
        net = NETS[name]
        session = save(net, path)
        library = os.path.join(folder, "saved.so")
        flags = [f"--nchwc-block={block}"] if block else []
        run(options.onnxc, path, *flags, *options.onnxc_options,
            "--emit=shared", "-o", library, timeout=120)
        x = np.random.RandomState(1).standard_normal(net.shape).astype(
            np.float32)
        file = os.path.join(folder, "x.npy")
        np.save(file, x)
        run(options.onnxc_run, library, f"--input=x={file}", "--output-dir",
            folder, timeout=120)
        theirs, = session.run(None, {"x": x})
        ours = np.load(os.path.join(folder, "y.npy"))
        if ours.shape != theirs.shape:
            raise Failure(f"y is {ours.shape}, expected {theirs.shape}")
        worst = np.abs(ours - theirs).max()
        if not worst <= TOLERANCE * max(1, np.abs(theirs).max()):
            raise Failure(f"y differs by {worst:.2e}")


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_compiler_options()
    options = parser.parse()
    return run_cases({name: functools.partial(run_net, name, options)
                      for name in NETS}, options)


if __name__ == "__main__":
    sys.exit(main())

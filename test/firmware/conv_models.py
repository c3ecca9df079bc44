"""Random chains of convolutions, such as firmware runs on little memory: many
shapes, and results written onto inputs.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
import onnx
from onnx import helper, numpy_helper


def write_chain(path, seed):
    """A model of a few convolutions; returns its input."""
    random = np.random.RandomState(seed)
    rank = int(random.choice([1, 2, 2, 2]))
    batch = int(random.choice([1, 1, 2]))
    channels = int(random.choice([3, 4, 8, 12, 16]))
    sizes = [int(n) for n in random.randint(3, 14, rank)]
    # Rows longer than what the stack holds of one.
    is_wide = random.rand() < 0.5
    if is_wide:
        channels = int(random.choice([1, 1, 2, 3]))
        sizes[-1] = int(random.choice([64, 97, 113, 129, 220, 224, 330]))
    shape = [batch, channels, *sizes]
    nodes, weights, value = [], [], "x"

    def weight(*shape):
        name = f"w{len(weights)}"
        array = random.normal(0, 0.3, shape).astype(np.float32)
        weights.append(numpy_helper.from_array(array, name))
        return name

    for i in range(random.randint(2, 6)):
        kinds = ["depthwise", "pointwise", "dense"]
        kind = random.choice(kinds + ["dense"] * 3 if is_wide else kinds)
        filters = channels
        if kind != "depthwise" and random.rand() < 0.4:
            filters = int(random.choice([1, 1, 2, 3] if is_wide else [4, 8, 20]))
        kernel = [1] * rank
        if kind != "pointwise":
            kernel = [int(k) for k in random.randint(1, 5, rank)]
        dilation = int(random.choice([1, 1, 1, 2]))
        stride = int(random.choice([1, 1, 1, 2]))
        extent = [(k - 1) * dilation for k in kernel]
        before = [e // 2 for e in extent]
        after = [e - b for e, b in zip(extent, before)]
        if random.rand() < 0.2:
            before, after = after, before
        group = channels if kind == "depthwise" else 1
        inputs = [value, weight(filters, channels // group, *kernel)]
        if random.rand() < 0.8:
            inputs.append(weight(filters))
        out = f"c{i}"
        nodes.append(helper.make_node(
            "Conv", inputs, [out], name=f"conv_{i}", group=group,
            dilations=[dilation] * rank, strides=[stride] * rank,
            pads=before + after))
        shortcut = value
        value = out
        if (stride == 1 and filters == channels and i > 0
                and random.rand() < 0.4):
            nodes.append(helper.make_node("Add", [value, shortcut], [f"a{i}"]))
            value = f"a{i}"
        if random.rand() < 0.6:
            nodes.append(helper.make_node("Relu", [value], [f"r{i}"]))
            value = f"r{i}"
        channels = filters
    # So that no convolution writes the caller's output.
    axes = numpy_helper.from_array(np.arange(2, 2 + rank), "axes")
    nodes.append(helper.make_node("ReduceMax", [value, "axes"], ["m"],
                                  keepdims=0))
    nodes.append(helper.make_node("Transpose", [value], ["t"]))
    nodes.append(helper.make_node("Flatten", ["t"], ["f"], axis=0))
    nodes.append(helper.make_node("Reshape", ["m", "row"], ["n"]))
    nodes.append(helper.make_node("Concat", ["f", "n"], ["y"], axis=1))
    row = numpy_helper.from_array(np.array([1, -1]), "row")
    graph = helper.make_graph(
        nodes, f"chain_{seed}",
        [helper.make_tensor_value_info("x", 1, shape)],
        [helper.make_tensor_value_info("y", 1, None)], [*weights, axes, row])
    model = helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)])
    onnx.save(onnx.shape_inference.infer_shapes(model), path)
    return {"x": random.normal(size=shape).astype(np.float32)}

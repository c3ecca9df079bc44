"""Random convolutions and products, one operator each, many to a model.

Sizes are drawn to lie around what emitters are sized by: 0, 1, primes, a
vector, a tile, a part of a row and a bit more, whole images. `draw` makes a
case from a seed; `write` puts cases side by side into one model, each with
inputs of its own, so that a compiler is started once for all of them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTHS = (1, 2, 3, 7, 13, 16, 17, 31, 32, 33, 47, 64, 96, 97, 111, 112, 113,
          127, 128, 129, 160, 191, 211, 224, 225, 256, 257, 300, 330)
FILTERS = (1, 1, 2, 2, 3, 4, 5, 7, 8, 12, 13, 16, 20, 24, 33, 64)
CHANNELS = (1, 2, 3, 3, 4, 5, 8, 13, 16, 20, 32)
# A case has at most so many multiplications, so that many of them are quick.
MOST_WORK = 12_000_000


@dataclasses.dataclass
class Case:
    name: str
    op: str
    attributes: dict
    # The shapes of the operands; the first has free dimensions where there are.
    shapes: list
    # Which operands are inputs; the others are weights.
    runtime: tuple

    def __str__(self):
        shapes = " ".join("x".join(map(str, shape)) for shape in self.shapes)
        what = "".join(f" {name}={value}"
                       for name, value in self.attributes.items())
        inputs = ", ".join(str(i) for i in self.runtime)
        return f"{self.op} {shapes}{what}, inputs {inputs}"


def draw_convolution(random, name, most_width=330):
    """A convolution of one or two dimensions."""
    def pick(values):
        return int(values[random.randint(len(values))])

    rank = pick((1, 2, 2, 2))
    kernel = [pick((1, 1, 2, 3, 3, 3, 4, 5, 7, 9)) for _ in range(rank)]
    strides = [pick((1, 1, 1, 1, 2, 3)) for _ in range(rank)]
    dilations = [pick((1, 1, 1, 1, 2, 3)) for _ in range(rank)]
    kind = pick((0, 0, 0, 0, 1, 2))
    channels, filters = pick(CHANNELS), pick(FILTERS)
    group = 1
    if kind == 1:  # depthwise
        group = channels = max(channels, 2)
        filters = channels * pick((1, 1, 2))
    elif kind == 2:
        group = pick((2, 3, 4))
        channels, filters = channels * group, filters * group
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    pads = [pick((0, e // 2, e // 2, e - 1)) for e in extent]
    ends = [pick((p, p, e // 2)) for p, e in zip(pads, extent)]
    sizes = [pick((1, 2, 5, 9, 17, 40)) for _ in range(rank - 1)]
    sizes.append(pick([w for w in WIDTHS if w <= most_width]))
    sizes = [max(size, e - p - q, 1)
             for size, e, p, q in zip(sizes, extent, pads, ends)]
    batch = pick((1, 1, 2, 3))
    out = [(s + p + q - e) // t + 1
           for s, p, q, e, t in zip(sizes, pads, ends, extent, strides)]
    while (batch * filters * channels // group * np.prod(kernel) * np.prod(out)
           > MOST_WORK and filters > group):
        filters = max(filters // group // 2, 1) * group
    attributes = {"strides": strides, "dilations": dilations,
                  "pads": pads + ends, "group": group}
    shapes = [[batch, channels, *sizes], [filters, channels // group, *kernel]]
    if random.rand() < 0.6:
        shapes.append([filters])
    runtime = (0,) if random.rand() < 0.7 else (0, 1)
    return Case(name, "Conv", attributes, shapes, runtime)


def draw_product(random, name):
    def pick(values):
        return int(values[random.randint(len(values))])

    m, k, n = (pick((0, 1, 1, 2, 3, 5, 12, 13, 16, 31, 48, 97)),
               pick((1, 2, 3, 7, 16, 33, 64, 97, 255, 256, 257, 520)),
               pick(WIDTHS))
    batch = [pick((1, 2, 3))] if random.rand() < 0.3 else []
    kind = pick((0, 1, 2, 3))
    runtime = (0,) if random.rand() < 0.5 else (0, 1)
    if kind == 0:
        return Case(name, "Gemm", {"transB": 1}, [[m, k], [n, k], [n]],
                    runtime)
    if kind == 1:
        return Case(name, "Gemm", {"transA": 1}, [[k, m], [k, n]], runtime)
    return Case(name, "MatMul", {}, [[*batch, m, k], [k, n]], runtime)


def draw(seed, index):
    random = np.random.RandomState([seed, index])
    name = f"c{index}"
    if random.rand() < 0.75:
        return draw_convolution(random, name)
    return draw_product(random, name)


def make_values(case, seed):
    """The operands, such that results are around 1."""
    random = np.random.RandomState([seed, 77])
    fan_in = int(np.prod(case.shapes[1][1:])) or 1
    if case.op != "Conv":
        fan_in = case.shapes[1][-1 if "transB" in case.attributes else 0]
    values = []
    for i, shape in enumerate(case.shapes):
        value = random.standard_normal(shape).astype(np.float32)
        values.append(value / np.float32(np.sqrt(fan_in)) if i == 1 else value)
    return values


def write(cases, seed, is_free, path):
    """Writes the model; returns its inputs by name."""
    nodes, inputs, outputs, weights, fed = [], [], [], [], {}
    for case in cases:
        names = []
        for i, value in enumerate(make_values(case, seed)):
            name = f"{case.name}_{i}"
            names.append(name)
            if i not in case.runtime:
                weights.append(numpy_helper.from_array(value, name))
                continue
            dims = list(value.shape)
            if is_free and i == 0:
                dims = [f"{case.name}_d{n}" for n in range(len(dims))]
                # What the weights say of a size is no news.
                known = {"Conv": 1, "MatMul": len(dims) - 1,
                         "Gemm": 0 if "transA" in case.attributes else 1}
                dims[known[case.op]] = value.shape[known[case.op]]
            inputs.append(helper.make_tensor_value_info(
                name, TensorProto.FLOAT, dims))
            fed[name] = value
        nodes.append(helper.make_node(case.op, names, [f"{case.name}_y"],
                                      name=f"node_{case.name}",
                                      **case.attributes))
        nodes.append(helper.make_node("LeakyRelu", [f"{case.name}_y"],
                                      [case.name], alpha=0.5))
        outputs.append(helper.make_tensor_value_info(
            case.name, TensorProto.FLOAT, None))
    graph = helper.make_graph(nodes, "convolutions", inputs, outputs, weights)
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21)]), path)
    return fed

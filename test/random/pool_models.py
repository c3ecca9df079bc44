"""Random poolings of images alone, many to a model: MaxPool, AveragePool and
LpPool in one to three dimensions, with strides, pads, dilations and ceil_mode,
of planes narrower and wider than a vector. What is right is computed in float64.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import itertools

import ml_dtypes
import numpy as np
import onnx
from onnx import helper

TYPES = {"float32": np.float32, "float64": np.float64, "float16": np.float16,
         "bfloat16": ml_dtypes.bfloat16, "int8": np.int8, "uint8": np.uint8}
ERRORS = {"float32": 1e-6, "float64": 1e-14, "float16": 1e-3, "bfloat16": 8e-3}
MOST_ELEMENTS = 40_000


@dataclasses.dataclass
class Case:
    name: str
    op: str
    element: str
    shape: tuple
    kernel: list
    strides: list
    dilations: list
    pads: list
    ceil: bool
    count_pads: bool = False
    p: int = 2
    indices: bool = False


def draw(seed, index):
    random = np.random.RandomState([seed, index])

    def pick(values):
        return values[random.randint(len(values))]

    op = pick(("MaxPool", "MaxPool", "AveragePool", "AveragePool", "LpPool"))
    element = pick(("float32",) * 4 + ("float64", "float16", "bfloat16"))
    if op == "MaxPool" and random.rand() < 0.2:
        element = pick(("int8", "uint8"))
    rank = pick((1, 2, 2, 2, 3))
    kernel = [pick((1, 2, 2, 3, 3, 3, 4, 5, 7)) for _ in range(rank)]
    if random.rand() < 0.1:
        kernel[-1] = pick((10, 13))
    strides = [pick((1, 1, 2, 2, 3)) for _ in range(rank)]
    dilations = [pick((1, 1, 1, 2, 3)) for _ in range(rank)]
    if random.rand() < 0.5:
        kernel, strides = [kernel[-1]] * rank, [strides[-1]] * rank
        dilations = [1] * rank
    begin = [random.randint(0, k) for k in kernel]
    end = [random.randint(0, k) for k in kernel]
    if random.rand() < 0.3:
        begin, end = [0] * rank, [0] * rank
    sizes = [max(pick((1, 2, 3, 5, 7, 8, 13, 14, 16, 17, 28, 31, 33, 64, 100)),
                 (k - 1) * d + 1 - b - e)
             for k, d, b, e in zip(kernel, dilations, begin, end)]
    outer = [pick((1, 1, 2, 3)), pick((1, 2, 3, 17))]
    while np.prod(outer) * np.prod(sizes) > MOST_ELEMENTS and max(outer) > 1:
        outer[np.argmax(outer)] //= 2
    return Case(f"c{index}", op, element, (*outer, *sizes), kernel, strides,
                dilations, begin + end, random.rand() < 0.3,
                random.rand() < 0.5, pick((1, 2, 3)),
                op == "MaxPool" and random.rand() < 0.1)


class Operands:
    def __init__(self, case, seed):
        random = np.random.RandomState([seed, int(case.name[1:]), 1])
        dtype = TYPES[case.element]
        self.x = (random.randint(-128 if case.element == "int8" else 0, 128,
                                 case.shape).astype(dtype)
                  if case.element.endswith("int8") else
                  random.standard_normal(case.shape).astype(dtype))
        rank = len(case.kernel)
        sizes, begin, end = (case.shape[2:], case.pads[:rank],
                             case.pads[rank:])
        reach = [(k - 1) * d + 1 for k, d in zip(case.kernel, case.dilations)]
        outputs = []
        for i, b, e, r, s in zip(sizes, begin, end, reach, case.strides):
            room = i + b + e - r
            o = (-(-room // s) if case.ceil else room // s) + 1
            # No window lies behind the input.
            if case.ceil and (o - 1) * s >= i + b:
                o -= 1
            outputs.append(o)
        extra = [max(0, (o - 1) * s + r - i - b) for o, s, r, i, b in
                 zip(outputs, case.strides, reach, sizes, begin)]
        around = [(0, 0), (0, 0), *zip(begin, extra)]
        fill = -np.inf if case.op == "MaxPool" else 0
        x = self.x.astype(np.float64)
        if case.op == "LpPool":
            x = np.abs(x)**case.p
        x = np.pad(x, around, constant_values=fill)
        pooled = np.full((*case.shape[:2], *outputs), fill, np.float64)
        size = np.zeros(pooled.shape)
        count = np.zeros(pooled.shape)
        # What an average is of.
        counted = np.zeros(x.shape)
        at = tuple(slice(0 if case.count_pads else b,
                         b + i + (min(e, more) if case.count_pads else 0))
                   for b, i, e, more in zip(begin, sizes, end, extra))
        counted[(slice(None), slice(None), *at)] = 1
        for k in itertools.product(*map(range, case.kernel)):
            place = (slice(None), slice(None), *(
                slice(n * d, n * d + (o - 1) * s + 1, s) for n, d, o, s in
                zip(k, case.dilations, outputs, case.strides)))
            if case.op == "MaxPool":
                pooled = np.maximum(pooled, x[place])
            else:
                pooled = pooled + x[place]
                size += np.abs(x[place])
                count += counted[place]
        self.allowed = 0 * size
        if case.op == "MaxPool":
            self.result = pooled
            return
        error = ERRORS[case.element] * len(case.kernel)
        with np.errstate(all="ignore"):
            if case.op == "AveragePool":
                self.result = pooled / count
                self.allowed = 4 * error * size / count
            else:
                self.result = pooled**(1 / case.p)
                self.allowed = 8 * error * self.result
        self.allowed += 1e-30


def write(cases, seed, is_free, path):
    """Writes the model, whose sizes may be free; returns the operands by the
    names of cases."""
    nodes, inputs, outputs, operands = [], [], [], {}
    for case in cases:
        o = operands[case.name] = Operands(case, seed)
        dims = [f"{case.name}_d{i}" if is_free else size
                for i, size in enumerate(case.shape)]
        kind = helper.np_dtype_to_tensor_dtype(o.x.dtype)
        inputs.append(helper.make_tensor_value_info(case.name + "_x", kind,
                                                    dims))
        outputs.append(helper.make_tensor_value_info(case.name, kind, None))
        attributes = {"kernel_shape": case.kernel, "strides": case.strides,
                      "dilations": case.dilations, "pads": case.pads,
                      "ceil_mode": int(case.ceil)}
        if case.op == "AveragePool":
            attributes["count_include_pad"] = int(case.count_pads)
        if case.op == "LpPool":
            attributes["p"] = case.p
        results = [case.name]
        if case.indices:
            results.append(case.name + "_indices")
            outputs.append(helper.make_tensor_value_info(
                results[1], onnx.TensorProto.INT64, None))
        nodes.append(helper.make_node(case.op, [case.name + "_x"], results,
                                      name=f"node_{case.name}", **attributes))
    graph = helper.make_graph(nodes, "pools", inputs, outputs)
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 22)]), path)
    return operands

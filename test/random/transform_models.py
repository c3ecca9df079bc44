"""Random Fourier transforms, many to a model: DFT along an axis, with zeros
behind the signal or parts of it cut off, STFT, and com.microsoft's Rfft and
Irfft.

Lengths are 1, 2, primes, powers, and what lies between, up to some thousands;
what a length is decides how it is computed. What is right is NumPy's in
float64. A result may be rounded to its type, and be wrong by a few roundings of
the type that is computed in, relative to the signal: double, float for 16 bits.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import ml_dtypes
import numpy as np
import onnx
from onnx import helper, numpy_helper

TYPES = {"float32": np.float32, "float64": np.float64, "float16": np.float16,
         "bfloat16": ml_dtypes.bfloat16}
ROUNDING = {"float32": 2.0**-24, "float64": 2.0**-53, "float16": 2.0**-11,
            "bfloat16": 2.0**-8}
COMPUTED = {"float32": 2.0**-53, "float64": 2.0**-53, "float16": 2.0**-24,
            "bfloat16": 2.0**-24}
ROUNDINGS = 8
PRIMES = (17, 19, 31, 61, 97, 127, 251, 499, 997, 1999)
SMALL = (2, 3, 4, 5, 7, 8, 9, 11, 13, 16)
MOST_ELEMENTS = 60_000


@dataclasses.dataclass
class Case:
    name: str
    kind: str
    element: str
    shape: tuple  # of the input, with its parts
    axis: int
    length: int  # 0 where it is the input's
    inverse: bool
    onesided: bool
    step: int = 0
    window: bool = False

    @property
    def parts(self):
        return self.shape[-1]


def draw_length(random):
    kind = random.randint(6)
    if kind == 0:
        return random.randint(1, 70)
    if kind == 1:
        return random.randint(1, 3000)
    if kind == 2:
        return 2 ** random.randint(0, 13)
    if kind == 3:
        return int(random.choice(PRIMES)) * random.randint(1, 4)
    length = 1
    while length < 4000 and random.rand() < 0.85:
        length *= int(random.choice(SMALL))
    return min(length, 16000)


def draw(seed, index):
    random = np.random.RandomState([seed, index])
    name = f"c{index}"
    element = str(random.choice(("float32",) * 4 + ("float64", "float64",
                                                    "float16", "bfloat16")))
    length = draw_length(random)
    kind = str(random.choice(("DFT",) * 6 + ("STFT", "Rfft", "Irfft")))
    outer = [int(size) for size in random.choice(
        (0, 1, 1, 1, 2, 3, 5, 17), random.randint(1, 4))]
    while np.prod(outer) * length > MOST_ELEMENTS:
        outer[np.argmax(outer)] //= 2
    if kind == "STFT":
        room = length + random.randint(0, 3 * length + 1)
        step = random.randint(1, length + 2)
        while (room - length) // step * length > MOST_ELEMENTS:
            step *= 2
        onesided = random.rand() < 0.7
        parts = 1 if onesided else random.randint(1, 3)
        return Case(name, kind, element, (max(outer[0], 1), room, parts), 1,
                    length, False, onesided, step, random.rand() < 0.7)
    if kind == "Rfft":
        return Case(name, kind, "float32", (*outer, length, 1), -2, 0, False,
                    True)
    if kind == "Irfft":
        return Case(name, kind, "float32", (*outer, length + 1, 2), -2, 0, True,
                    True)
    place = random.randint(0, len(outer) + 1)
    onesided, inverse = random.rand() < 0.5, random.rand() < 0.4
    parts = random.randint(1, 3) if inverse or not onesided else 1
    given = length // 2 + 1 if inverse and onesided else length
    wanted = 0
    if inverse and onesided and given < 2 or random.rand() < 0.5:
        wanted = length
        if random.rand() < 0.5:
            given = random.randint(1, 2 * given + 1)
    shape = (*outer[:place], given, *outer[place:], parts)
    return Case(name, kind, element, shape, place, wanted, inverse, onesided)


def transform(x, length, axis, inverse, onesided):
    """Of complex numbers; gives them, or real ones."""
    if inverse and onesided:
        length = length or 2 * (x.shape[axis] - 1)
        return np.fft.irfft(x, length, axis)
    y = (np.fft.ifft if inverse else np.fft.fft)(x, length or None, axis)
    return (np.take(y, range(y.shape[axis] // 2 + 1), axis) if onesided and
            not inverse else y)


class Operands:
    def __init__(self, case, seed):
        random = np.random.RandomState([seed, int(case.name[1:]), 1])
        dtype = TYPES[case.element]
        self.x = random.standard_normal(case.shape).astype(dtype)
        self.window = None
        x = self.x.astype(np.float64)
        x = x[..., 0] + 1j * x[..., 1] if case.parts == 2 else x[..., 0]
        axis = case.axis if case.axis >= 0 else x.ndim - 1
        length = case.length
        if case.kind == "STFT":
            starts = range(0, x.shape[1] - length + 1, case.step)
            x = np.stack([x[:, at:at + length] for at in starts], 1)
            axis = 2
            if case.window:
                self.window = random.uniform(0, 1, length).astype(dtype)
                # The product is rounded, too.
                x = x * self.window.astype(np.float64)
        y = transform(x, length, axis, case.inverse, case.onesided)
        self.result = (y if case.inverse and case.onesided else
                       np.stack([y.real, y.imag], -1))
        if case.inverse and case.onesided and case.kind != "Irfft":
            self.result = self.result[..., None]
        norm = np.sqrt((np.abs(x)**2).sum(axis, keepdims=True))
        size = max(length, x.shape[axis], 2)
        rounding = COMPUTED[case.element]
        if case.window:
            rounding = ROUNDING[case.element]
        error = ROUNDINGS * rounding * np.log2(size) * norm
        if case.inverse:
            error = error / np.sqrt(size)
        error = error if self.result.ndim == x.ndim else error[..., None]
        self.allowed = 2 * ROUNDING[case.element] * np.abs(self.result) + error


def add_nodes(case, operands, names, nodes, weights):
    def constant(label, array):
        weights.append(numpy_helper.from_array(np.asarray(array),
                                               f"{case.name}_{label}"))
        return weights[-1].name

    attributes = {"onesided": int(case.onesided)}
    name = f"node_{case.name}"
    if case.kind in ("Rfft", "Irfft"):
        x = names[0]
        if case.kind == "Rfft":
            x = case.name + "_real"
            nodes.append(helper.make_node(
                "Squeeze", [names[0], constant("last", np.int64([-1]))], [x]))
        nodes.append(helper.make_node(
            case.kind, [x], [case.name], domain="com.microsoft", name=name,
            normalized=0, onesided=1, signal_ndim=1))
    elif case.kind == "STFT":
        step = constant("step", np.int64(case.step))
        length = constant("length", np.int64(case.length))
        window = constant("window", operands.window) if case.window else ""
        nodes.append(helper.make_node("STFT", [names[0], step, window, length],
                                      [case.name], name=name, **attributes))
    else:
        length = (constant("length", np.int64(case.length)) if case.length
                  else "")
        nodes.append(helper.make_node(
            "DFT", [names[0], length, constant("axis", np.int64(case.axis))],
            [case.name], name=name, inverse=int(case.inverse), **attributes))


def write(cases, seed, is_free, path):
    """Writes the model, in which sizes beside the transformed one may be free;
    returns the operands by the names of cases."""
    nodes, inputs, outputs, weights, operands = [], [], [], [], {}
    for case in cases:
        o = operands[case.name] = Operands(case, seed)
        axis = case.axis % o.x.ndim if case.axis >= 0 else o.x.ndim - 2
        dims = [f"{case.name}_d{i}" if is_free and i < o.x.ndim - 1 and
                (i != axis or case.kind == "STFT") else size
                for i, size in enumerate(case.shape)]
        kind = helper.np_dtype_to_tensor_dtype(o.x.dtype)
        inputs.append(helper.make_tensor_value_info(case.name + "_x", kind,
                                                    dims))
        outputs.append(helper.make_tensor_value_info(case.name, kind, None))
        add_nodes(case, o, [case.name + "_x"], nodes, weights)
    graph = helper.make_graph(nodes, "transforms", inputs, outputs, weights)
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 20),
        helper.make_opsetid("com.microsoft", 1)]), path)
    return operands

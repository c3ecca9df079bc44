"""A network's file: read, and the inputs that it is run on.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import lzma
import os
import zlib

import numpy as np
import onnx

import weights

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "networks")
SUFFIX = ".onnx.xz"
INPUTS = "test_inputs"


def names():
    return sorted(file[:-len(SUFFIX)] for file in os.listdir(FOLDER)
                  if file.endswith(SUFFIX))


def read(name):
    """The model with weights, and a dictionary of input descriptions a size."""
    with lzma.open(os.path.join(FOLDER, name + SUFFIX)) as file:
        model = onnx.ModelProto.FromString(file.read())
    weights.restore(model)
    entry = next(entry for entry in model.metadata_props
                 if entry.key == INPUTS)
    return model, json.loads(entry.value)


def make_array(shape, kind, random):
    """The kinds are those of export/exporting.py."""
    what, *more = kind.split() or ["normal"]
    if what == "normal" or what == "half":
        return random.standard_normal(shape)
    if what == "uniform":
        return random.random_sample(shape)
    if what == "below":
        return random.randint(0, int(more[0]), shape)
    if what == "bool":
        return random.randint(0, 2, shape)
    if what == "positions":
        return np.broadcast_to(np.arange(shape[-1]), shape)
    if what == "is":
        return np.full(shape, float(more[0]))
    if what == "lengths":
        most = int(more[0])
        return np.sort(np.append(random.randint(1, most + 1, shape[0] - 1),
                                 most))[::-1]
    if what == "mask":
        lengths = random.randint(max(shape[-1] // 2, 1), shape[-1] + 1,
                                 shape[0])
        return np.arange(shape[-1])[None, :] < lengths[:, None]
    raise ValueError(f"there is no kind of input '{what}'")


def make_inputs(name, model, described, seed=0):
    random = np.random.RandomState(zlib.crc32(name.encode()) + seed)
    inputs = {}
    for value in model.graph.input:
        if value.name not in described:
            continue
        about = described[value.name]
        dtype = onnx.helper.tensor_dtype_to_np_dtype(
            value.type.tensor_type.elem_type)
        array = make_array(about["shape"], about.get("kind", ""), random)
        inputs[value.name] = np.array(array, dtype, order="C")
    return inputs

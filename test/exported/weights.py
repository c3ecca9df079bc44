"""Floats of a network, taken out and drawn again.

`strip` puts in the place of each large tensor of floats how its elements are
distributed: its mean, standard deviation and ends, as entries of
`external_data`. `restore` draws as many elements of the same distribution,
always the same ones, as the tensor's name is the seed. Integers, on which
shapes depend, stay, and so do floats that are few or take few values: scales,
epsilons, masks.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import zlib

import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper

MOST_ELEMENTS = 64
MOST_VALUES = 16
FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16,
          TensorProto.DOUBLE)
BYTES = (TensorProto.INT8, TensorProto.UINT8)
KEYS = ("mean", "deviation", "low", "high")


def tensors(model):
    """Each constant of the model and its name: of graphs, of the graphs in
    them, of functions."""
    for tensor in model.graph.initializer:
        yield tensor.name, tensor
    nodes = [model.graph.node] + [function.node
                                  for function in model.functions]
    while nodes:
        for node in nodes.pop():
            for attribute in node.attribute:
                if attribute.type == AttributeProto.TENSOR:
                    yield node.output[0], attribute.t
                elif attribute.type == AttributeProto.GRAPH:
                    nodes.append(attribute.g.node)
                    for tensor in attribute.g.initializer:
                        yield tensor.name, tensor


def describe(tensor):
    """How the elements are distributed; none where they are to stay."""
    if tensor.data_type not in FLOATS + BYTES:
        return None
    if np.prod(tensor.dims, dtype=np.int64) <= MOST_ELEMENTS:
        return None
    array = numpy_helper.to_array(tensor)
    if len(np.unique(array)) <= MOST_VALUES:
        return None
    array = array.astype(np.float64)
    if not np.all(np.isfinite(array)):
        return None
    return array.mean(), array.std(), array.min(), array.max()


def strip(model):
    for _, tensor in tensors(model):
        described = describe(tensor)
        if described is None:
            continue
        stripped = TensorProto(name=tensor.name, data_type=tensor.data_type,
                               dims=tensor.dims,
                               data_location=TensorProto.EXTERNAL)
        for key, value in zip(KEYS, described):
            stripped.external_data.add(key=key, value=f"{value:.6g}")
        tensor.CopyFrom(stripped)


def draw(name, tensor):
    entries = {entry.key: entry.value for entry in tensor.external_data}
    mean, deviation, low, high = (float(entries[key]) for key in KEYS)
    random = np.random.RandomState(zlib.crc32(name.encode()))
    array = random.standard_normal(tuple(tensor.dims)) * deviation + mean
    array = np.clip(array, low, high)
    if tensor.data_type in BYTES:
        array = np.rint(array)
    return array.astype(helper.tensor_dtype_to_np_dtype(tensor.data_type))


def restore(model):
    for name, tensor in tensors(model):
        if any(entry.key == KEYS[0] for entry in tensor.external_data):
            tensor.CopyFrom(numpy_helper.from_array(draw(name, tensor),
                                                    tensor.name))

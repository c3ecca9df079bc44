"""Tensors of strings in files, and drawn at random.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os

import numpy as np
import onnx


def make_strings(strings, *shape):
    """An array of objects; NumPy's own strings end at their last letter."""
    array = np.empty(len(strings), object)
    for i, string in enumerate(strings):
        array[i] = string
    return array.reshape(shape or len(strings))


def write_input(folder, name, array):
    """Strings as .pb, others as .npy. Returns the path."""
    if array.dtype != object:
        path = os.path.join(folder, f"in_{name}.npy")
        np.save(path, array)
        return path
    path = os.path.join(folder, f"in_{name}.pb")
    tensor = onnx.TensorProto(
        name=name, data_type=onnx.TensorProto.STRING, dims=array.shape,
        string_data=[text if isinstance(text, bytes) else text.encode()
                     for text in array.ravel()])
    onnx.save_tensor(tensor, path)
    return path


def name_output(folder, value):
    """The path of an output, by its type."""
    is_text = value.type.tensor_type.elem_type == onnx.TensorProto.STRING
    return os.path.join(folder, value.name + (".pb" if is_text else ".npy"))


def read_output(path):
    """Strings as str, or bytes where they are no UTF-8."""
    if path.endswith(".npy"):
        return np.load(path)
    tensor = onnx.load_tensor(path)
    strings = []
    for text in tensor.string_data:
        try:
            strings.append(text.decode())
        except UnicodeDecodeError:
            strings.append(text)
    return make_strings(strings).reshape(tuple(tensor.dims))

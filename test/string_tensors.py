"""Tensors of strings, sequences and optionals in files, and strings drawn at
random. A sequence is a list of arrays, an optional that holds nothing None.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os

import numpy as np
import onnx
from onnx import numpy_helper


def make_strings(strings, *shape):
    """An array of objects; NumPy's own strings end at their last letter."""
    array = np.empty(len(strings), object)
    for i, string in enumerate(strings):
        array[i] = string
    return array.reshape(shape or len(strings))


def make_tensor(name, array):
    if array.dtype != object:
        return numpy_helper.from_array(array, name)
    return onnx.TensorProto(
        name=name, data_type=onnx.TensorProto.STRING, dims=array.shape,
        string_data=[text if isinstance(text, bytes) else text.encode()
                     for text in array.ravel()])


def make_message(name, value, is_optional):
    """A SequenceProto, an OptionalProto or a TensorProto."""
    if is_optional:
        message = onnx.OptionalProto(name=name)
        if isinstance(value, list):
            message.elem_type = onnx.OptionalProto.SEQUENCE
            message.sequence_value.CopyFrom(make_message("", value, False))
        elif value is not None:
            message.elem_type = onnx.OptionalProto.TENSOR
            message.tensor_value.CopyFrom(make_tensor("", value))
        return message
    if isinstance(value, list):
        return onnx.SequenceProto(
            name=name, elem_type=onnx.SequenceProto.TENSOR,
            tensor_values=[make_tensor("", array) for array in value])
    return make_tensor(name, value)


def write_input(folder, name, value, is_optional=False):
    """Numbers as .npy, others as .pb. Returns the path."""
    if isinstance(value, np.ndarray) and value.dtype != object and (
            not is_optional):
        path = os.path.join(folder, f"in_{name}.npy")
        np.save(path, value)
        return path
    path = os.path.join(folder, f"in_{name}.pb")
    with open(path, "wb") as file:
        file.write(make_message(name, value, is_optional).SerializeToString())
    return path


def write_arguments(folder, value_info, value):
    """The arguments by which onnxc-run is given an input; a map as a
    dictionary."""
    name = value_info.name
    if value_info.type.HasField("map_type"):
        number = value_info.type.map_type.value_type.tensor_type.elem_type
        keys, values = list(value), list(value.values())
        keys = (make_strings(keys) if keys and isinstance(keys[0], str)
                else np.array(keys, np.int64))
        values = (make_strings(values) if number == onnx.TensorProto.STRING
                  else np.array(values, onnx.helper.tensor_dtype_to_np_dtype(
                      number)))
        return [f"--input={name}.{part}="
                + write_input(folder, f"{name}.{part}", array)
                for part, array in (("keys", keys), ("values", values))]
    is_optional = value_info.type.HasField("optional_type")
    return [f"--input={name}={write_input(folder, name, value, is_optional)}"]


def name_output(folder, value):
    """The path of an output, by its type."""
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return os.path.join(folder, f"{value.name}.{kind}.pb")
    is_text = value.type.tensor_type.elem_type == onnx.TensorProto.STRING
    return os.path.join(folder, value.name + (".pb" if is_text else ".npy"))


def read_optional(message):
    if message.elem_type == onnx.OptionalProto.SEQUENCE:
        return [read_tensor(tensor)
                for tensor in message.sequence_value.tensor_values]
    if message.elem_type == onnx.OptionalProto.TENSOR:
        return read_tensor(message.tensor_value)
    return None


def read_output(path):
    """What name_output has named."""
    if path.endswith(".npy"):
        return np.load(path)
    with open(path, "rb") as file:
        content = file.read()
    if path.endswith(".sequence_type.pb"):
        message = onnx.SequenceProto.FromString(content)
        return [read_tensor(tensor) for tensor in message.tensor_values]
    if path.endswith(".optional_type.pb"):
        return read_optional(onnx.OptionalProto.FromString(content))
    return read_tensor(onnx.TensorProto.FromString(content))


def read_tensor(tensor):
    """Strings as str, or bytes where they are no UTF-8."""
    if tensor.data_type != onnx.TensorProto.STRING:
        return numpy_helper.to_array(tensor)
    strings = []
    for text in tensor.string_data:
        try:
            strings.append(text.decode())
        except UnicodeDecodeError:
            strings.append(text)
    return make_strings(strings).reshape(tuple(tensor.dims))

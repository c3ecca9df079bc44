"""From what a caller has to the buffers that a run takes.

Nothing is copied that need not be. What is not as the model takes it is refused
by name, and the message says what to do: a wrong type, another order of elements
or of bytes.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import sys
from typing import Any, Callable, Mapping

import numpy as np

from . import _native
from .element_types import SMALL_INTEGERS, numpy_dtype, to_storage
from .errors import InputError, Status
from .values import Part, Value

_CPU_DEVICES = (1, 3)  # of DLPack: the CPU's memory, and what CUDA has pinned


def _refuse(name: str, why: str,
            status: Status = Status.BAD_INPUT_TYPE) -> InputError:
    return InputError(f"input '{name}': {why}", status, name)


def _from_dlpack(value: Any, part: Part) -> np.ndarray[Any, Any]:
    name = part.name
    device = getattr(value, "__dlpack_device__", lambda: (1, 0))()
    if device[0] not in _CPU_DEVICES:
        raise _refuse(name, "it lies in a device's memory: bring it to the CPU's "
                            "first (x.cpu())")
    if str(getattr(value, "dtype", "")) == "torch.bfloat16":
        # NumPy has no such type for DLPack.
        bits = np.from_dlpack(value.view(sys.modules["torch"].uint16))
        return bits.view(numpy_dtype("bfloat16"))
    try:
        return np.from_dlpack(value)
    except (BufferError, RuntimeError, TypeError) as error:
        raise _refuse(name, f"it cannot be read by DLPack: {error}") from error


def _from_plain(value: Any, part: Part) -> np.ndarray[Any, Any]:
    """Python's own numbers and lists of them, which have no type: they take the
    model's where that does not change them."""
    wanted = numpy_dtype(part.dtype)
    if part.dtype == "string":
        array = np.empty(np.shape(np.array(value, dtype=object)), object)
        array[...] = value
        return array
    try:
        array = np.asarray(value)
        if array.size == 0 and array.dtype == np.float64:
            return array.astype(wanted)
        kinds = {"b": "b", "i": "bi", "u": "bi", "f": "bif", "c": "bifc"}
        kind = "i" if part.dtype in SMALL_INTEGERS else wanted.kind
        if array.dtype.kind not in kinds.get(kind, "bif"):
            raise TypeError(f"{array.dtype} is no {part.dtype}")
        if kind in "iu" and wanted.kind in "iu":
            return np.array(value, dtype=wanted)
        return array.astype(wanted)
    except (TypeError, ValueError, OverflowError) as error:
        raise _refuse(part.name, f"it cannot become {part.described}: {error}"
                      ) from error


def to_array(value: Any, part: Part) -> np.ndarray[Any, Any]:
    """An array over the memory of whatever is given."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, (list, tuple, int, float, complex, str)) and (
            not isinstance(value, np.generic)):
        return _from_plain(value, part)
    if isinstance(value, (bytes, bytearray, memoryview)):
        if part.dtype == "string":
            return _from_plain(value, part)
        return np.asarray(memoryview(value))
    if hasattr(value, "__dlpack__"):
        return _from_dlpack(value, part)
    if value is None or isinstance(value, (dict, set)):
        raise _refuse(part.name, f"it is {type(value).__name__}, the model takes "
                                 f"{part.described}")
    # Tables of pandas lie column by column; who gives one does not see that.
    return np.asarray(value, order="C")


def _strings(array: np.ndarray[Any, Any], name: str) -> Any:
    if array.dtype.kind not in "OUST":
        raise _refuse(name, f"it is {array.dtype}, the model takes strings")
    texts = array.ravel().tolist()
    for text in texts:
        if not isinstance(text, (str, bytes)):
            raise _refuse(name, f"{text!r} among its elements is no string")
    try:
        return _native.Strings(texts, array.shape)
    except UnicodeEncodeError as error:
        raise _refuse(name, f"a string is no Unicode text: {error}") from error


def check_array(array: np.ndarray[Any, Any], part: Part) -> Any:
    """A buffer of an array that has the model's type and order."""
    name = part.name
    if part.dtype == "string":
        return _strings(array, name)
    wanted = numpy_dtype(part.dtype)
    if array.dtype != wanted:
        if array.dtype.newbyteorder("=") == wanted:
            raise _refuse(name, f"its bytes are in another order than this "
                                f"machine's: pass x.astype('{wanted}')")
        raise _refuse(name, f"it is {array.dtype}, the model takes "
                            f"{part.described}: pass x.astype('{wanted}')")
    if not array.flags.c_contiguous:
        raise _refuse(name, f"its elements are not in row-major order (strides "
                            f"{array.strides}): pass np.ascontiguousarray(x)",
                      Status.BAD_INPUT_SHAPE)
    try:
        array = to_storage(array, part.dtype)
    except ValueError as error:
        raise _refuse(name, str(error), Status.BAD_VALUE) from error
    return array if array.flags.aligned else array.copy()


Converter = Callable[[np.ndarray[Any, Any], Part], Any]


def _sequence(value: Any, parts: tuple[Part, ...], name: str,
              convert: Converter) -> list[Any]:
    """All elements one behind the other, and a row of sizes for each tensor."""
    if isinstance(value, (str, bytes, np.ndarray, Mapping)) or (
            not hasattr(value, "__iter__")):
        raise _refuse(name, f"it is {type(value).__name__}, the model takes a "
                            "sequence: pass a list of arrays")
    values, shapes = parts[:2]
    element = Part(name, values.dtype, (), values.part)
    arrays = [to_array(tensor, element) for tensor in value]
    if values.dtype != "string":
        for array in arrays:
            convert(array, element)
    columns = shapes.shape[1]
    if not isinstance(columns, int):
        columns = max((array.ndim for array in arrays), default=0)
    rows = np.full((len(arrays), columns), -1, np.int64)
    for row, array in zip(rows, arrays):
        if array.ndim > columns or (isinstance(shapes.shape[1], int)
                                    and array.ndim != columns):
            raise _refuse(name, f"a tensor in it has {array.ndim} dimensions, "
                                f"those of the model {columns}",
                          Status.BAD_INPUT_RANK)
        row[:array.ndim] = array.shape
    wanted = numpy_dtype(values.dtype)
    flat = [array.ravel() for array in arrays]
    if values.dtype == "string":
        flat = [array.astype(object) for array in flat]
    joined = np.concatenate(flat) if flat else np.empty(0, wanted)
    return [convert(joined, element), rows]


def _map(value: Any, parts: tuple[Part, ...], name: str,
         convert: Converter) -> list[Any]:
    if not isinstance(value, Mapping):
        raise _refuse(name, f"it is {type(value).__name__}, the model takes a "
                            "map: pass a dict")
    return [convert(np.atleast_1d(_from_plain(list(items), part)), part)
            for items, part in ((value.keys(), parts[0]),
                                (value.values(), parts[1]))]


def to_buffers(value: Any, wanted: Value,
               convert: Converter = check_array) -> list[Any]:
    """The buffers of an input, one for each of its parts."""
    parts = wanted.parts
    if wanted.kind == "tensor":
        return [convert(to_array(value, parts[0]), parts[0])]
    if wanted.kind == "map":
        return _map(value, parts, wanted.name, convert)
    if wanted.kind == "sequence":
        return _sequence(value, parts, wanted.name, convert)
    if wanted.kind == "optional":
        elements = [] if value is None else [value]
        return _sequence(elements, parts, wanted.name, convert)
    buffers = _sequence([] if value is None else value, parts, wanted.name,
                        convert)
    return buffers + [np.array(value is not None)]

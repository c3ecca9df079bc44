"""Element types: ONNX's names, what NumPy calls them, and what memory holds.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import importlib
from typing import Any

import numpy as np

# Names of ml_dtypes, which is imported where it is installed.
_OF_ML_DTYPES = {
    "bfloat16": "bfloat16",
    "float8e4m3fn": "float8_e4m3fn",
    "float8e4m3fnuz": "float8_e4m3fnuz",
    "float8e5m2": "float8_e5m2",
    "float8e5m2fnuz": "float8_e5m2fnuz",
    "float8e8m0": "float8_e8m0fnu",
    "float4e2m1": "float4_e2m1fn",
    "uint4": "uint4",
    "int4": "int4",
    "uint2": "uint2",
    "int2": "int2",
}
# Integers below a byte: what values they have.
SMALL_INTEGERS = {"uint4": (0, 15), "int4": (-8, 7), "uint2": (0, 3),
                  "int2": (-2, 1)}


def storage_dtype(name: str) -> np.dtype[Any]:
    """What memory holds of a type that NumPy lacks: bits in integers, or
    integers below a byte in whole ones."""
    if name in ("int4", "int2"):
        return np.dtype(np.int8)
    return np.dtype(np.uint16 if name == "bfloat16" else np.uint8)


def numpy_dtype(name: str) -> np.dtype[Any]:
    """The NumPy type of arrays that go in and come out. Types that NumPy lacks
    are ml_dtypes' where that is installed, else those of their storage; strings
    are objects."""
    if name == "string":
        return np.dtype(object)
    if name not in _OF_ML_DTYPES:
        return np.dtype(name)
    try:
        module = importlib.import_module("ml_dtypes")
        found: np.dtype[Any] = np.dtype(getattr(module, _OF_ML_DTYPES[name]))
        return found
    except (ImportError, AttributeError):
        return storage_dtype(name)


def to_storage(array: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
    """An array of numpy_dtype(name) as memory has to hold it."""
    if name not in _OF_ML_DTYPES:
        return array
    storage = storage_dtype(name)
    if name in SMALL_INTEGERS:
        whole = np.ascontiguousarray(array.astype(storage)).reshape(array.shape)
        low, high = SMALL_INTEGERS[name]
        if whole.size and not low <= whole.min() <= whole.max() <= high:
            raise ValueError(f"it has elements outside of {low}..{high}")
        return whole
    return array.view(storage)


def from_storage(array: np.ndarray[Any, Any],
                 name: str) -> np.ndarray[Any, Any]:
    """What a run gave, as an array of numpy_dtype(name)."""
    wanted = numpy_dtype(name)
    if name not in _OF_ML_DTYPES or wanted == array.dtype:
        return array
    return array.astype(wanted) if name in SMALL_INTEGERS else array.view(wanted)

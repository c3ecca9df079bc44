"""From the arrays that a run gives to the values that a caller knows.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from .element_types import from_storage
from .values import Part, Value


def _to_array(raw: Any, part: Part) -> np.ndarray[Any, Any]:
    if part.dtype != "string":
        array: np.ndarray[Any, Any] = from_storage(raw, part.dtype)
        return array
    texts, shape = raw
    array = np.empty(len(texts), object)
    array[:] = texts
    return array.reshape(shape)


def _elements(values: np.ndarray[Any, Any],
              shapes: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Views of the tensors that lie one behind the other."""
    elements, begin = [], 0
    for row in shapes.tolist():
        shape = row[:row.index(-1)] if -1 in row else row
        count = int(np.prod(shape, dtype=np.int64))
        elements.append(values[begin:begin + count].reshape(shape))
        begin += count
    return elements


def to_value(raw: Sequence[Any], value: Value) -> Any:
    """An array, a list of arrays, a dict, or None for an optional without."""
    arrays = [_to_array(one, part) for one, part in zip(raw, value.parts)]
    if value.kind == "tensor":
        return arrays[0]
    if value.kind == "map":
        return dict(zip(arrays[0].tolist(), arrays[1].tolist()))
    elements = _elements(arrays[0], arrays[1])
    if value.kind == "optional":
        return elements[0] if elements else None
    if value.kind == "optional-sequence" and not arrays[2]:
        return None
    return elements

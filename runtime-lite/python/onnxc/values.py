"""Values that go into a model and come out of it, and the tensors that they are.

A tensor is one; a sequence, an optional or a map is two or three of them, as
docs/sequences.md says.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import dataclasses
from typing import Any, Mapping, Sequence

import numpy as np

from .element_types import numpy_dtype

# onnxc_part of onnxc/runtime.h.
(WHOLE, SEQUENCE_VALUES, OPTIONAL_VALUES, SHAPES, PRESENT, MAP_KEYS,
 MAP_VALUES) = range(7)


@dataclasses.dataclass(frozen=True)
class Part:
    """One tensor at the model's border."""

    name: str
    dtype: str
    shape: tuple[int | str | None, ...]
    part: int = WHOLE
    from_data: bool = False
    doc: str | None = None

    @property
    def described(self) -> str:
        if self.part in (SEQUENCE_VALUES, OPTIONAL_VALUES):
            return f"tensors of {self.dtype}"
        sizes = ", ".join("?" if size is None else str(size)
                          for size in self.shape)
        return f"{self.dtype} [{sizes}]"


@dataclasses.dataclass(frozen=True)
class Value:
    """An input or output of a model.

    `kind` is tensor, sequence, optional, optional-sequence or map. `dtype` is
    the name of the element type, "float32" or "string"; of a map, that of its
    values. `shape` has a size, the name of a free dimension, or None for a size
    that follows from others or that only a run knows; it is None where not even
    the rank is known, and for a map.
    """

    name: str
    kind: str
    dtype: str
    shape: tuple[int | str | None, ...] | None
    doc: str | None
    parts: tuple[Part, ...] = dataclasses.field(repr=False)

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """What arrays of it are in NumPy (float8 and the like: ml_dtypes, where
        that is installed; strings: object)."""
        return numpy_dtype(self.dtype)

    def __str__(self) -> str:
        sizes = ", ".join("?" if size is None else str(size)
                          for size in self.shape or ())
        shape = "" if self.shape is None else f" [{sizes}]"
        kind = "" if self.kind == "tensor" else f"{self.kind} of "
        return f"{self.name}: {kind}{self.dtype}{shape}"


def read_part(row: Mapping[str, Any]) -> Part:
    return Part(row["name"], row["dtype"], tuple(row["shape"]), row["part"],
                bool(row["from_data"]), row["doc"])


def _make_value(parts: Sequence[Part]) -> Value:
    first = parts[0]
    name, kind, dtype = first.name, "tensor", first.dtype
    shape: tuple[int | str | None, ...] | None = first.shape
    if first.part in (SEQUENCE_VALUES, OPTIONAL_VALUES):
        kind = ("optional" if first.part == OPTIONAL_VALUES else
                "sequence" if len(parts) == 2 else "optional-sequence")
        name = name.removesuffix(".values")
        rank = parts[1].shape[1]
        shape = (None,) * rank if isinstance(rank, int) else None
    elif first.part == MAP_KEYS:
        kind, shape, dtype = "map", None, parts[1].dtype
        name = name.removesuffix(".keys")
    return Value(name, kind, dtype, shape, first.doc, tuple(parts))


def group_parts(parts: Sequence[Part]) -> tuple[Value, ...]:
    """The model's own inputs or outputs."""
    groups: list[list[Part]] = []
    for part in parts:
        if part.part in (SHAPES, PRESENT, MAP_VALUES):
            groups[-1].append(part)
        else:
            groups.append([part])
    return tuple(map(_make_value, groups))

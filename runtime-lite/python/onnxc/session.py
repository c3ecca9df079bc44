"""InferenceSession: a compiled model in the shape of onnxruntime's class, for
those who switch.

What onnxruntime converts without a word is converted here, too: the order of an
array's elements and bytes. Types are not.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import dataclasses
import os
import warnings
from typing import Any, Iterable, Mapping, Sequence

import numpy as np

from .arguments import check_array
from .compiler import compile as compile_model
from .model import Model, load
from .values import Part, Value

_PROVIDER = "CPUExecutionProvider"


@dataclasses.dataclass(frozen=True)
class NodeArg:
    """An input or output as onnxruntime describes it."""

    name: str
    type: str
    shape: list[int | str | None]


@dataclasses.dataclass(frozen=True)
class ModelMetadata:
    """What a model's file says of itself."""

    graph_name: str
    producer_name: str
    description: str
    custom_metadata_map: dict[str, str]
    domain: str = ""
    graph_description: str = ""
    version: int = 0


class SessionOptions:
    """What of onnxruntime's SessionOptions has a meaning here. Its own class is
    taken as well."""

    def __init__(self) -> None:
        self.intra_op_num_threads = 0
        self.enable_profiling = False
        self.optimized_model_filepath = ""
        self.free_dimensions: dict[str, int] = {}

    def add_free_dimension_override_by_name(self, name: str,
                                            size: int) -> None:
        """Binds a free dimension."""
        self.free_dimensions[name] = size


def _type(value: Value) -> str:
    element = {"float32": "float", "float64": "double"}.get(value.dtype,
                                                            value.dtype)
    if value.kind == "map":
        key = value.parts[0].dtype
        return f"map({key},tensor({element}))"
    text = f"tensor({element})"
    if "sequence" in value.kind:
        text = f"seq({text})"
    return f"optional({text})" if "optional" in value.kind else text


def _node_arg(value: Value) -> NodeArg:
    return NodeArg(value.name, _type(value), list(value.shape or ()))


def _check_providers(providers: Iterable[Any] | None) -> None:
    names = [name if isinstance(name, str) else name[0]
             for name in providers or [_PROVIDER]]
    others = [name for name in names if name != _PROVIDER]
    if _PROVIDER not in names:
        raise ValueError(f"providers={names}: onnxc.InferenceSession computes by "
                         f"{_PROVIDER}; onnxc.compile(target=\"cuda\" or "
                         "\"vulkan\") makes a model for a GPU")
    if others:
        warnings.warn(f"{', '.join(others)}: onnxc.InferenceSession computes on "
                      "the CPU", stacklevel=3)


def _read_options(options: Any) -> dict[str, Any]:
    """The arguments of onnxc.compile that SessionOptions stand for."""
    if options is None:
        return {}
    if getattr(options, "enable_profiling", False):
        raise ValueError("SessionOptions.enable_profiling writes a file of "
                         "onnxruntime's: onnxc.compile(profile=True) and "
                         "Model.profile() say where the time goes")
    if getattr(options, "optimized_model_filepath", ""):
        raise ValueError("SessionOptions.optimized_model_filepath: onnxc writes "
                         "no ONNX; onnxc.compile(output=...) keeps what it made")
    read: dict[str, Any] = {
        "threads": getattr(options, "intra_op_num_threads", 0)}
    if dims := getattr(options, "free_dimensions", None):
        read["dims"] = dims
    return read


def convert_order(array: np.ndarray[Any, Any], part: Part) -> Any:
    """What check_array takes, of an array of any order of elements and bytes."""
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if not array.flags.c_contiguous:
        array = np.array(array, order="C")
    return check_array(array, part)


class InferenceSession:
    """onnxruntime.InferenceSession's constructor, `run` and descriptions.

    The model is a path, bytes, or a shared object (`.so`) that onnxc has made.
    More keywords are those of onnxc.compile: dims, target, cache, ...
    """

    def __init__(self, path_or_bytes: Any, sess_options: Any = None,
                 providers: Sequence[Any] | None = None,
                 provider_options: Sequence[Mapping[str, Any]] | None = None,
                 **options: Any) -> None:
        _check_providers(providers)
        options = {**_read_options(sess_options), **options}
        self.model: Model
        if isinstance(path_or_bytes, (str, os.PathLike)) and (
                os.fspath(path_or_bytes).endswith(".so")):
            self.model = load(path_or_bytes, **options)
        else:
            self.model = compile_model(path_or_bytes, **options)

    def run(self, output_names: Sequence[str] | None,
            input_feed: Mapping[str, Any], run_options: Any = None) -> list[Any]:
        """The outputs of these names, or all, in a list."""
        model = self.model
        names = [value.name for value in model.outputs]
        for name in output_names or ():
            if name not in names:
                raise ValueError(f"the model has no output '{name}'; it has "
                                 + ", ".join(names))
        results = dict(zip(names, model._execute(
            model._by_name((), input_feed), convert=convert_order)))
        return [results[name] for name in output_names or names]

    def get_inputs(self) -> list[NodeArg]:
        return [_node_arg(value) for value in self.model.inputs]

    def get_outputs(self) -> list[NodeArg]:
        return [_node_arg(value) for value in self.model.outputs]

    def get_overridable_initializers(self) -> list[NodeArg]:
        """None: constants are compiled."""
        return []

    def get_modelmeta(self) -> ModelMetadata:
        model = self.model
        return ModelMetadata(model.name, model.producer or "", model.doc or "",
                             dict(model.metadata))

    def get_providers(self) -> list[str]:
        return [_PROVIDER]

    def io_binding(self) -> Any:
        """Refused: outputs go to given memory by `Model.run(feed, out=...)`."""
        raise NotImplementedError(
            "onnxc.InferenceSession has no IOBinding: session.model.run(feed, "
            "out={name: array}) writes to memory that is given, and inputs are "
            "never copied")

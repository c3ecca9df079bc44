"""onnxc as a backend of the package onnx: onnx.backend.base.Backend.

    import onnxc.backend
    outputs = onnxc.backend.run_model(onnx.load("model.onnx"), [x])

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

from typing import Any, Mapping, Sequence

import numpy as np
import onnx
from onnx import helper
from onnx.backend import base

from .compiler import compile as compile_model
from .model import Model
from .session import convert_order


class BackendRep(base.BackendRep):
    """A compiled model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def run(self, inputs: Any, **options: Any) -> tuple[Any, ...]:
        """The outputs for inputs in order, by name, or for a single one."""
        model = self.model
        if isinstance(inputs, Mapping) and (
                len(model.inputs) != 1 or model.inputs[0].kind != "map"):
            values = model._by_name((), inputs)
        elif isinstance(inputs, (list, tuple)):
            values = model._by_name(tuple(inputs), {})
        else:
            values = model._by_name((inputs,), {})
        return tuple(model._execute(values, convert=convert_order))


class Backend(base.Backend):
    """Compiles with onnxc for this machine's CPU. Keywords of `prepare` are
    those of onnxc.compile."""

    @classmethod
    def prepare(cls, model: Any, device: str = "CPU",
                **options: Any) -> BackendRep:
        if not cls.supports_device(device):
            raise ValueError(f"onnxc.backend computes on the CPU, not on {device}")
        return BackendRep(compile_model(model, **options))

    @classmethod
    def run_model(cls, model: Any, inputs: Any, device: str = "CPU",
                  **options: Any) -> tuple[Any, ...]:
        return cls.prepare(model, device, **options).run(inputs)

    @classmethod
    def run_node(cls, node: onnx.NodeProto, inputs: Any, device: str = "CPU",
                 outputs_info: Sequence[tuple[Any, tuple[int, ...]]] | None = None,
                 **options: Any) -> tuple[Any, ...]:
        """A node alone, of the newest opset or that of `opset_version`."""
        arrays = [np.asarray(array) for array in inputs]
        names = [name for name in node.input if name]
        version = options.pop("opset_version", onnx.defs.onnx_opset_version())
        given = [helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for name, array in zip(names, arrays)]
        made = [onnx.ValueInfoProto(name=name) for name in node.output if name]
        if outputs_info is not None:
            made = [helper.make_tensor_value_info(
                value.name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)),
                shape) for value, (dtype, shape) in zip(made, outputs_info)]
        graph = helper.make_graph([node], "node", given, made)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid(node.domain, version)])
        return cls.run_model(model, arrays, device, **options)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device == "CPU"


is_compatible = Backend.is_compatible
prepare = Backend.prepare
run_model = Backend.run_model
run_node = Backend.run_node
supports_device = Backend.supports_device

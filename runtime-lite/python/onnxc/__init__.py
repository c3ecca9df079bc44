"""onnxc compiles ONNX models to native code and runs them.

    import onnxc

    model = onnxc.compile("model.onnx", dims={"batch": 1})
    y = model(x)                     # NumPy in, NumPy out
    y = model.run({"x": x})["y"]     # by name

`onnxc.InferenceSession` has the shape of onnxruntime's class, `onnxc.backend` is
a backend of the package onnx.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compiler import compile
    from .errors import (CompileError, Diagnostic, Error, InputError,
                         LoadError, RunError, Status)
    from .model import Model, Step, load
    from .programs import cmake_dir, include_dir, program
    from .session import InferenceSession, SessionOptions
    from .values import Value

__version__ = "0.1.0"

__all__ = [
    "CompileError", "Diagnostic", "Error", "InferenceSession", "InputError",
    "LoadError", "Model", "RunError", "SessionOptions", "Status", "Step",
    "Value", "cmake_dir", "compile", "include_dir", "load", "program",
]

# Each is imported when it is asked for: what needs no extension and no NumPy
# works without them.
_PLACES = {
    "compiler": ("compile",),
    "errors": ("CompileError", "Diagnostic", "Error", "InputError", "LoadError",
               "RunError", "Status"),
    "model": ("Model", "Step", "load"),
    "programs": ("cmake_dir", "include_dir", "program"),
    "session": ("InferenceSession", "SessionOptions"),
    "values": ("Value",),
}


def __getattr__(name: str) -> Any:
    for place, names in _PLACES.items():
        if name in names:
            value = getattr(importlib.import_module(f".{place}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'onnxc' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

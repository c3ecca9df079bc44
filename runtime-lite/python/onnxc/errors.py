"""What goes wrong, as exceptions.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import dataclasses
import enum
import re
from typing import TYPE_CHECKING, Mapping, Sequence

if TYPE_CHECKING:
    from .model import Model


class Status(enum.IntEnum):
    """How a run ended: onnxc_status of onnxc/runtime.h."""

    OK = 0
    BAD_ABI = 1
    BAD_CPU = 2
    BAD_INPUT_COUNT = 3
    BAD_INPUT_TYPE = 4
    BAD_INPUT_RANK = 5
    BAD_INPUT_SHAPE = 6
    BAD_OUTPUT = 7
    SMALL_ARENA = 8
    NO_WEIGHTS = 9
    NO_ALLOCATOR = 10
    OUT_OF_MEMORY = 11
    OVERFLOW = 12
    BAD_VALUE = 13
    IO_ERROR = 14
    NO_INPUT_DATA = 15
    NO_DEVICE = 16
    NO_DRIVER = 17
    BAD_DEVICE = 18
    DEVICE_ERROR = 19


class Error(Exception):
    """The base of all exceptions of this module."""


@dataclasses.dataclass(frozen=True)
class Diagnostic:
    """One message of the compiler.

    `file`, `node` (its name) and `operator` are None where the message is about
    none; `text` says what is wrong, and mostly what helps.
    """

    text: str
    file: str | None = None
    node: str | None = None
    operator: str | None = None


# error: model.onnx: node "conv_12" (Conv): ...
_MESSAGE = re.compile(r"^(?:onnxc: )?error: (.*)$", re.M)
_AT_NODE = re.compile(r'^(?:(.*?): )?node "(.*?)" \(([^()]*)\): (.*)$')
_AT_FILE = re.compile(r"^([^:]*\.onnx): (.*)$")


def read_diagnostics(said: str) -> list[Diagnostic]:
    """The messages that the compiler has printed."""
    diagnostics = []
    for text in _MESSAGE.findall(said):
        if match := _AT_NODE.match(text):
            diagnostics.append(Diagnostic(match[4], match[1], match[2],
                                          match[3]))
        elif match := _AT_FILE.match(text):
            diagnostics.append(Diagnostic(match[2], match[1]))
        else:
            diagnostics.append(Diagnostic(text))
    return diagnostics


class CompileError(Error):
    """A model that was not compiled.

    `diagnostics` has all messages; `text`, `file`, `node` and `operator` are
    those of the first.
    """

    def __init__(self, message: str,
                 diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics) or (Diagnostic(message),)
        self.text = self.diagnostics[0].text
        self.file = self.diagnostics[0].file
        self.node = self.diagnostics[0].node
        self.operator = self.diagnostics[0].operator


class LoadError(Error):
    """A file that is no compiled model, or none that runs here."""


class RunError(Error):
    """A run that ended early. `error_name` is the node, input or output to
    blame, or None."""

    def __init__(self, message: str, status: Status = Status.BAD_VALUE,
                 error_name: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_name = error_name


class InputError(RunError, ValueError):
    """Inputs that the model does not take. Nothing was run."""


_OF_INPUTS = (Status.BAD_INPUT_COUNT, Status.BAD_INPUT_TYPE,
              Status.BAD_INPUT_RANK, Status.BAD_INPUT_SHAPE,
              Status.NO_INPUT_DATA)


def _known(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {size}" for name, size in sizes.items()
                     if size >= 0)


def make_run_error(model: Model, status: int, text: str, blamed: str | None,
                   index: int, shapes: Sequence[tuple[int, ...]],
                   sizes: Mapping[str, int]) -> RunError:
    """What the native part raises: a status in words, with the input, output or
    node to blame and the sizes that are known."""
    known = Status(status) if status in set(Status) else Status.BAD_VALUE
    kind = InputError if known in _OF_INPUTS else RunError
    if index >= 0:
        part = model._input_parts[index]
        shape = ", ".join(map(str, shapes[index]))
        bounds = "".join(
            f"; {name} is {sizes[name]} by another input"
            if sizes.get(name, -1) >= 0 else
            f"; {name} is {low}..{'' if high is None else high}"
            for name, (low, high) in model.dims.items() if name in part.shape)
        text = (f"input '{part.name}': {text}: it is {part.dtype} [{shape}], "
                f"the model takes {part.described}{bounds}")
    elif blamed is not None:
        known_sizes = _known({name: size for name, size in sizes.items()
                              if name in model.dims or name in blamed})
        text += f": {blamed}" + (f" ({known_sizes})" if known_sizes else "")
    return kind(text, known, blamed)

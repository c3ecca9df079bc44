"""A compiled model, ready to run.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import dataclasses
import difflib
import os
import shutil
import tempfile
from typing import Any, Iterable, Mapping, Sequence

from . import _native, library
from .arguments import Converter, check_array, to_buffers
from .errors import Error, InputError, LoadError, Status
from .results import to_value
from .values import Part, Value, group_parts, read_part


@dataclasses.dataclass(frozen=True)
class Step:
    """One kernel of a model that was compiled with profile=True: the ONNX nodes
    that it computes, how often it ran, and how long in all."""

    nodes: tuple[str, ...]
    kernel: str
    calls: int
    seconds: float


class Model(_native.Model):
    """A compiled model. `onnxc.compile` and `onnxc.load` make one.

    `model(x, y)` and `model(x=x, y=y)` run it and give its output, or a tuple of
    them; `model.run({"x": x, "y": y})` gives a dict. Inputs are whatever has
    memory: arrays of NumPy, of DLPack (PyTorch, JAX), buffers. They are not
    copied. Numbers and lists take the model's type. A sequence is a list, an
    optional that is absent None, a map a dict. Outputs are new arrays unless
    `out` gives their memory.

    Any number of threads may run one model at once: each has a context, which is
    kept. The interpreter's lock is released during a run.

        inputs, outputs   what goes in and out: tuples of onnxc.Value
        dims              free dimensions: their bounds, (low, high or None)
        metadata          what the model's file says of itself, a dict
        name, producer, doc, target
        path              the shared object
    """

    name: str
    producer: str | None
    doc: str | None
    target: str | None
    metadata: dict[str, str]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    dims: dict[str, tuple[int, int | None]]
    path: str
    _input_parts: tuple[Part, ...]
    _input_names: tuple[str, ...]
    _output_names: tuple[str, ...]
    _folder: tempfile.TemporaryDirectory[str] | None
    _num_steps: int
    _weights: str | None
    _weights_name: str | None
    # How it was loaded: symbol, threads, libraries.
    _opened: tuple[str | None, int, tuple[str, ...]]

    # --- Running -----------------------------------------------------------

    def run(self, feed: Mapping[str, Any] | Sequence[Any],
            out: Any = None) -> dict[str, Any]:
        """Runs on inputs by name, or in order. Gives outputs by name.

        `out` has memory for outputs, by name or in order; None leaves one to the
        run. What shares memory with an input is refused, and so are outputs whose
        size only the run knows.
        """
        names = self._input_names
        if type(feed) is not dict and not isinstance(feed, Mapping):
            values = self._by_name(tuple(feed), {})
        elif len(feed) != len(names):
            values = self._by_name((), feed)
        else:
            try:
                values = [feed[name] for name in names]
            except KeyError:
                values = self._by_name((), feed)
        if out is not None:
            results: Any = self._execute(values, out)
        elif len(self._output_names) == 1:
            return {self._output_names[0]: self(*values)}
        else:
            results = self(*values)
        return dict(zip(self._output_names, results))

    def _call(self, *inputs: Any, out: Any = None, **named: Any) -> Any:
        """What a call does where the native part cannot do it at once."""
        results = self._execute(self._by_name(inputs, named), out)
        return results[0] if len(results) == 1 else tuple(results)

    def _by_name(self, inputs: tuple[Any, ...],
                 named: Mapping[str, Any]) -> list[Any]:
        names = self._input_names
        for name in named:
            if name not in names:
                near = difflib.get_close_matches(str(name), names, 1)
                raise InputError(
                    f"the model has no input '{name}'"
                    + (f", did you mean '{near[0]}'?" if near else "")
                    + f"; it takes {self._list_inputs()}",
                    Status.BAD_INPUT_COUNT, str(name))
        if len(inputs) > len(names):
            raise InputError(f"{len(inputs)} inputs are given, the model takes "
                             f"{len(names)}: {self._list_inputs()}",
                             Status.BAD_INPUT_COUNT)
        for name in names[:len(inputs)]:
            if name in named:
                raise InputError(f"input '{name}' is given twice",
                                 Status.BAD_INPUT_COUNT, name)
        rest = names[len(inputs):]
        missing = [name for name in rest if name not in named]
        if missing:
            raise InputError("there is no value for input "
                             + ", ".join(f"'{name}'" for name in missing)
                             + f"; the model takes {self._list_inputs()}",
                             Status.BAD_INPUT_COUNT, missing[0])
        return [*inputs, *(named[name] for name in rest)]

    def _list_inputs(self) -> str:
        return "; ".join(map(str, self.inputs)) or "none"

    def _execute(self, values: Sequence[Any], out: Any = None,
                 convert: Converter = check_array) -> list[Any]:
        buffers: list[Any] = []
        for wanted, value in zip(self.inputs, values):
            buffers += to_buffers(value, wanted, convert)
        given = None if out is None else self._given_outputs(out)
        raw = self._run_parts(tuple(buffers), given)
        results, begin = [], 0
        for number, value in enumerate(self.outputs):
            end = begin + len(value.parts)
            taken = given and given[begin] is not None
            results.append(raw[begin] if taken
                           else to_value(raw[begin:end], value))
            begin = end
        return results

    def _given_outputs(self, out: Any) -> tuple[Any, ...]:
        names = self._output_names
        if isinstance(out, Mapping):
            unknown = [name for name in out if name not in names]
            if unknown:
                raise ValueError(f"the model has no output '{unknown[0]}'; it has "
                                 + ", ".join(names))
            out = [out.get(name) for name in names]
        elif not isinstance(out, (list, tuple)):
            out = [out]
        if len(out) != len(names):
            raise ValueError(f"{len(out)} outputs are given by out=, the model "
                             f"has {len(names)}: {', '.join(names)}")
        parts: list[Any] = []
        for memory, value in zip(out, self.outputs):
            parts += [memory] + [None] * (len(value.parts) - 1)
        return tuple(parts)

    # --- What else there is ------------------------------------------------

    def profile(self, reset: bool = True) -> list[Step]:
        """Where the runs since the last call of profile() took their time, the
        longest first. The model has to be compiled with profile=True."""
        if not self._num_steps:
            raise Error(f"{self.name} was not compiled with profile=True: it does "
                        "not tell what it does")
        steps = [Step(tuple(filter(None, map(str.strip, nodes.split(",")))),
                      kernel, calls, nanoseconds * 1e-9)
                 for nodes, kernel, calls, nanoseconds
                 in self._take_profile(reset)]
        return sorted((step for step in steps if step.calls),
                      key=lambda step: -step.seconds)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Copies the shared object, and the file with its weights where they are
        not in it, for `onnxc.load`."""
        shutil.copyfile(self.path, path)
        if self._weights is not None:
            name = self._weights_name or os.path.basename(self._weights)
            shutil.copyfile(self._weights,
                            os.path.join(os.path.dirname(path), name))

    def __repr__(self) -> str:
        outputs = "; ".join(map(str, self.outputs))
        return f"<onnxc.Model {self.name} ({self._list_inputs()}) -> ({outputs})>"

    def __reduce__(self) -> tuple[Any, ...]:
        with open(self.path, "rb") as file:
            return _from_bytes, (file.read(), os.path.basename(self.path),
                                 self._weights, *self._opened)


def _describe(model: Model, path: str) -> None:
    said = model._describe()
    model.name, model.producer = said["name"], said["producer"]
    model.doc, model.target = said["doc"], said["target"]
    model.metadata = dict(said["metadata"])
    model.dims = {name: (low, None if high < 0 else high)
                  for name, low, high, from_data in said["symbols"]
                  if not from_data}
    model._input_parts = tuple(map(read_part, said["inputs"]))
    model.inputs = group_parts(model._input_parts)
    model.outputs = group_parts(tuple(map(read_part, said["outputs"])))
    model._input_names = tuple(value.name for value in model.inputs)
    model._output_names = tuple(value.name for value in model.outputs)
    model._num_steps = said["steps"]
    model._weights, model._weights_name = said["weights"], said["weights_file"]
    model.path = path
    model._folder = None


def load(path: str | os.PathLike[str], *, threads: int = 0,
         symbol: str | None = None,
         weights: str | os.PathLike[str] | None = None,
         libraries: Iterable[str | os.PathLike[str]] = ()) -> Model:
    """Loads a shared object that `onnxc.compile(output=...)`, `Model.save` or
    `onnxc --emit=shared` has written.

    threads    how many threads a run takes, its own counted; 0: as many as there
               are CPUs. They are started by the first run. Results do not depend
               on their number.
    symbol     the C prefix of one model, where there are several in the file
    weights    the file with the weights, where they are not in the object
    libraries  shared libraries with the functions of custom operators
    """
    if threads < 0:
        raise ValueError(f"threads={threads}: there is no such number")
    path = os.fspath(path)
    opened = tuple(os.fspath(one) for one in libraries)
    for one in opened:
        library.open_global(one)
    file = os.fspath(weights) if weights is not None else None
    folder = os.path.dirname(os.path.abspath(path))
    model: Model = library.with_fresh_name(
        path, lambda name: Model.__new__(Model, name, symbol, file, folder,
                                         threads))
    _describe(model, path)
    model._opened = (symbol, threads, opened)
    return model


def _from_bytes(data: bytes, name: str, weights: str | None,
                symbol: str | None, threads: int,
                libraries: tuple[str, ...]) -> Model:
    """What a pickle holds: the library itself."""
    folder = tempfile.TemporaryDirectory(prefix="onnxc-")
    path = os.path.join(folder.name, name)
    with open(path, "wb") as file:
        file.write(data)
    if weights is not None and not os.path.exists(weights):
        raise LoadError(f"{weights}: the file with the model's weights is not "
                        "there")
    model = load(path, threads=threads, symbol=symbol, weights=weights,
                 libraries=libraries)
    model._folder = folder
    return model

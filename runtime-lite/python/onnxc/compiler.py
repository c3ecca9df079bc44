"""onnxc.compile(): from a model to one that runs, by the program onnxc.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import os
import re
import subprocess
import tempfile
import warnings
from typing import Any, Iterable, Mapping, Sequence

from . import cache as compiled_before
from .errors import CompileError, read_diagnostics
from .model import Model, load
from .programs import program

Size = int | str | tuple[int, int]
Source = Any  # a path, bytes, or whatever has SerializeToString()


def _size(size: Size) -> str:
    if isinstance(size, (tuple, list)):
        return f"{size[0]}..{size[1]}"
    return str(size)


def _list(value: Any) -> str:
    """A number or any nest of them, as --value takes it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return ",".join(map(_list, value))
    return str(int(value) if isinstance(value, bool) else value)


def _shape(shape: Sequence[Any] | str) -> str:
    if isinstance(shape, str):
        return shape
    return "x".join("?" if size is None else str(size) for size in shape)


def _names(value: str | Iterable[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _paths(paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
           ) -> list[str]:
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    return [os.path.abspath(path) for path in paths]


def _operators(operators: Mapping[str, str] | Iterable[str]) -> list[str]:
    if isinstance(operators, Mapping):
        return [f"{name}={rule}" for name, rule in operators.items()]
    return [operators] if isinstance(operators, str) else list(operators)


def _write_source(model: Source, folder: str) -> str:
    """The path of the model's file, which is written where there is none."""
    if isinstance(model, (str, os.PathLike)):
        return os.path.abspath(os.fspath(model))
    path = os.path.join(folder, "model.onnx")
    if hasattr(model, "SerializeToString"):
        try:
            model = model.SerializeToString()
        except Exception as error:  # protobuf has its own above 2 GB
            raise CompileError(
                f"the model cannot be written as one message ({error}): save it "
                "with onnx.save(..., save_as_external_data=True) and compile "
                "that file") from error
    if not isinstance(model, (bytes, bytearray, memoryview)):
        raise TypeError("onnxc.compile takes a path, bytes or an "
                        f"onnx.ModelProto, not {type(model).__name__}")
    with open(path, "wb") as file:
        file.write(model)
    return path


def _warn(said: str) -> None:
    for line in re.findall(r"^(?:onnxc: )?warning: (.*)$", said, re.M):
        warnings.warn(line, stacklevel=4)


def _run_compiler(source: str, output: str, flags: Sequence[str]) -> None:
    """Relative names keep the temporary folder out of messages."""
    folder, name = os.path.split(source)
    try:
        done = subprocess.run(
            [program("onnxc"), name, "--emit=shared", "-o",
             os.path.abspath(output), *flags],
            cwd=folder or None, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
    except OSError as error:
        raise CompileError(f"{source}: {error}") from error
    if done.returncode == 0:
        _warn(done.stderr)
        return
    said = (done.stderr + done.stdout).strip()
    diagnostics = read_diagnostics(said)
    if done.returncode < 0:
        said = f"onnxc ended by signal {-done.returncode}\n{said}"
    elif diagnostics:
        said = "\n".join(re.sub(r"^(onnxc: )?error: ", "", line)
                         for line in said.splitlines())
    raise CompileError(said or f"onnxc ended with status {done.returncode}",
                       diagnostics)


def compile(  # noqa: A001, the name that the module is used by
        model: Source, *,
        dims: Mapping[str, Size] | None = None,
        shapes: Mapping[str, Sequence[Any] | str] | None = None,
        values: Mapping[str, Any] | None = None,
        target: str = "native",
        cpu: str | None = None,
        features: str | Iterable[str] | None = None,
        optimize: int = 2,
        threads: int = 0,
        profile: bool = False,
        debug: bool = False,
        custom_ops: Mapping[str, str] | Iterable[str] = (),
        functions: Iterable[str | os.PathLike[str]] | str = (),
        libraries: Iterable[str | os.PathLike[str]] = (),
        weights: str = "embed",
        prefix: str | None = None,
        output: str | os.PathLike[str] | None = None,
        cache: str | os.PathLike[str] | None = None,
        options: Sequence[str] = ()) -> Model:
    """Compiles an ONNX model and loads it.

    model       the path of a file, its bytes, or an onnx.ModelProto
    dims        free dimensions: {"batch": 1} binds, {"seq": (1, 512)} bounds
    shapes      of inputs: {"image": (1, 3, None, 224)}; None leaves a size free
    values      inputs that become constants: {"sr": 16000}
    target      "native" is this machine; "vulkan" and "cuda" compute on a GPU
    cpu         another CPU than this one: "x86-64-v3"
    features    more or fewer instruction sets: "+avx2,-fma"
    optimize    0 to 3
    threads     of a run, as of onnxc.load
    profile     let Model.profile() tell where the time goes
    debug       debug lines that lead to the nodes
    custom_ops  operators that C functions of `libraries` compute:
                {"my::Op": "function:same-as-input-0"}
    functions   models that have bodies of functions which this one lacks
    weights     "embed", or "file" beside the output
    prefix      how C names begin
    output      keep the shared object there; else it lives as long as the Model
    cache       a folder for results: the same model with the same options is
                compiled once
    options     more of onnxc's own options

    Raises CompileError, whose `node` and `diagnostics` say where, if the model is
    broken or asks for what onnxc cannot do.
    """
    if any(option.lstrip("-").startswith("split") for option in options):
        raise ValueError("--split makes several objects: run the program "
                         "onnxc.program('onnxc') and load each stage")
    flags = [f"-O{int(optimize)}"]
    for name, size in (dims or {}).items():
        flags += ["--dim", f"{name}={_size(size)}"]
    for name, shape in (shapes or {}).items():
        flags += ["--shape", f"{name}={_shape(shape)}"]
    for name, value in (values or {}).items():
        flags += ["--value", f"{name}={_list(value)}"]
    for operator in _operators(custom_ops):
        flags += ["--custom-op", operator]
    for path in _paths(functions):
        flags += ["--functions", path]
    if target != "native":
        flags.append("--target=" + {"cuda": "nvptx64"}.get(target, target))
    if cpu is not None:
        flags.append(f"-mcpu={cpu}")
    if features is not None:
        flags.append(f"--mattr={_names(features)}")
    if weights != "embed":
        flags.append(f"--weights={weights}")
    if prefix is not None:
        flags.append(f"--prefix={prefix}")
    flags += ["--profile"] * profile + ["-g"] * debug + list(options)
    opening: dict[str, Any] = {"threads": threads,
                               "libraries": tuple(libraries)}

    folder = tempfile.TemporaryDirectory(prefix="onnxc-")
    source = _write_source(model, folder.name)
    if cache is not None and output is None:
        path = compiled_before.compile_once(os.fspath(cache), source, flags,
                                            _run_compiler)
        return load(path, **opening)
    if output is not None:
        _run_compiler(source, os.fspath(output), flags)
        return load(output, **opening)
    name = prefix or os.path.splitext(os.path.basename(source))[0]
    path = os.path.join(folder.name, f"{name}.so")
    _run_compiler(source, path, flags)
    loaded = load(path, **opening)
    loaded._folder = folder
    return loaded

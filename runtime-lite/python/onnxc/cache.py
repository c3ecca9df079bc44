"""Models that were compiled before, in a folder that processes share.

An entry is a folder: the shared object, its weights where they are a file, and
read.json, which lists the files that were read (external data among them) with
their sizes and times.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from typing import Callable, Sequence

from .errors import CompileError
from .programs import program


def _read_cpu() -> bytes:
    """What tells one CPU from another: `native` is not the same on all."""
    try:
        with open("/proc/cpuinfo", "rb") as file:
            return b"".join(sorted({line for line in file
                                    if line.startswith((b"flags", b"model name",
                                                        b"Features"))}))
    except OSError:
        return b""


def _key(source: str, flags: Sequence[str]) -> str:
    compiler = program("onnxc")
    version = subprocess.run([compiler, "--version"], stdout=subprocess.PIPE,
                             check=True).stdout
    built = os.stat(compiler)
    with open(source, "rb") as file:
        content = hashlib.sha256(file.read()).digest()
    said = json.dumps([list(flags), os.path.basename(source), built.st_size,
                       built.st_mtime_ns]).encode()
    return hashlib.sha256(b"\0".join([content, version, _read_cpu(), said])
                          ).hexdigest()[:32]


def _state(path: str) -> list[int]:
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns]


def _read_dependencies(path: str, folder: str) -> list[str]:
    """What a dependency file in make's syntax lists behind its first colon."""
    with open(path) as file:
        _, _, listed = file.read().replace("\\\n", " ").partition(": ")
    names = listed.replace("\\ ", "\0").split()
    return [os.path.join(folder, name.replace("\0", " ")) for name in names]


def _is_current(entry: str, here: str) -> bool:
    try:
        with open(os.path.join(entry, "read.json")) as file:
            states = json.load(file)
        return all(_state(os.path.join(here, name)) == state
                   for name, state in states.items())
    except (OSError, ValueError):
        return False


def _put(work: str, entry: str, here: str) -> None:
    """Moves a whole entry to its place. Where another process was faster with
    the same, that one stays."""
    for _ in range(2):
        try:
            os.rename(work, entry)
            return
        except OSError:
            if _is_current(entry, here):
                return
            shutil.rmtree(entry, ignore_errors=True)
    raise CompileError(f"{entry}: cannot be written")


def compile_once(folder: str, source: str, flags: Sequence[str],
                 compiler: Callable[[str, str, Sequence[str]], None]) -> str:
    """The path of the shared object of a model."""
    if not os.path.exists(source):
        compiler(source, os.devnull, flags)  # which says so
    os.makedirs(folder, exist_ok=True)
    folder = os.path.abspath(folder)  # the compiler runs where the model is
    here = os.path.dirname(source)
    name = os.path.splitext(os.path.basename(source))[0] + ".so"
    entry = os.path.join(folder, _key(source, flags))
    if not _is_current(entry, here):
        work = tempfile.mkdtemp(prefix=".new-", dir=folder)
        try:
            listed = os.path.join(work, "read.d")
            compiler(source, os.path.join(work, name),
                     [*flags, "--MD", f"--MF={listed}"])
            # The model itself is in the key.
            states = {os.path.relpath(path, here): _state(path)
                      for path in _read_dependencies(listed, here)
                      if os.path.realpath(path) != os.path.realpath(source)}
            with open(os.path.join(work, "read.json"), "w") as file:
                json.dump(states, file)
            _put(work, entry, here)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return os.path.join(entry, name)

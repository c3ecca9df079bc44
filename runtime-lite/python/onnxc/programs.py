"""Where the programs, libraries and files that come along lie.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import os
import shutil
import sys
from typing import NoReturn

from .errors import Error

PACKAGE = os.path.dirname(os.path.abspath(__file__))


def program(name: str) -> str:
    """The path of onnxc or onnxc-run: the one beside this module, else one of
    PATH."""
    path = os.path.join(PACKAGE, "bin", name)
    if os.access(path, os.X_OK):
        return path
    found = shutil.which(name)
    if found is None:
        raise Error(f"there is no program {name}, neither in {PACKAGE}/bin nor "
                    "on PATH: install onnxc's wheel, or add its folder to PATH")
    return found


def cmake_dir() -> str:
    """The folder for CMake's `-Donnxc_DIR=`, by which find_package(onnxc)
    finds the compiler, the runtime and onnxc_add_model()."""
    path = os.path.join(PACKAGE, "lib", "cmake", "onnxc")
    if not os.path.isdir(path):
        raise Error(f"{PACKAGE} has no CMake package: it is in onnxc's wheel, "
                    "and where `cmake --install` has put it")
    return path


def include_dir() -> str:
    """The folder with onnxc/runtime.h."""
    return os.path.join(PACKAGE, "include")


def _replace_process(name: str) -> NoReturn:
    path = program(name)
    os.execv(path, [path, *sys.argv[1:]])


def run_onnxc() -> NoReturn:
    """The command `onnxc`."""
    _replace_process("onnxc")


def run_onnxc_run() -> NoReturn:
    """The command `onnxc-run`."""
    _replace_process("onnxc-run")

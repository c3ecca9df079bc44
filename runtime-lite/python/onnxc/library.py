"""Opening the shared object of a compiled model.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from __future__ import annotations

import ctypes
import os
import tempfile
from typing import Callable, TypeVar

from .errors import LoadError
from .programs import PACKAGE

_IMAGES = os.path.join(PACKAGE, "libonnxc-rt-images.so")
_T = TypeVar("_T")


def open_global(path: str) -> None:
    """What a library defines is found by models that are loaded after it."""
    try:
        ctypes.CDLL(os.path.abspath(path), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise LoadError(f"{path}: {error}") from error


def with_fresh_name(path: str, load: Callable[[str], _T]) -> _T:
    """Calls `load` with a new name of the file. The system's loader takes a
    library of a name that it knows for the same, even where the file has been
    replaced since."""
    if not os.path.isfile(path):
        raise LoadError(f"{path}: there is no such file")
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        link = os.path.join(folder, os.path.basename(path))
        os.symlink(os.path.abspath(path), link)
        try:
            return _with_images(link, load)
        except LoadError as error:
            text = str(error).replace(link + ": ", "").replace(link, path)
            raise LoadError(f"{path}: {text}") from None


def _with_images(path: str, load: Callable[[str], _T]) -> _T:
    """Models with an ImageDecoder call a library that others do not need."""
    try:
        return load(path)
    except LoadError as error:
        if "onnxc_decode_image" not in str(error):
            raise
        if not os.path.exists(_IMAGES):
            raise LoadError("the model decodes images, and this installation "
                            "has no libonnxc-rt-images.so") from error
    open_global(_IMAGES)
    return load(path)

"""Bad input to `onnxc verify`, and what is said of it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import os
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass
class Refused:
    """`arguments` are made of the folder of the case and a good model."""
    says: str
    arguments: Callable
    environment: Callable = lambda folder: {}
    status: int = 2


def array(folder, **arrays):
    path = os.path.join(folder, "given.npz")
    np.savez(path, **arrays)
    return path


def text(folder, name, content):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(content)
    return path


def without(package):
    """Python does not find the package."""
    def environment(folder):
        os.makedirs(os.path.join(folder, "hidden", package))
        text(os.path.join(folder, "hidden", package), "__init__.py",
             f"raise ImportError('No module named {package}', "
             f"name='{package}')\n")
        return {"PYTHONPATH": os.path.join(folder, "hidden")}
    return environment


def of(*arguments):
    return lambda folder, model: [model, *arguments]


FITTING = np.zeros((2, 8), np.float32)

REFUSED = {
    "no-model": Refused("there is no such file",
                        lambda folder, model: [model + "x"]),
    "no-argument": Refused("the following arguments are required",
                           lambda folder, model: []),
    "folder": Refused("is a directory", lambda folder, model: [folder]),
    "text-file": Refused(
        "is not an ONNX model",
        lambda folder, model: [text(folder, "bad.onnx", "what is this?\n")]),
    "no-inputs": Refused("nowhere.npz: there is no such file",
                         of("--inputs", "nowhere.npz")),
    "broken-npz": Refused(
        "broken.npz", lambda folder, model: [
            model, "--inputs", text(folder, "broken.npz", "PK, or not")]),
    "other-name": Refused(
        "the model has no input 'w'", lambda folder, model: [
            model, "--inputs", array(folder, w=FITTING)]),
    "other-shape": Refused(
        "input 'x' has the shape [2, 7], the model takes [n, 8]",
        lambda folder, model: [
            model, "--inputs", array(folder, x=FITTING[:, :7])]),
    "other-type": Refused(
        "input 'x' is float64, the model takes float32",
        lambda folder, model: [
            model, "--inputs", array(folder, x=FITTING.astype(float))]),
    "missing-input": Refused(
        "input 'x' is missing", lambda folder, model: [
            model, "--inputs", array(folder)]),
    "bound-dim": Refused(
        "the model does not run", lambda folder, model: [
            model, "--inputs", array(folder, x=FITTING), "--dim", "n=3"]),
    "no-test": Refused("has no test_data_set_0",
                       lambda folder, model: [model, "--test-dir", folder]),
    "both": Refused("give one", of("--inputs", "a", "--test-dir", "b")),
    "against": Refused("--against wants onnxruntime, reference,",
                       of("--against", "torch")),
    "against-file": Refused("nothing.npz: there is no such file",
                            of("--against", "nothing.npz")),
    "against-others": Refused(
        "has none of the outputs y, z", lambda folder, model: [
            model, "--against", array(folder, w=FITTING)]),
    "page-folder": Refused("the report cannot be written",
                           of("--html", "/nowhere/page.html")),
    "page-is-folder": Refused(
        "is a directory", lambda folder, model: [model, "--html", folder]),
    "save": Refused(
        "the operands cannot be saved", of(
            "--save", "/proc/nowhere", "--plant-fault", "Softmax_c"),
        status=1),
    "flag": Refused("--unheard", of("--unheard")),
    "output": Refused("-o does not go with it", of("-o", "m.o")),
    "device": Refused("--target does not go with it", of("--target=vulkan")),
    "size": Refused("--size wants NAME=N, not 'n'", of("--size", "n")),
    "range": Refused("--range wants INPUT=LOW..HIGH", of("--range", "x=1")),
    "no-onnxruntime": Refused(
        "the Python package 'onnxruntime' is needed", of(),
        without("onnxruntime")),
    "no-onnx": Refused("the Python package 'onnx' is needed", of(),
                       without("onnx")),
    "no-numpy": Refused("the Python package 'numpy' is needed", of(),
                        without("numpy")),
    "no-python": Refused("no Python is found", of(),
                         lambda folder: {"ONNXC_PYTHON": "/nowhere/python"}),
}

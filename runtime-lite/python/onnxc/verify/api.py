"""onnxc.verify(model, function, inputs): a verification from Python.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import contextlib
import dataclasses
import io
import os
import tempfile

import numpy as np
import onnx

from onnxc.verify import arguments, command, graph, reference
from onnxc.verify.problem import Problem


@dataclasses.dataclass
class Result:
    """Whether all agrees, what `onnxc verify` prints, and the name of the first
    node that diverges, or None."""
    agrees: bool
    text: str
    node: str | None = None
    finding: command.Finding | None = None

    def __bool__(self):
        return self.agrees

    def __str__(self):
        return self.text


def name_outputs(found, model):
    """A dictionary of arrays from whatever a function returns."""
    names = [value.name for value in model.graph.output]
    if not isinstance(found, dict):
        several = isinstance(found, (list, tuple))
        found = dict(zip(names, found if several else [found]))
    return {name: np.asarray(as_numpy(value)) for name, value in found.items()}


def as_numpy(value):
    """Tensors of PyTorch keep their gradients."""
    return value.detach().cpu() if hasattr(value, "detach") else value


def verify(model, function=None, inputs=None, flags=()):
    """Compiles `model`, a path or a ModelProto, and compares it with
    `function(**inputs)`, which gives its outputs: a dictionary, a list in their
    order, or one array. Without a function it is compared with onnxruntime;
    without inputs they are made up. `flags` are those of `onnxc verify` and of
    onnxc. Raises a Problem where nothing can be compared, Crash where the
    compiled model ends its process."""
    with tempfile.TemporaryDirectory(prefix="onnxc-") as folder:
        if isinstance(model, onnx.ModelProto):
            path = os.path.join(folder, "model.onnx")
            onnx.save(model, path)
        else:
            path = os.fspath(model)
        settings = arguments.parse([path, *map(str, flags)])
        work = os.path.join(folder, "work")
        os.makedirs(work)
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            verification = command.Verification(settings, work)
            verification.given = inputs and {
                name: np.asarray(as_numpy(value))
                for name, value in inputs.items()}
            if function:
                verification.right = lambda given: reference.Arrays(
                    name_outputs(function(**given), verification.model),
                    getattr(function, "__name__", type(function).__name__))
            status = verification.run()
        finding = verification.finding
        return Result(status == 0, text.getvalue().rstrip(),
                      finding and graph.node_name(finding.divergence.node),
                      finding)


__all__ = ["Problem", "Result", "verify"]

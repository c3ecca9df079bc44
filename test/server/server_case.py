"""What the cases of this folder share: models, a server that runs, errors that
have to come.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import contextlib
import functools
import os
import re
import subprocess
import sys
import tempfile
import threading

import numpy as np
import onnx.parser
import onnxc
from onnx import numpy_helper

import runner_arguments
from suite_cases import Failure

SERVER = os.path.join(runner_arguments.ROOT, "examples", "server", "server.py")
HEAD = '<ir_version: 10, opset_import: ["" : 21]> '
# Rows of any length; texts, of which some are no numbers; rows; a model whose
# tensors have no batch in common.
NETWORK = """g (float[batch, n, 16] x) => (float[batch, n, 4] y, float[batch] s)
  { h = MatMul(x, w) c = Relu(h) y = MatMul(c, v)
    axes = Constant <value_ints = [1, 2]> ()
    s = ReduceSum <keepdims = 0> (y, axes) }"""
NUMBERS = """g (string[batch, k] t) => (float[batch, k] v, string[batch, k] same)
  { v = Cast <to = 1> (t) same = Identity(t) }"""
ROWS = """g (float[batch, 16] x) => (float[batch, 4] y)
  { c = Tanh(x) y = MatMul(c, v) }"""
WHOLE = "g (float[2, 3] a) => (float[2, 3] b) { b = Exp(a) }"


def build_rows():
    model = onnx.parser.parse_model(HEAD + ROWS)
    model.graph.initializer.append(numpy_helper.from_array(
        np.random.RandomState(8).normal(size=(16, 4)).astype("f"), "v"))
    return model


def build_network():
    model = onnx.parser.parse_model(HEAD + NETWORK)
    draw = np.random.RandomState(7).normal
    model.graph.initializer.extend(
        numpy_helper.from_array(draw(size=shape).astype("f"), name)
        for name, shape in (("w", (16, 32)), ("v", (32, 4))))
    return model


@functools.lru_cache(maxsize=None)
def compiled(name, **options):
    """A model compiled once for all cases that take it."""
    model = {"network": build_network, "rows": build_rows,
             "numbers": lambda: onnx.parser.parse_model(HEAD + NUMBERS),
             "whole": lambda: onnx.parser.parse_model(HEAD + WHOLE)}[name]()
    return onnxc.compile(model, threads=1, **options)


def draw(seed, rows=1, n=5):
    return np.random.RandomState(seed).normal(size=(rows, n, 16)).astype("f")


def check_close(got, wanted):
    """Rows of a batch are summed like those of a single run, but tiles may hold
    other rows."""
    for name, value in wanted.items():
        other = np.asarray(got[name])
        if other.shape != value.shape or other.dtype != value.dtype:
            raise Failure(f"{name}: {other.dtype} {other.shape} instead of "
                          f"{value.dtype} {value.shape}")
        if not np.allclose(other, value, rtol=1e-5, atol=1e-5):
            raise Failure(f"{name} differs by {np.abs(other - value).max()}")


def start(build, *arguments, python=sys.executable, more=()):
    """A server and the ports that it says."""
    process = subprocess.Popen(
        [python, SERVER, *arguments], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=dict(os.environ, PYTHONPATH=os.pathsep.join(
            [os.path.join(build, "python"), *more])))
    ports = {}
    while len(ports) < 1 + ("--grpc-port" in arguments):
        line = process.stdout.readline()
        if not line:
            raise Failure("the server ended: " + process.stderr.read())
        if found := re.match(r"(\w+) on (\d+)$", line):
            ports[found[1]] = int(found[2])
    return process, ports


class Served:
    """One server for all cases, started when the first asks for it."""

    def __init__(self, build):
        self.build = build
        self.stack = contextlib.ExitStack()
        self.lock = threading.Lock()
        self.found = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def stop(self, process):
        process.terminate()
        process.communicate(timeout=60)

    @property
    def ports(self):
        with self.lock:
            self.found = self.found or self.start()
        return self.found

    def start(self):
        folder = self.stack.enter_context(
            tempfile.TemporaryDirectory(prefix="onnxc-"))
        files = []
        for name in ("network", "numbers", "whole"):
            path = os.path.join(folder, name + ".so")
            compiled(name).save(path)
            files.append(f"{name}={path}")
        onnx.save(build_network(), os.path.join(folder, "network.onnx"))
        process, ports = start(self.build, *files, "--port", "0", "--grpc-port",
                               "0", "--max-batch", "8", "--deadline", "20",
                               "--max-bytes", "100000")
        self.stack.callback(self.stop, process)
        return ports

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports['REST']}"


def cases_of(served, *modules):
    """The functions case_NAME of modules, by name. One that has a parameter is
    given the server."""
    cases = {}
    for module in modules:
        room = module.__name__.removesuffix("_cases")
        for name, function in vars(module).items():
            if name.startswith("case_"):
                takes = function.__code__.co_argcount
                cases[f"{room}: " + name.removeprefix("case_").replace(
                    "_", " ")] = functools.partial(function, *[served][:takes])
    return cases

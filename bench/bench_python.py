#!/usr/bin/env python3
"""What a call from Python costs beyond the call in C.

    bench_python.py [--build FOLDER] [--seconds N]

A small model on the same arrays, by turns in one process, the best of each:
onnxc_run in a loop in C; the module's call; onnxc_run by ctypes, with arrays made as
the module makes them; onnxruntime. It takes cc, and is run with .venv's Python.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx.parser
import onnxruntime

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = {
    "Relu, 2x3": ("g (float[2, 3] x) => (float[2, 3] y) { y = Relu(x) }",
                  [(2, 3)]),
    "Relu, nx3": ("g (float[n, 3] x) => (float[n, 3] y) { y = Relu(x) }",
                  [(2, 3)]),
    "three inputs, 1x16": (
        "g (float[1, 16] a, float[16, 16] b, float[16] c) => (float[1, 16] y) "
        "{ y = Gemm(a, b, c) }", [(1, 16), (16, 16), (16,)]),
}
CALLS = 2000


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("shape", ctypes.c_void_p),
                ("rank", ctypes.c_int32), ("dtype", ctypes.c_int32)]


class CLibrary:
    """The runtime and call_model.c, as a shared library."""

    def __init__(self, build, folder):
        path = os.path.join(folder, "calls.so")
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", path,
             os.path.join(ROOT, "bench", "call_model.c"), "-I",
             os.path.join(ROOT, "runtime-lite", "include"),
             "-Wl,--whole-archive",
             os.path.join(build, "runtime-lite", "libonnxc-rt.a"),
             "-Wl,--no-whole-archive", "-pthread", "-ldl"], check=True)
        self.library = ctypes.CDLL(path)
        self.library.find_model.restype = ctypes.c_void_p
        self.library.time_calls.restype = ctypes.c_double
        self.library.onnxc_run.argtypes = [
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32,
            ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p]

    def prepare(self, path, arrays, result):
        """Calls of C, and one by ctypes, of the same model."""
        model = self.library.find_model(os.fsencode(path))
        arena = np.zeros(1 << 16, np.uint8)
        offset = -arena.ctypes.data % 64
        context = (ctypes.c_void_p * 16)(arena.ctypes.data + offset,
                                         arena.size - offset)
        symbols = (ctypes.c_int64 * 16)()
        shapes = [np.array(array.shape, np.int64) for array in (*arrays, result)]
        inputs = (Tensor * len(arrays))(*(
            Tensor(array.ctypes.data, shape.ctypes.data, array.ndim, 1)
            for array, shape in zip(arrays, shapes)))
        outputs = (Tensor * 1)(Tensor(result.ctypes.data, shapes[-1].ctypes.data,
                                      result.ndim, 1))
        self.kept = (arena, shapes)  # for as long as there are calls

        def in_c():
            return self.library.time_calls(
                ctypes.c_void_p(model), context, inputs, outputs, symbols,
                ctypes.c_int64(CALLS)) / 1e3

        def call():
            for tensor, array in zip(inputs, arrays):
                tensor.data = array.ctypes.data
            made = np.empty(result.shape, np.float32)
            outputs[0].data = made.ctypes.data
            if self.library.onnxc_run(model, context, inputs, len(arrays),
                                      outputs, 1, symbols):
                raise RuntimeError("the run failed")
            return made
        return in_c, call


def repeat(call):
    def timed():
        begin = time.perf_counter()
        for _ in range(CALLS):
            call()
        return (time.perf_counter() - begin) / CALLS * 1e6
    return timed


def measure(name, library, seconds, folder):
    import onnxc
    text, shapes = MODELS[name]
    proto = onnx.parser.parse_model(
        f'<ir_version: 10, opset_import: ["" : 21]> {text}')
    path = os.path.join(folder, name.replace(" ", "") + ".so")
    model = onnxc.compile(proto, output=path, threads=1)
    random = np.random.default_rng(0)
    arrays = [random.standard_normal(shape).astype(np.float32)
              for shape in shapes]
    expected = model(*arrays)
    in_c, by_ctypes = library.prepare(path, arrays, np.empty_like(expected))
    assert np.array_equal(by_ctypes(), expected)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feed = {value.name: array for value, array in zip(model.inputs, arrays)}
    ways = {"C": in_c, "call": repeat(lambda: model(*arrays)),
            "run": repeat(lambda: model.run(feed)),
            "ctypes": repeat(by_ctypes),
            "onnxruntime": repeat(lambda: session.run(None, feed))}
    best = dict.fromkeys(ways, float("inf"))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for way, timed in ways.items():
            best[way] = min(best[way], timed())
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    sys.path.insert(0, os.path.join(options.build, "python"))
    with tempfile.TemporaryDirectory() as folder:
        library = CLibrary(options.build, folder)
        print("| us a call | C | model(x) | model.run({...}) | ctypes "
              "| onnxruntime |\n| --- | --- | --- | --- | --- | --- |")
        for name in MODELS:
            best = measure(name, library, options.seconds, folder)
            print(f"| {name} | " + " | ".join(f"{us:.2f}"
                                              for us in best.values()) + " |")


if __name__ == "__main__":
    main()

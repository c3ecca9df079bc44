"""What random models are compiled for and run on: this machine, levels of
x86-64, processors that QEMU or node emulates, devices.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import functools
import os
import re
import subprocess
import sys
import threading

import ml_dtypes
import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
TEST = os.path.dirname(HERE)
for folder in ("", "emulated"):
    sys.path.insert(0, os.path.join(TEST, folder))
import emulator
from suite_cases import Failure

LEVELS = ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")
DEVICES = {"vulkan": "vulkan", "cuda": "nvptx64"}
EMULATED = ("aarch64", "riscv64", "riscv64v", "s390x", "s390xv", "wasm32",
            "freestanding")
NAMES = ("host", "threads", *LEVELS, *EMULATED, *DEVICES)
# Each element takes as long there as a hundred here.
SLOW = ("cuda", "vulkan")
ARGUMENT = ("--machine", {"choices": NAMES, "default": "host",
                          "help": "what models are compiled for and run on "
                                  "(host)"})
SECONDS = 600


class Refused(Failure):
    """A run that ended with a status."""


class EmulatorFault(Exception):
    """A failed assertion of the emulator: of QEMU 7.2, for example, which does
    not translate vfncvt.f.x.w."""


def excuse_emulator(name, case):
    """What an emulator dies of says nothing of the model: it is printed."""
    try:
        case()
    except EmulatorFault as fault:
        print(f"{name}: not run: {fault}", flush=True)


@dataclasses.dataclass
class Program:
    """A compiled model. `run` takes arrays by the inputs' names, and returns
    those of the outputs."""
    path: str
    command: list
    model: onnx.ModelProto
    folder: str
    environment: dict = None
    is_emulated: bool = False
    order: str = "<"

    def run(self, inputs):
        return (self.run_emulated if self.is_emulated else
                self.run_library)(inputs)

    def call(self, refused, *arguments):
        try:
            done = subprocess.run(
                [*self.command, *arguments], text=True, errors="replace",
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=SECONDS,
                env=self.environment)
        except subprocess.TimeoutExpired:
            raise Failure(f"the model ran over {SECONDS} s") from None
        if re.search(r"^qemu-.*Assertion", done.stdout, re.M):
            raise EmulatorFault(done.stdout.strip())
        if done.returncode == refused:
            raise Refused(done.stdout.strip()[-600:])
        if done.returncode:
            raise Failure(f"status {done.returncode}: {done.stdout[-600:]}")

    def run_library(self, inputs):
        arguments = ["--output-dir", self.folder]
        for i, (name, array) in enumerate(inputs.items()):
            file = os.path.join(self.folder, f"in{i}.npy")
            np.save(file, array)
            arguments.append(f"--input={name}={file}")
        self.call(2, self.path, *arguments)
        results = {}
        for output in self.model.graph.output:
            dtype = onnx.helper.tensor_dtype_to_np_dtype(
                output.type.tensor_type.elem_type)
            array = np.load(os.path.join(self.folder, output.name + ".npy"))
            # NumPy has no name for bfloat16.
            results[output.name] = (array.view(dtype)
                                    if dtype == ml_dtypes.bfloat16 else array)
        return results

    def run_emulated(self, inputs):
        given, results = (os.path.join(self.folder, name)
                          for name in ("inputs", "outputs"))
        with open(given, "wb") as file:
            for value in self.model.graph.input:
                file.write(emulator.pack(
                    inputs[value.name], value.type.tensor_type.elem_type,
                    self.order))
        self.call(1, self.path, given, results)
        with open(results, "rb") as file:
            arrays = emulator.unpack(file.read(), self.order)
            return {output.name: array for output, array
                    in zip(self.model.graph.output, arrays)}


@functools.cache
def build_emulator(name, onnxc, work):
    return emulator.Emulator(name, onnxc, work)


BUILDING = threading.Lock()


def call_compiler(command):
    try:
        done = subprocess.run(command, text=True, errors="replace",
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Failure(f"onnxc took over {SECONDS} s") from None
    if done.returncode:
        raise Failure(f"onnxc: {done.stdout.strip()[-800:]}")


def compile_model(path, flags, options, folder):
    """The Program of a model for options.machine."""
    name = options.machine
    model = onnx.load(path)
    flags = [*flags, *options.onnxc_options]
    if name in EMULATED:
        with BUILDING:
            machine = build_emulator(name, options.onnxc, os.path.join(
                options.build, "random-machines"))
        try:
            program = machine.build(path, folder, flags)
        except emulator.EmulationError as error:
            raise Failure(str(error)) from None
        return Program(program, machine.command, model, folder,
                       is_emulated=True, order=machine.machine.order)
    environment = dict(os.environ)
    if name in LEVELS:
        flags.append(f"-mcpu={name}")
    if name in DEVICES:
        flags.append(f"--target={DEVICES[name]}")
        # What nobody has written is not zero by chance.
        environment["MALLOC_PERTURB_"] = "187"
    if name == "cuda":
        environment["LD_LIBRARY_PATH"] = os.path.join(
            options.build, "test", "gpu", "fake-cuda")
    library = os.path.join(folder, "model.so")
    call_compiler([options.onnxc, path, *flags, "--emit=shared", "-o",
                   library])
    # More threads than there may be processors.
    threads = f"--threads={4 if name == 'threads' else 1}"
    return Program(library, [options.onnxc_run, threads], model, folder,
                   environment)

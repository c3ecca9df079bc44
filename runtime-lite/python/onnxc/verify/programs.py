"""onnxc and onnxc-run, and what they say.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os
import shutil
import signal
import subprocess

import numpy as np

from onnxc.verify.problem import Problem


class Crash(Exception):
    """The compiled model ended its process."""


def find(name, given=None):
    """The program: the one that was given, one beside it, or on the PATH."""
    if given:
        beside = os.path.join(os.path.dirname(os.path.abspath(given)), name)
        if os.access(beside, os.X_OK):
            return beside
    found = shutil.which(name)
    if not found:
        raise Problem(f"the program {name} is not found: put it on the PATH, "
                      "or say where onnxc is with --onnxc")
    return found


def run(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                          errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


def last_lines(done):
    text = (done.stderr.strip() or done.stdout.strip()).splitlines()
    lines = [line for line in text if "error:" in line] or text[-3:]
    return "\n".join(lines) or f"exit status {done.returncode}"


class Compiler:
    def __init__(self, onnxc, flags):
        self.onnxc = find("onnxc", onnxc)
        self.runner = find("onnxc-run", onnxc or self.onnxc)
        self.flags = flags

    def compile(self, model, library, flags=None, observe=True):
        """A Problem with what onnxc says where it fails."""
        flags = self.flags if flags is None else flags
        done = run([self.onnxc, model, "--emit=shared", "-o", library,
                    *(["--observe"] if observe else []), *flags])
        if done.returncode:
            raise Problem(f"the model cannot be compiled:\n{last_lines(done)}")
        return done.stderr

    def describe(self, library):
        done = run([self.runner, library, "--info", "--json"])
        if done.returncode:
            raise Problem(f"the compiled model cannot be loaded: "
                          f"{last_lines(done)}")
        return json.loads(done.stdout)

    def execute(self, library, inputs, outputs, folder, threads=1,
                observe=True):
        """Runs the model. Returns the named outputs and, in their order, the
        values that its kernels wrote: dictionaries with `array`, `makers`,
        `nodes`, `kernel`, `dtype` and `site`, the number of the place in the
        code."""
        os.makedirs(folder, exist_ok=True)
        command = [self.runner, library, f"--threads={threads}"]
        for i, (name, array) in enumerate(inputs.items()):
            path = os.path.join(folder, f"in{i}.npy")
            np.save(path, storage(array))
            command.append(f"--input={name}={path}")
        seen = os.path.join(folder, "values")
        files = {name: os.path.join(folder, f"out{i}.npy")
                 for i, name in enumerate(outputs)}
        command += [f"--output={name}={file}" for name, file in files.items()]
        done = run(command + (["--observe", seen] if observe else []))
        if done.returncode < 0 or done.returncode > 2:
            raise Crash(describe_crash(done, read_values(seen, False)))
        if done.returncode and "no value was told of" in done.stderr:
            return self.execute(library, inputs, outputs, folder, threads,
                                False)
        if done.returncode:
            raise Problem(f"the model does not run: {last_lines(done)}")
        return ({name: np.load(file, allow_pickle=False)
                 for name, file in files.items()},
                read_values(seen) if observe else [])


def storage(array):
    """bfloat16 and its like are integers to NumPy's files."""
    array = np.ascontiguousarray(array).reshape(np.shape(array))
    name = array.dtype.name
    if array.dtype.kind == "V" or name.startswith(("bfloat", "float8", "float4")):
        return array.view(np.uint16 if array.dtype.itemsize == 2 else np.uint8)
    if name in ("int4", "int2"):
        return array.astype(np.int8)
    if name in ("uint4", "uint2"):
        return array.astype(np.uint8)
    if array.dtype.kind == "O":
        return array.astype(str)
    return array


def read_values(folder, with_arrays=True):
    path = os.path.join(folder, "values.jsonl")
    values = []
    if os.path.exists(path):
        with open(path) as file:
            for line in file:
                value = json.loads(line)
                if with_arrays:
                    value["array"] = np.load(
                        os.path.join(folder, value["file"]))
                values.append(value)
    return values


def describe_crash(done, values):
    number = -done.returncode if done.returncode < 0 else done.returncode - 128
    try:
        how = signal.Signals(number).name
    except ValueError:
        how = f"exit status {done.returncode}"
    text = f"the compiled model crashed ({how})"
    if values:
        return text + f" behind the kernel of {values[-1]['nodes']}"
    return text + " before its first kernel ended"

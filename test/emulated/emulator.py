"""Machines that QEMU's user mode or node emulates: compiling models for them,
running them there on .pb files, and comparing.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import glob
import os
import struct
import subprocess
import tempfile

import ml_dtypes
import numpy as np
import onnx
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIME = os.path.join(HERE, "..", "..", "runtime-lite")



@dataclasses.dataclass
class Machine:
    options: list  # of onnxc
    compiler: list
    command: list  # what runs a program
    linking: list = dataclasses.field(
        default_factory=lambda: ["-static", "-lm", "-lpthread", "-latomic"])
    # Parts of the runtime that the machine's C library does not carry.
    without: tuple = ()
    order: str = "<"  # of bytes, as struct and numpy have it


MACHINES = {
    "aarch64": Machine(["--target=aarch64"], ["aarch64-linux-gnu-gcc"],
                       ["qemu-aarch64"]),
    "riscv64": Machine(["--target=riscv64"], ["riscv64-linux-gnu-gcc"],
                       ["qemu-riscv64"]),
    "x86-64": Machine(["--target=x86_64"], ["gcc"], ["qemu-x86_64"]),
    # This one, by an object that may call nobody.
    "freestanding": Machine(["--freestanding"], ["gcc"], []),
    "riscv64v": Machine(["--target=riscv64", "-mattr=+v"],
                        ["riscv64-linux-gnu-gcc"],
                        ["qemu-riscv64", "-cpu", "rv64,v=true,vlen=128"]),
    # Big-endian, without and with vectors.
    "s390x": Machine(["--target=s390x"], ["s390x-linux-gnu-gcc"],
                     ["qemu-s390x"], order=">"),
    "s390xv": Machine(["--target=s390x", "-mcpu=z14"],
                      ["s390x-linux-gnu-gcc"], ["qemu-s390x", "-cpu", "max"],
                      order=">"),
    "wasm32": Machine(["--target=wasm32"],
                      ["clang-22", "--target=wasm32-wasi", "-Wno-deprecated",
                       "--sysroot=/usr", "-msimd128"],
                      ["node", "--no-warnings",
                       os.path.join(HERE, "wasi.mjs")],
                      ["-lm", "-Wl,-z,stack-size=1048576"],
                      ("Cuda", "MapWeights", "Pool", "SessionLibrary",
                       "SessionThreads", "VulkanDevice")),
}
# Types that numpy has no bits for, as the runtime keeps them.
SMALL = {"int4": np.int8, "uint4": np.uint8, "int2": np.int8,
         "uint2": np.uint8}


class EmulationError(Exception):
    pass


def call(*command):
    done = subprocess.run(command, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        said = "\n".join(lines[-5:]) or f"status {done.returncode}"
        raise EmulationError(f"{os.path.basename(command[0])}: {said}")


def order_bytes(data, stored, order):
    """The bytes of elements in the order of a machine, or from there."""
    item = np.dtype(stored).itemsize
    if np.dtype(stored).kind == "c":
        item //= 2
    if order == "<" or item == 1:
        return data
    return np.frombuffer(data, f"u{item}").byteswap().tobytes()


def pack_string(text, order):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack(f"{order}q", len(data)) + data


def pack(array, dtype, order="<"):
    array = np.asarray(array)
    head = struct.pack(f"{order}ii{array.ndim}q", dtype, array.ndim,
                       *array.shape)
    if dtype == onnx.TensorProto.STRING:
        return head + b"".join(pack_string(text, order)
                               for text in array.ravel())
    if array.dtype.name in SMALL:
        array = array.astype(SMALL[array.dtype.name])
    if array.dtype.name == "float4_e2m1fn":
        array = array.view(np.uint8)
    return head + order_bytes(np.ascontiguousarray(array).tobytes(),
                              array.dtype, order)


def unpack_strings(content, at, shape, order):
    """An array, and where it ends."""
    strings = np.empty(int(np.prod(shape, dtype=np.int64)), object)
    for i in range(strings.size):
        length, = struct.unpack_from(f"{order}q", content, at)
        strings[i] = content[at + 8:at + 8 + length].decode()
        at += 8 + length
    return strings.reshape(shape), at


def unpack(content, order="<"):
    at = 0
    while at < len(content):
        dtype, rank = struct.unpack_from(f"{order}ii", content, at)
        shape = struct.unpack_from(f"{order}{rank}q", content, at + 8)
        at += 8 + 8 * rank
        if dtype == onnx.TensorProto.STRING:
            strings, at = unpack_strings(content, at, shape, order)
            yield strings
            continue
        kind = onnx.helper.tensor_dtype_to_np_dtype(dtype)
        stored = SMALL.get(kind.name, kind)
        count = int(np.prod(shape, dtype=np.int64))
        size = count * np.dtype(stored).itemsize
        data = order_bytes(content[at:at + size], stored, order)
        yield np.frombuffer(data, stored).reshape(shape).astype(kind)
        at += size


def read_tensors(folder, kind):
    for n in range(len(glob.glob(os.path.join(folder, f"{kind}_*.pb")))):
        tensor = onnx.TensorProto()
        with open(os.path.join(folder, f"{kind}_{n}.pb"), "rb") as file:
            tensor.ParseFromString(file.read())
        yield tensor.data_type, numpy_helper.to_array(tensor)


def compare(got, wanted, rtol, atol):
    """What differs, as onnxc-run has it; empty where nothing does."""
    if got.shape != wanted.shape or got.dtype != wanted.dtype:
        return (f"MISMATCH: {got.dtype} {got.shape} instead of "
                f"{wanted.dtype} {wanted.shape}")
    if wanted.dtype == object:
        return ("" if (got == wanted).all() else
                f"MISMATCH: {got.tolist()} instead of {wanted.tolist()}")
    if wanted.dtype == ml_dtypes.bfloat16:
        rtol = max(rtol, 2.0 ** -6)
    wide = np.complex128 if np.iscomplexobj(wanted) else np.float64
    a, b = got.astype(wide), wanted.astype(wide)
    with np.errstate(all="ignore"):
        same = np.abs(a - b) <= atol + rtol * np.abs(b)
    same |= (a == b) | (np.isnan(a) & np.isnan(b))
    same &= np.isinf(a) == np.isinf(b)
    if same.all():
        return ""
    at = tuple(np.argwhere(~same)[0])
    return (f"MISMATCH: {(~same).sum()} of {same.size} differ, the first at "
            f"{at}: {got[at]} instead of {wanted[at]}")


class Emulator:
    """One machine. `work` keeps the runtime, built once."""

    def __init__(self, name, onnxc, work):
        self.machine = MACHINES[name]
        self.command = self.machine.command
        self.onnxc = onnxc
        self.parts = os.path.join(work, name)
        os.makedirs(self.parts, exist_ok=True)
        self.objects = []
        sources = [os.path.join(HERE, "runner.c")]
        sources += [source for source in
                    sorted(glob.glob(os.path.join(RUNTIME, "lib", "*.c")))
                    if "Freestanding" not in source]
        for source in sources:
            name = os.path.splitext(os.path.basename(source))[0]
            if name in self.machine.without:
                continue
            target = os.path.join(self.parts, os.path.basename(source) + ".o")
            self.objects.append(target)
            # Others may link what is there at this moment.
            written, new = tempfile.mkstemp(dir=self.parts)
            os.close(written)
            call(*self.machine.compiler, "-std=c11", "-D_GNU_SOURCE", "-O1", "-c",
                 source, "-I", os.path.join(RUNTIME, "include"), "-o", new)
            os.replace(new, target)

    def build(self, model, folder, options=(), sources=()):
        """The program of a model. `sources` in C may include model.h."""
        code = os.path.join(folder, "model.o")
        program = os.path.join(folder, "program")
        call(self.onnxc, model, *self.machine.options, *options, "--prefix=model",
             "-o", code)
        call(*self.machine.compiler, "-o", program, "-I", folder, "-I",
             os.path.join(RUNTIME, "include"), code, *sources, *self.objects,
             *self.machine.linking)
        return program

    def run(self, program, inputs, folder):
        """`inputs` is a list of (dtype, array)."""
        given = os.path.join(folder, "inputs")
        results = os.path.join(folder, "outputs")
        with open(given, "wb") as file:
            for dtype, array in inputs:
                file.write(pack(array, dtype, self.machine.order))
        call(*self.command, program, given, results)
        with open(results, "rb") as file:
            return list(unpack(file.read(), self.machine.order))

    def check_case(self, folder, rtol, atol, options=()):
        """Runs model.onnx on its data sets; raises what is wrong."""
        with tempfile.TemporaryDirectory(prefix="onnxc-") as scratch:
            program = self.build(os.path.join(folder, "model.onnx"), scratch,
                                 options)
            for data in sorted(glob.glob(os.path.join(folder,
                                                      "test_data_set_*"))):
                got = self.run(program, read_tensors(data, "input"), scratch)
                wanted = [array for _, array in read_tensors(data, "output")]
                if len(got) != len(wanted):
                    raise EmulationError(f"{len(got)} outputs instead of "
                                         f"{len(wanted)}")
                for a, b in zip(got, wanted):
                    if wrong := compare(a, b, rtol, atol):
                        raise EmulationError(wrong)

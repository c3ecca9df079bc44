"""A shared library of onnxc in this process, through the generic descriptor.

The structs are those of onnxc/runtime.h. What onnxc_run() checks is the
caller's business here: the entry point is called as it is.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import ctypes
from ctypes import (CFUNCTYPE, POINTER, byref, c_char_p, c_int32, c_int64,
                    c_uint32, c_uint64, c_void_p)

import numpy as np

ABI_VERSION = 7
TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16,
         6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64,
         12: np.uint32, 13: np.uint64}


class Context(ctypes.Structure):
    _fields_ = [(name, c_void_p) for name in (
        "arena", "arena_bytes", "weights", "parallel_for", "pool", "allocate",
        "release", "allocator", "error_name", "profile", "profiler",
        "device", "strings", "observe", "observer")]


class TensorInfo(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("doc", c_char_p),
                ("dims", POINTER(c_int64)), ("rank", c_int32),
                ("dtype", c_int32), ("from_data", c_int32),
                ("reserved", c_int32)]


ENTRY = CFUNCTYPE(c_int32, POINTER(Context), POINTER(c_int64),
                  POINTER(c_void_p), POINTER(c_void_p))


class Model(ctypes.Structure):
    _fields_ = [
        ("abi_version", c_uint32), ("flags", c_uint32), ("name", c_char_p),
        ("producer", c_char_p), ("doc", c_char_p), ("target", c_char_p),
        ("cpu_features", c_uint64), ("num_inputs", c_int32),
        ("num_outputs", c_int32), ("num_symbols", c_int32),
        ("num_metadata", c_int32), ("inputs", POINTER(TensorInfo)),
        ("outputs", POINTER(TensorInfo)), ("symbols", c_void_p),
        ("metadata", c_void_p), ("weights", c_void_p),
        ("weights_bytes", c_uint64), ("weights_file", c_char_p),
        ("entry", ENTRY),
        ("arena_bytes", CFUNCTYPE(c_int64, POINTER(c_int64))),
        ("output_shapes", CFUNCTYPE(None, POINTER(c_int64), POINTER(c_int64)))]


def aligned(size, alignment=64):
    """Bytes whose address is a multiple of `alignment`."""
    memory = np.empty(max(size, 1) + alignment, np.uint8)
    start = -memory.ctypes.data % alignment
    return memory[start:start + max(size, 1)]


class CompiledModel:
    """Set up for one set of inputs; `run` is then a bare call."""

    def __init__(self, path, inputs):
        self.library = ctypes.CDLL(path)
        models = POINTER(Model).in_dll(self.library, "onnxc_models")
        self.model = models.contents
        if self.model.abi_version != ABI_VERSION:
            raise RuntimeError(f"{path} is of ABI {self.model.abi_version}, "
                               f"this script knows {ABI_VERSION}")
        self.symbols = (c_int64 * max(self.model.num_symbols, 1))()
        self.arrays = self._bind(inputs)
        arena = self.model.arena_bytes(self.symbols)
        if arena < 0:
            raise RuntimeError("the arena's size does not fit in 64 bits")
        self.arena = aligned(arena)
        self.arena_bytes = arena
        self.context = Context(arena=self.arena.ctypes.data,
                               arena_bytes=self.arena.size)
        self.outputs = self._make_outputs()
        pointers = [array.ctypes.data for array in self.arrays]
        self.input_pointers = (c_void_p * max(len(pointers), 1))(*pointers)
        pointers = [array.ctypes.data for array in self.outputs.values()]
        self.output_pointers = (c_void_p * max(len(pointers), 1))(*pointers)
        self.call = (byref(self.context), self.symbols, self.input_pointers,
                     self.output_pointers)
        self.entry = self.model.entry

    def _bind(self, inputs):
        """The arrays in order; their shapes give the symbols."""
        arrays = []
        for info in self.model.inputs[:self.model.num_inputs]:
            array = inputs[info.name.decode()]
            wanted = TYPES[info.dtype]
            if array.dtype != wanted or array.ndim != info.rank:
                raise ValueError(f"{info.name.decode()}: {array.dtype} of rank "
                                 f"{array.ndim}")
            for dim, size in zip(info.dims[:info.rank], array.shape):
                if dim < 0:
                    self.symbols[-1 - dim] = size
                elif dim != size:
                    raise ValueError(f"{info.name.decode()}: {array.shape}")
            copy = aligned(array.nbytes)[:array.nbytes].view(wanted)
            copy[...] = array.reshape(-1)
            arrays.append(copy)
        return arrays

    def _make_outputs(self):
        infos = self.model.outputs[:self.model.num_outputs]
        sizes = (c_int64 * (sum(info.rank for info in infos) + 1))()
        self.model.output_shapes(self.symbols, sizes)
        outputs, at = {}, 0
        for info in infos:
            shape = tuple(sizes[at:at + info.rank])
            at += info.rank
            wanted = np.dtype(TYPES[info.dtype])
            size = int(np.prod(shape, dtype=np.int64)) * wanted.itemsize
            outputs[info.name.decode()] = (
                aligned(size)[:size].view(wanted).reshape(shape))
        return outputs

    def run(self):
        if status := self.entry(*self.call):
            raise RuntimeError(f"the model returned status {status}")
